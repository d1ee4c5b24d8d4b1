import type { ReceivedEvent, StoredEvent } from '@cups/contracts';
import { createConsumer, createPublisher, openLagWatch, TOPIC_EXPECTATIONS } from '@cups/events';
import type { Consumer, ConsumerOptions, HandlerResult, KafkaAccess, LagWatch, StuckPartition } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { ProblemKind } from '@cups/problem';
import type { ServiceRegistration } from '@cups/rpc';
import { openParkedEvents, openEventPark, openRefusals, openStore, startRelay, startTimers } from '@cups/store';
import type { AnyDocuments, Migration, RelayOptions, Store, TimersOptions } from '@cups/store';
import { openEndedRows } from './ended-rows.ts';
import type { EndedRows } from './ended-rows.ts';
import { Backend } from './backend.ts';
import type { BackendConfig, BackendOptions, TestOverrides } from './backend.ts';
import { requireEncryptedStore } from './encrypted-store.ts';
import { createOperationsService } from './operations.ts';
import type { DeliveryOperations, InspectDataKeys } from './operations.ts';

/** Values of `STORED_BACKEND_SETTINGS` in addition to those of every process. */
export interface StoredConfig extends BackendConfig {
  environment: 'development' | 'production';
  /** Without a database. */
  mongoUri: string;
  /** Returns the trusted authorities; by default the URI decides about TLS. */
  mongoCa?: (() => string) | undefined;
  kafkaBrokers: string[];
  /** @default no TLS, anonymous */
  kafkaAccess?: KafkaAccess;
  /** Prefix of every topic, group and database. */
  prefix: string;
  /** Whether entries for the journal are committed. @default true */
  commitsEntries?: boolean;
}

/** Sends entries of outboxes in order, to Kafka. */
export type Publish = RelayOptions['publish'];

export interface OutboxOptions extends Pick<RelayOptions, 'afterPublish' | 'acknowledged'> {
  /** Returns a publisher that sends some entries elsewhere and the others to Kafka. @default all to Kafka */
  route?: (toKafka: Publish) => Publish;
}

export interface StoredTestOverrides extends TestOverrides {
  /** Wraps publishing, to stop a process between commit and publish. */
  publisher?: (real: Publish) => Publish;
  /** Wraps an event handler, to make it fail or hang. */
  handler?: (real: ConsumerDefinition['handle']) => ConsumerDefinition['handle'];
  retryPolicy?: ConsumerOptions['retryPolicy'];
  /** Time without progress after which a partition with lag is stuck. @default that of the watch */
  stuckMs?: number;
}

export interface StoredOptions<Config extends StoredConfig = StoredConfig> extends BackendOptions<Config> {
  /** Migrations of the service's store. It serves only in the form that they lead to. */
  migrations?: readonly Migration[];
  overrides?: StoredTestOverrides;
}

/** Topics and handlers of a consumer. */
export interface ConsumerDefinition {
  /** Without the prefix. */
  groupId: string;
  /** Without the prefix. */
  topics: string[];
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  /** Handles uncounted events in bulk; events left undefined go to `handle`. */
  handleMany?: ConsumerOptions['handleMany'];
  /** Counts a dropped event in its subject without applying it; for numbered events. */
  skip?: (event: ReceivedEvent) => Promise<void>;
  /** Maximum number of concurrent subjects. @default 16 */
  concurrency?: number;
  /** As in `ConsumerOptions`. */
  pauseMs?: ConsumerOptions['pauseMs'];
  /** Former group ID, without the prefix; its committed offsets are copied. */
  inheritFrom?: string;
  /** @default the collection `refusals` */
  keepRefused?: ConsumerOptions['keepRefused'];
  /** @default NOT_A_CLOUDEVENT, with the invalid headers */
  explain?: ConsumerOptions['explain'];
}

/**
 * Kinds of problems that are unrelated to the event: the store, an upstream or Kafka is unavailable or overloaded.
 */
const TRANSIENT_KINDS: readonly ProblemKind[] = ['UNAVAILABLE', 'DEADLINE', 'EXHAUSTED', 'ABORTED', 'CANCELLED'];
const isTransient = (error: unknown): boolean => isProblem(error) && TRANSIENT_KINDS.includes(error.kind);

/** How long a shutdown waits for Kafka to accept the last events; the successor sends the rest. */
const DRAIN_TIMEOUT_MS = 2_000;

/**
 * A backend with a store, published outboxes and consumed events. It is ready as soon as the store answers, without
 * Kafka.
 */
export class StoredBackend<Config extends StoredConfig = StoredConfig> extends Backend<Config> {
  readonly store: Store;
  /** Stores refused messages. */
  readonly refusals: ReturnType<typeof openRefusals>;
  readonly #wrapPublish: (real: Publish) => Publish;
  readonly #wrapHandler: (real: ConsumerDefinition['handle']) => ConsumerDefinition['handle'];
  readonly #retryPolicy: ConsumerOptions['retryPolicy'];
  readonly #stuckMs: number | undefined;
  readonly #parking: ReturnType<typeof openEventPark>;
  readonly #outboxDocuments: AnyDocuments[] = [];
  #deliveryOperations: DeliveryOperations = {};
  #inspectDataKeys: InspectDataKeys | undefined;
  readonly #consumers: Consumer[] = [];
  #watch: LagWatch | undefined;
  #endedRows: EndedRows | undefined;

