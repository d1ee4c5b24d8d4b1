import { createPageToken as tokenOf, parsePageToken } from '@cups/contracts/node';
import type { mongo } from 'mongoose';
import {
  findRaw,
  findRawById,
  findRevision,
  migrateDocument,
  asFilter,
  withScope,
  type Collection,
} from './collection.ts';
import type { StoredDocument } from './document.ts';
import type { Projection } from './options.ts';
import { isInScope, scopeFilter, type Scope } from './scope.ts';

export interface ReadOptions {
  scope: Scope;
  projection?: Projection;
}
export interface FindOptions extends ReadOptions {
  /** @default every matching document: a filter without a limit must be bounded by what it names */
  limit?: number;
  sort?: Record<string, 1 | -1>;
}
export interface CountOptions {
  scope: Scope;
  /** Maximum of each count. */
  limit: number;
}
export interface ListQuery extends ReadOptions {
  filter: object;
  /** Dotted path of a text or date field that orders the pages; every matching document has it. Default `_id`. */
  orderBy?: string;
  order: 'asc' | 'desc';
  pageSize: number;
  pageToken: string;
  /** The other arguments of the call, which the page token must match. */
  tokenArguments: unknown;
}
export interface Page<D> {
  documents: D[];
  nextPageToken: string;
}

/** Returns a projected document as read, and a complete one migrated to the current schema version. */
const toResult = <D extends StoredDocument>(
  collection: Collection<D>,
  raw: StoredDocument,
  projection?: Projection,
): D => (projection ? (raw as D) : migrateDocument(collection, raw));

/** Reads a document by its ID; a complete one together with other reads that wait. */
export async function get<D extends StoredDocument>(
  collection: Collection<D>,
  id: string,
  options: ReadOptions,
): Promise<D | undefined> {
  if (options.projection) return findOne(collection, { _id: id }, options);
  const raw = await findRawById(collection, id, options.scope);
  return raw && migrateDocument(collection, raw);
}

export async function findOne<D extends StoredDocument>(
  collection: Collection<D>,
  filter: object,
  { scope, projection }: ReadOptions,
): Promise<D | undefined> {
  const raw = await findRaw(collection, withScope(filter, scope), projection);
  return raw && toResult(collection, raw, projection);
}

/**
 * Reads a document whose revision alone is fetched while the cache of written documents has it. The revision is read
 * after the call, so a write of another process is always seen.
 */
export async function getCached<D extends StoredDocument>(
  collection: Collection<D>,
  id: string,
  scope: Scope,
): Promise<D | undefined> {
  const cached = collection.recent?.get(id);
  if (cached && isInScope(cached, scope) && (await collection.sealer.isUsable(cached))) {
    const revision = await findRevision(collection, id);
    if (revision === undefined) return undefined;
    if (revision === cached.revision) return migrateDocument(collection, cached);
  }
  return get(collection, id, { scope });
}

export async function find<D extends StoredDocument>(
  collection: Collection<D>,
  filter: object,
  { scope, projection, limit, sort }: FindOptions,
): Promise<D[]> {
  const findOptions: FindAllOptions = {};
  if (limit !== undefined) findOptions.limit = limit;
  if (sort) findOptions.sort = sort;
  if (projection) findOptions.projection = projection;
  const found = await findAll(collection, 'find', withScope(filter, scope), findOptions);
  return found.map((raw) => toResult(collection, raw, projection));
}

export function aggregate<D extends StoredDocument, T extends object>(
  { run, driver }: Collection<D>,
  pipeline: object[],
  scope: Scope,
): Promise<T[]> {
  const whole = [{ $match: scopeFilter(scope) }, ...pipeline];
  return run('aggregate', () => driver().aggregate<T>(whole).toArray());
}

export async function countEach<D extends StoredDocument>(
  { run, driver, options, sealer }: Collection<D>,
  filters: readonly object[],
  { scope, limit }: CountOptions,
): Promise<number[]> {
  for (const filter of filters) sealer.assertQuery(filter);
  const [first = [], ...others] = filters.map((filter, at) => [
    { $match: withScope(filter, scope) },
    { $limit: limit },
    { $group: { _id: at, count: { $sum: 1 } } },
  ]);
  if (first.length === 0) return [];
  const unions = others.map((pipeline) => ({ $unionWith: { coll: options.collection, pipeline } }));
  const found = await run('count', () =>
    driver()
      .aggregate<{ _id: number; count: number }>([...first, ...unions])
      .toArray(),
  );
  const counts = new Map(found.map(({ _id, count }) => [_id, count]));
  return filters.map((_filter, at) => counts.get(at) ?? 0);
}

/** Reads one document more than the page, to detect a next page. */
export async function list<D extends StoredDocument>(collection: Collection<D>, query: ListQuery): Promise<Page<D>> {
  const { orderBy = '_id', order, pageSize, tokenArguments } = query;
  const after = parsePageToken(query.pageToken, tokenArguments);
  const filter = withScope(query.filter, query.scope);
  const direction = order === 'asc' ? 1 : -1;
  const found = await findAll(
    collection,
    'list',
    after === undefined ? filter : { $and: [filter, buildAfterFilter(after, orderBy, order)] },
    {
      projection: query.projection ?? { outbox: 0, requests: 0 },
      sort: orderBy === '_id' ? { _id: direction } : { [orderBy]: direction, _id: direction },
      limit: pageSize + 1,
    },
  );
  const documents = found.slice(0, pageSize) as D[];
  const last = found.length > pageSize ? documents.at(-1) : undefined;
  return { documents, nextPageToken: last ? tokenOf(encodePosition(last, orderBy), tokenArguments) : '' };
}

/** Encodes the end of a page: the ID, and the value of `orderBy` if that is another field. */
function encodePosition(last: StoredDocument, orderBy: string): string {
  if (orderBy === '_id') return last._id;
  const value = orderBy
    .split('.')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], last);
  return JSON.stringify(value instanceof Date ? [last._id, value.getTime()] : [last._id, String(value)]);
}

/** Returns the condition for what follows a position: by field, then by ID. */
function buildAfterFilter(position: string, orderBy: string, order: 'asc' | 'desc'): object {
  const over = order === 'asc' ? '$gt' : '$lt';
  if (orderBy === '_id') return { _id: { [over]: position } };
  const [id, at] = JSON.parse(position) as [string, string | number];
  const value = typeof at === 'number' ? new Date(at) : at;
  return { $or: [{ [orderBy]: { [over]: value } }, { [orderBy]: value, _id: { [over]: id } }] };
}

type FindAllOptions = Pick<mongo.FindOptions, 'limit'> & {
  sort?: Record<string, 1 | -1>;
  projection?: Projection;
};

/** Reads documents, with their sealed fields opened. */
async function findAll<D extends StoredDocument>(
  { run, driver, sealer }: Collection<D>,
  operation: string,
  filter: object,
  { projection, ...findOptions }: FindAllOptions,
): Promise<StoredDocument[]> {
  sealer.assertQuery(filter);
  sealer.assertQuery(findOptions.sort ?? {});
  const split = projection && sealer.project(projection);
  const driverOptions = split ? { ...findOptions, projection: split.stored } : findOptions;
  const stored = await run(
    operation,
    () => driver().find(asFilter(filter), driverOptions).toArray() as Promise<StoredDocument[]>,
  );
  const opened = await sealer.openMany(stored);
  return split ? opened.map((document) => split.pick(document)) : opened;
}
