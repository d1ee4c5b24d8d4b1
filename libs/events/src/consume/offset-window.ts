import type { Refusal } from '@cups/contracts';

/** Where a refused message stands; after `offset` up to `last` when it stands for several that were not read. */
export interface RefusedOffset extends Refusal {
  offset: bigint;
  last: bigint;
}

interface WindowEntry<M> {
  message: M;
  offset: bigint;
  /** The next message stands after this one. */
  last: bigint;
  done: boolean;
}

/**
 * What one partition has in work: at most `limit` messages are started and not behind the point to commit, so that a crash makes no
 * more come twice; what a fetch brought beyond that waits here, so that it is not fetched and unpacked again. Pure: no
 * clock, no Kafka.
 */
export class OffsetWindow<M> {
  readonly #limit: number;
  readonly #refusedLimit: number;
  readonly #waiting: WindowEntry<M>[] = [];
  /** Started and not behind the point, in order. */
  readonly #started: WindowEntry<M>[] = [];
  readonly #byOffset = new Map<bigint, WindowEntry<M>>();
  #refused: RefusedOffset[] = [];
  /** The offset after the last that was taken. */
  #reached: bigint | undefined;
  #point: bigint | undefined;
  #activity = 0;

  constructor(limit: number, refusedLimit = 10 * limit) {
    this.#limit = limit;
    this.#refusedLimit = refusedLimit;
  }

  /**
   * Takes what a fetch brought, in order; what was taken before is left out.
   * @param through the last offset that the fetch covers, also of records that nobody sees (markers, compacted ones)
   */
  accept(messages: { message: M; offset: bigint; last?: bigint }[], through: bigint): void {
    for (const { message, offset, last = offset } of messages) {
      if (this.#reached !== undefined && last < this.#reached) continue;
      this.#waiting.push({ message, offset, last, done: false });
      this.#reached = last + 1n;
      this.#activity += 1;
    }
    if (this.#reached === undefined || through >= this.#reached) {
      this.#reached = through + 1n;
      this.#activity += 1;
    }
    this.#advance();
  }

  /** The next messages to start, as far as the window has room. */
  start(): M[] {
    const next = this.#waiting.splice(0, Math.max(0, this.#limit - this.#started.length));
    for (const task of next) {
      this.#started.push(task);
      this.#byOffset.set(task.offset, task);
    }
    return next.map(({ message }) => message);
  }

  /** A started message has been dealt with; one that is not known is ignored. */
  done(offset: bigint, refusal?: Refusal): void {
    const task = this.#byOffset.get(offset);
    if (!task) return;
    this.#byOffset.delete(offset);
    task.done = true;
    this.#activity += 1;
    if (refusal) this.#refused.push(Object.assign({}, refusal, { offset, last: task.last }));
    this.#advance();
  }

  /** The offset to go on from after a restart: all before it is done. Undefined before anything was. */
  commitPoint(): bigint | undefined {
    return this.#point;
  }

  /** Refusals before `point`, in order, each once. */
  takeRefused(point: bigint): RefusedOffset[] {
    const taken = this.#refused.filter(({ offset }) => offset < point);
    this.#refused = this.#refused.filter(({ offset }) => offset >= point);
    return taken.sort((one, other) => Number(one.offset - other.offset));
  }

  /** Puts back what could not be stored. */
  restoreRefused(refused: RefusedOffset[]): void {
    this.#refused = [...refused, ...this.#refused];
  }

  /** To be fetched no further for now. */
  isFull(): boolean {
    return (
      this.#waiting.length > 0 || this.#started.length >= this.#limit || this.#refused.length >= this.#refusedLimit
    );
  }

  /** To be fetched again. */
  hasRoom(): boolean {
    const { length } = this.#refused;
    return this.#waiting.length === 0 && this.#started.length < this.#limit / 2 && length < this.#refusedLimit / 2;
  }

  /** Grows with each message that is taken or dealt with. */
  activity(): number {
    return this.#activity;
  }

  /** Moves the point up to the first message that is not done; over everything when nothing is open. */
  #advance(): void {
    while (this.#started[0]?.done) this.#point = (this.#started.shift() as WindowEntry<M>).last + 1n;
    if (this.#started.length === 0 && this.#waiting.length === 0) this.#point = this.#reached;
  }
}
