import { api, Away, isPassing, Refusal, SIGNED_OUT } from '../api/client.ts';
import type { Keeping } from '../keeping/keeping.ts';
import type { Application } from '../api/types.ts';

/**
 * All writes of the page. Those of one application go out in their order, one at a time; each is kept until the platform
 * has answered it, and is sent again with the same Idempotency-Key as often as it takes. A refusal stops the writes of
 * that application until whoever made them deals with it. Silence stops nothing for good: it is tried again.
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
}

export interface Outbox {
  /** Resolves with the application as the platform has it then; rejects with the Refusal. A wait is not a failure. */
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
  /** How many writes wait in all. */
  waiting(): number;
  subscribe(listener: () => void): () => void;
  /** The line may be back: what waits is tried now. */
  wake(): void;
  stop(): void;
}

interface Line {
  writes: Write[];
  passage: Passage;
  known?: Application | undefined;
  /** Who waits for the answer to which write: several where edits became one. */
  waiters: Map<string, Waiter[]>;
  sending: boolean;
  failures: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

interface Waiter {
  resolve: (application: Application) => void;
  reject: (refusal: Refusal) => void;
}

const KIND = 'write';
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const NOTHING: Passage = { waiting: [] };

/** Goes on with what an earlier page left behind. */
export async function openOutbox(keeping: Keeping): Promise<Outbox> {
  const lines = new Map<string, Line>();
  const listeners = new Set<() => void>();
  let stopped = false;

  const lineOf = (application: string): Line => {
    const line = lines.get(application) ?? freshLine();
    lines.set(application, line);
    return line;
  };
  function changed(line: Line, more: Omit<Passage, 'waiting'> = {}): void {
    line.passage = Object.assign({}, line.passage, more, { waiting: [...line.writes] });
    listeners.forEach((listener) => listener());
  }

  /** Sends the head, and what stands behind it, until the line is empty, refused or silent. */
  async function drain(application: string): Promise<void> {
    const line = lineOf(application);
    if (line.sending || line.passage.refusal) return;
    line.sending = true;
    clearTimeout(line.timer);
    try {
      for (let head = line.writes[0]; head && !stopped; head = line.writes[0]) {
        const answer = await send(head, line.known?.etag ?? head.etag);
        line.known = answer;
        line.failures = 0;
        line.writes.shift();
        changed(line, { savedAt: Date.now(), awaySince: undefined });
        settled(line, head).forEach(({ resolve }) => resolve(answer));
        await keeping.remove(KIND, head.key);
        await startFrom(answer.etag, line.writes[0]);
      }
    } catch (error) {
      failed(application, line, error);
    } finally {
      line.sending = false;
    }
  }

  function failed(application: string, line: Line, error: unknown): void {
    if (stopped) return;
    if (isPassing(error)) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** line.failures, LONGEST_PAUSE_MS);
      const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1_000 : 0;
      line.failures += 1;
      line.timer = setTimeout(() => void drain(application), Math.max(pause, asked));
      changed(line, { awaySince: line.passage.awaySince ?? Date.now() });
      return;
    }
    // Signed out is no word on the write: it goes on when the operator is back.
    if (error instanceof Refusal && SIGNED_OUT.includes(error.reason)) return changed(line);
    if (!(error instanceof Refusal)) throw error;
    const head = line.writes[0] as Write;
    changed(line, { refusal: error, awaySince: undefined });
    settled(line, head).forEach(({ reject }) => reject(error));
  }

  /** An edit that is sent after the page was loaded anew must know what it starts from. */
  async function startFrom(etag: string, next: Write | undefined): Promise<void> {
    if (next?.kind !== 'edit') return;
    next.etag = etag;
    await keeping.write(KIND, next.key, next);
  }

  for (const write of (await keeping.list<Write>(KIND)).sort((a, b) => a.madeAt.localeCompare(b.madeAt))) {
    lineOf(write.application).writes.push(write);
  }
  for (const [application, line] of lines) {
    changed(line);
    void drain(application);
  }

  return {
    async put({ application, kind, body }) {
      const line = lineOf(application);
      const write = mergedOrNew(line, { application, kind, body });
      changed(line);
      const answered = new Promise<Application>((resolve, reject) => {
        line.waiters.set(write.key, [...(line.waiters.get(write.key) ?? []), { resolve, reject }]);
      });
      await keeping.write(KIND, write.key, write);
      void drain(application);
      return answered;
    },
    passage: (application) => lines.get(application)?.passage ?? NOTHING,
    known: (application) => lines.get(application)?.known,
    saw(application) {
      const line = lineOf(application.id);
      if (!line.sending) line.known = application;
    },
    retry(application) {
      const line = lineOf(application);
      changed(line, { refusal: undefined });
      void drain(application);
    },
    drop(application) {
      const line = lineOf(application);
      const { refusal } = line.passage;
      const given = line.writes.splice(0);
      changed(line, { refusal: undefined });
      for (const write of given) {
        if (refusal) settled(line, write).forEach(({ reject }) => reject(refusal));
        void keeping.remove(KIND, write.key);
      }
    },
    waiting: () => [...lines.values()].reduce((sum, { writes }) => sum + writes.length, 0),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake: () => lines.forEach((line, application) => line.writes.length > 0 && void drain(application)),
    stop() {
      stopped = true;
      lines.forEach(({ timer }) => clearTimeout(timer));
    },
  };
}

function freshLine(): Line {
  return { writes: [], passage: NOTHING, waiters: new Map(), sending: false, failures: 0 };
}

/** Who waited for a write; they are told now and not again. */
function settled(line: Line, { key }: Write): Waiter[] {
  const waiters = line.waiters.get(key) ?? [];
  line.waiters.delete(key);
  return waiters;
}

/** Edits that wait unsent become one: each names the fields that it changes, whole. The head may be on its way. */
function mergedOrNew(line: Line, write: Pick<Write, 'application' | 'kind' | 'body'>): Write {
  const last = line.writes.at(-1);
  const open = line.writes.length > 1 || (!line.sending && !line.passage.awaySince);
  if (last && open && last.kind === 'edit' && write.kind === 'edit' && !line.passage.refusal) {
    last.body = Object.assign({}, last.body, write.body);
    return last;
  }
  const about = { key: crypto.randomUUID(), madeAt: new Date().toISOString(), etag: line.known?.etag };
  const fresh: Write = Object.assign(about, write);
  line.writes.push(fresh);
  return fresh;
}

/** @throws Refusal, Away */
async function send(write: Write, etag: string | undefined): Promise<Application> {
  const { application: id, kind, key, body } = write;
  const headers: Record<string, string> = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
  if (kind === 'edit' && etag !== undefined) headers['If-Match'] = etag;
  const path = kind === 'create' ? '' : kind === 'edit' ? `/${id}` : `/${id}/${kind}`;
  // The outbox keeps writes as data, whatever they do: one untyped call, typed where they are made.
  const call = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ data?: Application }>;
  };
  const method = kind === 'edit' ? 'patch' : 'post';
  const { data } = await call.request(method, `/api/v1/applications${path}`, { body, headers });
  if (!data) throw new Away('an empty answer');
  return data;
}
