import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { mongo } from 'mongoose';
import { answerOf, type Answer } from './answer.ts';
import { committed, findRaw, lifted, where, within, writeOne, type Collection } from './collection.ts';
import { insert, taken } from './create.ts';
import type { Change, Draft, StoredDocument } from './document.ts';
import { tellOutbox } from './news.ts';
import { blank, nextDocument, type Occasion } from './next.ts';
import { operatorsOf } from './operators.ts';
import { checkOperators } from './schema.ts';
import { inScope, type Scope } from './scope.ts';

/** Why, when and within what a document is updated. */
export interface UpdateOptions<D extends StoredDocument> extends Occasion {
  scope: Scope;
  /** The write is refused when the document has another one by now. */
  etag?: string | undefined;
  /** The document as it was read already: saves a read. */
  current?: D | undefined;
  /** The document before anything happened to it, where this update may be its first write. */
  initial?: Draft<D> | undefined;
}

/** Decides from the document alone. Pure: it is asked again when others were quicker. */
export type Decide<D> = (document: D) => Change<D>;

/**
 * What must be known to decide is read first, for each document that is decided on: from the same store, or from a
 * neighbour. Other writers of the document in this process wait meanwhile. A document that answers by itself (a known
 * request, a repeat, a gap, a stale etag) needs no read.
 */
export interface ReadAndDecide<D, R> {
  read: (document: D) => Promise<R>;
  decide: (document: D, read: R) => Change<D>;
}

export interface Updated<D> {
  /** As it stands now; after a `gap` of a document that was never written, its initial one. */
  document: D;
  outcome: 'applied' | Answer;
}

/** So often a document is read anew because others were quicker. */
const TRIES = 8;
/** Several writers of one document come back at different times. */
const CONTENDED = { first: 5, most: 80, jitter: 1 };

export function update<D extends StoredDocument, R>(
  collection: Collection<D>,
  id: string,
  options: UpdateOptions<D>,
  work: Decide<D> | ReadAndDecide<D, R>,
): Promise<Updated<D>> {
  const needsNoRead = typeof work === 'function';
  const changeOf = needsNoRead ? work : async (document: D) => work.decide(document, await work.read(document));
  const one: OneUpdate<D> = { collection, id, options, changeOf };
  return collection.inTurn(id, async () => {
    const quick = (await fromMemory(one)) ?? (needsNoRead ? await asFirst(one) : undefined);
    return quick ?? fromStore(one);
  });
}

/** One call of `update`, and what it decides by. */
interface OneUpdate<D extends StoredDocument> {
  collection: Collection<D>;
  id: string;
  options: UpdateOptions<D>;
  changeOf: (document: D) => Change<D> | Promise<Change<D>>;
}

/** What a document from memory leads to counts only when it was written: everything else is asked of a fresh one. */
async function fromMemory<D extends StoredDocument>(one: OneUpdate<D>): Promise<Updated<D> | undefined> {
  const { collection, id, options } = one;
  const held: StoredDocument | undefined = options.current ?? collection.recent?.get(id);
  if (!held || !inScope(held, options.scope)) return undefined;
  try {
    const quick = await attempt(one, lifted(collection, held), (next) => replace(collection, held, next));
    return quick && quick.document.revision > held.revision ? quick : undefined;
  } catch (error) {
    if (isNotNow(error)) throw error;
    return undefined;
  }
}

/** What says "not now" says nothing about the document. */
const isNotNow = (error: unknown): boolean =>
  isProblem(error) && (error.kind === 'UNAVAILABLE' || error.kind === 'DEADLINE');

/**
 * The first event about a document finds nothing there, but for a repeat: what it makes is written without a look. Where
 * something is there, only the store can tell what comes of the event.
 */
async function asFirst<D extends StoredDocument>(one: OneUpdate<D>): Promise<Updated<D> | undefined> {
  const { collection, options } = one;
  if (!options.initial || options.cause.sequence?.value !== 1) return undefined;
  return attempt(one, initialOf(one), (next) => insert(collection, next, options.scope));
}

