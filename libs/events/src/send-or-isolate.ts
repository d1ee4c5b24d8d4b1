import type { Event } from '@cups/contracts';
import { getErrorCode } from './kafka.ts';

/** Result of a send; an entry in neither list is acknowledged. */
export interface PublishResult<E> {
  /** Entries that Kafka never accepts. */
  rejected: { entry: E; cause: string }[];
  /** Not accepted now: the topic is missing or forbidden, or an earlier entry of the same key was rejected. */
  later: E[];
}

/** Errors that a retry does not resolve. */
const PERMANENT_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);
/** Errors of one topic, until an administrator creates it or grants access. */
const TOPIC_ERRORS = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);

/** How to narrow down a failed batch. */
export type IsolationStep<E> =
  /** The error says nothing about the entries: the broker is unavailable. */
  | { kind: 'unknown' }
  /** Retry each part separately; entries of one key stay in one part. */
  | { kind: 'parts'; parts: E[][] }
  /** The only topic accepts nothing for now. */
  | { kind: 'topic'; topic: string }
  /** They have one key, and at least one is rejected permanently. */
  | { kind: 'one-by-one' };

/** Narrows a failure down to its topic, then to its key by bisection. Pure. @param cause the protocol's error name */
export function narrowFailure<E extends Pick<Event, 'topic' | 'key'>>(entries: E[], cause: string): IsolationStep<E> {
  if (!PERMANENT_ERRORS.has(cause) && !TOPIC_ERRORS.has(cause)) return { kind: 'unknown' };
  const topics = [...Map.groupBy(entries, ({ topic }) => topic)];
  if (topics.length > 1) return { kind: 'parts', parts: topics.map(([, ofTopic]) => ofTopic) };
  const [topic] = topics[0] ?? [''];
  if (TOPIC_ERRORS.has(cause)) return { kind: 'topic', topic };
  const keys = [...Map.groupBy(entries, ({ key }) => key).values()];
  if (keys.length === 1) return { kind: 'one-by-one' };
  const half = Math.ceil(keys.length / 2);
  return { kind: 'parts', parts: [keys.slice(0, half).flat(), keys.slice(half).flat()] };
}

export interface BatchSender<E> {
  /** @throws Error unless all entries are acknowledged */
  send(entries: E[]): Promise<void>;
  /** Stops sends to a topic for now. */
  pause(topic: string, cause: string): void;
}

/**
 * Sends entries. After a failure, it isolates the entries that Kafka never accepts and sends the others. Entries of
 * one key keep their order: those behind a rejected entry wait.
 * @param sent receives the results
 * @throws Error if the broker is unavailable; the state of the entries is then unknown
 */
export async function sendOrIsolate<E extends Event>(
  entries: E[],
  to: BatchSender<E>,
  sent: PublishResult<E>,
): Promise<void> {
  if (entries.length === 0) return;
  try {
    await to.send(entries);
  } catch (error) {
    const cause = getErrorCode(error);
    const next = narrowFailure(entries, cause);
    switch (next.kind) {
      case 'unknown':
        throw error;
      case 'parts':
        for (const part of next.parts) await sendOrIsolate(part, to, sent);
        return;
      case 'topic':
        to.pause(next.topic, cause);
        sent.later.push(...entries);
        return;
      case 'one-by-one':
        await sendUntilRejected(entries, to, sent);
    }
  }
}

/** Sends entries of one key in order, up to the first permanently rejected one. */
async function sendUntilRejected<E extends Event>(
  entries: E[],
  to: BatchSender<E>,
  sent: PublishResult<E>,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    try {
      await to.send([entry]);
    } catch (error) {
      const cause = getErrorCode(error);
      if (!PERMANENT_ERRORS.has(cause)) throw error;
      sent.rejected.push({ entry, cause });
      sent.later.push(...entries.slice(index + 1));
      return;
    }
  }
}
