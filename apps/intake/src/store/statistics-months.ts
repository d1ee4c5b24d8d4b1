import type { Store } from '@cups/store';

/** The stored rollups of the statistics. */

/** One month of one centre. All its days are complete, apart from marked applications. */
export interface StoredMonth {
  /** `yyyy-MM centres/X` */
  _id: string;
  /** Increases with each write. */
  version: number;
  /** Pairs of public service and agency of the rows, each once; only appended. */
  groups: string[];
  /** Rows by day of the month, two digits. Days without applications may be absent. */
  days: Record<string, Buffer>;
}

export interface StatisticsMonths {
  get(id: string): Promise<Pick<StoredMonth, 'version' | 'groups'> | undefined>;
  /** Returns false if another process inserted the month. */
  insert(month: StoredMonth): Promise<boolean>;
  /** Replaces the given days. Returns false if the month has another version. */
  replaceDays(month: StoredMonth): Promise<boolean>;
  /** Reads the months of all centres, both months included, in batches: a year of 900 centres exceeds the memory. */
  readAll(fromMonth: string, toMonth: string): AsyncIterable<StoredMonth>;
  /** Reads the months with these IDs that exist. */
  readSome(ids: readonly string[]): AsyncIterable<StoredMonth>;
}

/** Months read at once: about 6 MB at 30 applications a working day. */
const BATCH_SIZE = 500;

export function openStatisticsMonths(store: Store): StatisticsMonths {
  const months = () => store.collection<StoredMonth>('statisticsMonths');
  const read = async function* (_id: object): AsyncGenerator<StoredMonth> {
    try {
      yield* months().find({ _id }, { batchSize: BATCH_SIZE });
    } catch (error) {
      throw store.failure(error, 'statisticsMonths');
    }
  };
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'statisticsMonths'));
  return {
    async get(_id) {
      const projection = { version: 1, groups: 1 };
      return (await months().findOne({ _id }, { projection }).catch(rejectFailure)) ?? undefined;
    },
    async insert(month) {
      try {
        await months().insertOne(month);
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === 11_000) return false;
        return rejectFailure(error);
      }
    },
    async replaceDays({ _id, version, groups, days }) {
      const fields = Object.entries(days).map(([day, rows]) => [`days.${day}`, rows]);
      const change = { $set: { groups, ...(Object.fromEntries(fields) as object) }, $inc: { version: 1 } };
      const { matchedCount } = await months().updateOne({ _id, version }, change).catch(rejectFailure);
      return matchedCount === 1;
    },
    // "!" follows the space of the IDs.
    readAll: (fromMonth, toMonth) => read({ $gte: fromMonth, $lt: `${toMonth}!` }),
    readSome: (ids) => read({ $in: ids }),
  };
}
