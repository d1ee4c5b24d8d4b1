import type { Refusal } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Passage, Undone, Write } from './outbox.ts';

/** The writes of one application, in their order. */
export interface Line {
  writes: Write[];
  passage: Passage;
  known?: Application | undefined;
  /** Who waits for the answer to which write: several where edits became one. */
  waiters: Map<string, Waiter[]>;
  sending: boolean;
  /** When all that could go out has gone out, or was tried. */
  drained: Promise<void>;
  /** The last write, while it can be undone. */
  hold?: { key: string; timer: ReturnType<typeof setTimeout> } | undefined;
  failures: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

export interface Waiter {
  resolve: (application: Application) => void;
  reject: (why: Refusal | Undone) => void;
}

export function freshLine(): Line {
  const drained = Promise.resolve();
  return { writes: [], passage: { waiting: [] }, waiters: new Map(), sending: false, drained, failures: 0 };
}

/**
 * The write by which something goes out. Edits that wait unsent become one: each names the fields that it changes, whole; the head
 * may be on its way. An act that waits already is the same act: whoever pressed twice meant it once.
 */
export function mergedOrNew(line: Line, write: Pick<Write, 'application' | 'kind' | 'body'>): Write {
  const waiting = line.passage.refusal ? undefined : findSameAct(line.writes, write);
  if (waiting) return waiting;
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

/** An edit that stands behind an act makes the next one another act. */
function findSameAct(writes: readonly Write[], { kind, body }: Pick<Write, 'kind' | 'body'>): Write | undefined {
  if (kind === 'edit') return undefined;
  const behind = writes.slice(writes.map((write) => write.kind).lastIndexOf('edit') + 1);
  return behind.find((write) => write.kind === kind && JSON.stringify(write.body) === JSON.stringify(body));
}

/** Who waited for a write; they are told now and not again. */
export function settled(line: Line, { key }: Write): Waiter[] {
  const waiters = line.waiters.get(key) ?? [];
  line.waiters.delete(key);
  return waiters;
}
