import { fromMessage, parseSubject } from '@cups/agency-contract';
import type { IncomingMessage, OutgoingMessage, RequestEvent } from '@cups/agency-contract';
import type { Log } from './log.ts';
import type { Plan, PlannedReply, SubmissionEvent } from './domain/plan.ts';

/** What came in and went out for one agency since the start of the process. */
export type Counts = {
  /** Messages of the requests topic, repeats included. */
  received: number;
  /** Those that are no valid request. */
  unreadable: number;
  /** Withdrawn and expired applications. */
  ended: number;
  /** Messages sent, rubbish included. */
  replies: number;
  /** Requests with replies still to send. */
  open: number;
};
export type Reply = { agency: string; message: OutgoingMessage };
export type Offset = { topic: string; partition: number; offset: string };
type Partition = { next: number; committed: number; open: Set<number> };
type Case = {
  agency: string;
  requestId: string;
  deliveryId: string;
  plan: Plan;
  started: number;
  armed: number;
  unsent: number;
  over: boolean;
  timer?: NodeJS.Timeout;
  done: () => void;
};

const isSubmission = (event: RequestEvent): event is SubmissionEvent => 'answers' in event.data;

export const newCounts = (): Counts => ({ received: 0, unreadable: 0, ended: 0, replies: 0, open: 0 });

/**
 * The cases that agencies work on, in memory. A request stays open until its last reply is at the broker, and only what
 * lies before the first open request of a partition may be committed: after a crash the open requests are read again and
 * the cases finished. Replies that had been sent then go out a second time with the same ids.
 * @param send resolves when all are at the broker, rejects when it is not known
 */
