import type { ReceivedEvent, StoredEvent } from '@cups/contracts';
import { createConsumer, createPublisher, openLagWatch, WRITERS } from '@cups/events';
import type { Consumer, ConsumerOptions, Handled, KafkaAccess, LagWatch, StuckPartition } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { ProblemKind } from '@cups/problem';
import type { Served } from '@cups/rpc';
import { openParked, openParking, openRefusals, openStore, startRelay, startTimers } from '@cups/store';
import type { AnyDocuments, RelayOptions, Store, TimersOptions } from '@cups/store';
import { Backend } from './backend.ts';
import type { BackendConfig, BackendOptions, Overrides } from './backend.ts';
import { requireEncryptedStore } from './encrypted.ts';
import { operationsService } from './operations.ts';
import type { Repairs } from './operations.ts';

/** What `STORED` of the settings says, beside that of every process. */
export interface StoredConfig extends BackendConfig {
  environment: 'development' | 'production';
  /** Without a database. */
  mongoUri: string;
  /** The authorities of its certificate; without them the URI alone says how it is reached. */
  mongoCa?: (() => string) | undefined;
  kafkaBrokers: string[];
  /** @default in the open, as nobody */
  kafkaAccess?: KafkaAccess;
  /** Before every topic, group and database. */
  prefix: string;
}

type Publish = RelayOptions['publish'];

export interface StoredOverrides extends Overrides {
  /** Stands between the outbox and Kafka, to end a process between commit and publish. */
  publisher?: (real: Publish) => Publish;
  /** Stands between Kafka and what is done about an event, to let that fail or hang. */
  handler?: (real: Consumes['handle']) => Consumes['handle'];
  /** How long a handler is borne with. */
  patience?: ConsumerOptions['patience'];
  /** How long a partition with lag may not move before it stands still. @default that of the watch */
  stuckMs?: number;
}

export interface StoredOptions<Config extends StoredConfig = StoredConfig> extends BackendOptions<Config> {
  overrides?: StoredOverrides;
}

/** What a consumer reads, and what becomes of it. */
export interface Consumes {
  /** Without the prefix. */
  groupId: string;
  /** Without the prefix. */
  topics: string[];
  handle: (event: ReceivedEvent) => Promise<Handled>;
  /** Handles events that are not counted, many at once; what it leaves undefined comes to `handle`. */
  handleMany?: ConsumerOptions['handleMany'];
  /** Counts an event that an operator dropped within its subject, without applying it; for events that are numbered. */
  skip?: (event: ReceivedEvent) => Promise<void>;
  /** Events of different subjects that are worked on at once. @default 16 */
  concurrency?: number;
  /** The group, without the prefix, that read these topics before; its committed offsets are taken over. */
  inheritFrom?: string;
  /** @default what `refusals` keeps */
  keepRefused?: ConsumerOptions['keepRefused'];
  /** @default NOT_A_CLOUDEVENT, with the headers that are wrong */
  explain?: ConsumerOptions['explain'];
}

/** What says that the store, a neighbour or Kafka is away, or has no room: nothing about the event that was to be handled. */
const PASSING: readonly ProblemKind[] = ['UNAVAILABLE', 'DEADLINE', 'EXHAUSTED', 'ABORTED', 'CANCELLED'];
const isPassing = (error: unknown): boolean => isProblem(error) && PASSING.includes(error.kind);

/** How long a stop waits for Kafka to take what the last calls left to be sent; what it does not take, the successor sends. */
const DRAIN_MS = 2_000;

/**
 * A backend with a store of its own, the events of its outboxes, and events that it consumes. It takes work as soon as the
 * store answers: Kafka is not needed.
 */
export class StoredBackend<Config extends StoredConfig = StoredConfig> extends Backend<Config> {
  readonly store: Store;
  /** Where messages that cannot be used are kept. */
  readonly refusals: ReturnType<typeof openRefusals>;
  readonly #between: (real: Publish) => Publish;
  readonly #handler: (real: Consumes['handle']) => Consumes['handle'];
  readonly #patience: ConsumerOptions['patience'];
  readonly #stuckMs: number | undefined;
  readonly #parking: ReturnType<typeof openParking>;
  readonly #published: AnyDocuments[] = [];
  #repairs: Repairs = {};
  readonly #consumers: Consumer[] = [];
  #watch: LagWatch | undefined;

