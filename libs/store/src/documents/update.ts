import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import { checkPreconditions, type WriteOutcome } from './preconditions.ts';
import {
  addFormerFields,
  notifyCommitted,
  findRaw,
  findRawById,
  migrateDocument,
  withScope,
  writeOne,
  type Collection,
} from './collection.ts';
import type { Cause } from './cause.ts';
import { replaceAlone } from './grouped-writes.ts';
import { insertDocument, alreadyExistsProblem, readNumbers } from './create.ts';
import type { Change, Draft, StoredDocument } from './document.ts';
import { notifyOutbox } from './commit-notifier.ts';
import { createBlankDocument, nextDocument, type WriteContext } from './next-document.ts';
import { buildUpdateOperators } from './update-operators.ts';
import { checkOperators } from './schema.ts';
import { isInScope, type Scope } from './scope.ts';

export interface UpdateOptions<D extends StoredDocument> extends WriteContext {
  scope: Scope;
  /** The write fails if the document has another etag. */
  etag?: string | undefined;
  /** The document if the caller has read it already; saves a read. */
  current?: D | undefined;
  /**
   * Whether the decision changes nothing in a document that has this change already. The write can then share a command,
   * as with a request or a sequence, whose repeats the store recognises.
   */
  isRepeatable?: boolean | undefined;
  /** The document before its first write, if this update may create it. */
  initial?: Draft<D> | undefined;
}

/** Decides from the document alone. Must be pure: it runs again after a concurrent write. */
export type DecisionFunction<D> = (document: D) => Change<D>;

/**
 * Reads from the store or an upstream service before each decision; other local writers of the document wait. Skipped
 * when the document needs no decision: a known request, a repeat, a gap or a stale etag. Only a repeat of the event that
 * created the document reads, because it is inserted before the store is read.
 */
export interface DecisionWithRead<D, R> {
  read: (document: D) => Promise<R>;
  decide: (document: D, read: R) => Change<D>;
}

export interface UpdateResult<D> {
  /** The current document; after a `gap` for a document that does not exist, its initial one. */
  document: D;
  outcome: 'applied' | WriteOutcome;
}

/** Maximum number of reads of a document after concurrent writes. */
const MAX_ATTEMPTS = 8;
/** Jitter separates the retries of competing writers. */
const CONTENTION_BACKOFF = { initialMs: 5, maxMs: 80, jitter: 1 };

export function update<D extends StoredDocument, R>(
  collection: Collection<D>,
  id: string,
  options: UpdateOptions<D>,
  work: DecisionFunction<D> | DecisionWithRead<D, R>,
): Promise<UpdateResult<D>> {
  const decide =
    typeof work === 'function' ? work : async (document: D) => work.decide(document, await work.read(document));
  const one: PendingUpdate<D> = { collection, id, options, decide };
  return collection.runExclusive(
    id,
    async () => (await updateFromCache(one)) ?? (await insertFirstEvent(one)) ?? updateFromStore(one),
  );
}

/** One call of `update`. */
interface PendingUpdate<D extends StoredDocument> {
  collection: Collection<D>;
  id: string;
  options: UpdateOptions<D>;
  decide: (document: D) => Change<D> | Promise<Change<D>>;
}

/** Updates a cached document. Only a successful write counts; for anything else the caller reads the store. */
async function updateFromCache<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D> | undefined> {
  const { collection, id, options } = one;
  const cached: StoredDocument | undefined = options.current ?? collection.recent?.get(id);
  if (!cached || !isInScope(cached, options.scope) || !(await collection.sealer.isUsable(cached))) return undefined;
  try {
    const result = await attemptUpdate(one, migrateDocument(collection, cached), (next, erase) =>
      writeNext(collection, cached, { next, erase }, options),
    );
    return result && result.document.revision > cached.revision ? result : undefined;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return undefined;
  }
}

/** A transient failure says nothing about the cached document. */
const isUnavailable = (error: unknown): boolean =>
  isProblem(error) && (error.kind === 'UNAVAILABLE' || error.kind === 'DEADLINE');

/**
 * Inserts without reading the store: the first event about a document finds none, unless it is a repeat. If one exists, the
 * caller reads the store.
 */
async function insertFirstEvent<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D> | undefined> {
  const { collection, options } = one;
  if (!options.initial || options.cause.sequence?.value !== 1) return undefined;
  return attemptUpdate(one, await resolveInitial(one), (next) => insertDocument(collection, next, options.scope));
}

