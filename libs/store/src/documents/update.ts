import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { mongo } from 'mongoose';
import { checkPreconditions, type WriteOutcome } from './preconditions.ts';
import {
  notifyCommitted,
  findRaw,
  migrateDocument,
  asFilter,
  withScope,
  writeOne,
  type Collection,
} from './collection.ts';
import { insertDocument, alreadyExistsProblem } from './create.ts';
import type { Change, Draft, StoredDocument } from './document.ts';
import { notifyOutbox } from './commit-notifier.ts';
import { createBlankDocument, nextDocument, type WriteContext } from './next-document.ts';
import { buildUpdateOperators } from './update-operators.ts';
import { checkOperators } from './schema.ts';
import { isInScope, type Scope } from './scope.ts';

/** Why, when and within what a document is updated. */
export interface UpdateOptions<D extends StoredDocument> extends WriteContext {
  scope: Scope;
  /** The write is refused when the document has another one by now. */
  etag?: string | undefined;
  /** The document as it was read already: saves a read. */
  current?: D | undefined;
  /** The document before anything happened to it, where this update may be its first write. */
  initial?: Draft<D> | undefined;
}

/** Decides from the document alone. Pure: it is asked again when others were quicker. */
export type DecisionFunction<D> = (document: D) => Change<D>;

/**
 * What must be known to decide is read first, for each document that is decided on: from the same store, or from a
 * neighbour. Other writers of the document in this process wait meanwhile. A document that answers by itself (a known
 * request, a repeat, a gap, a stale etag) needs no read.
 */
export interface DecisionWithRead<D, R> {
  read: (document: D) => Promise<R>;
  decide: (document: D, read: R) => Change<D>;
}

export interface UpdateResult<D> {
  /** As it stands now; after a `gap` of a document that was never written, its initial one. */
  document: D;
  outcome: 'applied' | WriteOutcome;
}

/** So often a document is read anew because others were quicker. */
const MAX_ATTEMPTS = 8;
/** Several writers of one document come back at different times. */
const CONTENTION_BACKOFF = { initialMs: 5, maxMs: 80, jitter: 1 };

export function update<D extends StoredDocument, R>(
  collection: Collection<D>,
  id: string,
  options: UpdateOptions<D>,
  work: DecisionFunction<D> | DecisionWithRead<D, R>,
): Promise<UpdateResult<D>> {
  const needsNoRead = typeof work === 'function';
  const decide = needsNoRead ? work : async (document: D) => work.decide(document, await work.read(document));
  const one: PendingUpdate<D> = { collection, id, options, decide };
  return collection.runExclusive(id, async () => {
    const result = (await updateFromCache(one)) ?? (needsNoRead ? await insertFirstEvent(one) : undefined);
    return result ?? updateFromStore(one);
  });
}

/** One call of `update`, and what it decides by. */
interface PendingUpdate<D extends StoredDocument> {
  collection: Collection<D>;
  id: string;
  options: UpdateOptions<D>;
  decide: (document: D) => Change<D> | Promise<Change<D>>;
}

/** What a document from memory leads to counts only when it was written: everything else is asked of a fresh one. */
async function updateFromCache<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D> | undefined> {
  const { collection, id, options } = one;
  const cached: StoredDocument | undefined = options.current ?? collection.recent?.get(id);
  if (!cached || !isInScope(cached, options.scope)) return undefined;
  try {
    const result = await attemptUpdate(one, migrateDocument(collection, cached), (next) =>
      replace(collection, cached, next),
    );
    return result && result.document.revision > cached.revision ? result : undefined;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return undefined;
  }
}

/** What says "not now" says nothing about the document. */
const isUnavailable = (error: unknown): boolean =>
  isProblem(error) && (error.kind === 'UNAVAILABLE' || error.kind === 'DEADLINE');

/**
 * The first event about a document finds nothing there, but for a repeat: what it makes is written without a look. Where
 * something is there, only the store can tell what comes of the event.
 */
