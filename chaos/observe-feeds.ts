import mongoose from 'mongoose';
import type { Platform } from '@cups/tools/platform';
import type { ChaosRecord, ObservedEvent, ObservedReply, ObservedRequest } from './chaos-record.ts';

/** Reads what agencies without Kafka received and replied. */

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** A row of `agencyRequests`, the feeds of agencies that pull. */
interface FeedDocument {
  /** `<agency>/<position>` */
  _id: string;
  agency: string;
  key: string;
  /** deliveries/{id} */
  subject: string;
  id: string;
  time: Date;
  submission?: number;
}

/** Reads the feeds of agencies that pull, in their order, and the submissions in them. */
export async function observeFeeds({ mongoUri, prefix }: Platform): Promise<Pick<ChaosRecord, 'feeds' | 'requests'>> {
  const connection = await mongoose.createConnection(mongoUri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  try {
    const rows = connection.useDb(`${prefix}cups-agency-bridge`).collection<FeedDocument>('agencyRequests');
    const entries = (await rows.find({}, { sort: { _id: 1 } }).toArray()) as unknown as FeedDocument[];
    const positionOf = ({ _id }: FeedDocument) => Number(_id.slice(_id.lastIndexOf('/') + 1));
    return {
      feeds: entries.map((entry) => ({ agency: entry.agency, position: positionOf(entry), key: entry.key })),
      requests: entries.flatMap(({ id, subject, submission, time }) =>
        submission === undefined ? [] : [toPulledRequest(id, idOf(subject), submission, time)],
      ),
    };
  } finally {
    await connection.close();
  }
}

/** @param number of the submission in the application; agencies number from their own first one */
const toPulledRequest = (id: string, delivery: string, number: number, time: Date): ObservedRequest => ({
  id,
  application: delivery.slice(0, delivery.indexOf('-')),
  delivery,
  submission: number,
  time: time.getTime(),
});

/**
 * Returns the decisions of agencies that pull, as the bridge published them: their replies are on no topic. A reply that was
 * published twice has two events with its ID.
 */
export function findPulledReplies(
  events: readonly ObservedEvent[],
  channels: Readonly<Record<string, string>>,
): ObservedReply[] {
  const decisions = events.filter(({ topic, type }) => topic === 'cups.deliveries' && type === 'DeliveryDecided');
  const replies = decisions.flatMap(({ subject, messageId = '' }): [string, ObservedReply][] => {
    const delivery = idOf(subject);
    if (channels[delivery.slice(delivery.indexOf('-') + 1)] !== 'pull') return [];
    return [[messageId, { id: messageId, delivery, isDecision: true }]];
  });
  return [...new Map(replies).values()];
}
