import type { LocalStore } from '@cups/desk/local-store';

/**
 * The storage of a simulated PC. As in a browser, a write resolves when the operating system has it, and a power cut may
 * take the newest of these writes. A strict write, and all before it, survives.
 */

type Operation = { key: string; value: string | undefined };

/** A full disk, under the name that browsers give it. */
const quotaExceeded = (): Error => new DOMException('The disk is full.', 'QuotaExceededError');

export class SimulatedDisk {
  /** What survives a power cut. */
  readonly #durable = new Map<string, string>();
  /** What the page reads. */
  readonly #cached = new Map<string, string>();
  /** Operations that a power cut may take, oldest first. */
  #unsynced: Operation[] = [];
  /** Counts starts of the PC. A page of an earlier start writes nothing. */
  #start = 0;
  isFull = false;

  /** Opens the store in a page of the running PC. */
  open(): LocalStore {
    const start = this.#start;
    const keyOf = (kind: string, id: string) => `${kind}\0${id}`;
    const put = async (key: string, value: string | undefined, isStrict: boolean) => {
      // A transaction ends in a later task.
      await Promise.resolve();
      if (start !== this.#start) return new Promise<void>(() => undefined);
      if (this.isFull && value !== undefined) throw quotaExceeded();
      this.#apply({ key, value }, isStrict);
    };
    const parse = <T>(text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as T));
    return {
      isDurable: true,
      hasUnstoredInput: false,
      read: async <T>(kind: string, id: string) => parse<T>(this.#cached.get(keyOf(kind, id))),
      list: async <T>(kind: string) =>
        [...this.#cached].filter(([key]) => key.startsWith(keyOf(kind, ''))).map(([, text]) => JSON.parse(text) as T),
      write: (kind, id, value, options) => put(keyOf(kind, id), JSON.stringify(value), options?.isStrict === true),
      readBytes: async (kind, id) => {
        const numbers = parse<number[]>(this.#cached.get(keyOf(kind, id)));
        return numbers && new Uint8Array(numbers);
      },
      writeBytes: (kind, id, bytes) => put(keyOf(kind, id), JSON.stringify([...bytes]), false),
      remove: (kind, id) => put(keyOf(kind, id), undefined, false),
      close: () => undefined,
    };
  }

  /** Ends the pages. A killed browser leaves its writes to the operating system. */
  kill(): void {
    this.#start += 1;
  }

  /** Ends the pages and takes a random number of the newest unsynced writes. */
  cutPower(random: () => number): void {
    this.kill();
    const kept = Math.floor(random() * (this.#unsynced.length + 1));
    for (const operation of this.#unsynced.slice(0, kept)) setOrDelete(this.#durable, operation);
    this.#unsynced = [];
    this.#cached.clear();
    for (const [key, value] of this.#durable) this.#cached.set(key, value);
  }

  #apply(operation: Operation, isStrict: boolean): void {
    setOrDelete(this.#cached, operation);
    this.#unsynced.push(operation);
    if (!isStrict) return;
    for (const waiting of this.#unsynced) setOrDelete(this.#durable, waiting);
    this.#unsynced = [];
  }
}

function setOrDelete(map: Map<string, string>, { key, value }: Operation): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
