import type { RequestType } from '@cups/agency-contract';
import type { Publish } from '@cups/backend/stored';
import type { StoredEvent } from '@cups/contracts';
import type { NewEvent } from '@cups/store';
import { fromAgencyNumber } from '../domain/delivery.ts';
import type { Delivery, OutboundRequest } from '../domain/delivery.ts';
import { toRequestEvent } from '../outbound/request-encoder.ts';
import type { AgencyFeeds, FeedEntry } from './feed.ts';

/** The way of a message from the outbox of its delivery to the feed of its agency. */

/** Names the feed of an agency where a topic is expected. Kafka has no such topic. */
const feedTopicOf = (agency: string): string => `agency.${agency}.feed`;
const FEED_TOPIC = /^agency\.([a-z][a-z0-9-]*)\.feed$/;

/** What an event for a feed contains: where its content is, or the content of a message without personal data. */
type Reference = Pick<FeedEntry, 'submission' | 'message' | 'data'>;

/** Converts a request or a report to an event for the agency's feed. It has no content of a submission, and no text. */
export function toFeedEvent(delivery: Delivery, request: OutboundRequest): NewEvent {
  const event = toRequestEvent(delivery, request);
  const reference = toReference(delivery, request, event.data);
  return { ...event, topic: feedTopicOf(delivery.agency), extra: {}, data: Buffer.from(JSON.stringify(reference)) };
}

function toReference(delivery: Delivery, request: OutboundRequest, data: Uint8Array): Reference {
  if (request.type === 'messageSent') return { message: request.number };
  const content = JSON.parse(Buffer.from(data).toString()) as { submission?: number };
  const { submission } = content;
  return submission === undefined ? { data: content } : { submission: fromAgencyNumber(delivery, submission) };
}

const isFeedEvent = ({ topic }: Pick<StoredEvent, 'topic'>): boolean => FEED_TOPIC.test(topic);

function toEntry(
  { topic, subject, n, type, id, time, correlationId, causationId, data }: StoredEvent,
  now: Date,
): FeedEntry {
  const reference = JSON.parse(Buffer.from(data).toString()) as Reference;
  const agency = FEED_TOPIC.exec(topic)![1]!;
  const about = { agency, key: `${subject}/${n}`, subject, type: type as RequestType, id, time };
  return { ...about, correlationId, causationId, ...reference, addTime: now };
}

/**
 * Returns a publisher that adds events of feeds to their feeds, and sends the others to Kafka. Feeds come first, so that an
 * agency without Kafka does not wait for it.
 * @param onAdded receives the agencies whose feeds have new entries; repeated if it rejects
 */
export function publishToFeeds(
  toKafka: Publish,
  feeds: Pick<AgencyFeeds, 'add'>,
  { now, onAdded }: { now: () => Date; onAdded: (agencies: string[]) => Promise<void> },
): Publish {
  return async (entries) => {
    const added = entries.filter(isFeedEvent).map((entry) => toEntry(entry, now()));
    if (added.length === 0) return toKafka(entries);
    await feeds.add(added);
    await onAdded([...new Set(added.map(({ agency }) => agency))]);
    const others = entries.filter((entry) => !isFeedEvent(entry));
    return others.length === 0 ? { rejected: [] } : toKafka(others);
  };
}