export function createCases(wiring: {
  counts: Record<string, Counts>;
  plan: (request: SubmissionEvent, agency: string) => Plan;
  send: (replies: Reply[]) => Promise<void>;
  onProgress: () => void;
  onSendFailed: (error: Error) => void;
  retryMs?: number;
}) {
  const { counts, plan, send, onProgress, onSendFailed, retryMs = 500 } = wiring;
  const partitions = new Map<string, Partition>();
  const byDelivery = new Map<string, Set<Case>>();
  let outbox: { of: Case; reply: PlannedReply }[] = [];
  let sending: Promise<void> | undefined;
  let stopped = false;

  function finish(one: Case): void {
    one.over = true;
    clearTimeout(one.timer);
    const others = byDelivery.get(one.deliveryId);
    others?.delete(one);
    if (others?.size === 0) byDelivery.delete(one.deliveryId);
    counts[one.agency]!.open -= 1;
    one.done();
    onProgress();
  }

  // One batch in flight at a time keeps the order of replies, also over failures.
  async function drain(): Promise<void> {
    while (outbox.length > 0 && !stopped) {
      const batch = outbox.filter(({ of }) => !of.over);
      try {
        if (batch.length > 0) await send(batch.map(({ of, reply }) => ({ agency: of.agency, message: reply.message })));
      } catch (error) {
        onSendFailed(error as Error);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        continue;
      }
      const sent = new Set(batch);
      outbox = outbox.filter((entry) => !sent.has(entry) && !entry.of.over);
      for (const { of } of batch) {
        counts[of.agency]!.replies += 1;
        of.unsent -= 1;
        if (of.unsent === 0 && !of.over) finish(of);
      }
    }
    sending = undefined;
  }

  // A reply is armed when the one before it is in the outbox, so that equal delays cannot change the order.
  function arm(one: Case): void {
    const reply = one.plan.replies[one.armed];
    if (!reply) return;
    const wait = Math.max(0, one.started + reply.afterMs - performance.now());
    one.timer = setTimeout(() => {
      outbox.push({ of: one, reply });
      one.armed += 1;
      sending ??= drain();
      arm(one);
    }, wait);
  }

  function end(deliveryId: string): void {
    for (const one of [...(byDelivery.get(deliveryId) ?? [])]) {
      if (one.plan.afterEnd === 'stop') finish(one);
      else {
        one.started = -Infinity;
        clearTimeout(one.timer);
        arm(one);
      }
    }
  }

  function work(request: SubmissionEvent, agency: string, deliveryId: string, at: Partition, offset: number): void {
    const known = byDelivery.get(deliveryId) ?? new Set();
    if ([...known].some((one) => one.requestId === request.id)) return;
    const planned = plan(request, agency);
    if (planned.replies.length === 0) return;
    const one: Case = {
      agency,
      requestId: request.id,
      deliveryId,
      plan: planned,
      started: performance.now(),
      armed: 0,
      unsent: planned.replies.length,
      over: false,
      done: () => at.open.delete(offset),
    };
    byDelivery.set(deliveryId, known.add(one));
    at.open.add(offset);
    counts[agency]!.open += 1;
    arm(one);
  }

  return {
    /** Takes a message of an agency's requests topic; one that this process has seen before is passed over. */
    take(agency: string, topic: string, partition: number, message: IncomingMessage & { offset: string }): void {
      const name = `${topic}/${partition}`;
      const offset = Number(message.offset);
      const at = partitions.get(name) ?? { next: offset, committed: offset, open: new Set<number>() };
      partitions.set(name, at);
      if (offset < at.next) return;
      at.next = offset + 1;
      counts[agency]!.received += 1;
      const read = fromMessage(message);
      const delivery = read.ok ? parseSubject(read.event.subject)! : undefined;
      // A reply type in the requests topic is as foreign here as another agency's delivery.
      if (!read.ok || !delivery || delivery.agency !== agency || read.event.source === `/agencies/${agency}`) {
        counts[agency]!.unreadable += 1;
      } else if (isSubmission(read.event as RequestEvent)) {
        work(read.event as SubmissionEvent, agency, delivery.deliveryId, at, offset);
      } else {
        counts[agency]!.ended += 1;
        end(delivery.deliveryId);
      }
      onProgress();
    },
    /** Where a restarted process would have to begin, for the partitions in which that has moved. */
    commitable(): Offset[] {
      const moved: Offset[] = [];
      for (const [name, at] of partitions) {
        const offset = at.open.values().next().value ?? at.next;
        if (offset === at.committed) continue;
        const cut = name.lastIndexOf('/');
        moved.push({ topic: name.slice(0, cut), partition: Number(name.slice(cut + 1)), offset: String(offset) });
      }
      return moved;
    },
    /** Notes that these were committed. */
    committed(offsets: Offset[]): void {
      for (const { topic, partition, offset } of offsets) {
        partitions.get(`${topic}/${partition}`)!.committed = Number(offset);
      }
    },
    /** Stops the clocks and waits for the batch in flight; what is open is left for the next start. */
    async stop(): Promise<void> {
      stopped = true;
      for (const cases of byDelivery.values()) for (const one of cases) clearTimeout(one.timer);
      await sending;
    },
  };
}

/**
 * Commits how far the cases have come, at most once a second, and again after a failure.
 * @param commit rejects while nothing can be committed
 */
export function createProgress(
  cases: { commitable(): Offset[]; committed(offsets: Offset[]): void },
  commit: (offsets: Offset[]) => Promise<void>,
  log: Log,
) {
  let timer: NodeJS.Timeout | undefined;
  const soon = (ms: number): void => void (timer ??= setTimeout(() => void now(), ms));
  async function now(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const offsets = cases.commitable();
    if (offsets.length === 0) return;
    try {
      await commit(offsets);
      cases.committed(offsets);
    } catch (error) {
      log('warn', 'progress not noted', { reason: (error as Error).name });
      soon(5000);
    }
  }
  return {
    soon: () => soon(1000),
    /** Commits what there is, and no more after that. */
    async last(): Promise<void> {
      await now();
      clearTimeout(timer);
    },
  };
}
