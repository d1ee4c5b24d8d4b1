import { setTimeout as after } from 'node:timers/promises';
import { inheritOffsets } from './inherit.ts';
import { backoffMs, connectKafka, failureOf } from '../kafka.ts';
import { startMember, type Member } from './member.ts';
import { rebuildAfterMs } from './progress.ts';
import { openLagWatch, type LagWatch } from './watch.ts';
import { openWork, type WorkOptions } from './work.ts';

export interface ConsumerOptions extends WorkOptions {
  brokers: string[];
  /** Without the prefix. */
  groupId: string;
  /** Without the prefix. */
  topics: string[];
  /** The group, without the prefix, that read these topics before; its committed offsets are taken over. */
  inheritFrom?: string;
  /** ms; a fetch waits so long when nothing comes, and stop and rejoin may take as long. Default 2,000. */
  maxWaitMs?: number;
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

const hangMs = 120_000;
const stopMs = 8_000;

/**
 * Consumes as a member of a group until `stop()`. Fetching never waits for handlers: each partition has a window of
 * messages in work, offsets are committed for the part of it that is done without a hole, and a full window pauses its
 * partition. So a key whose handler fails holds up nothing but itself, and what a crash makes come twice is at most one
 * window. kafkajs never sees an error of a handler; when it gives up, or a partition has lag and nothing moves, the
 * consumer is built anew, at growing distances until a message has been dealt with: to join a group is no success.
 * Without a broker or a topic it tries again quietly.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { brokers, groupId, topics, prefix, log, maxWaitMs = 2_000 } = options;
  const stopping = new AbortController();
  const ownWatch = options.watch ? undefined : openLagWatch(options);
  const watch = options.watch ?? (ownWatch as LagWatch);
  const kafka = connectKafka(brokers, prefix + groupId);
  let member: Member | undefined;
  let inherited = options.inheritFrom === undefined;

  const work = openWork(options, stopping.signal, {
    commit: async (offsets) => member?.commit(offsets),
    roomy: (topic, partition) => member?.resume(topic, partition),
  });

  const inherit = async (): Promise<void> => {
    if (inherited) return;
    const [from, to] = [prefix + options.inheritFrom, prefix + groupId];
    await inheritOffsets(brokers, { from, to, topics: topics.map((topic) => prefix + topic) });
    inherited = true;
  };

  /** One member from its start to its end; resolves with the reason why it ended. */
  const runOnce = async (): Promise<string> => {
    try {
      await inherit();
    } catch (error) {
      return failureOf(error);
    }
    if (stopping.signal.aborted) return 'stopped';
    member = startMember(kafka, { prefix, groupId, topics, maxWaitMs }, work);
    return member.ended;
  };

  const live = async (): Promise<void> => {
    let quiet = 0;
    while (!stopping.signal.aborted) {
      const [before, began] = [work.dealtWith(), Date.now()];
      const reason = await runOnce();
      if (stopping.signal.aborted) return;
      if (work.dealtWith() > before || Date.now() - began > watch.stuckMs) quiet = 0;
      if (quiet === 0) {
        const event = reason === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'consumer-awaits-topic' : 'consumer-rebuilt';
        log.warn({ event, group: groupId, reason });
      }
      await after(backoffMs(quiet), undefined, { signal: stopping.signal }).catch(() => {});
      quiet += 1;
    }
  };

  const rebuild = { times: 0, notBefore: 0, dealtWith: 0 };
  const unwatch = watch.add({
    groupId,
    topics,
    reads: (topic, partition) => member?.reads(topic, partition) ?? true,
    activity: work.activity,
    rebuild() {
      if (Date.now() < rebuild.notBefore) return;
      if (work.dealtWith() > rebuild.dealtWith) rebuild.times = 0;
      rebuild.dealtWith = work.dealtWith();
      rebuild.notBefore = Date.now() + rebuildAfterMs(watch.stuckMs, rebuild.times);
      rebuild.times += 1;
      member?.giveUp('stuck');
    },
  });
  const living = live();

  return {
    live: () => !member?.joined() || Date.now() - (work.oldest() ?? Infinity) <= hangMs,
    ready: () => member?.joined() ?? false,
    async stop() {
      stopping.abort();
      unwatch();
      const bound = after(stopMs, undefined, { ref: false });
      await Promise.race([work.settled(), bound]);
      await Promise.race([work.flush(), bound]);
      member?.giveUp('stopped');
      await Promise.race([living, bound]);
      await ownWatch?.stop();
    },
  };
}
