import { findAheadApplications, findUncounted } from './compare.ts';
import type { AheadApplication, UncountedDocument } from './compare.ts';
import type { Stores } from './documents.ts';
import type { BackupConnections } from './connections.ts';
import { computeLag, readEvents, readGroupPositions } from './positions.ts';
import type { Ends } from './positions.ts';
import { findDisagreeing, findWithoutFacts } from './references.ts';
import type { DisagreeingReference, ReferringApplication } from './references.ts';

/** Compares the stores with Kafka. */

interface CountedDocument extends ReferringApplication {
  state?: string;
  application?: string;
  eventSeq: number;
  outbox?: unknown[];
  submissions?: unknown[];
  lastSeqs?: Record<string, number>;
}

const PROJECTION = {
  state: 1,
  application: 1,
  eventSeq: 1,
  'outbox.n': 1,
  'submissions.number': 1,
  lastSeqs: 1,
  'documents.name': 1,
  'documents.state': 1,
};

const CONSUMERS = ['intake', 'documents', 'agency-bridge', 'notifications'] as const;

async function countParked(stores: Stores): Promise<Record<string, number>> {
  const waiting = { kind: { $in: ['gap', 'held'] } };
  const counts = CONSUMERS.map(async (one) => {
    return [one, await stores.database(one).collection('parkedEvents').countDocuments(waiting)] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

const readAll = (stores: Stores, service: (typeof CONSUMERS)[number], collection: string) =>
  stores.database(service).collection<CountedDocument>(collection).find({}, { projection: PROJECTION }).toArray();

/** Returns applications with events that intake lacks. @param from first offsets to read. @default the beginning */
export async function readAheadApplications(
  parts: BackupConnections,
  stores: Stores,
  from?: Ends,
): Promise<AheadApplication[]> {
  const events = await readEvents(parts, [`${parts.prefix}cups.applications`], from);
  const applications = await readAll(stores, 'intake', 'applications');
  return findAheadApplications(events, new Map(applications.map(({ _id, eventSeq }) => [_id, eventSeq])));
}

export interface Findings {
  ahead: AheadApplication[];
  /** Documents whose consumer has read everything and still lacks events. */
  uncounted: UncountedDocument[];
  /** References of intake with another state than their documents. */
  disagreeing: DisagreeingReference[];
  /** Unread messages by service. */
  lag: Record<string, number>;
  /** Parked events by service. */
  parked: Record<string, number>;
}

/** Reads only; changes nothing. */
export async function checkConsistency(parts: BackupConnections, stores: Stores): Promise<Findings> {
  const lag = computeLag(await readGroupPositions(parts), CONSUMERS);
  const ahead = await readAheadApplications(parts, stores);
  const [applications, deliveries, threads, records, facts] = await Promise.all([
    readAll(stores, 'intake', 'applications'),
    readAll(stores, 'agency-bridge', 'deliveries'),
    readAll(stores, 'notifications', 'threads'),
    readAll(stores, 'documents', 'documents'),
    readAll(stores, 'documents', 'applications'),
  ]);
  const announced = applications.map((one) =>
    Object.assign(toSequenceState(one), { filed: (one.submissions?.length ?? 0) > 0 }),
  );
  const ofBridge = deliveries.map(({ application = '', lastSeqs }) => {
    const counted = lastSeqs?.[application] ?? 0;
    return [application.slice('applications/'.length), counted] as const;
  });
  const ofNotices = threads.map(({ _id, lastSeqs }) => [_id, lastSeqs?.['applications'] ?? 0] as const);
  const ofIntake = applications.flatMap(({ lastSeqs = {} }) =>
    Object.entries(lastSeqs)
      .filter(([subject]) => subject.startsWith('deliveries/'))
      .map(([subject, counted]) => [subject.slice('deliveries/'.length), counted] as const),
  );
  // An application that intake lacks is reported as missing, so its delivery is skipped.
  const ids = new Set(applications.map(({ _id }) => `applications/${_id}`));
  const ours = deliveries.filter(({ application = '' }) => ids.has(application)).map(toSequenceState);
  // A discarded draft has no delivery, so the bridge counts none of its events.
  const filed = announced.filter((one) => one.filed);
  // Documents counts no events, but keeps what they tell about applications.
  const withoutFacts = new Set(findWithoutFacts(applications, new Set(facts.map(({ _id }) => _id))));
  const unknownToDocuments = filed.filter(({ id }) => withoutFacts.has(id));
  return {
    ahead,
    lag,
    parked: await countParked(stores),
    disagreeing: lag['intake'] ? [] : findDisagreeing(applications, new Map(records.map((one) => [one._id, one]))),
    uncounted: [
      ...(lag['agency-bridge'] ? [] : findUncounted(filed, 'agency-bridge', new Map(ofBridge))),
      ...(lag['documents'] ? [] : findUncounted(unknownToDocuments, 'documents', new Map())),
      ...(lag['notifications'] ? [] : findUncounted(announced, 'notifications', new Map(ofNotices))),
      ...(lag['intake'] ? [] : findUncounted(ours, 'intake', new Map(ofIntake))),
    ],
  };
}

const toSequenceState = ({ _id, eventSeq, outbox }: CountedDocument) => ({
  id: _id,
  eventSeq,
  waiting: (outbox?.length ?? 0) > 0,
});
