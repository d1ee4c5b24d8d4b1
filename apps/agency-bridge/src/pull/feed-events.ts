import type { RequestType } from '@cups/agency-contract';
import type { Publish } from '@cups/backend/stored';
import type { StoredEvent } from '@cups/contracts';
import type { NewEvent } from '@cups/store';
import { fromAgencyNumber } from '../domain/delivery.ts';
import type { Delivery, OutboundRequest } from '../domain/delivery.ts';
import { toRequestEvent } from '../outbound/request-encoder.ts';
import type { AgencyFeeds, FeedEntry } from './feed.ts';

/** The way of a message from the outbox of its delivery to the feed of its agency. */

/** No topic of Kafka has this prefix. */
const FEED_TOPIC_PREFIX = 'pull.';

/** Converts a request or a report to an event for the agency's feed. It has no content of a submission. */
export function toFeedEvent(delivery: Delivery, request: OutboundRequest): NewEvent {
  const event = toRequestEvent(delivery, request);
  const content = JSON.parse(Buffer.from(event.data).toString()) as { submission?: number };
  const { submission } = content;
  const reference =
    submission === undefined ? { data: content } : { submission: fromAgencyNumber(delivery, submission) };
  const topic = `${FEED_TOPIC_PREFIX}${delivery.agency}`;
  return { ...event, topic, extra: {}, data: Buffer.from(JSON.stringify(reference)) };
}

const isFeedEvent = ({ topic }: Pick<StoredEvent, 'topic'>): boolean => topic.startsWith(FEED_TOPIC_PREFIX);

function toEntry({ topic, subject, n, type, id, time, correlationId, causationId, data }: StoredEvent, now: Date): FeedEntry {
  const reference = JSON.parse(Buffer.from(data).toString()) as Pick<FeedEntry, 'submission' | 'data'>;
  const agency = topic.slice(FEED_TOPIC_PREFIX.length);
  const about = { agency, key: `${subject}/${n}`, subject, type: type as RequestType, id, time };
  return { ...about, correlationId, causationId, ...reference, addTime: now };
}

/**
 * Returns a publisher that adds events of feeds to their feeds, and sends the others to Kafka. Feeds come first, so that an
 * agency without Kafka does not wait for it.
 * @param onAdded receives the agencies whose feeds have new entries
 */
export function publishToFeeds(
  toKafka: Publish,
  feeds: Pick<AgencyFeeds, 'add'>,
  { now, onAdded }: { now: () => Date; onAdded: (agencies: string[]) => void },
): Publish {
  return async (entries) => {
    const added = entries.filter(isFeedEvent).map((entry) => toEntry(entry, now()));
    if (added.length === 0) return toKafka(entries);
    await feeds.add(added);
    onAdded([...new Set(added.map(({ agency }) => agency))]);
    const others = entries.filter((entry) => !isFeedEvent(entry));
    return others.length === 0 ? { rejected: [] } : toKafka(others);
  };
}
