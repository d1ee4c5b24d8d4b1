import { pageToken as tokenOf, readPageToken } from '@cups/contracts/node';
import type { LookKind as ApplicationLookKind } from '@cups/application';
import type { Store } from '@cups/store';
import { ulid } from 'ulid';

/**
 * Who looked at whose data, in a collection of its own: a look must leave a trace, and must not touch the application, whose etag
 * tells of changes. A look at details is written before they are answered; a page of a list is one look at the list.
 */

/** What somebody looked at: something of an application, or the list of a centre. */
export type LookKind = ApplicationLookKind | 'list';

export interface Look {
  /** operators/{id} */
  by: string;
  /** centres/{code} at whose desk. */
  centre: string;
  kind: LookKind;
  time: Date;
}

interface StoredLook extends Look {
  /** `<of>/<ULID of the look>`: one range of ids holds the looks at one thing, in their order. */
  _id: string;
}

/** How often, and by whom, something was looked at. */
export interface LookSummary {
  count: number;
  lookers: number;
  /** The last look of somebody else. */
  last?: Look;
}

export interface Looks {
  /**
   * Writes looks down; who is to see what was looked at waits for it.
   * @param of ids of applications, or the code of a centre for a page of its list
   */
  write(of: readonly string[], look: Look): Promise<void>;
  /** The looks at one thing, newest first. @throws Problem PAGE_TOKEN_INVALID */
  list(of: string, page: { pageSize: number; pageToken: string }): Promise<{ looks: Look[]; nextPageToken: string }>;
  /** @param but operators/{id} whose own looks are not the last one */
  summary(of: string, but: string): Promise<LookSummary>;
}

export function looksOf(store: Store): Looks {
  const looks = () => store.collection<StoredLook>('looks');
  const failed = (error: unknown) => Promise.reject(store.failure(error, 'looks'));
  // "0" is the character after "/".
  const at = (of: string) => ({ _id: { $gt: `${of}/`, $lt: `${of}0` } });
  return {
    async write(of, look) {
      if (of.length === 0) return;
      const rows = of.map((id): StoredLook => Object.assign({ _id: `${id}/${ulid(look.time.getTime())}` }, look));
      await looks().insertMany(rows, { ordered: false }).catch(failed);
    },
    async list(of, { pageSize, pageToken }) {
      const after = readPageToken(pageToken, of);
      const range = after === undefined ? at(of) : { _id: { $gt: `${of}/`, $lt: after } };
      const found = await looks()
        .find(range, { sort: { _id: -1 }, limit: pageSize + 1 })
        .toArray()
        .catch(failed);
      const shown = found.slice(0, pageSize);
      const last = found.length > pageSize ? shown.at(-1) : undefined;
      return { looks: shown, nextPageToken: last ? tokenOf(last._id, of) : '' };
    },
    async summary(of, but) {
      const people = await looks()
        .aggregate<{ _id: string; count: number; last: string }>([
          { $match: at(of) },
          { $group: { _id: '$by', count: { $sum: 1 }, last: { $max: '$_id' } } },
        ])
        .toArray()
        .catch(failed);
      const summary: LookSummary = {
        count: people.reduce((sum, { count }) => sum + count, 0),
        lookers: people.length,
      };
      const newest = people
        .filter(({ _id }) => _id !== but)
        .map(({ last }) => last)
        .sort()
        .at(-1);
      const last = newest === undefined ? undefined : await looks().findOne({ _id: newest }).catch(failed);
      if (last) summary.last = last;
      return summary;
    },
  };
}
