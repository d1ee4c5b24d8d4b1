import { Problem } from '@cups/problem';
import { assertSameRequest, hasFingerprint } from './preconditions.ts';
import type { RequestIdentity } from './cause.ts';
import {
  notifyCommitted,
  addFormerFields,
  findRaw,
  isDuplicateKey,
  migrateDocument,
  withScope,
  writeOne,
  type Collection,
} from './collection.ts';
import type { Change, Draft, StoredDocument } from './document.ts';
import { notifyOutbox, notifyUncertain } from './commit-notifier.ts';
import { createRequestKey, firstDocument, isSameCreate, type WriteContext } from './next-document.ts';
import { checkValue } from './schema.ts';
import { isInScope, type Scope } from './scope.ts';

export type CreateOptions<D> = WriteContext & { scope: Scope; events: Change<D>['events'] };
export interface CreateResult<D> {
  document: D;
  replayed: boolean;
}

export interface FindByCreateRequestOptions {
  scope: Scope;
  /** The ID of the new document, if the client chose it. */
  id?: string | undefined;
}

export async function create<D extends StoredDocument>(
  collection: Collection<D>,
  draft: Draft<D>,
  { scope, events, ...context }: CreateOptions<D>,
): Promise<CreateResult<D>> {
  const journalSeq = (await readNumbers(collection, [draft._id])).get(draft._id);
  const document = firstDocument(draft, events, { ...context, journalSeq }, collection.policy);
  const { request } = context.cause;
  const former = request && (await findByFormerRequest(collection, request, scope));
  if (former) return { document: migrateDocument(collection, former), replayed: true };
  if (await insertDocument(collection, document, scope)) {
    notifyCommitted(collection, document, events.length > 0);
    return { document, replayed: false };
  }
  const { _id, createRequest } = document;
  const sameRequest = createRequest ? await findRaw(collection, withScope({ createRequest }, scope)) : undefined;
  const earlier = sameRequest ?? (await findRaw(collection, withScope({ _id }, scope)));
  if (!earlier || !isSameCreate(earlier, document)) throw alreadyExistsProblem(collection);
  if (request) assertSameRequest({ fingerprint: earlier.createFingerprint }, request);
  notifyOutbox(collection.notifier, earlier);
  return { document: migrateDocument(collection, earlier), replayed: true };
}

export type CreateMissingOptions<D extends StoredDocument> = WriteContext & {
  scope: Scope;
  /** Returns the events of a new document. @default none */
  eventsOf?: (draft: Draft<D>) => Change<D>['events'];
};

/** See `Documents.createMissing`. */
export async function createMissing<D extends StoredDocument>(
  collection: Collection<D>,
  drafts: readonly Draft<D>[],
  { scope, eventsOf = () => [], ...context }: CreateMissingOptions<D>,
): Promise<number> {
  const { run, notifier, shape, sealer, options, policy } = collection;
  if (drafts.length === 0) return 0;
  const numbers = await readNumbers(
    collection,
    drafts.map(({ _id }) => _id),
  );
  const documents = drafts.map((draft) => {
    const own = { ...context, journalSeq: numbers.get(draft._id) };
    return addFormerFields(firstDocument(draft, eventsOf(draft), own, policy), options);
  });
  for (const document of documents) {
    if (!isInScope(document, scope)) throw new Error(`A new document of ${options.collection} is outside the scope.`);
    checkValue(shape, document);
  }
  const stored = await Promise.all(documents.map((document) => sealer.sealNew(document)));
  return run('createMissing', async () => {
    try {
      const inserted = await insertAll(collection, stored);
      for (const document of inserted) notifyOutbox(notifier, document);
      return inserted.length;
    } catch (error) {
      // Some may be stored, and nobody else knows their events.
      for (const { _id, outbox } of documents) if (outbox.length > 0) notifyUncertain(notifier, _id);
      throw error;
    }
  });
}

/** Returns the numbers of journal entries after which new documents continue, by ID. */
export const readNumbers = <D extends StoredDocument>(
  { run, readJournalNumbers }: Collection<D>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> => run('journalNumbers', () => readJournalNumbers(ids));

/** Inserts documents in one command. Returns those whose ID and unique fields were free. */
async function insertAll<D extends StoredDocument>({ driver }: Collection<D>, documents: D[]): Promise<D[]> {
  try {
    await driver().insertMany(documents, { ordered: false });
    return documents;
  } catch (error) {
    // The driver's own count includes the failed inserts.
    const { writeErrors } = error as { writeErrors?: unknown };
    const refused = (writeErrors === undefined ? [] : [writeErrors].flat()) as { index: number }[];
    if (refused.length === 0 || !refused.every(isDuplicateKey)) throw error;
    const taken = new Set(refused.map(({ index }) => index));
    return documents.filter((_, at) => !taken.has(at));
  }
}

/** Inserts a document. Returns false if the ID or a unique field is taken. */
export async function insertDocument<D extends StoredDocument>(
  collection: Collection<D>,
  document: D,
  scope: Scope,
): Promise<boolean> {
  const { run, insert, notifier, shape, sealer, options } = collection;
  if (!isInScope(document, scope)) throw new Error(`A new document of ${options.collection} is outside the scope.`);
  checkValue(shape, addFormerFields(document, options));
  const stored = addFormerFields(await sealer.sealNew(document), options);
  return run('create', async () => {
    try {
      await writeOne(notifier, document._id, () => insert(stored));
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  });
}

export const alreadyExistsProblem = <D extends StoredDocument>({ options }: Collection<D>): Problem =>
  new Problem({ reason: options.existsReason, message: 'The resource already exists.' });

/** See `Documents.findByCreateRequest`. */
export async function findByCreateRequest<D extends StoredDocument>(
  collection: Collection<D>,
  request: RequestIdentity,
  { scope, id }: FindByCreateRequestOptions,
): Promise<D | undefined> {
  const earlier = await findCreated(collection, request, scope);
  if (earlier || id === undefined || !(await findRaw(collection, { _id: id }, { _id: 1 }))) return earlier;
  // The request itself may have taken the ID since: clients repeat a request whose response is late.
  const concurrent = await findCreated(collection, request, scope);
  if (concurrent) return concurrent;
  throw alreadyExistsProblem(collection);
}

async function findCreated<D extends StoredDocument>(
  collection: Collection<D>,
  request: RequestIdentity,
  scope: Scope,
): Promise<D | undefined> {
  const made =
    (await findRaw(collection, withScope({ createRequest: createRequestKey(request) }, scope))) ??
    (await findByFormerRequest(collection, request, scope));
  return made && hasFingerprint(request, made.createFingerprint) ? migrateDocument(collection, made) : undefined;
}

/**
 * Returns what a request created while its method had another name: the unique index does not see that repeat.
 * @throws Problem REQUEST_ID_REUSED
 */
async function findByFormerRequest<D extends StoredDocument>(
  collection: Collection<D>,
  request: RequestIdentity,
  scope: Scope,
): Promise<StoredDocument | undefined> {
  const { id, key, former } = request;
  if (!former || former.key === key) return undefined;
  const createRequest = createRequestKey({ key: former.key, id });
  const made = await findRaw(collection, withScope({ createRequest }, scope));
  if (made) assertSameRequest({ fingerprint: made.createFingerprint }, request);
  return made;
}
