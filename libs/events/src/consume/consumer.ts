import { setTimeout as after } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Kafka } from 'kafkajs';
import { explainDenial, type KafkaAccess } from '../access.ts';
import { AuthorizationErrors } from '../authorization-errors.ts';
import { connectKafka, getErrorCode, RETRY_BACKOFF } from '../kafka.ts';
import { copyGroupOffsets } from './copy-group-offsets.ts';
import { GroupMember, type GroupMemberOptions } from './group-member.ts';
import { RebuildBackoff } from './rebuild-backoff.ts';
import { openLagWatch, type LagWatch } from './lag-watch.ts';
import { MessageProcessor, type ProcessorOptions } from './message-processor.ts';

export interface ConsumerOptions extends ProcessorOptions {
  brokers: string[];
  access?: KafkaAccess | undefined;
  /** Without the prefix. */
  groupId: string;
  /** Former group ID, without the prefix; its committed offsets are copied. */
  inheritFrom?: string;
  /** Maximum wait of an empty fetch, ms; the next heartbeat, and so a rejoin, may take as long. Default 4,000. */
  maxWaitMs?: number;
  /**
   * Pause after a fetch with messages, ms: later messages are fetched together. For a consumer that nothing waits for.
   * At most a second, because heartbeats are sent between fetches. @default 0
   */
  pauseMs?: number | undefined;
  /** As in `GroupMemberOptions`. */
  heartbeatTimeoutMs?: GroupMemberOptions['heartbeatTimeoutMs'];
  /** Detects that this consumer is stuck; consumers of a process can share one. Default: its own. */
  watch?: LagWatch;
}

export interface Consumer {
  /** False if a handler runs over 2 minutes while the broker is available. */
  live(): boolean;
  /** Whether it has joined its group. */
  ready(): boolean;
  stop(): Promise<void>;
}

const MAX_HANDLER_MS = 120_000;
const STOP_TIMEOUT_MS = 8_000;
/**
 * The broker answers a fetch when a message comes, so this delays none. kafkajs sends heartbeats between fetches: two fit
 * into the session timeout.
 */
const MAX_FETCH_WAIT_MS = 4_000;

/** Runs one group member after another until `stopping`. */
class GroupMembership {
  readonly #options: ConsumerOptions;
  readonly #stopping: AbortSignal;
  readonly #kafka: Kafka;
  readonly #denials: AuthorizationErrors;
  #offsetsCopied: boolean;
  #current: GroupMember | undefined;

  constructor(options: ConsumerOptions, stopping: AbortSignal) {
    this.#options = options;
    this.#stopping = stopping;
    this.#kafka = connectKafka(options.brokers, options.prefix + options.groupId, options.access);
    this.#denials = new AuthorizationErrors(options.log, options.metrics);
    this.#offsetsCopied = options.inheritFrom === undefined;
  }

  /** Returns the current or last member; undefined before the first. */
  current(): GroupMember | undefined {
    return this.#current;
  }

