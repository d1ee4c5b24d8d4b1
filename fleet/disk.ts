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
  /** Transactions that a power cut may take, each as a whole, oldest first. */
  #unsynced: Operation[][] = [];
  /** Counts starts of the PC. A page of an earlier start writes nothing. */
  #start = 0;
  isFull = false;

  /** Opens the store in a page of the running PC. */
  open(): LocalStore {
    const start = this.#start;
    const commit = async (operations: Operation[], isStrict: boolean) => {
      // A transaction ends in a later task.
      await Promise.resolve();
      if (start !== this.#start) return new Promise<void>(() => undefined);
      if (this.isFull && operations.some(({ value }) => value !== undefined)) throw quotaExceeded();
      this.#apply(operations, isStrict);
    };
    const parse = <T>(text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as T));
    return {
      isDurable: true,
      hasUnstoredInput: false,
      read: async <T>(kind: string, id: string) => parse<T>(this.#cached.get(keyOf(kind, id))),
      list: async <T>(kind: string) =>
        [...this.#cached].filter(([key]) => key.startsWith(keyOf(kind, ''))).map(([, text]) => JSON.parse(text) as T),
      write: (kind, id, value, options) => commit([toOperation(kind, id, value)], options?.isStrict === true),
      readBytes: async (kind, id) => {
        const text = parse<string>(this.#cached.get(keyOf(kind, id)));
        return text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
      },
      writeBytes(kind, id, bytes, { isStrict = false, record } = {}) {
        const beside = record ? [toOperation(record.kind, record.id, record.value)] : [];
        return commit([toOperation(kind, id, Buffer.from(bytes).toString('base64')), ...beside], isStrict);
      },
      remove: (kind, id) => commit([toOperation(kind, id, undefined)], false),
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
    for (const transaction of this.#unsynced.slice(0, kept)) setOrDelete(this.#durable, transaction);
    this.#unsynced = [];
    this.#cached.clear();
    for (const [key, value] of this.#durable) this.#cached.set(key, value);
  }

  #apply(operations: Operation[], isStrict: boolean): void {
    setOrDelete(this.#cached, operations);
    this.#unsynced.push(operations);
    if (!isStrict) return;
    for (const waiting of this.#unsynced) setOrDelete(this.#durable, waiting);
    this.#unsynced = [];
  }
}

const keyOf = (kind: string, id: string): string => `${kind}\0${id}`;

/** Returns what stores a value, or removes it if it is undefined. */
const toOperation = (kind: string, id: string, value: unknown): Operation => ({
  key: keyOf(kind, id),
  value: JSON.stringify(value) as string | undefined,
});

function setOrDelete(map: Map<string, string>, operations: readonly Operation[]): void {
  for (const { key, value } of operations) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
}
