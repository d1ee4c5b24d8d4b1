import type { ReceivedEvent } from '@cups/contracts';
import { AGENCY_RETENTION_DAYS, TRAINING_RETENTION_DAYS } from '@cups/events';
import { findRequestedSubmissions } from './compare.ts';
import type { RequestedSubmission } from './compare.ts';
import type { BackupConnections } from './connections.ts';
import { isEmpty, STORED_SERVICES } from './documents.ts';
import type { StoredService, Stores } from './documents.ts';
import { forEachEvent, readGroupPositions } from './positions.ts';
import type { GroupPosition } from './positions.ts';

/** What no counter finds: a store without anything to count, and requests that were lost together with their topic. */

/** A store that has nothing, although its service had something. */
export interface EmptyStore {
  service: StoredService;
  /** Living applications, or mandates, that the store must have. */
  missing: number;
}

/** A request that the agency has not acknowledged and that its topic does not have. */
export interface LostRequest {
  delivery: string;
  agency: string;
  submission: number;
  sendTime: Date;
}

export interface Absences {
  empty: EmptyStore[];
  lostRequests: LostRequest[];
}

/** A delivery, as far as its request concerns it. */
export interface SentDelivery {
  _id: string;
  agency: string;
  state: string;
  sent?: boolean;
  submission: number;
  sendTime?: Date;
  /** Whether it uses the topics of trainings. */
  training?: boolean;
  /** Absent: Kafka. */
  channel?: string;
}

const DAY_MS = 24 * 3_600_000;

/** Returns how long the topic of a request keeps it: an older one was in its topic, and left it. */
const retentionMsOf = ({ training }: Pick<SentDelivery, 'training'>): number =>
  (training ? TRAINING_RETENTION_DAYS : AGENCY_RETENTION_DAYS) * DAY_MS;

/** Subjects that still live, with the place of their first event, and what the consumers have read. */
export interface LivingSubjects {
  applications: ReadonlyMap<string, { partition: number; offset: number }>;
  mandates: number;
}

/**
 * Returns the services with an empty store that must not be empty. A consumer that has read nothing yet fills its store.
 * Pure.
 */
export function findEmptyStores(
  empty: readonly StoredService[],
  { applications, mandates }: LivingSubjects,
  positions: readonly GroupPosition[],
): EmptyStore[] {
  const countRead = (service: StoredService): number => {
    const own = positions.filter((one) => one.service === service && one.topic.endsWith('cups.applications'));
    const nextOf = new Map(own.map(({ partition, next }) => [partition, next]));
    return [...applications.values()].filter(({ partition, offset }) => offset < (nextOf.get(partition) ?? 0)).length;
  };
  const expected: Partial<Record<StoredService, (service: StoredService) => number>> = {
    intake: () => applications.size,
    identity: () => mandates,
    'agency-bridge': countRead,
    notifications: countRead,
  };
  return empty
    .map((service) => ({ service, missing: expected[service]?.(service) ?? 0 }))
    .filter(({ missing }) => missing > 0);
}

/**
 * Returns the requests that were sent, that no agency has acknowledged, and that no topic has. Pure.
 * @param requested the newest submission of each delivery on the topics of requests
 */
export function findLostRequests(
  deliveries: readonly SentDelivery[],
  requested: readonly RequestedSubmission[],
  now: number,
): LostRequest[] {
  const newest = new Map(requested.map(({ delivery, submission }) => [delivery, submission]));
  return deliveries.flatMap((sent) => {
    const { _id: delivery, agency, submission, sendTime } = sent;
    const isUnacknowledged = sent.state === 'queued' && sent.sent === true && sent.channel === undefined;
    if (!isUnacknowledged || !sendTime || now - sendTime.getTime() > retentionMsOf(sent)) return [];
    return (newest.get(delivery) ?? 0) < submission ? [{ delivery, agency, submission, sendTime }] : [];
  });
}

/** Compares the stores with Kafka. Reads only. */
export async function findAbsences(parts: BackupConnections, stores: Stores, now: number): Promise<Absences> {
  const positions = await readGroupPositions(parts);
  const isWithout = await Promise.all(STORED_SERVICES.map((service) => isEmpty(stores, service)));
  const empty = STORED_SERVICES.filter((_, index) => isWithout[index]);
  const fields = { agency: 1, state: 1, sent: 1, submission: 1, sendTime: 1, training: 1, channel: 1 };
  const unacknowledged = { state: 'queued', sent: true };
  // One consumer after the other: a busy broker answers several at once late.
  const living = await readLivingSubjects(parts);
  const requested = await readRequested(parts, positions);
  const deliveries = await stores
    .database('agency-bridge')
    .collection<SentDelivery>('deliveries')
    .find(unacknowledged, { projection: fields })
    .toArray();
  return {
    empty: findEmptyStores(empty, living, positions),
    lostRequests: findLostRequests(deliveries, requested, now),
  };
}

async function readLivingSubjects(parts: BackupConnections): Promise<LivingSubjects> {
  const applications = new Map<string, { partition: number; offset: number }>();
  const mandates = new Set<string>();
  const topics = ['cups.applications', 'cups.mandates'].map((topic) => parts.prefix + topic);
  await forEachEvent(parts, topics, ({ type, subject, partition, offset }) => {
    if (type.endsWith('.ApplicationSubmitted') && !applications.has(subject))
      applications.set(subject, { partition, offset: Number(offset) });
    if (type.endsWith('.ApplicationErased')) applications.delete(subject);
    if (type.endsWith('.MandateGranted')) mandates.add(subject);
    if (/\.Mandate(Revoked|Expired)$/.test(type)) mandates.delete(subject);
  });
  return { applications, mandates: mandates.size };
}

/** Returns the newest submission of each delivery on the topics of requests. */
async function readRequested(
  parts: BackupConnections,
  positions: readonly GroupPosition[],
): Promise<RequestedSubmission[]> {
  const newest = new Map<string, RequestedSubmission>();
  await forEachEvent(parts, requestTopicsOf(positions), (event: ReceivedEvent) => {
    for (const one of findRequestedSubmissions([event])) {
      if ((newest.get(one.delivery)?.submission ?? 0) < one.submission) newest.set(one.delivery, one);
    }
  });
  return [...newest.values()];
}

/** Returns the topics of requests of all agencies whose replies are consumed, those that came after a backup included. */
export function requestTopicsOf(positions: readonly GroupPosition[]): string[] {
  const replies = positions.map(({ topic }) => topic).filter((topic) => topic.endsWith('.replies'));
  return [...new Set(replies)].map((topic) => topic.replace(/replies$/, 'requests'));
}

/** Returns one line for each finding, of names, codes and numbers only. */
export function describeAbsences({ empty, lostRequests }: Absences): string[] {
  const subjectOf = (service: StoredService): string => (service === 'identity' ? 'mandates' : 'applications');
  return [
    ...empty.map(
      ({ service, missing }) =>
        `empty  ${service}  ${missing} ${subjectOf(service)} are missing: restore its store with --only ${service}`,
    ),
    ...lostRequests.map(
      ({ delivery, agency, submission, sendTime }) =>
        `unsent  deliveries/${delivery}  submission ${submission} is in no topic and not acknowledged: ` +
        `npm run cups -- replay --agency ${agency} --since ${sendTime.toISOString()}`,
    ),
  ];
}
