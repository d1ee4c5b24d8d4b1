import type { ApiError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { OutboxEnvironment } from './environment.ts';
import type { SyncStatus } from './outbox.ts';
import { RetryDelay } from './retry-delay.ts';
import type { NewWrite, UndoneError, Write } from './write.ts';

export interface WriteQueue {
  writes: Write[];
  status: SyncStatus;
  known?: Application | undefined;
  /** Callers waiting for a write; several if edits were merged. */
  waiters: Map<string, Waiter[]>;
  /** Writes that the browser is storing, by key. */
  storing: Map<string, Promise<void>>;
  /** Keys of writes that the browser could not store. */
  unstored: Set<string>;
  sending: boolean;
  /** Whether it waits for its turn among the applications. */
  isQueued: boolean;
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
    storing: new Map(),
    unstored: new Set(),
    sending: false,
    isQueued: false,
    drained,
    retryDelay: new RetryDelay(),
  };
}

/** What a new write says about its time and place. */
export type WriteOrigin = Pick<Write, 'madeAt' | 'isOffline' | 'grant' | 'centre'>;

/** Returns the time and the place of a write that is made now. */
export function originOf(environment: OutboxEnvironment): WriteOrigin {
  const centre = environment.centre?.();
  const made = { madeAt: new Date(environment.now()).toISOString(), ...(centre !== undefined && { centre }) };
  if (environment.isReachable()) return made;
  return Object.assign(made, { isOffline: true, grant: environment.currentGrant() });
}

/** Whether the queue of its application has a write. */
export const isQueued = (queues: ReadonlyMap<string, WriteQueue>, { application, key }: Write): boolean =>
  queues.get(application)?.writes.some((write) => write.key === key) ?? false;

/** Whether a write waits for a session at another centre. */
export const isElsewhere = ({ accepts }: OutboxEnvironment, write: Write | undefined): boolean =>
  write !== undefined && accepts !== undefined && !accepts(write);

/** Resolves when everything sendable was sent or tried, at the latest after the time. */
export async function drainedWithin(queues: readonly WriteQueue[], ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise((done) => (timer = setTimeout(done, ms)));
  await Promise.race([Promise.all(queues.map(({ drained }) => drained)), timeout]);
  clearTimeout(timer);
}

/**
 * Adds a write and returns it. An edit merges into the last unsent edit; the head may be in flight. A pending action
 * with the same body is returned instead: a second press means the same action.
 * @param isSender another window may be sending what this one shows as pending, so it merges no edits
 */
export function enqueueOrMerge(queue: WriteQueue, write: NewWrite, origin: WriteOrigin, isSender: boolean): Write {
  const same = queue.status.refusal ? undefined : findSameAction(queue.writes, write);
  if (same) return same;
  const last = queue.writes.at(-1);
  const open = isSender && (queue.writes.length > 1 || (!queue.sending && !queue.status.unreachableSince));
  if (last && open && last.kind === 'edit' && write.kind === 'edit' && !queue.status.refusal) {
    // The position in the chain stays; the content is of now.
    return Object.assign(last, origin, { body: Object.assign({}, last.body, write.body) });
  }
  const newWrite: Write = Object.assign({ key: crypto.randomUUID(), etag: queue.known?.etag }, origin, write);
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
export function takeWaiters(queue: WriteQueue, { key }: Pick<Write, 'key'>): Waiter[] {
  const waiters = queue.waiters.get(key) ?? [];
  queue.waiters.delete(key);
  return waiters;
}

/** Order of stored writes: as they were made. Writes of earlier releases have no number and come first. */
export function compareWrites(a: Write, b: Write): number {
  return (a.sequence ?? 0) - (b.sequence ?? 0) || a.madeAt.localeCompare(b.madeAt);
}

/** Keeps the order of this window for writes that are not stored yet. */
export function compareAdopted({ storing, unstored }: WriteQueue): (a: Write, b: Write) => number {
  const isOpen = ({ key }: Write) => storing.has(key) || unstored.has(key);
  return (a, b) => Number(isOpen(a)) - Number(isOpen(b)) || compareWrites(a, b);
}

/** Returns a new write that adds a note. */
export const toNote = (application: string, text: string, origin: WriteOrigin): Write =>
  Object.assign({ key: crypto.randomUUID() }, origin, { application, kind: 'notes' as const, body: { text } });
