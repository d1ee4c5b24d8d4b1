import type { Event, Log, Metrics, Tracer } from '@cups/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';
import { explainDenial, type KafkaAccess } from './access.ts';
import { AuthorizationErrors } from './authorization-errors.ts';
import { encode } from './envelope.ts';
import { sendOrIsolate, type PublishResult } from './send-or-isolate.ts';
import { connectKafka, getErrorCode } from './kafka.ts';
import { sendInSpans } from './spans.ts';

export interface Publisher<E extends Event = Event> {
  /**
   * Sends one batch, acknowledged by all replicas; one batch is in flight at a time. Kafka never accepts `rejected`
   * entries. `later` entries failed for now: topic missing or forbidden, or behind a rejected entry of the same key.
   * Entries in neither list are acknowledged.
   * @throws Error if the broker is unavailable; the state of the entries is then unknown
   */
  publish(entries: E[]): Promise<PublishResult<E>>;
  connected(): boolean;
  stop(): Promise<void>;
}

export interface PublisherOptions {
  brokers: string[];
  access?: KafkaAccess | undefined;
  clientId: string;
  prefix: string;
  log: Log;
  metrics?: Metrics;
  /** @default no spans */
  tracer?: Tracer | undefined;
}

/** Pause of a topic that accepts nothing. */
const TOPIC_PAUSE_MS = 2_000;

/** Longer than all requests of a send with their timeouts and repeats. */
const SEND_TIMEOUT_MS = 60_000;

type BatchProducer = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>;

function createProducer({ brokers, access, clientId }: PublisherOptions): BatchProducer {
  return connectKafka(brokers, clientId, access).producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    maxInFlightRequests: 1,
  });
}

/** The broker connection, opened on first use. It replaces a producer that never answers. */
export class ProducerConnection {
  readonly #log: Log;
  readonly #prefix: string;
  readonly #create: () => BatchProducer;
  readonly #timeoutMs: number;
  #producer: BatchProducer;
  #open: Promise<void> | undefined;

  /** @param overrides for tests */
  constructor(
    options: PublisherOptions,
    { create = () => createProducer(options), timeoutMs = SEND_TIMEOUT_MS }: ProducerOverrides = {},
  ) {
    this.#log = options.log;
    this.#prefix = options.prefix;
    this.#create = create;
    this.#timeoutMs = timeoutMs;
    this.#producer = create();
  }

  /** @throws Error if the broker is unavailable */
  connect(): Promise<void> {
    this.#open ??= this.#bounded(this.#producer.connect()).then(
      () => this.#log.info({ event: 'publisher-connected' }),
      (error: unknown) => {
        this.#open = undefined;
        throw error;
      },
    );
    return this.#open;
  }

  /** Sends one batch for all topics. @throws Error unless all of it is acknowledged */
  async send(entries: Event[]): Promise<void> {
    const byTopic = new Map<string, ReturnType<typeof encode>[]>();
    for (const entry of entries) {
      const messages = byTopic.get(entry.topic);
      if (messages) messages.push(encode(entry));
      else byTopic.set(entry.topic, [encode(entry)]);
    }
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic: this.#prefix + topic, messages }));
    await this.#bounded(this.#producer.sendBatch({ acks: -1, topicMessages }));
  }

  /** kafkajs can lose the end of a call while Kafka restarts: nothing would be published until the process restarts. */
  async #bounded(call: Promise<unknown>): Promise<void> {
    const ended = new AbortController();
    const timeout = pause(this.#timeoutMs, 'timeout', { signal: ended.signal });
    timeout.catch(() => {});
    const first = await Promise.race([call, timeout]).finally(() => ended.abort());
    if (first !== 'timeout') return;
    this.#log.warn({ event: 'publisher-replaced', durationMs: this.#timeoutMs });
    call.catch(() => {});
    void this.close();
    this.#producer = this.#create();
    this.#open = undefined;
    throw new Error('Kafka did not answer in time.');
  }

  close(): Promise<void> {
    return this.#producer.disconnect().catch(() => {});
  }
}

interface ProducerOverrides {
  create?: () => BatchProducer;
  timeoutMs?: number;
}

/** Topics that accept nothing for now, each until a time (ms). */
class PausedTopics {
  readonly #until = new Map<string, number>();

  pause(topic: string, until: number): void {
    this.#until.set(topic, until);
  }

  /** Returns the entries of open topics; adds the others to `later`. */
  open<E extends Event>(entries: E[], later: E[], now: number): E[] {
    const open: E[] = [];
    for (const entry of entries) {
      if ((this.#until.get(entry.topic) ?? 0) > now) later.push(entry);
      else open.push(entry);
    }
    return open;
  }
}

/** Creates the publisher of the outboxes. It connects on first use and reconnects after an outage. */
export function createPublisher<E extends Event = Event>(options: PublisherOptions): Publisher<E> {
  const { brokers, access, prefix, log, metrics, tracer } = options;
  const connection = new ProducerConnection(options);
  const paused = new PausedTopics();
  const authorizationErrors = new AuthorizationErrors(log, metrics);
  const explainFor = (topic: string, cause: string) =>
    explainDenial(cause, { brokers, access, operation: 'write', topic: prefix + topic });
  const rejections = metrics?.counter('publish_rejected_total', 'Events that Kafka rejects permanently', ['cause']);
  let connected = false;
  let stopped = false;
  let turn: Promise<unknown> = Promise.resolve();

  const sender = {
    async send(entries: E[]) {
      await sendInSpans(tracer, entries, (traced) => connection.send(traced));
      for (const { topic } of entries) authorizationErrors.clear(topic);
    },
    pause(topic: string, reason: string) {
      paused.pause(topic, Date.now() + TOPIC_PAUSE_MS);
      const denial = explainFor(topic, reason);
      if (denial) authorizationErrors.report(topic, denial);
      else log.warn({ event: 'topic-unusable', topic, reason });
    },
  };

  const publish = async (entries: E[]): Promise<PublishResult<E>> => {
    if (stopped) throw new Error('The publisher is stopped.');
    const sent: PublishResult<E> = { rejected: [], later: [] };
    try {
      await connection.connect();
      await sendOrIsolate(paused.open(entries, sent.later, Date.now()), sender, sent);
      connected = true;
    } catch (error) {
      connected = false;
      for (const topic of new Set(entries.map((entry) => entry.topic))) {
        const denial = explainFor(topic, getErrorCode(error));
        if (denial) authorizationErrors.report(topic, denial);
      }
      throw error;
    } finally {
      for (const { cause } of sent.rejected) rejections?.inc({ cause });
    }
    return sent;
  };

  return {
    publish(entries) {
      const result = turn.then(() => publish(entries));
      turn = result.catch(() => {});
      return result;
    },
    connected: () => connected,
    async stop() {
      stopped = true;
      await turn;
      connected = false;
      await connection.close();
    },
  };
}