  /** @throws Error when the service's own key cannot be read, or production has a store without TLS */
  constructor(options: StoredOptions<Config>) {
    requireEncryptedStore(options.config);
    super(options);
    const { name, now, log, metrics, config } = this;
    this.#between = options.overrides?.publisher ?? ((real) => real);
    this.#handler = options.overrides?.handler ?? ((real) => real);
    this.#patience = options.overrides?.patience;
    this.#stuckMs = options.overrides?.stuckMs;
    const store = openStore({
      uri: config.mongoUri,
      ca: config.mongoCa,
      database: `${config.prefix}cups-${name}`,
      log,
      metrics,
    });
    this.store = store;
    this.refusals = openRefusals(store, { now, metrics });
    this.#parking = openParking(store, { now, metrics });
    this.readyWhile(() => store.ready());
    this.aliveWhile(() => this.#consumers.every((consumer) => consumer.live()));
    this.atStop('consumers', () => this.#stopConsumers());
    this.atStop('store', () => store.close());
  }

  /** What operators may have done in this service alone; to be named before it serves. */
  repairBy(repairs: Repairs): void {
    this.#repairs = repairs;
  }

  protected override more(): Served<never>[] {
    const { log, store, refusals, now } = this;
    const parked = openParked(store, now);
    const stuck = () => this.stuck();
    const parts = { log, parked, refusals, stuck, documents: this.#published, repairs: this.#repairs };
    return [operationsService(parts) as unknown as Served<never>];
  }

  /** Publishes what is written into the outboxes of these documents, also what an earlier process left there. */
  publishOutboxes(documents: AnyDocuments[], after: Pick<RelayOptions, 'afterPublish' | 'acknowledged'> = {}): void {
    const { name, now, log, metrics, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const publisher = createPublisher<StoredEvent>({ brokers, access, clientId: name, prefix, log, metrics });
    this.#published.push(...documents);
    const publish = this.#between((entries) => publisher.publish(entries));
    const { afterPublish, acknowledged } = after;
    const relay = startRelay({ documents, now, publish, log, metrics, afterPublish, acknowledged });
    this.atStop('outbox', async () => {
      await relay.drain(DRAIN_MS);
      await relay.stop();
      await publisher.stop();
    });
  }

  /** Does what is due by the timers in these documents. */
  startTimers({ documents, due, pollMs }: Pick<TimersOptions, 'documents' | 'due' | 'pollMs'>): void {
    const timers = startTimers({ documents, due, pollMs, now: this.now, log: this.log });
    this.atStop('work', () => timers.stop());
  }

  /** Consumes until the stop; once that has begun, nothing more is begun. */
  consume(consumes: Consumes): void {
    if (this.isStopping) return;
    const { log, metrics, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const watch = this.#watching();
    const { keepRefused = this.refusals.keep, handle, handleMany, ...what } = consumes;
    const between = this.#handler(handle);
    const consumer = createConsumer({
      ...what,
      handle: between,
      // What stands between Kafka and the handler sees every event.
      handleMany: between === handle ? handleMany : undefined,
      ...(this.#patience ? { patience: this.#patience } : {}),
      brokers,
      access,
      prefix,
      log,
      metrics,
      keepRefused,
      expects: WRITERS,
      park: this.#parking,
      isPassing,
      watch,
    });
    this.#consumers.push(consumer);
  }

  /** Messages that a consumer of this service has not read yet, in all replicas; undefined when Kafka does not say. */
  unread({ groupId, topics }: Pick<Consumes, 'groupId' | 'topics'>): Promise<bigint | undefined> {
    return this.#watching().unread(groupId, topics);
  }

  /** Partitions in which a consumer of this service stands still, in all replicas; oldest first. */
  stuck(): StuckPartition[] {
    return this.#watch?.stuck() ?? [];
  }

  #watching(): LagWatch {
    const { log, metrics, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    this.#watch ??= openLagWatch({
      brokers,
      access,
      prefix,
      log,
      metrics,
      ...(this.#stuckMs ? { stuckMs: this.#stuckMs } : {}),
    });
    return this.#watch;
  }

  async #stopConsumers(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.#watch?.stop();
  }
}

/** @throws Error when the service's own key cannot be read */
export const openStoredBackend = <Config extends StoredConfig>(options: StoredOptions<Config>): StoredBackend<Config> =>
  new StoredBackend(options);
