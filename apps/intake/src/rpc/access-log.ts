import type { LookKind } from '@cups/application';
import { parseName } from '@cups/contracts';
import { pageSizeOf } from '@cups/contracts/node';
import type { Look as LookOut } from '@cups/contracts/gen/cups/intake/v1/Look.ts';
import { enumValue, toTimestamp } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { centresOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { absent, wrongField } from '../domain/refusals.ts';
import type { Look } from '../store/looks.ts';
import { lookOf } from './looking.ts';
import type { IntakeRpcs, Parts } from './parts.ts';

/** The calls of the access log of an application. */
export function accessLogRpcs({
  applications,
  looks,
  now,
}: Pick<Parts, 'applications' | 'looks' | 'now'>): Pick<IntakeRpcs, 'RecordAccess' | 'ListLooks'> {
  /** The ID of an application of the caller. @throws Problem NOT_FOUND */
  async function ownId(name: string, context: Context): Promise<string> {
    const id = parseName('applications', name);
    const own = await applications.get(id, { scope: { centre: centresOf(context) }, projection: { _id: 1 } });
    if (!own) throw absent();
    return id;
  }

  return {
    async RecordAccess({ name, kind: word }, context) {
      const kind = enumValue('LOOK_KIND_', word) as LookKind | '';
      if (kind === '') throw wrongField(violation('/kind', 'REQUIRED'));
      const id = await ownId(name, context);
      context.look(name);
      await looks.write([id], lookOf(context, kind, now()));
      return {};
    },

    async ListLooks({ name, pageSize, pageToken }, context) {
      const id = await ownId(name, context);
      const page = await looks.list(id, { pageSize: pageSizeOf(pageSize), pageToken });
      return { looks: page.looks.map(toLook), nextPageToken: page.nextPageToken };
    },
  };
}

/** An entry for the wire. */
export function toLook({ by, centre, kind, time }: Look): LookOut {
  return { by, centre, kind: KINDS[kind], lookTime: toTimestamp(time) };
}

/** A look at a list is one at a centre, and is asked for of no application. */
const KINDS = {
  file: 'LOOK_KIND_FILE',
  search: 'LOOK_KIND_SEARCH',
  submission: 'LOOK_KIND_SUBMISSION',
  history: 'LOOK_KIND_HISTORY',
  person: 'LOOK_KIND_PERSON',
  notices: 'LOOK_KIND_NOTICES',
  slip: 'LOOK_KIND_SLIP',
  list: 'LOOK_KIND_UNSPECIFIED',
} as const;