  /** Runs members with backoff. A join does not reset the backoff, only a processed message does. */
  async run(work: MessageProcessor, stuckMs: number): Promise<void> {
    const retry = backoff(RETRY_BACKOFF);
    while (!this.#stopping.aborted) {
      const [before, startedAt] = [work.processedCount(), Date.now()];
      const reason = await this.#runOnce(work);
      if (this.#stopping.aborted) return;
      if (work.processedCount() > before || Date.now() - startedAt > stuckMs) retry.reset();
      const denied = this.#reportDenial(reason);
      if (!denied && retry.failures() === 0) this.#logEnd(reason);
      await after(retry.next(), undefined, { signal: this.#stopping }).catch(() => {});
    }
  }

  /** Runs one member and resolves with the reason for its end. */
  async #runOnce(work: MessageProcessor): Promise<string> {
    const { prefix, groupId, topics, maxWaitMs = MAX_FETCH_WAIT_MS, heartbeatTimeoutMs, pauseMs } = this.#options;
    try {
      await this.#copyOffsets();
    } catch (error) {
      return getErrorCode(error);
    }
    if (this.#stopping.aborted) return 'stopped';
    const onFetch = () => this.#clearDenials();
    this.#current = new GroupMember(
      this.#kafka,
      { prefix, groupId, topics, maxWaitMs, heartbeatTimeoutMs, pauseMs, onFetch },
      work,
    );
    return this.#current.ended;
  }

  async #copyOffsets(): Promise<void> {
    if (this.#offsetsCopied) return;
    const { prefix, groupId, inheritFrom, topics } = this.#options;
    const names = topics.map((topic) => prefix + topic);
    await copyGroupOffsets(this.#kafka, { from: `${prefix}${inheritFrom}`, to: prefix + groupId, topics: names });
    this.#offsetsCopied = true;
  }

  /** Reports a denial by Kafka. @returns whether the reason is one */
  #reportDenial(reason: string): boolean {
    const { brokers, access, prefix, groupId, topics } = this.#options;
    const attempt = { brokers, access, operation: 'read' as const, group: prefix + groupId };
    for (const topic of topics) {
      const denial = explainDenial(reason, Object.assign({ topic: prefix + topic }, attempt));
      if (denial === undefined) return false;
      this.#denials.report(topic, denial);
    }
    return true;
  }

  #clearDenials(): void {
    for (const topic of this.#options.topics) this.#denials.clear(topic);
  }

  #logEnd(reason: string): void {
    const event = reason === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'consumer-topic-missing' : 'consumer-recreated';
    this.#options.log.warn({ event, group: this.#options.groupId, reason });
  }
}

/**
 * Consumes as a member of a group until `stop()`.
 *
 * Fetches do not wait for handlers. Each partition has a window of messages in progress. The consumer commits its
 * contiguous completed part, and a full window pauses the partition. After a crash at most one window repeats.
 *
 * A failing key blocks only itself. A `park` takes it after some retries; without one its partition continues for one
 * window. Handler errors never reach kafkajs.
 *
 * If kafkajs gives up, or a partition has lag without progress, the consumer is rebuilt. The intervals grow until a
 * message is processed. Without a broker or topic it retries quietly.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const stopping = new AbortController();
  const ownWatch = options.watch ? undefined : openLagWatch(options);
  const watch = options.watch ?? (ownWatch as LagWatch);
  const membership = new GroupMembership(options, stopping.signal);
  const processor = new MessageProcessor(options, stopping.signal, {
    commit: async (offsets) => membership.current()?.commit(offsets),
    onRoom: (topic, partition) => membership.current()?.resume(topic, partition),
    isAssigned: (topic, partition) => membership.current()?.isAssigned(topic, partition) ?? false,
  });
  const pace = new RebuildBackoff(watch.stuckMs);
  const unwatch = watch.add({
    groupId: options.groupId,
    topics: options.topics,
    isAssigned: (topic, partition) => membership.current()?.isAssigned(topic, partition) ?? true,
    activity: (topic, partition) => processor.activity(topic, partition),
    rebuild() {
      if (pace.canRebuild(Date.now(), processor.processedCount())) membership.current()?.giveUp('stuck');
    },
  });
  const running = membership.run(processor, watch.stuckMs);
  const joined = () => membership.current()?.joined() ?? false;

  return {
    live: () => !joined() || Date.now() - (processor.oldest() ?? Infinity) <= MAX_HANDLER_MS,
    ready: joined,
    async stop() {
      stopping.abort();
      unwatch();
      const bound = after(STOP_TIMEOUT_MS, undefined, { ref: false });
      await Promise.race([processor.whenSettled(), bound]);
      await Promise.race([processor.flush(), bound]);
      membership.current()?.giveUp('stopped');
      await Promise.race([running, bound]);
      await ownWatch?.stop();
    },
  };
}
