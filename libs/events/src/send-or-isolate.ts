import type { Event } from '@cups/contracts';
import { getErrorCode } from './kafka.ts';

/** What became of entries that were handed over to be sent; an entry in neither list is acknowledged. */
export interface PublishResult<E> {
  /** Can never be sent. */
  rejected: { entry: E; cause: string }[];
  /** Could not be sent now: the topic is missing or forbidden, or a rejected entry of the same key stands before it. */
  later: E[];
}

/** Never better the next time. */
const PERMANENT_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);
/** A matter of one topic, until somebody has created or opened it. */
const TOPIC_ERRORS = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);

/** What follows when entries were refused together. */
export type IsolationStep<E> =
  /** Says nothing about the entries: the broker is away. */
  | { kind: 'unknown' }
  /** Each part is tried by itself; entries of one key are in one part. */
  | { kind: 'parts'; parts: E[][] }
  /** The one topic of all of them takes nothing for now. */
  | { kind: 'topic'; topic: string }
  /** They have one key, and one of them can never be sent. */
  | { kind: 'one-by-one' };

/** Narrows a refusal down to its topic, then to its key, by halves. Pure. @param cause the protocol's name of the failure */
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
  /** @throws Error when not all of them are acknowledged */
  send(entries: E[]): Promise<void>;
  /** A topic takes nothing for now. */
  pause(topic: string, cause: string): void;
}

/**
 * Sends; a refusal is narrowed down, so that what can never be sent is found and the others go. Entries of one key keep their order:
 * behind a rejected one, the others of its key wait.
 *
 * @param sent is added to
 * @throws Error when the broker is away: nothing may be assumed about the entries
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

/** Entries of one key, in their order, up to the first that can never be sent. */
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
