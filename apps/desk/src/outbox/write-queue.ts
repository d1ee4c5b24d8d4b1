import type { ApiError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { SyncStatus, UndoneError, Write } from './outbox.ts';

/** The writes of one application, in their order. */
export interface WriteQueue {
  writes: Write[];
  status: SyncStatus;
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
  reject: (error: ApiError | UndoneError) => void;
}

export function createWriteQueue(): WriteQueue {
  const drained = Promise.resolve();
  return { writes: [], status: { pending: [] }, waiters: new Map(), sending: false, drained, failures: 0 };
}

/**
 * The write by which something goes out. Edits that wait unsent become one: each names the fields that it changes, whole; the head
 * may be on its way. An act that waits already is the same act: whoever pressed twice meant it once.
 */
export function enqueueOrMerge(queue: WriteQueue, write: Pick<Write, 'application' | 'kind' | 'body'>): Write {
  const same = queue.status.refusal ? undefined : findSameAction(queue.writes, write);
  if (same) return same;
  const last = queue.writes.at(-1);
  const open = queue.writes.length > 1 || (!queue.sending && !queue.status.unreachableSince);
  if (last && open && last.kind === 'edit' && write.kind === 'edit' && !queue.status.refusal) {
    last.body = Object.assign({}, last.body, write.body);
    return last;
  }
  const about = { key: crypto.randomUUID(), madeAt: new Date().toISOString(), etag: queue.known?.etag };
  const fresh: Write = Object.assign(about, write);
  queue.writes.push(fresh);
  return fresh;
}

/** An edit that stands behind an act makes the next one another act. */
function findSameAction(writes: readonly Write[], { kind, body }: Pick<Write, 'kind' | 'body'>): Write | undefined {
  if (kind === 'edit') return undefined;
  const afterLastEdit = writes.slice(writes.map((write) => write.kind).lastIndexOf('edit') + 1);
  return afterLastEdit.find((write) => write.kind === kind && JSON.stringify(write.body) === JSON.stringify(body));
}

/** Who waited for a write; they are told now and not again. */
export function takeWaiters(queue: WriteQueue, { key }: Write): Waiter[] {
  const waiters = queue.waiters.get(key) ?? [];
  queue.waiters.delete(key);
  return waiters;
}
