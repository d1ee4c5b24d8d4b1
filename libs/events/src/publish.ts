import { Partitioners } from 'kafkajs';
import { encode, type Entry } from './envelope.ts';
import type { Log, Metrics } from '@cups/contracts';
import { connectKafka, failureOf } from './kafka.ts';

export interface Publisher<E extends Entry = Entry> {
  /**
   * One sendBatch, acknowledged by all replicas; an entry in neither list is acknowledged. One batch is in flight at a
   * time, whoever calls. `rejected` can never be sent; `later` could not be sent now (topic missing or forbidden, or
   * behind a rejected entry of the same key).
   * @throws Error when the broker is away: nothing may be assumed about the entries
   */
  publish(entries: E[]): Promise<{ rejected: { entry: E; cause: string }[]; later: E[] }>;
  connected(): boolean;
  stop(): Promise<void>;
}

/** Never better the next time. */
const permanent = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);
/** A matter of one topic, until somebody has created or opened it. */
const ofTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);
const topicPauseMs = 2_000;

export function createPublisher<E extends Entry = Entry>(options: {
  brokers: string[];
  clientId: string;
  prefix: string;
  log: Log;
  metrics?: Metrics;
}): Publisher<E> {
  const { prefix, log } = options;
  const producer = connectKafka(options.brokers, options.clientId).producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    maxInFlightRequests: 1,
  });
  let open: Promise<void> | undefined;
  let connected = false;
  let stopped = false;
  let turn: Promise<unknown> = Promise.resolve();
  const pausedTopics = new Map<string, number>();
  const refused = options.metrics?.counter('publish_rejected_total', 'Events that can never be sent', ['cause']);

  const connect = (): Promise<void> => {
    open ??= producer.connect().then(
      () => log.info({ event: 'publisher-connected' }),
      (error: unknown) => {
        open = undefined;
        throw error;
      },
    );
    return open;
  };

  const send = async (entries: E[]): Promise<void> => {
    const byTopic = new Map<string, ReturnType<typeof encode>[]>();
    for (const entry of entries) {
      const messages = byTopic.get(entry.topic);
      if (messages) messages.push(encode(entry));
      else byTopic.set(entry.topic, [encode(entry)]);
    }
    await producer.sendBatch({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, messages]) => ({ topic: prefix + topic, messages })),
    });
  };

  type Result = Awaited<ReturnType<Publisher<E>['publish']>>;

  /** Sends; a refusal is narrowed down to its topic, then its key, then its entry. Entries of one key keep their order. */
  const sendOrIsolate = async (entries: E[], result: Result): Promise<void> => {
    if (entries.length === 0) return;
    try {
      return await send(entries);
    } catch (error) {
      const cause = failureOf(error);
      const topics = Map.groupBy(entries, ({ topic }) => topic);
      if (!permanent.has(cause) && !ofTopic.has(cause)) throw error;
      if (topics.size > 1) {
        for (const group of topics.values()) await sendOrIsolate(group, result);
        return;
      }
      if (ofTopic.has(cause)) {
        const [topic] = topics.keys();
        if (topic === undefined) return;
        pausedTopics.set(topic, Date.now() + topicPauseMs);
        log.warn({ event: 'topic-unusable', topic, reason: cause });
        result.later.push(...entries);
        return;
      }
      const keys = [...Map.groupBy(entries, ({ key }) => key).values()];
      if (keys.length > 1) {
        const half = Math.ceil(keys.length / 2);
        await sendOrIsolate(keys.slice(0, half).flat(), result);
        await sendOrIsolate(keys.slice(half).flat(), result);
        return;
      }
      for (const [index, entry] of entries.entries()) {
        try {
          await send([entry]);
        } catch (one) {
          if (!permanent.has(failureOf(one))) throw one;
          result.rejected.push({ entry, cause: failureOf(one) });
          refused?.inc({ cause: failureOf(one) });
          result.later.push(...entries.slice(index + 1));
          return;
        }
      }
    }
  };

  const publish = async (entries: E[]): Promise<Result> => {
    const result: Result = { rejected: [], later: [] };
    if (stopped) throw new Error('The publisher is stopped.');
    try {
      await connect();
      const now = Date.now();
      const open: E[] = [];
      for (const entry of entries) {
        if ((pausedTopics.get(entry.topic) ?? 0) > now) result.later.push(entry);
        else open.push(entry);
      }
      await sendOrIsolate(open, result);
      connected = true;
    } catch (error) {
      connected = false;
      throw error;
    }
    return result;
  };

  return {
    publish(entries) {
      const mine = turn.then(() => publish(entries));
      turn = mine.catch(() => {});
      return mine;
    },
    connected: () => connected,
    async stop() {
      stopped = true;
      await turn;
      connected = false;
      await producer.disconnect().catch(() => {});
    },
  };
}
