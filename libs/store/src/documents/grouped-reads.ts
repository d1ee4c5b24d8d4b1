import type { mongo } from 'mongoose';
import type { StoredDocument } from './document.ts';
import type { Projection } from './options.ts';
import { createGrouping } from './grouping.ts';
import { isInScope, type Scope } from './scope.ts';

/** A read of one document. */
interface ReadById {
  id: string;
  scope: Scope;
  /** The condition of ID and scope. */
  filter: object;
}

/**
 * Groups reads: those that wait together are one command, which starts after each of them was called. Callers that
 * read the same document together share it, and must not change it.
 * @param projection must contain the fields of every scope; complete documents by default
 */
export function groupReads(
  driver: () => mongo.Collection<StoredDocument>,
  projection?: Projection,
): (read: ReadById) => Promise<StoredDocument | undefined> {
  return createGrouping(async (reads) => {
    const readOptions = projection ? { projection } : {};
    const [first] = reads as [ReadById];
    const found =
      reads.length === 1
        ? [(await driver().findOne(first.filter, readOptions)) ?? undefined]
        : await readTogether(driver(), reads, readOptions);
    return found.map((value) => ({ status: 'fulfilled', value }));
  });
}

/** One read for documents of any scope; each scope is compared here, as for a cached document. */
async function readTogether(
  collection: mongo.Collection<StoredDocument>,
  reads: ReadById[],
  readOptions: mongo.FindOptions,
): Promise<(StoredDocument | undefined)[]> {
  const ids = [...new Set(reads.map(({ id }) => id))];
  const found = await collection.find({ _id: { $in: ids } }, readOptions).toArray();
  const byId = new Map(found.map((document) => [document._id, document]));
  return reads.map(({ id, scope }) => {
    const document = byId.get(id);
    return document && isInScope(document, scope) ? document : undefined;
  });
}
