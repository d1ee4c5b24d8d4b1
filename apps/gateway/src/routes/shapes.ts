import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { nameOf } from '@cups/contracts';
import type { Collection } from '@cups/contracts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { Answer, Call, Handler } from '../http/handler.ts';
import type { Query } from '../neighbours.ts';

/** The shapes that most operations have: a page of something, and a write of an application. */

export interface Written {
  application: Application__Output | null;
  replayed: boolean;
}
type Rpc<Request, Response> = (request: Request, context: CallContext) => Promise<Response>;

/** A page of something: the page's size and token travel alike everywhere. `more` is what the page says of itself. */
export function list<Request, Key extends string, Item, Page extends { nextPageToken: string } & Record<Key, Item[]>>(
  rpc: Rpc<Request, Page>,
  key: Key,
  toJson: (item: Item) => unknown,
  request: (query: Query, params: Call['params']) => NoInfer<Request>,
  more: (page: NoInfer<Page>) => object = () => ({}),
): Handler {
  return async ({ query, params, context }) => {
    const { pageSize, pageToken } = query as Query;
    const page = await rpc({ pageSize, pageToken, ...request(query, params) }, context);
    const body = { [key]: page[key].map(toJson), nextPageToken: page.nextPageToken || undefined };
    return { body: Object.assign(body, more(page)) };
  };
}

/** A write of the application in the path; what the body says goes along. */
export function write<Request, Body>(
  rpc: Rpc<Request, Written>,
  more: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag'>,
): Handler {
  return async ({ params, requestId, etag, body, context }) => {
    const request = { name: applicationName(params), requestId, etag, ...more((body ?? {}) as Body) };
    return written(await rpc(request as Request, context));
  };
}

/** A write that is an act on the application: beside what its body says, when it is claimed to have happened. */
export function act<Request, Body>(
  rpc: Rpc<Request, Written>,
  more: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag' | 'occurTime'>,
): Handler {
  return write<Request, Body & { occurTime?: string }>(rpc, ({ occurTime, ...body }) => {
    const time = convert.instantToProto(occurTime);
    return Object.assign(more(body as Body), { occurTime: time }) as Omit<Request, 'name' | 'requestId' | 'etag'>;
  });
}

/** The application after a write, with its new etag, and whether it was written now or before. */
export function written({ application, replayed }: Written, { status = 200, headers = {} }: Answer = {}): Answer {
  const stored = whole(application);
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  const told = { ETag: stored.etag, ...replay, ...headers };
  // Of a new one the client does not know the tracking number yet.
  return { status, mayBeMinimal: status === 200, headers: told, body: convert.applicationJson(stored) };
}

export function applicationName(params: Call['params']): string {
  return nameOf('applications', params['id']!);
}

/** The resource name of what may be given as a bare id; undefined stays so. */
export function full(collection: Collection, given: string | undefined): string | undefined {
  return given === undefined || given.includes('/') ? given : nameOf(collection, given);
}

/** What a neighbour's answer always holds. */
export function whole<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an answer of a neighbour is not whole');
  return value;
}
