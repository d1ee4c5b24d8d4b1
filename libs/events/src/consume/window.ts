/** Why a message was refused; `fields` are the names of those that are wrong. */
export interface Refusal {
  cause: string;
  fields: string[];
}

/** Where a refused message stands; after `offset` up to `last` when it stands for several that were not read. */
export interface RefusedAt extends Refusal {
  offset: bigint;
  last: bigint;
}

interface Task<M> {
  message: M;
  offset: bigint;
  /** The next message stands after this one. */
  last: bigint;
  done: boolean;
}

/** What one partition has in work. Pure: no clock, no Kafka. */
export interface Window<M> {
  /**
   * Takes what a fetch brought, in order; what was taken before is left out.
   * @param through the last offset that the fetch covers, also of records that nobody sees (markers, compacted ones)
   */
  accept(messages: { message: M; offset: bigint; last?: bigint }[], through: bigint): void;
  /** The next messages to start, as far as the window has room. */
  start(): M[];
  /** A started message has been dealt with; one that is not known is ignored. */
  done(offset: bigint, refusal?: Refusal): void;
  /** The offset to go on from after a restart: all before it is done. Undefined before anything was. */
  point(): bigint | undefined;
  /** Refusals before `point`, in order, each once. */
  takeRefused(point: bigint): RefusedAt[];
  /** Puts back what could not be stored. */
  giveBack(refused: RefusedAt[]): void;
  /** To be fetched no further for now. */
  full(): boolean;
  /** To be fetched again. */
  roomy(): boolean;
  /** Grows with each message that is taken or dealt with. */
  activity(): number;
}

/**
 * The window of one partition: at most `limit` messages are started and not behind the point to commit, so that a crash makes no
 * more come twice; what a fetch brought beyond that waits here, so that it is not fetched and unpacked again.
 */
export function openWindow<M>(limit: number, refusedLimit = 10 * limit): Window<M> {
  const waiting: Task<M>[] = [];
  /** Started and not behind the point, in order. */
  const started: Task<M>[] = [];
  const byOffset = new Map<bigint, Task<M>>();
  let refused: RefusedAt[] = [];
  /** The offset after the last that was taken. */
  let reached: bigint | undefined;
  let point: bigint | undefined;
  let activity = 0;

  const settle = (): void => {
    while (started[0]?.done) point = (started.shift() as Task<M>).last + 1n;
    if (started.length === 0 && waiting.length === 0) point = reached;
  };

  return {
    accept(messages, through) {
      for (const { message, offset, last = offset } of messages) {
        if (reached !== undefined && last < reached) continue;
        waiting.push({ message, offset, last, done: false });
        reached = last + 1n;
        activity += 1;
      }
      if (reached === undefined || through >= reached) {
        reached = through + 1n;
        activity += 1;
      }
      settle();
    },
    start() {
      const next = waiting.splice(0, Math.max(0, limit - started.length));
      for (const task of next) {
        started.push(task);
        byOffset.set(task.offset, task);
      }
      return next.map(({ message }) => message);
    },
    done(offset, refusal) {
      const task = byOffset.get(offset);
      if (!task) return;
      byOffset.delete(offset);
      task.done = true;
      activity += 1;
      if (refusal) refused.push({ cause: refusal.cause, fields: refusal.fields, offset, last: task.last });
      settle();
    },
    point: () => point,
    takeRefused(before) {
      const taken = refused.filter(({ offset }) => offset < before);
      refused = refused.filter(({ offset }) => offset >= before);
      return taken.sort((one, other) => Number(one.offset - other.offset));
    },
    giveBack(taken) {
      refused = [...taken, ...refused];
    },
    full: () => waiting.length > 0 || started.length >= limit || refused.length >= refusedLimit,
    roomy: () => waiting.length === 0 && started.length < limit / 2 && refused.length < refusedLimit / 2,
    activity: () => activity,
  };
}
