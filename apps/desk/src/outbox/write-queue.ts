import type { ApiError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { SyncStatus, UndoneError, Write } from './outbox.ts';
import { RetryDelay } from './retry-delay.ts';

export interface WriteQueue {
  writes: Write[];
  status: SyncStatus;
  known?: Application | undefined;
  /** Callers waiting for a write; several if edits were merged. */
  waiters: Map<string, Waiter[]>;
  sending: boolean;
  /** Resolves when everything sendable was sent or tried. */
  drained: Promise<void>;
  /** The last write, while it can be undone. */
  hold?: { key: string; timer: ReturnType<typeof setTimeout> } | undefined;
  retryDelay: RetryDelay;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

export interface Waiter {
  resolve: (application: Application) => void;
  reject: (error: ApiError | UndoneError) => void;
}

export function createWriteQueue(): WriteQueue {
  const drained = Promise.resolve();
  return {
    writes: [],
    status: { pending: [] },
    waiters: new Map(),
    sending: false,
    drained,
    retryDelay: new RetryDelay(),
  };
}

/**
 * Adds a write and returns it. An edit merges into the last unsent edit; the head may be in flight. A pending action
 * with the same body is returned instead: a second press means the same action.
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
  const newWrite: Write = Object.assign(about, write);
  queue.writes.push(newWrite);
  return newWrite;
}

/** An edit between two equal actions makes them different. */
function findSameAction(writes: readonly Write[], { kind, body }: Pick<Write, 'kind' | 'body'>): Write | undefined {
  if (kind === 'edit') return undefined;
  const afterLastEdit = writes.slice(writes.map((write) => write.kind).lastIndexOf('edit') + 1);
  return afterLastEdit.find((write) => write.kind === kind && JSON.stringify(write.body) === JSON.stringify(body));
}

/** Removes and returns the callers waiting for a write. */
export function takeWaiters(queue: WriteQueue, { key }: Write): Waiter[] {
  const waiters = queue.waiters.get(key) ?? [];
  queue.waiters.delete(key);
  return waiters;
}
