import { api, NetworkError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Write } from './outbox.ts';

/**
 * Sends one write.
 * @throws ApiError, NetworkError
 */
export async function send(write: Write, etag: string | undefined): Promise<Application> {
  const { application: id, kind, key, body } = write;
  const headers: Record<string, string> = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
  if (kind === 'edit' && etag !== undefined) headers['If-Match'] = etag;
  const path = kind === 'create' ? '' : kind === 'edit' ? `/${id}` : `/${id}/${kind}`;
  // Writes are stored as data, so one untyped call sends all kinds.
  const call = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ data?: Application }>;
  };
  const method = kind === 'edit' ? 'patch' : 'post';
  // Actions survive the closing of the page. Content may exceed the keepalive limit (64 KB) and is stored anyway.
  const keepalive = kind !== 'create' && kind !== 'edit';
  const { data } = await call.request(method, `/api/v1/applications${path}`, { body, headers, keepalive });
  if (!data) throw new NetworkError('an empty answer');
  return data;
}
