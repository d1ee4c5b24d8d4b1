import { api, NetworkError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import { isVersioned, toOfflineClaim } from './write.ts';
import type { Write } from './write.ts';

/** An HTTP request of a write. */
export interface WriteRequest {
  method: 'post' | 'patch';
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/**
 * Returns the request of a write.
 * @param etag of the version that an edit or a correction is based on
 */
export function toRequest(write: Write, etag: string | undefined): WriteRequest {
  const { kind, key, body } = write;
  const headers: Record<string, string> = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
  if (isVersioned(write) && etag !== undefined) headers['If-Match'] = etag;
  const claim = toOfflineClaim(write);
  if (claim !== undefined) headers['Cups-Offline'] = claim;
  return { method: kind === 'edit' ? 'patch' : 'post', path: pathOf(write), headers, body };
}

/**
 * Sends one write. A collection answers with its members, of which an application has more; its callers read none.
 * A mandate answers with the mandate.
 * @throws ApiError, NetworkError
 */
export async function send(write: Write, etag: string | undefined): Promise<Application> {
  const { method, path, headers, body } = toRequest(write, etag);
  // Writes are stored as data, so one untyped call sends all kinds.
  const call = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ data?: Application }>;
  };
  // Actions survive the closing of the page. Content may exceed the keepalive limit (64 KB) and is stored anyway.
  const keepalive = write.kind !== 'create' && !isVersioned(write);
  const { data } = await call.request(method, path, { body, headers, keepalive }).catch((error: unknown) => {
    // The sign-in page of a public network answers with 200 and HTML.
    throw error instanceof SyntaxError ? new NetworkError('an answer of something else') : error;
  });
  if (!data) throw new NetworkError('an empty answer');
  return data;
}

function pathOf({ application: id, kind }: Write): string {
  if (kind === 'create') return '/api/v1/applications';
  if (kind === 'mandates') return '/api/v1/mandates';
  if (kind === 'edit') return `/api/v1/applications/${id}`;
  const collecting = /^collections\/(.+)$/.exec(kind);
  return collecting ? `/api/v1/collections/${id}/${collecting[1]}` : `/api/v1/applications/${id}/${kind}`;
}
