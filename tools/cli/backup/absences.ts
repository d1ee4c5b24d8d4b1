import type { ReceivedEvent } from '@cups/contracts';
import { AGENCY_RETENTION_DAYS, TRAINING_RETENTION_DAYS } from '@cups/events';
import { findRequestedSubmissions } from './compare.ts';
import type { RequestedSubmission } from './compare.ts';
import type { BackupConnections } from './connections.ts';
import type { Stores } from './documents.ts';
import { describeEmptyStores, readEmptyStores } from './empty-stores.ts';
import type { EmptyStore } from './empty-stores.ts';
import { forEachEvent, readGroupPositions } from './positions.ts';
import type { GroupPosition } from './positions.ts';

/** What no counter finds: a store without anything to count, and requests that were lost together with their topic. */

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
  const fields = { agency: 1, state: 1, sent: 1, submission: 1, sendTime: 1, training: 1, channel: 1 };
  const unacknowledged = { state: 'queued', sent: true };
  // One consumer after the other: a busy broker answers several at once late.
  const empty = await readEmptyStores(parts, stores, positions);
  const requested = await readRequested(parts, positions);
  const deliveries = await stores
    .database('agency-bridge')
    .collection<SentDelivery>('deliveries')
    .find(unacknowledged, { projection: fields })
    .toArray();
  return { empty, lostRequests: findLostRequests(deliveries, requested, now) };
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
  return [
    ...describeEmptyStores(empty),
    ...lostRequests.map(
      ({ delivery, agency, submission, sendTime }) =>
        `unsent  deliveries/${delivery}  submission ${submission} is in no topic and not acknowledged: ` +
        `npm run cups -- replay --agency ${agency} --since ${sendTime.toISOString()}`,
    ),
  ];
}
