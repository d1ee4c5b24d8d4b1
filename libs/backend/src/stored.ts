import type { ReceivedEvent, StoredEvent } from '@cups/contracts';
import { createConsumer, createPublisher, openLagWatch, TOPIC_EXPECTATIONS } from '@cups/events';
import type { Consumer, ConsumerOptions, HandlerResult, KafkaAccess, LagWatch, StuckPartition } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { ProblemKind } from '@cups/problem';
import type { ServiceRegistration } from '@cups/rpc';
import { openParkedEvents, openEventPark, openRefusals, openStore, startRelay, startTimers } from '@cups/store';
import type { AnyDocuments, RelayOptions, Store, TimersOptions } from '@cups/store';
import { Backend } from './backend.ts';
import type { BackendConfig, BackendOptions, TestOverrides } from './backend.ts';
import { requireEncryptedStore } from './encrypted-store.ts';
import { createOperationsService } from './operations.ts';
import type { DeliveryOperations } from './operations.ts';

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

export interface StoredTestOverrides extends TestOverrides {
  /** Stands between the outbox and Kafka, to end a process between commit and publish. */
  publisher?: (real: Publish) => Publish;
  /** Stands between Kafka and what is done about an event, to let that fail or hang. */
  handler?: (real: ConsumerDefinition['handle']) => ConsumerDefinition['handle'];
  /** How long a handler is borne with. */
  retryPolicy?: ConsumerOptions['retryPolicy'];
  /** How long a partition with lag may not move before it stands still. @default that of the watch */
  stuckMs?: number;
}

export interface StoredOptions<Config extends StoredConfig = StoredConfig> extends BackendOptions<Config> {
  overrides?: StoredTestOverrides;
}

/** What a consumer reads, and what becomes of it. */
export interface ConsumerDefinition {
  /** Without the prefix. */
  groupId: string;
  /** Without the prefix. */
  topics: string[];
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
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
const TRANSIENT_KINDS: readonly ProblemKind[] = ['UNAVAILABLE', 'DEADLINE', 'EXHAUSTED', 'ABORTED', 'CANCELLED'];
const isTransient = (error: unknown): boolean => isProblem(error) && TRANSIENT_KINDS.includes(error.kind);

/** How long a stop waits for Kafka to take what the last calls left to be sent; what it does not take, the successor sends. */
const DRAIN_TIMEOUT_MS = 2_000;

/**
 * A backend with a store of its own, the events of its outboxes, and events that it consumes. It takes work as soon as the
 * store answers: Kafka is not needed.
 */
export class StoredBackend<Config extends StoredConfig = StoredConfig> extends Backend<Config> {
  readonly store: Store;
  /** Where messages that cannot be used are kept. */
  readonly refusals: ReturnType<typeof openRefusals>;
  readonly #wrapPublish: (real: Publish) => Publish;
  readonly #wrapHandler: (real: ConsumerDefinition['handle']) => ConsumerDefinition['handle'];
  readonly #retryPolicy: ConsumerOptions['retryPolicy'];
  readonly #stuckMs: number | undefined;
  readonly #parking: ReturnType<typeof openEventPark>;
  readonly #outboxDocuments: AnyDocuments[] = [];
  #deliveryOperations: DeliveryOperations = {};
  readonly #consumers: Consumer[] = [];
  #watch: LagWatch | undefined;

  /** @throws Error when the service's own key cannot be read, or production has a store without TLS */
  constructor(options: StoredOptions<Config>) {
    requireEncryptedStore(options.config);
    super(options);
    const { name, now, log, metrics, config } = this;
    this.#wrapPublish = options.overrides?.publisher ?? ((real) => real);
    this.#wrapHandler = options.overrides?.handler ?? ((real) => real);
    this.#retryPolicy = options.overrides?.retryPolicy;
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
    this.#parking = openEventPark(store, { now, metrics });
    this.readyWhile(() => store.ready());
    this.aliveWhile(() => this.#consumers.every((consumer) => consumer.live()));
    this.onShutdown('consumers', () => this.#stopConsumers());
    this.onShutdown('store', () => store.close());
  }

  /** What operators may have done in this service alone; to be named before it serves. */
  setDeliveryOperations(operations: DeliveryOperations): void {
    this.#deliveryOperations = operations;
  }

  protected override additionalServices(): ServiceRegistration<never>[] {
    const { log, store, refusals, now } = this;
    const parked = openParkedEvents(store, now);
    const stuck = () => this.stuck();
    const parts = {
      log,
      parked,
      refusals,
      stuck,
      documents: this.#outboxDocuments,
      deliveryOperations: this.#deliveryOperations,
    };
    return [createOperationsService(parts) as unknown as ServiceRegistration<never>];
  }

  /** Publishes what is written into the outboxes of these documents, also what an earlier process left there. */
  publishOutboxes(documents: AnyDocuments[], after: Pick<RelayOptions, 'afterPublish' | 'acknowledged'> = {}): void {
    const { name, now, log, metrics, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const publisher = createPublisher<StoredEvent>({ brokers, access, clientId: name, prefix, log, metrics });
    this.#outboxDocuments.push(...documents);
    const publish = this.#wrapPublish((entries) => publisher.publish(entries));
    const { afterPublish, acknowledged } = after;
    const relay = startRelay({ documents, now, publish, log, metrics, afterPublish, acknowledged });
    this.onShutdown('outbox', async () => {
      await relay.drain(DRAIN_TIMEOUT_MS);
      await relay.stop();
      await publisher.stop();
    });
  }

  /** Does what is due by the timers in these documents. */
  startTimers({ documents, due, pollMs }: Pick<TimersOptions, 'documents' | 'due' | 'pollMs'>): void {
    const timers = startTimers({ documents, due, pollMs, now: this.now, log: this.log });
    this.onShutdown('work', () => timers.stop());
  }

  /** Consumes until the stop; once that has begun, nothing more is begun. */
  consume(consumes: ConsumerDefinition): void {
    if (this.isStopping) return;
    const { log, metrics, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const watch = this.#openWatch();
    const { keepRefused = this.refusals.keep, handle, handleMany, ...rest } = consumes;
    const wrappedHandle = this.#wrapHandler(handle);
    const consumer = createConsumer({
      ...rest,
      handle: wrappedHandle,
      // What stands between Kafka and the handler sees every event.
      handleMany: wrappedHandle === handle ? handleMany : undefined,
      ...(this.#retryPolicy ? { retryPolicy: this.#retryPolicy } : {}),
      brokers,
      access,
      prefix,
      log,
      metrics,
      keepRefused,
      expects: TOPIC_EXPECTATIONS,
      park: this.#parking,
      isTransient,
      watch,
    });
    this.#consumers.push(consumer);
  }

  /** Messages that a consumer of this service has not read yet, in all replicas; undefined when Kafka does not say. */
  unread({ groupId, topics }: Pick<ConsumerDefinition, 'groupId' | 'topics'>): Promise<bigint | undefined> {
    return this.#openWatch().unread(groupId, topics);
  }

  /** Partitions in which a consumer of this service stands still, in all replicas; oldest first. */
  stuck(): StuckPartition[] {
    return this.#watch?.stuck() ?? [];
  }

  #openWatch(): LagWatch {
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
