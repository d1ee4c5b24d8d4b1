import type { JournalAction } from '@cups/contracts/journal';
import type { mongo } from 'mongoose';
import { JOURNAL_NUMBERS } from '@cups/store';
import type { JournalNumber } from '@cups/store';
import type { BackupConnections } from './connections.ts';
import { ACT_COVER } from './coverage.ts';
import { isEmpty, STORED_SERVICES } from './documents.ts';
import type { Stores } from './documents.ts';
import { entryTopics, toAct, uniqueBySequence } from './entries.ts';
import type { JournaledService, PublishedAct } from './entries.ts';
import { forEachEvent } from './positions.ts';

/**
 * Finds acknowledged acts that a restored store lacks: a document commits its entries for the journal together with its
 * change, so a published entry above the document's number is an act that the store has lost. Names each that nothing
 * repeats.
 */

/** Acts of one document that its store lacks and that nothing repeats. */
export interface LostActs {
  service: JournaledService;
  subject: string;
  /** The resource whose data they changed. */
  resource: string;
  /** By action, in the order of their first. */
  counts: ReadonlyMap<JournalAction, number>;
  /** Time of the last one. */
  time: Date;
}

/** The number of the last committed entry by `<service> <subject>`. */
export type CommittedNumbers = ReadonlyMap<string, number>;

/** Documents that their service never removes: one that is missing is lost. */
export const PERMANENT_COLLECTIONS = ['applications', 'mandates', 'documents', 'deliveries', 'threads', 'operators'];
/** Acts after which a service may remove a document of another collection. */
const ENDING_ACTS: readonly JournalAction[] = ['release-act', 'reject-act', 'revoke-device', 'register-device'];

const keyOf = ({ service, subject }: Pick<PublishedAct, 'service' | 'subject'>): string => `${service} ${subject}`;
const collectionOf = (subject: string): string => subject.slice(0, subject.indexOf('/'));

/**
 * Pure.
 * @param direct agencies without topics: what they reply is in no topic either
 */
export function findLostActs(
  acts: readonly PublishedAct[],
  committed: CommittedNumbers,
  direct: ReadonlySet<string>,
): LostActs[] {
  return [...Map.groupBy(acts, keyOf)].flatMap(([key, all]) => {
    const { service, subject, resource } = all[0]!;
    const last = all.reduce((newest, one) => (one.sequence > newest.sequence ? one : newest));
    const number = committed.get(key);
    if (
      number === undefined &&
      !PERMANENT_COLLECTIONS.includes(collectionOf(subject)) &&
      ENDING_ACTS.includes(last.action)
    )
      return [];
    // Nothing of erased data may return.
    if (all.some(({ action }) => ACT_COVER[action] === 'erased-again')) return [];
    const lost = uniqueBySequence(all.filter(({ sequence }) => sequence > (number ?? 0)));
    const named = lost.filter((act) => isNamed(act, direct));
    if (named.length === 0) return [];
    const counts = new Map<JournalAction, number>();
    for (const { action } of named) counts.set(action, (counts.get(action) ?? 0) + 1);
    return [{ service, subject, resource, counts, time: last.time }];
  });
}

/** Acts of a later release are named. */
function isNamed({ action, subject }: PublishedAct, direct: ReadonlySet<string>): boolean {
  const cover = ACT_COVER[action] ?? 'named';
  if (cover !== 'read-again-or-named') return cover === 'named';
  // deliveries/{application}-{agency}
  return direct.has(subject.slice(subject.indexOf('-') + 1));
}

/** Compares the entries for the journal with the stores. Reads only. Skips empty stores, which are reported as such. */
export async function readLostActs(parts: BackupConnections, stores: Stores): Promise<LostActs[]> {
  const before = await readCommitted(stores);
  const acts: PublishedAct[] = [];
  await forEachEvent(parts, entryTopics(parts.prefix), (event) => {
    const act = toAct(event);
    if (act && act.sequence > (before.get(keyOf(act)) ?? 0)) acts.push(act);
  });
  if (acts.length === 0) return [];
  // A running service has committed some of them meanwhile.
  const committed = await readCommitted(stores);
  const isWithout = await Promise.all(STORED_SERVICES.map((service) => isEmpty(stores, service)));
  const filled = STORED_SERVICES.filter((_, at) => !isWithout[at]);
  const deliveries = stores.database('agency-bridge').collection<{ agency: string }>('deliveries');
  const direct = new Set(await deliveries.distinct('agency', { channel: { $exists: true } }));
  return findLostActs(
    acts.filter(({ service }) => filled.includes(service)),
    committed,
    direct,
  );
}

/** Rows of reads and of removals: their numbers say nothing about other documents. */
const WITHOUT_ACTS = ['accessLog', 'endedRows'];

const collectionNames = async (database: mongo.Db): Promise<string[]> =>
  (await database.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.') && !WITHOUT_ACTS.includes(name));

/** Reads the numbers of all documents, and those that an earlier restore has kept of missing ones. */
async function readCommitted(stores: Stores): Promise<CommittedNumbers> {
  const numbers = new Map<string, number>();
  for (const service of STORED_SERVICES) {
    const database = stores.database(service);
    for await (const { _id, last } of database.collection<JournalNumber>(JOURNAL_NUMBERS).find())
      numbers.set(keyOf({ service, subject: _id }), last);
    for (const name of await collectionNames(database)) {
      const counted = database.collection<{ _id: string; journalSeq: number }>(name);
      const filter = { journalSeq: { $gt: 0 } };
      for await (const { _id, journalSeq } of counted.find(filter, { projection: { journalSeq: 1 } }))
        numbers.set(keyOf({ service, subject: `${name}/${_id}` }), journalSeq);
    }
  }
  return numbers;
}

/** Returns one line for each document, of names and codes only. */
export const describeLostActs = (lost: readonly LostActs[]): string[] =>
  lost.map(({ service, subject, resource, counts, time }) => {
    const acts = [...counts].map(([action, count]) => (count === 1 ? action : `${action} (${count})`)).join(', ');
    const about = resource === subject ? '' : `  ${resource}`;
    const why = counts.has('restrict-processing') ? ': an entry holds no reason of a restriction' : '';
    return `acts  ${subject}  ${service}${about}  ${acts}  last ${time.toISOString()}${why}`;
  });
