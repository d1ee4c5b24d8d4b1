import { api, NetworkError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import { toOfflineClaim } from './write.ts';
import type { Write } from './write.ts';

/** Writes that replace content: the platform rejects them if a colleague changed it meanwhile. */
const VERSIONED_KINDS: readonly Write['kind'][] = ['edit', 'correct'];

/**
 * Sends one write. A collection answers with its members, of which an application has more; its callers read none.
 * A mandate answers with the mandate.
 * @throws ApiError, NetworkError
 */
export async function send(write: Write, etag: string | undefined): Promise<Application> {
  const { kind, key, body } = write;
  const headers: Record<string, string> = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
  if (VERSIONED_KINDS.includes(kind) && etag !== undefined) headers['If-Match'] = etag;
  const claim = toOfflineClaim(write);
  if (claim !== undefined) headers['Cups-Offline'] = claim;
  // Writes are stored as data, so one untyped call sends all kinds.
  const call = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ data?: Application }>;
  };
  const method = kind === 'edit' ? 'patch' : 'post';
  // Actions survive the closing of the page. Content may exceed the keepalive limit (64 KB) and is stored anyway.
  const keepalive = kind !== 'create' && !VERSIONED_KINDS.includes(kind);
  const { data } = await call.request(method, pathOf(write), { body, headers, keepalive });
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