async function fromStore<D extends StoredDocument>(one: OneUpdate<D>): Promise<Updated<D>> {
  const { collection, id, options } = one;
  for (let round = 0; round < TRIES; round += 1) {
    const raw = await findRaw(collection, within({ _id: id }, options.scope));
    const done = raw
      ? await attempt(one, lifted(collection, raw), (next) => replace(collection, raw, next))
      : await fromNothing(one);
    // Whoever was to publish what waits in it may be gone.
    if (raw && done && done.outcome !== 'applied') tellOutbox(collection.news, raw);
    if (done) return done;
    await pause(backoffMs(round + 1, CONTENDED));
  }
  throw new Problem({ reason: 'CONTENTION', message: 'Too many change it at the same time. Try again.' });
}

/** Nothing is written yet that the caller may see: the document begins as its initial one. */
async function fromNothing<D extends StoredDocument>(one: OneUpdate<D>): Promise<Updated<D> | undefined> {
  const { collection, id } = one;
  const done = await attempt(one, initialOf(one), (next) => insertFirst(one, next));
  if (done?.outcome !== 'gap') return done;
  if (!(await findRaw(collection, { _id: id }, { _id: 1 }))) return done;
  // It is there after all. What comes before the gap would be waited for in vain if it belongs to others.
  await mustBeOwn(one);
  return undefined;
}

/** The document answers by itself, or it is decided and written; undefined when another writer was quicker. */
async function attempt<D extends StoredDocument>(
  { collection, options, changeOf }: OneUpdate<D>,
  document: D,
  write: (next: D) => Promise<boolean>,
): Promise<Updated<D> | undefined> {
  const answer = answerOf(document, options);
  if (answer) return { document, outcome: answer };
  const change = await changeOf(document);
  const isUnchanged = change.document === document && change.events.length === 0;
  // An event that changes nothing is counted all the same.
  if (isUnchanged && !options.cause.sequence) return { document, outcome: 'ignored' };
  const next = nextDocument(document, change, options, collection.keeping);
  if (!(await write(next))) return undefined;
  committed(collection, next, change.events.length > 0);
  return { document: next, outcome: isUnchanged ? 'ignored' : 'applied' };
}

/** One write, done only while the document is as it was read; false when it is not. */
async function replace<D extends StoredDocument>(
  { shape, news, run, driver }: Collection<D>,
  raw: StoredDocument,
  next: D,
): Promise<boolean> {
  const operators = operatorsOf(raw, next);
  checkOperators(shape, operators);
  const { _id, revision } = raw;
  const { matchedCount } = await run('update', () =>
    writeOne(news, _id, () =>
      driver().updateOne(where({ _id, revision }), operators as mongo.UpdateFilter<StoredDocument>),
    ),
  );
  return matchedCount === 1;
}

function initialOf<D extends StoredDocument>({ collection, options }: OneUpdate<D>): D {
  if (options.initial) return blank(options.initial, collection.keeping.schemaVersion, options.now);
  const { absentMessage = 'There is no such thing.' } = collection.options;
  throw new Problem({ reason: 'NOT_FOUND', message: absentMessage });
}

/** False when another writer made it a moment ago: the next look finds it. */
async function insertFirst<D extends StoredDocument>(one: OneUpdate<D>, next: D): Promise<boolean> {
  if (await insert(one.collection, next, one.options.scope)) return true;
  await mustBeOwn(one);
  return false;
}

/** @throws Problem `existsReason` when what is there lies outside the scope, or has the unique field of this one */
async function mustBeOwn<D extends StoredDocument>({ collection, id, options }: OneUpdate<D>): Promise<void> {
  if (!(await findRaw(collection, within({ _id: id }, options.scope), { _id: 1 }))) throw taken(collection);
}