async function updateFromStore<D extends StoredDocument>(one: PendingUpdate<D>): Promise<UpdateResult<D>> {
  const { collection, id, options } = one;
  for (let round = 0; round < MAX_ATTEMPTS; round += 1) {
    const raw = await findRawById(collection, id, options.scope);
    const done = raw
      ? await attemptUpdate(one, migrateDocument(collection, raw), (next, erase) =>
          writeNext(collection, raw, { next, erase }, options),
        )
      : await updateFromInitial(one);
    // The process that had to publish the outbox may have stopped.
    if (raw && done && done.outcome !== 'applied') notifyOutbox(collection.notifier, raw);
    if (done) return done;
    await pause(backoffMs(round + 1, CONTENTION_BACKOFF));
  }
  throw new Problem({ reason: 'CONTENTION', message: 'Too many concurrent changes of this resource.' });
}

/** Decides on the initial document, because none is stored in the scope. */
async function updateFromInitial<D extends StoredDocument>(
  one: PendingUpdate<D>,
): Promise<UpdateResult<D> | undefined> {
  const { collection, id } = one;
  const done = await attemptUpdate(one, await resolveInitial(one), (next) => insertFirst(one, next));
  if (done?.outcome !== 'gap') return done;
  if (!(await findRaw(collection, { _id: id }, { _id: 1 }))) return done;
  // The document exists after all. If it is outside the scope, the missing event would never arrive.
  await assertInScope(one);
  return undefined;
}

/** Resolves by preconditions, or decides and writes; undefined after a concurrent write. */
async function attemptUpdate<D extends StoredDocument>(
  { collection, options, decide }: PendingUpdate<D>,
  document: D,
  write: (next: D, erase: boolean) => Promise<boolean>,
): Promise<UpdateResult<D> | undefined> {
  const answer = checkPreconditions(document, options);
  if (answer) return { document, outcome: answer };
  const change = await decide(document);
  const isUnchanged = change.document === document && change.events.length === 0;
  // An event that changes nothing still advances the sequence.
  if (isUnchanged && !options.cause.sequence) return { document, outcome: 'ignored' };
  const next = nextDocument(document, change, options, collection.policy);
  if (!(await write(next, change.erase ?? false))) return undefined;
  notifyCommitted(collection, next, change.events.length > 0);
  return { document: next, outcome: isUnchanged ? 'ignored' : 'applied' };
}

const hasIdentity = ({ request, sequence }: Cause): boolean => request !== undefined || sequence !== undefined;

/** Writes if the revision is still the one read; returns false otherwise. */
async function writeNext<D extends StoredDocument>(
  { sealer, notifier, run, driver, replace, options }: Collection<D>,
  raw: StoredDocument,
  { next, erase }: { next: D; erase: boolean },
  { cause, isRepeatable = hasIdentity(cause) }: UpdateOptions<D>,
): Promise<boolean> {
  const sealed = erase ? sealer.eraseNext(next) : await sealer.sealNext(next, raw);
  const stored = addFormerFields(sealed, options);
  const operators = buildUpdateOperators(sealer.storedOf(raw)!, stored);
  checkOperators(sealer.shape, operators);
  const { _id: id, revision } = raw;
  const one = { id, revision, operators, time: next.updateTime, cause };
  // In a group, the result can be unknown, and then the update decides again.
  return run('update', () => writeOne(notifier, id, () => (isRepeatable ? replace(one) : replaceAlone(driver(), one))));
}

async function resolveInitial<D extends StoredDocument>({ collection, id, options }: PendingUpdate<D>): Promise<D> {
  if (options.initial) {
    const journalSeq = (await readNumbers(collection, [id])).get(id);
    return createBlankDocument(options.initial, collection.policy.schemaVersion, { now: options.now, journalSeq });
  }
  const { absentMessage = 'Resource not found.' } = collection.options;
  throw new Problem({ reason: 'NOT_FOUND', message: absentMessage });
}

/** Returns false if a concurrent writer inserted it; the next read finds it. */
async function insertFirst<D extends StoredDocument>(one: PendingUpdate<D>, next: D): Promise<boolean> {
  if (await insertDocument(one.collection, next, one.options.scope)) return true;
  await assertInScope(one);
  return false;
}

/** @throws Problem `existsReason` if the stored document is outside the scope or has the same unique field */
async function assertInScope<D extends StoredDocument>({ collection, id, options }: PendingUpdate<D>): Promise<void> {
  if (!(await findRaw(collection, withScope({ _id: id }, options.scope), { _id: 1 })))
    throw alreadyExistsProblem(collection);
}