  /** @throws Error if the service's own key is unreadable, or a production store has no TLS or no entries */
  constructor(options: StoredOptions<Config>) {
    requireEncryptedStore(options.config);
    requireEntries(options.config);
    super(options);
    const { name, now, log, metrics, tracer, config } = this;
    this.#wrapPublish = options.overrides?.publisher ?? ((real) => real);
    this.#wrapHandler = options.overrides?.handler ?? ((real) => real);
    this.#retryPolicy = options.overrides?.retryPolicy;
    this.#stuckMs = options.overrides?.stuckMs;
    const store = openStore({
      uri: config.mongoUri,
      ca: config.mongoCa,
      database: `${config.prefix}cups-${name}`,
      commitsEntries: config.commitsEntries,
      log,
      metrics,
      tracer,
      migrations: options.migrations,
      release: config.release,
    });
    this.store = store;
    this.refusals = openRefusals(store, { now, metrics });
    this.#parking = openEventPark(store, { now, metrics });
    this.readyWhile(() => store.ready());
    this.aliveWhile(() => this.#consumers.every((consumer) => consumer.live()));
    this.onShutdown('consumers', () => this.#stopConsumers());
    this.onShutdown('store', () => store.close());
  }

  /** Sets the operations that only this service offers; call it before `serve`. */
  setDeliveryOperations(operations: DeliveryOperations): void {
    this.#deliveryOperations = operations;
  }

  /** Sets how operations inspect the data keys; call it before `serve`. */
  setDataKeyInspection(inspect: InspectDataKeys): void {
    this.#inspectDataKeys = inspect;
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
      inspectDataKeys: this.#inspectDataKeys,
    };
    return [createOperationsService(parts) as unknown as ServiceRegistration<never>];
  }

  /** Records of rows that ended with their term. Services that publish have them. */
  get endedRows(): EndedRows {
    this.#endedRows ??= openEndedRows(this.store, this.name);
    return this.#endedRows;
  }

  /** Publishes the outboxes of these documents, including events of earlier processes. */
  publishOutboxes(documents: AnyDocuments[], options: OutboxOptions = {}): void {
    const { name, now, log, metrics, tracer, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const publisher = createPublisher<StoredEvent>({ brokers, access, clientId: name, prefix, log, metrics, tracer });
    const published = [...documents, this.endedRows.documents];
    this.#outboxDocuments.push(...published);
    const { afterPublish, acknowledged, route = (real) => real } = options;
    const publish = this.#wrapPublish(route((entries) => publisher.publish(entries)));
    const relay = startRelay({ documents: published, now, publish, log, metrics, afterPublish, acknowledged });
    this.onShutdown('outbox', async () => {
      await relay.drain(DRAIN_TIMEOUT_MS);
      await relay.stop();
      await publisher.stop();
    });
  }

  /** Handles due timers of these documents. */
  startTimers(options: Pick<TimersOptions, 'documents' | 'due' | 'pollMs' | 'concurrency' | 'stopTimeoutMs'>): void {
    const timers = startTimers({ ...options, now: this.now, log: this.log });
    this.onShutdown('work', () => timers.stop());
  }

  /** Consumes until the shutdown; does nothing once it has begun. */
  consume(consumes: ConsumerDefinition): void {
    if (this.isStopping) return;
    const { log, metrics, tracer, config } = this;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix } = config;
    const watch = this.#openWatch();
    const { keepRefused = this.refusals.keep, handle, handleMany, ...rest } = consumes;
    const wrappedHandle = this.#wrapHandler(handle);
    const consumer = createConsumer({
      ...rest,
      handle: wrappedHandle,
      // A test's handler wrapper must see every event.
      handleMany: wrappedHandle === handle ? handleMany : undefined,
      ...(this.#retryPolicy ? { retryPolicy: this.#retryPolicy } : {}),
      brokers,
      access,
      prefix,
      log,
      metrics,
      tracer,
      keepRefused,
      expects: TOPIC_EXPECTATIONS,
      park: this.#parking,
      isTransient,
      watch,
    });
    this.#consumers.push(consumer);
  }

  /**
   * Ends events that were parked before a time.
   * @param onRemoval receives the number of those that are removed next
   * @returns their number, at most `limit`
   */
  expireParked(before: Date, limit: number, onRemoval: (count: number) => Promise<void>): Promise<number> {
    return this.#parking.expire(before, limit, onRemoval);
  }

  /** Removes the parked events of a subject that was erased. @returns their number */
  removeParked(subject: string): Promise<number> {
    return this.#parking.removeSubject(subject);
  }

  /** Returns the unread messages of a consumer over all replicas; undefined if Kafka is unavailable. */
  unread({ groupId, topics }: Pick<ConsumerDefinition, 'groupId' | 'topics'>): Promise<bigint | undefined> {
    return this.#openWatch().unread(groupId, topics);
  }

  /** Returns stuck partitions of this service over all replicas, oldest first. */
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

/** @throws Error, one sentence, for a production service that would commit no entries for the journal */
function requireEntries({ environment, commitsEntries = true }: StoredConfig): void {
  if (environment === 'production' && !commitsEntries)
    throw new Error(
      'JOURNAL_ENTRIES is false, which production refuses: every read and change of personal data has an entry.',
    );
}

/** @throws Error if the service's own key is unreadable */
export const openStoredBackend = <Config extends StoredConfig>(options: StoredOptions<Config>): StoredBackend<Config> =>
  new StoredBackend(options);
