import { Problem } from '@cups/problem';
import { assertSameRequest } from './answer.ts';
import type { RequestRecord } from './cause.ts';
import { committed, findRaw, isTaken, lifted, within, writeOne, type Collection } from './collection.ts';
import type { Change, Draft, StoredDocument } from './document.ts';
import { tellOutbox } from './news.ts';
import { createRequestOf, firstDocument, isMadeBySame, type Occasion } from './next.ts';
import { checkValue } from './schema.ts';
import { inScope, type Scope } from './scope.ts';

export type CreateOptions<D> = Occasion & { scope: Scope; events: Change<D>['events'] };
export interface Created<D> {
  document: D;
  replayed: boolean;
}

export async function create<D extends StoredDocument>(
  collection: Collection<D>,
  draft: Draft<D>,
  { scope, events, ...occasion }: CreateOptions<D>,
): Promise<Created<D>> {
  const document = firstDocument(draft, events, occasion, collection.keeping);
  if (await insert(collection, document, scope)) {
    committed(collection, document, events.length > 0);
    return { document, replayed: false };
  }
  const { _id, createRequest } = document;
  const bySame = createRequest ? await findRaw(collection, within({ createRequest }, scope)) : undefined;
  const earlier = bySame ?? (await findRaw(collection, within({ _id }, scope)));
  if (!earlier || !isMadeBySame(earlier, document)) throw taken(collection);
  if (document.createFingerprint !== undefined)
    assertSameRequest({ fingerprint: earlier.createFingerprint }, document.createFingerprint);
  tellOutbox(collection.news, earlier);
  return { document: lifted(collection, earlier), replayed: true };
}

/** Many at once, without events. Those whose id or unique field is taken are left as they are. @returns how many were made */
export async function createMissing<D extends StoredDocument>(
  { run, driver, shape, options, keeping }: Collection<D>,
  drafts: readonly Draft<D>[],
  { scope, ...occasion }: Occasion & { scope: Scope },
): Promise<number> {
  const documents = drafts.map((draft) => firstDocument(draft, [], occasion, keeping));
  for (const document of documents) {
    if (!inScope(document, scope))
      throw new Error(`Documents of ${options.collection} were to be made outside the scope.`);
    checkValue(shape, document);
  }
  if (documents.length === 0) return 0;
  return run('createMissing', async () => {
    try {
      await driver().insertMany(documents, { ordered: false });
      return documents.length;
    } catch (error) {
      // The count that the driver gives with a failure is that of all.
      const { writeErrors } = error as { writeErrors?: unknown };
      const refused = writeErrors === undefined ? [] : [writeErrors].flat();
      if (refused.length === 0 || !refused.every(isTaken)) throw error;
      return documents.length - refused.length;
    }
  });
}

/** False when the id or a unique field is taken. */
export async function insert<D extends StoredDocument>(
  collection: Collection<D>,
  document: D,
  scope: Scope,
): Promise<boolean> {
  const { run, driver, news, shape, options } = collection;
  if (!inScope(document, scope))
    throw new Error(`A document of ${options.collection} was to be made outside its scope.`);
  checkValue(shape, document);
  return run('create', async () => {
    try {
      await writeOne(news, document._id, () => driver().insertOne(document));
      return true;
    } catch (error) {
      if (!isTaken(error)) throw error;
      return false;
    }
  });
}

export const taken = <D extends StoredDocument>({ options }: Collection<D>): Problem =>
  new Problem({ reason: options.existsReason, message: 'It exists already, made by another request.' });

/** What a create by the same request, with the same content, made before; undefined when there was none. */
export async function madeBy<D extends StoredDocument>(
  collection: Collection<D>,
  request: Omit<RequestRecord, 'time'>,
  scope: Scope,
): Promise<D | undefined> {
  const made = await findRaw(collection, within({ createRequest: createRequestOf(request) }, scope));
  return made?.createFingerprint === request.fingerprint && made ? lifted(collection, made) : undefined;
}
