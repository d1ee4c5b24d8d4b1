import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReceivedEvent } from '@cups/contracts';
import { CHECKPOINTS_TOPIC } from '@cups/events';
import { journalFolder, originOf } from '../../platform/journal-folder.ts';
import { PERMANENT_COLLECTIONS } from './acts.ts';
import { hasExternalParts } from './connections.ts';
import type { BackupConnections } from './connections.ts';
import { ACT_COVER } from './coverage.ts';
import { isEmpty, KEY_DATABASES, STORED_SERVICES } from './documents.ts';
import type { KeyDatabase, StoredService, Stores } from './documents.ts';
import { entryTopics, toAct } from './entries.ts';
import type { JournaledService } from './entries.ts';
import { forEachEvent } from './positions.ts';
import type { GroupPosition } from './positions.ts';

/** Finds stores that have nothing, although topics or the journal have records of them. */

/** A database that has nothing, although its service had something. */
export interface EmptyStore {
  service: StoredService;
  /** Records that the store must have, or records that a missing key leaves unreadable. */
  missing: number;
}

/** Where the first event of an application is in its topic. */
interface FirstEvent {
  partition: number;
  offset: number;
}

/** Records that live, as topics and the journal have them. */
export interface KnownRecords {
  /** Submitted applications, by name, with the place of the first event. */
  applications: ReadonlyMap<string, FirstEvent>;
  /** `<collection>/<ID>` of the records of each service. */
  subjects: ReadonlyMap<JournaledService, ReadonlySet<string>>;
}

/** The consumers that create a record for each submitted application, and no others. */
const FOLLOWERS: readonly StoredService[] = ['agency-bridge', 'notifications'];

/** Events that prove a record, and its erasure, apart from the journal. */
const PROOFS: Readonly<Record<string, [service: JournaledService, isErased: boolean]>> = {
  'cups.intake.v1.ApplicationSubmitted': ['intake', false],
  'cups.intake.v1.ApplicationErased': ['intake', true],
  'cups.identity.v1.MandateGranted': ['identity', false],
  'cups.documents.v1.DocumentChecked': ['documents', false],
  'cups.documents.v1.DocumentErased': ['documents', true],
};

/** Collects records from single events and entries, in any order of their topics. Ignores all others. */
function createRecordCollector(): { take: (event: ReceivedEvent) => void; collected: () => KnownRecords } {
  const applications = new Map<string, FirstEvent>();
  const subjects = new Map(STORED_SERVICES.map((service) => [service, new Set<string>()]));
  const erased = new Map(STORED_SERVICES.map((service) => [service, new Set<string>()]));
  const take = (event: ReceivedEvent): void => {
    const { type, subject, partition, offset } = event;
    const act = toAct(event);
    if (act && PERMANENT_COLLECTIONS.includes(act.subject.slice(0, act.subject.indexOf('/'))))
      (ACT_COVER[act.action] === 'erased-again' ? erased : subjects).get(act.service)!.add(act.subject);
    const [service, isErased] = PROOFS[type] ?? [];
    if (!service) return;
    (isErased ? erased : subjects).get(service)!.add(subject);
    if (type.endsWith('.ApplicationSubmitted') && !applications.has(subject))
      applications.set(subject, { partition, offset: Number(offset) });
  };
  const collected = (): KnownRecords => ({
    applications: new Map([...applications].filter(([name]) => !erased.get('intake')!.has(name))),
    subjects: new Map(
      [...subjects].map(([service, all]) => [
        service,
        new Set([...all].filter((subject) => !erased.get(service)!.has(subject))),
      ]),
    ),
  });
  return { take, collected };
}

/** Returns the application of `threads/<ID>` or `deliveries/<ID>-<agency>`. */
const toApplication = (subject: string): string =>
  `applications/${subject.slice(subject.indexOf('/') + 1).split('-')[0]}`;

/**
 * Returns the services with an empty store that must not be empty. A consumer that has read nothing yet fills its store.
 * Pure.
 */
