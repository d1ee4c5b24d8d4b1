import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { resourceName } from '@cups/contracts';
import type { ResourceCollection } from '@cups/contracts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { HandlerResponse, HandlerRequest, Handler } from '../http/handler.ts';
import type { QueryParams } from '../clients.ts';

/** The shapes that most operations have: a page of something, and a write of an application. */

export interface WriteResult {
  application: Application__Output | null;
  replayed: boolean;
}
type Rpc<Request, Response> = (request: Request, context: CallContext) => Promise<Response>;

/** A page of something: the page's size and token travel alike everywhere. `more` is what the page says of itself. */
export function listHandler<
  Request,
  Key extends string,
  Item,
  Page extends { nextPageToken: string } & Record<Key, Item[]>,
>(
  rpc: Rpc<Request, Page>,
  key: Key,
  toJson: (item: Item) => unknown,
  request: (query: QueryParams, params: HandlerRequest['params']) => NoInfer<Request>,
  extraMembers: (page: NoInfer<Page>) => object = () => ({}),
): Handler {
  return async ({ query, params, context }) => {
    const { pageSize, pageToken } = query as QueryParams;
    const page = await rpc({ pageSize, pageToken, ...request(query, params) }, context);
    const body = { [key]: page[key].map(toJson), nextPageToken: page.nextPageToken || undefined };
    return { body: Object.assign(body, extraMembers(page)) };
  };
}

/** A write of the application in the path; what the body says goes along. */
export function writeHandler<Request, Body>(
  rpc: Rpc<Request, WriteResult>,
  requestFields: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag'>,
): Handler {
  return async ({ params, requestId, etag, body, context }) => {
    const request = { name: applicationNameOf(params), requestId, etag, ...requestFields((body ?? {}) as Body) };
    return writeResponse(await rpc(request as Request, context));
  };
}

/** A write that is an act on the application: beside what its body says, when it is claimed to have happened. */
export function actionHandler<Request, Body>(
  rpc: Rpc<Request, WriteResult>,
  requestFields: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag' | 'occurTime'>,
): Handler {
  return writeHandler<Request, Body & { occurTime?: string }>(rpc, ({ occurTime, ...body }) => {
    const time = convert.instantToProto(occurTime);
    return Object.assign(requestFields(body as Body), { occurTime: time }) as Omit<
      Request,
      'name' | 'requestId' | 'etag'
    >;
  });
}

/** The application after a write, with its new etag, and whether it was written now or before. */
export function writeResponse(
  { application, replayed }: WriteResult,
  { status = 200, headers = {} }: HandlerResponse = {},
): HandlerResponse {
  const stored = requirePresent(application);
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  const responseHeaders = { ETag: stored.etag, ...replay, ...headers };
  // Of a new one the client does not know the tracking number yet.
  return { status, canBeMinimal: status === 200, headers: responseHeaders, body: convert.applicationJson(stored) };
}

export function applicationNameOf(params: HandlerRequest['params']): string {
  return resourceName('applications', params['id']!);
}

/** The resource name of what may be given as a bare id; undefined stays so. */
export function resolveName(collection: ResourceCollection, nameOrId: string | undefined): string | undefined {
  return nameOrId === undefined || nameOrId.includes('/') ? nameOrId : resourceName(collection, nameOrId);
}

/** What a neighbour's answer always holds. */
export function requirePresent<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an answer of a neighbour is not whole');
  return value;
}
