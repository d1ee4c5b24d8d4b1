import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { resourceName } from '@cups/contracts';
import type { ResourceCollection } from '@cups/contracts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { HandlerResponse, HandlerRequest, Handler } from '../http/handler.ts';
import type { QueryParams } from '../clients.ts';

/** Handlers that most operations share: lists, and writes of an application. */

export interface WriteResult {
  application: Application__Output | null;
  replayed: boolean;
}
type Rpc<Request, Response> = (request: Request, context: CallContext) => Promise<Response>;

/**
 * Returns the handler of a list with the common paging.
 * @param extraMembers returns further members of the response
 */
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

/** Returns the handler of a write of the application in the path. */
export function writeHandler<Request, Body>(
  rpc: Rpc<Request, WriteResult>,
  requestFields: (body: Body) => Omit<NoInfer<Request>, 'name' | 'requestId' | 'etag'>,
): Handler {
  return async ({ params, requestId, etag, body, context }) => {
    const request = { name: applicationNameOf(params), requestId, etag, ...requestFields((body ?? {}) as Body) };
    return writeResponse(await rpc(request as Request, context));
  };
}

/** Returns the handler of a command on the application. It adds the time that the client claims for it. */
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

/** Returns the application after a write, with its new ETag and whether the write was a replay. */
export function writeResponse(
  { application, replayed }: WriteResult,
  { status = 200, headers = {} }: HandlerResponse = {},
): HandlerResponse {
  const stored = requirePresent(application);
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  const responseHeaders = { ETag: stored.etag, ...replay, ...headers };
  // The client of a new application still needs the tracking number.
  return { status, canBeMinimal: status === 200, headers: responseHeaders, body: convert.applicationJson(stored) };
}

export function applicationNameOf(params: HandlerRequest['params']): string {
  return resourceName('applications', params['id']!);
}

/** Returns the resource name for a name or a bare ID; undefined stays undefined. */
export function resolveName(collection: ResourceCollection, nameOrId: string | undefined): string | undefined {
  return nameOrId === undefined || nameOrId.includes('/') ? nameOrId : resourceName(collection, nameOrId);
}

/** Returns a value that an upstream response always contains. @throws Error when it is missing */
export function requirePresent<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('an upstream response is incomplete');
  return value;
}
