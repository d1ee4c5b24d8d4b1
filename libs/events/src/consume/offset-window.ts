import type { Refusal } from '@cups/contracts';

/** Offset of a refused message; up to `last` for a skipped batch. */
export interface RefusedOffset extends Refusal {
  offset: bigint;
  last: bigint;
}

interface WindowEntry<M> {
  message: M;
  offset: bigint;
  /** The next message follows this offset. */
  last: bigint;
  done: boolean;
}

/**
 * The messages of one partition in progress. At most `limit` messages are started and uncommitted, which bounds the
 * repeats after a crash. Further fetched messages wait here, so that they are not fetched and decoded again. Pure: no
 * clock, no Kafka.
 */
export class OffsetWindow<M> {
  readonly #limit: number;
  readonly #refusedLimit: number;
  readonly #waiting: WindowEntry<M>[] = [];
  /** Started and not before the commit point, in order. */
  readonly #started: WindowEntry<M>[] = [];
  readonly #byOffset = new Map<bigint, WindowEntry<M>>();
  #refused: RefusedOffset[] = [];
  /** The offset after the last accepted message. */
  #reached: bigint | undefined;
  #point: bigint | undefined;
  #activity = 0;

  constructor(limit: number, refusedLimit = 10 * limit) {
    this.#limit = limit;
    this.#refusedLimit = refusedLimit;
  }

  /**
   * Accepts fetched messages in order; skips those accepted before.
   * @param through last offset of the fetch, including invisible records (markers, compacted ones)
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

  /** Returns the next messages to start, limited by the window. */
  start(): M[] {
    const next = this.#waiting.splice(0, Math.max(0, this.#limit - this.#started.length));
    for (const task of next) {
      this.#started.push(task);
      this.#byOffset.set(task.offset, task);
    }
    return next.map(({ message }) => message);
  }

  /** Completes a started message; ignores unknown ones. */
  done(offset: bigint, refusal?: Refusal): void {
    const task = this.#byOffset.get(offset);
    if (!task) return;
    this.#byOffset.delete(offset);
    task.done = true;
    this.#activity += 1;
    if (refusal) this.#refused.push(Object.assign({}, refusal, { offset, last: task.last }));
    this.#advance();
  }

  /** Returns the offset to restart from: everything before it is done. Undefined at first. */
  commitPoint(): bigint | undefined {
    return this.#point;
  }

  /** Removes and returns the refusals before `point`, in order. */
  takeRefused(point: bigint): RefusedOffset[] {
    const taken = this.#refused.filter(({ offset }) => offset < point);
    this.#refused = this.#refused.filter(({ offset }) => offset >= point);
    return taken.sort((one, other) => Number(one.offset - other.offset));
  }

  /** Returns refusals after a failed store. */
  restoreRefused(refused: RefusedOffset[]): void {
    this.#refused = [...refused, ...this.#refused];
  }

  /** Whether to stop fetching for now. */
  isFull(): boolean {
    return (
      this.#waiting.length > 0 || this.#started.length >= this.#limit || this.#refused.length >= this.#refusedLimit
    );
  }

  /** Whether to fetch again. */
  hasRoom(): boolean {
    const { length } = this.#refused;
    return this.#waiting.length === 0 && this.#started.length < this.#limit / 2 && length < this.#refusedLimit / 2;
  }

  /** Returns a counter that increases with each message accepted or completed. */
  activity(): number {
    return this.#activity;
  }

  /** Moves the commit point to the first incomplete message, or past everything accepted. */
  #advance(): void {
    while (this.#started[0]?.done) this.#point = (this.#started.shift() as WindowEntry<M>).last + 1n;
    if (this.#started.length === 0 && this.#waiting.length === 0) this.#point = this.#reached;
  }
}