function findEmptyStores(
  empty: readonly JournaledService[],
  { applications, subjects }: KnownRecords,
  positions: readonly GroupPosition[],
): EmptyStore[] {
  const countRead = (service: JournaledService): number => {
    const own = positions.filter((one) => one.service === service && one.topic.endsWith('cups.applications'));
    const nextOf = new Map(own.map(({ partition, next }) => [partition, next]));
    const hasRead = own.some(({ low, next }) => next > low);
    const recorded = [...(subjects.get(service) ?? [])].map(toApplication);
    return [...new Set([...applications.keys(), ...recorded])].filter((name) => {
      const place = applications.get(name);
      return place ? place.offset < (nextOf.get(place.partition) ?? 0) : hasRead;
    }).length;
  };
  return empty
    .map((service) => ({
      service,
      missing: FOLLOWERS.includes(service) ? countRead(service) : (subjects.get(service)?.size ?? 0),
    }))
    .filter(({ missing }) => missing > 0);
}

/** The records that a data key of each database seals, without those whose key was destroyed. */
const SEALED_RECORDS: Readonly<Record<KeyDatabase, { service: JournaledService; collection: string; filter: object }>> =
  {
    'documents-keys': {
      service: 'documents',
      collection: 'documents',
      filter: { state: { $in: ['uploading', 'checking', 'ready'] } },
    },
    'identity-keys': {
      service: 'identity',
      collection: 'mandates',
      filter: { schemaVersion: { $gte: 2 }, 'person.sealed': { $exists: true } },
    },
    'intake-keys': {
      service: 'intake',
      collection: 'applications',
      filter: { schemaVersion: { $gte: 6 }, state: { $ne: 'draft' }, 'erasure.startTime': { $exists: false } },
    },
    'notifications-keys': {
      service: 'notifications',
      collection: 'threads',
      filter: { schemaVersion: { $gte: 2 }, 'notices.text': { $exists: true }, eraseTime: { $exists: false } },
    },
  };

/** Returns the empty databases of data keys whose service has sealed records. */
async function findEmptyKeyStores(stores: Stores): Promise<EmptyStore[]> {
  const found = await Promise.all(
    KEY_DATABASES.map(async (database) => {
      if (!(await isEmpty(stores, database))) return [];
      const { service, collection, filter } = SEALED_RECORDS[database];
      const missing = await stores.database(service).collection(collection).countDocuments(filter);
      return missing > 0 ? [{ service: database, missing }] : [];
    }),
  );
  return found.flat();
}

/** Compares the empty stores with Kafka. Reads only. */
export async function readEmptyStores(
  parts: BackupConnections,
  stores: Stores,
  positions: readonly GroupPosition[],
): Promise<EmptyStore[]> {
  const isWithout = await Promise.all(STORED_SERVICES.map((service) => isEmpty(stores, service)));
  const empty = STORED_SERVICES.filter((_, index) => isWithout[index]);
  const keys = await findEmptyKeyStores(stores);
  if (empty.length === 0) return keys;
  const { take, collected } = createRecordCollector();
  const topics = ['cups.applications', 'cups.mandates', 'cups.documents'].map((topic) => parts.prefix + topic);
  await forEachEvent(parts, [...topics, ...entryTopics(parts.prefix)], take);
  return [...findEmptyStores(empty, collected(), positions), ...keys];
}

/** Returns a line if the local log of the journal is missing, although checkpoints of it were published. */
export async function describeMissingLog(parts: BackupConnections, dataDir: string): Promise<string[]> {
  // The volume of another platform is out of reach; the journal itself refuses an older log.
  if (hasExternalParts() || existsSync(join(journalFolder(dataDir), 'checkpoint'))) return [];
  const origin = originOf(dataDir);
  let count = 0;
  await forEachEvent(parts, [parts.prefix + CHECKPOINTS_TOPIC], ({ key }) => {
    if (key === origin) count += 1;
  });
  if (count === 0) return [];
  return [
    `empty  journal  the log ${origin} is missing, although its checkpoints were published: restore its folder, or begin ` +
      'another log with npm run cups -- journal accept-restore',
  ];
}

/** Returns one line for each empty store, of names and numbers only. */
export const describeEmptyStores = (empty: readonly EmptyStore[]): string[] =>
  empty.map(({ service, missing }) => {
    if (service.endsWith('-keys'))
      return `empty  ${service}  ${missing} records cannot be read: restore the database cups-${service} from its newest backup`;
    return `empty  ${service}  ${missing} ${nounOf(service)} are missing: restore its store with --only ${service}`;
  });

const nounOf = (service: StoredService): string =>
  service === 'intake' || FOLLOWERS.includes(service) ? 'applications' : 'records';
