import { isPassing, Refusal, SIGNED_OUT } from '../api/client.ts';
import type { Keeping } from '../keeping/keeping.ts';
import type { Application } from '../api/types.ts';
import { freshLine, mergedOrNew, settled } from './line.ts';
import type { Line, Waiter } from './line.ts';
import { send } from './send.ts';

/**
 * All writes of the page. Those of one application go out in their order, one at a time; each is kept until the platform
 * has answered it, and is sent again with the same Idempotency-Key as often as it takes. A refusal stops the writes of
 * that application until whoever made them deals with it. Silence stops nothing for good: it is tried again. What is easily
 * pressed by mistake is held for a moment, in which it can be undone; a page that closes sends it at once.
 */

/** What may be done to an application by `POST /applications/{id}/{act}`. */
export type Act =
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'hand-over'
  | 'confirm-outcome'
  | 'renew'
  | 'payment'
  | 'notes'
  | 'assign'
  | 'told'
  | 'desk-notes/seen'
  | `notices/${string}/told`;

export interface Write {
  /** Its Idempotency-Key. */
  key: string;
  application: string;
  kind: 'create' | 'edit' | Act;
  body: Record<string, unknown>;
  madeAt: string;
  /** What an edit starts from, where the page was loaded anew since. */
  etag?: string | undefined;
}

/** What the outbox knows of one application. */
export interface Passage {
  waiting: readonly Write[];
  /** The refusal that stopped it; the first of `waiting` is the write that was refused. */
  refusal?: Refusal | undefined;
  /** When the platform last answered a write, in ms. */
  savedAt?: number | undefined;
  /** Since when nobody answers, in ms. */
  awaySince?: number | undefined;
  /** The key of the write that can still be undone: it stands last, and has not gone out. */
  held?: string | undefined;
}

/** Somebody took back what they had done, before it went out. */
export class Undone extends Error {}

export interface Outbox {
  /** Resolves with the application as the platform has it then; rejects with the Refusal, or with Undone. A wait is not a failure. */
  put(write: Pick<Write, 'application' | 'kind' | 'body'>): Promise<Application>;
  passage(application: string): Passage;
  /** The application as the platform last answered it to a write, or as `saw` told it. */
  known(application: string): Application | undefined;
  /** What was read counts as seen: edits start from it. */
  saw(application: Application): void;
  /** The refused write goes out again, after whoever is at the desk did something about the refusal. */
  retry(application: string): void;
  /** The refused write, and what waits behind it, is given up. */
  drop(application: string): void;
  /** Takes back what is held of an application; what has gone out stays. */
  undo(application: string): void;
  /** What is held goes out now: the page may be about to close. */
  hurry(): void;
  /** How many writes wait in all. */
  waiting(): number;
  subscribe(listener: () => void): () => void;
  /** The line may be back: what waits is tried now. */
  wake(): void;
  stop(): void;
  /** Sends what is held and stops. Resolves when all of it was tried, within three seconds; what was not answered is kept. */
  close(): Promise<void>;
}

const KIND = 'write';
const FIRST_PAUSE_MS = 1_000;
/** The longest pause where nobody answered; a line that is back ends it (`wake`). */
const SILENT_PAUSE_MS = 5_000;
/** The longest where somebody answered that it is too much now. */
const BUSY_PAUSE_MS = 30_000;
/** What is held, and for how long, in ms. */
const HELD: readonly Write['kind'][] = ['notes', 'told', 'payment'];
const HOLD_MS = 10_000;
/** How long whoever leaves waits for what was held, in ms. */
const CLOSE_MS = 3_000;
const NOTHING: Passage = { waiting: [] };

/** Goes on with what an earlier page left behind. */
export async function openOutbox(keeping: Keeping): Promise<Outbox> {
  const left = await keeping.list<Write>(KIND);
  return new KeptOutbox(
    keeping,
    left.sort((a, b) => a.madeAt.localeCompare(b.madeAt)),
  );
}

class KeptOutbox implements Outbox {
  readonly #keeping: Keeping;
  readonly #lines = new Map<string, Line>();
  readonly #listeners = new Set<() => void>();
  #stopped = false;

  constructor(keeping: Keeping, left: Write[]) {
    this.#keeping = keeping;
    for (const write of left) this.#lineOf(write.application).writes.push(write);
    for (const [application, line] of this.#lines) {
      this.#changed(line);
      void this.#drain(application);
    }
  }

