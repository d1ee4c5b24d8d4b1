import { pageToken as tokenOf, readPageToken } from '@cups/contracts/node';
import type { mongo } from 'mongoose';
import { findRaw, lifted, where, within, type Collection } from './collection.ts';
import type { StoredDocument } from './document.ts';
import type { Projection } from './options.ts';
import { scopeFilter, type Scope } from './scope.ts';

export interface ReadOptions {
  scope: Scope;
  projection?: Projection;
}
export interface FindOptions extends ReadOptions {
  /** 200 unless told. */
  limit?: number;
  sort?: Record<string, 1 | -1>;
}
export interface ListQuery extends ReadOptions {
  filter: object;
  /** The field by which pages are ordered, a dotted path to a text or a date that every found document has. Default `_id`. */
  by?: string;
  order: 'asc' | 'desc';
  pageSize: number;
  pageToken: string;
  /** The other arguments of the call. */
  fingerprintOf: unknown;
}
export interface Page<D> {
  documents: D[];
  nextPageToken: string;
}

/** A document as it is given out: with a projection it is what was asked for, otherwise one of this release. */
const given = <D extends StoredDocument>(collection: Collection<D>, raw: StoredDocument, projection?: Projection): D =>
  projection ? (raw as D) : lifted(collection, raw);

export async function findOne<D extends StoredDocument>(
  collection: Collection<D>,
  filter: object,
  { scope, projection }: ReadOptions,
): Promise<D | undefined> {
  const raw = await findRaw(collection, within(filter, scope), projection);
  return raw && given(collection, raw, projection);
}

export async function find<D extends StoredDocument>(
  collection: Collection<D>,
  filter: object,
  { scope, projection, limit = 200, sort }: FindOptions,
): Promise<D[]> {
  const how: mongo.FindOptions = { limit };
  if (sort) how.sort = sort;
  if (projection) how.projection = projection;
  const found = await findAll(collection, 'find', within(filter, scope), how);
  return found.map((raw) => given(collection, raw, projection));
}

export function aggregate<D extends StoredDocument, T extends object>(
  { run, driver }: Collection<D>,
  pipeline: object[],
  scope: Scope,
): Promise<T[]> {
  const whole = [{ $match: scopeFilter(scope) }, ...pipeline];
  return run('aggregate', () => driver().aggregate<T>(whole).toArray());
}

/** One more than the page is read, to know whether there is another. */
export async function list<D extends StoredDocument>(collection: Collection<D>, query: ListQuery): Promise<Page<D>> {
  const { by = '_id', order, pageSize, fingerprintOf } = query;
  const after = readPageToken(query.pageToken, fingerprintOf);
  const filter = within(query.filter, query.scope);
  const direction = order === 'asc' ? 1 : -1;
  const found = await findAll(
    collection,
    'list',
    after === undefined ? filter : { $and: [filter, behind(after, by, order)] },
    {
      projection: query.projection ?? { outbox: 0, requests: 0 },
      sort: by === '_id' ? { _id: direction } : { [by]: direction, _id: direction },
      limit: pageSize + 1,
    },
  );
  const documents = found.slice(0, pageSize) as D[];
  const last = found.length > pageSize ? documents.at(-1) : undefined;
  return { documents, nextPageToken: last ? tokenOf(placeOf(last, by), fingerprintOf) : '' };
}

/** Where a page ends: the id, and what the list is ordered by when that is another field. */
function placeOf(last: StoredDocument, by: string): string {
  if (by === '_id') return last._id;
  const value = by.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], last);
  return JSON.stringify(value instanceof Date ? [last._id, value.getTime()] : [last._id, String(value)]);
}

/** What comes after a place in the list: by the field, and among equals by the id. */
function behind(place: string, by: string, order: 'asc' | 'desc'): object {
  const over = order === 'asc' ? '$gt' : '$lt';
  if (by === '_id') return { _id: { [over]: place } };
  const [id, at] = JSON.parse(place) as [string, string | number];
  const value = typeof at === 'number' ? new Date(at) : at;
  return { $or: [{ [by]: { [over]: value } }, { [by]: value, _id: { [over]: id } }] };
}

function findAll<D extends StoredDocument>(
  { run, driver }: Collection<D>,
  operation: string,
  filter: object,
  how: mongo.FindOptions,
): Promise<StoredDocument[]> {
  return run(operation, () => driver().find(where(filter), how).toArray() as Promise<StoredDocument[]>);
}
