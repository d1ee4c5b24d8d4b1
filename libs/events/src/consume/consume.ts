import { setTimeout as after } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Kafka } from 'kafkajs';
import { denialOf, type KafkaAccess } from '../access.ts';
import { Denials } from '../denials.ts';
import { connectKafka, failureOf, RETRY } from '../kafka.ts';
import { inheritOffsets } from './inherit.ts';
import { Member, type MemberOptions } from './member.ts';
import { RebuildPace } from './rebuild.ts';
import { openLagWatch, type LagWatch } from './watch.ts';
import { Work, type WorkOptions } from './work.ts';

export interface ConsumerOptions extends WorkOptions {
  brokers: string[];
  access?: KafkaAccess | undefined;
  /** Without the prefix. */
  groupId: string;
  /** The group, without the prefix, that read these topics before; its committed offsets are taken over. */
  inheritFrom?: string;
  /** ms; a fetch waits so long when nothing comes, and stop and rejoin may take as long. Default 2,000. */
  maxWaitMs?: number;
  /** As of a member. */
  silenceMs?: MemberOptions['silenceMs'];
  /** Notices when this consumer stands still; several in one process share one. Default: one of its own. */
  watch?: LagWatch;
}

export interface Consumer {
  /** False when a handler hangs (over 2 minutes) while the broker answers. */
  live(): boolean;
  /** Has joined its group. */
  ready(): boolean;
  stop(): Promise<void>;
}

const HANG_MS = 120_000;
const STOP_MS = 8_000;
const MAX_WAIT_MS = 2_000;

/** One member of the group after the other, until `stopping`. */
class Members {
  readonly #options: ConsumerOptions;
  readonly #stopping: AbortSignal;
  readonly #kafka: Kafka;
  readonly #denials: Denials;
  #inherited: boolean;
  #current: Member | undefined;

  constructor(options: ConsumerOptions, stopping: AbortSignal) {
    this.#options = options;
    this.#stopping = stopping;
    this.#kafka = connectKafka(options.brokers, options.prefix + options.groupId, options.access);
    this.#denials = new Denials(options.log, options.metrics);
    this.#inherited = options.inheritFrom === undefined;
  }

  /** Undefined before the first has started; the last one, when it has ended and the next waits. */
  current(): Member | undefined {
    return this.#current;
  }

  /** To join a group is no success: until a message has been dealt with, the next member comes later each time. */
  async run(work: Work, stuckMs: number): Promise<void> {
    const waits = backoff(RETRY);
    while (!this.#stopping.aborted) {
      const [before, began] = [work.dealtWith(), Date.now()];
      const reason = await this.#runOnce(work);
      if (this.#stopping.aborted) return;
      if (work.dealtWith() > before || Date.now() - began > stuckMs) waits.reset();
      const denied = this.#deny(reason);
      if (!denied && waits.failures() === 0) this.#say(reason);
      await after(waits.next(), undefined, { signal: this.#stopping }).catch(() => {});
    }
  }

  /** One member from its start to its end; resolves with the reason why it ended. */
  async #runOnce(work: Work): Promise<string> {
    const { prefix, groupId, topics, maxWaitMs = MAX_WAIT_MS, silenceMs } = this.#options;
    try {
      await this.#inherit();
    } catch (error) {
      return failureOf(error);
    }
    if (this.#stopping.aborted) return 'stopped';
    const fetched = () => this.#admit();
    this.#current = new Member(this.#kafka, { prefix, groupId, topics, maxWaitMs, silenceMs, fetched }, work);
    return this.#current.ended;
  }

  async #inherit(): Promise<void> {
    if (this.#inherited) return;
    const { prefix, groupId, inheritFrom, topics } = this.#options;
    const names = topics.map((topic) => prefix + topic);
    await inheritOffsets(this.#kafka, { from: `${prefix}${inheritFrom}`, to: prefix + groupId, topics: names });
    this.#inherited = true;
  }

  /** Tells of what Kafka denies to this group. @returns whether that is the reason */
  #deny(reason: string): boolean {
    const { brokers, access, prefix, groupId, topics } = this.#options;
    const attempt = { brokers, access, does: 'read' as const, group: prefix + groupId };
    for (const topic of topics) {
      const denial = denialOf(reason, Object.assign({ topic: prefix + topic }, attempt));
      if (denial === undefined) return false;
      this.#denials.tell(topic, denial);
    }
    return true;
  }

  #admit(): void {
    for (const topic of this.#options.topics) this.#denials.over(topic);
  }

  #say(reason: string): void {
    const event = reason === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'consumer-awaits-topic' : 'consumer-rebuilt';
    this.#options.log.warn({ event, group: this.#options.groupId, reason });
  }
}

/**
 * Consumes as a member of a group until `stop()`. Fetching never waits for handlers: each partition has a window of
 * messages in work, offsets are committed for the part of it that is done without a hole, and a full window pauses its
 * partition. A key whose handler fails holds up nothing but itself: with a `park` it is soon parked there, and until then, or
 * without one, its partition goes on for one window. What a crash makes come twice is at most one window. kafkajs never sees an error of a handler; when it gives up, or a partition has lag and nothing moves, the
 * consumer is built anew, at growing distances until a message has been dealt with. Without a broker or a topic it tries
 * again quietly.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const stopping = new AbortController();
  const ownWatch = options.watch ? undefined : openLagWatch(options);
  const watch = options.watch ?? (ownWatch as LagWatch);
  const members = new Members(options, stopping.signal);
  const work = new Work(options, stopping.signal, {
    commit: async (offsets) => members.current()?.commit(offsets),
    roomy: (topic, partition) => members.current()?.resume(topic, partition),
    reads: (topic, partition) => members.current()?.reads(topic, partition) ?? false,
  });
  const pace = new RebuildPace(watch.stuckMs);
  const unwatch = watch.add({
    groupId: options.groupId,
    topics: options.topics,
    reads: (topic, partition) => members.current()?.reads(topic, partition) ?? true,
    activity: (topic, partition) => work.activity(topic, partition),
    rebuild() {
      if (pace.allows(Date.now(), work.dealtWith())) members.current()?.giveUp('stuck');
    },
  });
  const running = members.run(work, watch.stuckMs);
  const joined = () => members.current()?.joined() ?? false;

  return {
    live: () => !joined() || Date.now() - (work.oldest() ?? Infinity) <= HANG_MS,
    ready: joined,
    async stop() {
      stopping.abort();
      unwatch();
      const bound = after(STOP_MS, undefined, { ref: false });
      await Promise.race([work.settled(), bound]);
      await Promise.race([work.flush(), bound]);
      members.current()?.giveUp('stopped');
      await Promise.race([running, bound]);
      await ownWatch?.stop();
    },
  };
}