  async put({ application, kind, body }: Pick<Write, 'application' | 'kind' | 'body'>): Promise<Application> {
    const line = this.#lineOf(application);
    const there = line.writes.length;
    const write = mergedOrNew(line, { application, kind, body });
    const isKept = kind !== 'edit' && line.writes.length === there;
    // What is said next follows what is held.
    if (line.hold?.key !== write.key) this.#letGo(line);
    if (!isKept && HELD.includes(kind)) this.#hold(application, line, write);
    this.#changed(line);
    const answered = new Promise<Application>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      line.waiters.set(write.key, [...(line.waiters.get(write.key) ?? []), waiter]);
    });
    // One that is on its way already may be answered, and forgotten, before this page has kept it again.
    if (!isKept) await this.#keeping.write(KIND, write.key, write);
    if (!line.writes.includes(write)) await this.#keeping.remove(KIND, write.key);
    void this.#drain(application);
    return answered;
  }

  passage = (application: string): Passage => this.#lines.get(application)?.passage ?? NOTHING;

  known = (application: string): Application | undefined => this.#lines.get(application)?.known;

  saw(application: Application): void {
    const line = this.#lineOf(application.id);
    if (!line.sending) line.known = application;
  }

  retry(application: string): void {
    this.#changed(this.#lineOf(application), { refusal: undefined });
    void this.#drain(application);
  }

  drop(application: string): void {
    const line = this.#lineOf(application);
    const { refusal } = line.passage;
    const given = line.writes.splice(0);
    this.#letGo(line);
    this.#changed(line, { refusal: undefined });
    for (const write of given) {
      if (refusal) settled(line, write).forEach(({ reject }) => reject(refusal));
      void this.#keeping.remove(KIND, write.key);
    }
  }

  undo(application: string): void {
    const line = this.#lineOf(application);
    const write = line.writes.find(({ key }) => key === line.hold?.key);
    if (!write) return;
    line.writes.splice(line.writes.indexOf(write), 1);
    this.#letGo(line);
    this.#changed(line);
    settled(line, write).forEach(({ reject }) => reject(new Undone()));
    void this.#keeping.remove(KIND, write.key);
  }

  hurry(): void {
    this.#lines.forEach((line, application) => {
      if (line.hold) this.#release(application, line);
    });
  }

  waiting = (): number => [...this.#lines.values()].reduce((sum, { writes }) => sum + writes.length, 0);

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  wake(): void {
    this.#lines.forEach(({ writes }, application) => writes.length > 0 && void this.#drain(application));
  }

  stop(): void {
    this.#stopped = true;
    this.#lines.forEach(({ timer, hold }) => {
      clearTimeout(timer);
      clearTimeout(hold?.timer);
    });
  }

  async close(): Promise<void> {
    this.hurry();
    const all = Promise.all([...this.#lines.values()].map(({ drained }) => drained));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise((done) => (timer = setTimeout(done, CLOSE_MS)));
    await Promise.race([all, enough]);
    clearTimeout(timer);
    this.stop();
  }

  #hold(application: string, line: Line, { key }: Write): void {
    line.hold = { key, timer: setTimeout(() => this.#release(application, line), HOLD_MS) };
  }

  /** What was held can no longer be undone, and goes out. */
  #release(application: string, line: Line): void {
    this.#letGo(line);
    this.#changed(line);
    void this.#drain(application);
  }

  #letGo(line: Line): void {
    clearTimeout(line.hold?.timer);
    line.hold = undefined;
  }

  #lineOf(application: string): Line {
    const line = this.#lines.get(application) ?? freshLine();
    this.#lines.set(application, line);
    return line;
  }

  #changed(line: Line, more: Omit<Passage, 'waiting'> = {}): void {
    line.passage = Object.assign({}, line.passage, more, { waiting: [...line.writes], held: line.hold?.key });
    this.#listeners.forEach((listener) => listener());
  }

  #drain(application: string): Promise<void> {
    const line = this.#lineOf(application);
    if (!line.sending && !line.passage.refusal) line.drained = this.#sendAll(application, line);
    return line.drained;
  }

  /** Sends the head, and what stands behind it, until the line is empty, held, refused or silent. */
  async #sendAll(application: string, line: Line): Promise<void> {
    line.sending = true;
    clearTimeout(line.timer);
    const isFree = (head: Write | undefined): head is Write => head !== undefined && head.key !== line.hold?.key;
    try {
      for (let [head] = line.writes; isFree(head) && !this.#stopped; [head] = line.writes) {
        await this.#sendHead(line, head);
      }
    } catch (error) {
      this.#failed(application, line, error);
    } finally {
      line.sending = false;
    }
  }

  async #sendHead(line: Line, head: Write): Promise<void> {
    const answer = await send(head, line.known?.etag ?? head.etag);
    line.known = answer;
    line.failures = 0;
    line.writes.shift();
    this.#changed(line, { savedAt: Date.now(), awaySince: undefined });
    settled(line, head).forEach(({ resolve }) => resolve(answer));
    await this.#keeping.remove(KIND, head.key);
    // An edit that is sent after the page was loaded anew must know what it starts from.
    const [next] = line.writes;
    if (next?.kind !== 'edit') return;
    next.etag = answer.etag;
    await this.#keeping.write(KIND, next.key, next);
  }

  #failed(application: string, line: Line, error: unknown): void {
    if (this.#stopped) return;
    if (isPassing(error)) {
      const longest = error instanceof Refusal ? BUSY_PAUSE_MS : SILENT_PAUSE_MS;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** line.failures, longest);
      const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1_000 : 0;
      line.failures += 1;
      line.timer = setTimeout(() => void this.#drain(application), Math.max(pause, asked));
      return this.#changed(line, { awaySince: line.passage.awaySince ?? Date.now() });
    }
    if (!(error instanceof Refusal)) throw error;
    // Signed out is no word on the write: it goes on when the operator is back.
    if (SIGNED_OUT.includes(error.reason)) return this.#changed(line);
    const head = line.writes[0] as Write;
    this.#changed(line, { refusal: error, awaySince: undefined });
    settled(line, head).forEach(({ reject }) => reject(error));
  }
}