async function insertFirstEvent<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D> | undefined> {
  const { collection, options } = one;
  if (!options.initial || options.cause.sequence?.value !== 1) return undefined;
  return attemptUpdate(one, resolveInitial(one), (next) => insertDocument(collection, next, options.scope));
}

async function updateFromStore<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D>> {
  const { collection, id, options } = one;
  for (let round = 0; round < MAX_ATTEMPTS; round += 1) {
    const raw = await findRaw(collection, withScope({ _id: id }, options.scope));
    const done = raw
      ? await attemptUpdate(one, migrateDocument(collection, raw), (next) => replace(collection, raw, next))
      : await updateFromInitial(one);
    // Whoever was to publish what waits in it may be gone.
    if (raw && done && done.outcome !== 'applied') notifyOutbox(collection.notifier, raw);
    if (done) return done;
    await pause(backoffMs(round + 1, CONTENTION_BACKOFF));
  }
  throw new Problem({ reason: 'CONTENTION', message: 'Too many change it at the same time. Try again.' });
}

/** Nothing is written yet that the caller may see: the document begins as its initial one. */
async function updateFromInitial<D extends StoredDocument>(
  one: PendingUpdate<D>,
): Promise<UpdateResult<D> | undefined> {
  const { collection, id } = one;
  const done = await attemptUpdate(one, resolveInitial(one), (next) => insertFirst(one, next));
  if (done?.outcome !== 'gap') return done;
  if (!(await findRaw(collection, { _id: id }, { _id: 1 }))) return done;
  // It is there after all. What comes before the gap would be waited for in vain if it belongs to others.
  await assertInScope(one);
  return undefined;
}

/** The document answers by itself, or it is decided and written; undefined when another writer was quicker. */
async function attemptUpdate<D extends StoredDocument>(
  { collection, options, decide }: PendingUpdate<D>,
  document: D,
  write: (next: D) => Promise<boolean>,
): Promise<UpdateResult<D> | undefined> {
  const answer = checkPreconditions(document, options);
  if (answer) return { document, outcome: answer };
  const change = await decide(document);
  const isUnchanged = change.document === document && change.events.length === 0;
  // An event that changes nothing is counted all the same.
  if (isUnchanged && !options.cause.sequence) return { document, outcome: 'ignored' };
  const next = nextDocument(document, change, options, collection.policy);
  if (!(await write(next))) return undefined;
  notifyCommitted(collection, next, change.events.length > 0);
  return { document: next, outcome: isUnchanged ? 'ignored' : 'applied' };
}

/** One write, done only while the document is as it was read; false when it is not. */
async function replace<D extends StoredDocument>(
  { shape, notifier, run, driver }: Collection<D>,
  raw: StoredDocument,
  next: D,
): Promise<boolean> {
  const operators = buildUpdateOperators(raw, next);
  checkOperators(shape, operators);
  const { _id, revision } = raw;
  const { matchedCount } = await run('update', () =>
    writeOne(notifier, _id, () =>
      driver().updateOne(asFilter({ _id, revision }), operators as mongo.UpdateFilter<StoredDocument>),
    ),
  );
  return matchedCount === 1;
}

function resolveInitial<D extends StoredDocument>({ collection, options }: PendingUpdate<D>): D {
  if (options.initial) return createBlankDocument(options.initial, collection.policy.schemaVersion, options.now);
  const { absentMessage = 'There is no such thing.' } = collection.options;
  throw new Problem({ reason: 'NOT_FOUND', message: absentMessage });
}

/** False when another writer made it a moment ago: the next look finds it. */
async function insertFirst<D extends StoredDocument>(one: PendingUpdate<D>, next: D): Promise<boolean> {
  if (await insertDocument(one.collection, next, one.options.scope)) return true;
  await assertInScope(one);
  return false;
}

/** @throws Problem `existsReason` when what is there lies outside the scope, or has the unique field of this one */
async function assertInScope<D extends StoredDocument>({ collection, id, options }: PendingUpdate<D>): Promise<void> {
  if (!(await findRaw(collection, withScope({ _id: id }, options.scope), { _id: 1 })))
    throw alreadyExistsProblem(collection);
}
