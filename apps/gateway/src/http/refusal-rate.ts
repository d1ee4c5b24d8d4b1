const WINDOW_MS = 1000;

interface Counts {
  admitted: number;
  refused: number;
}
const none = (): Counts => ({ admitted: 0, refused: 0 });

/** Counts the requests that were admitted and refused in the last one to two seconds. */
export class RefusalRate {
  readonly #clock: () => number;
  #current = none();
  #previous = none();
  #startMs: number;

  /** @param clock monotonic, ms */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startMs = clock();
  }

  record(outcome: keyof Counts): void {
    this.#advance();
    this.#current[outcome] += 1;
  }

  /** Number of refused requests for each admitted one. */
  get perAdmitted(): number {
    this.#advance();
    const refused = this.#current.refused + this.#previous.refused;
    return refused / Math.max(1, this.#current.admitted + this.#previous.admitted);
  }

  #advance(): void {
    const windows = Math.floor((this.#clock() - this.#startMs) / WINDOW_MS);
    if (windows === 0) return;
    this.#previous = windows === 1 ? this.#current : none();
    this.#current = none();
    this.#startMs += windows * WINDOW_MS;
  }
}
