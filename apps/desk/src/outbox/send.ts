import { api, NetworkError } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Write } from './outbox.ts';

/** @throws Refusal, Away */
export async function send(write: Write, etag: string | undefined): Promise<Application> {
  const { application: id, kind, key, body } = write;
  const headers: Record<string, string> = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
  if (kind === 'edit' && etag !== undefined) headers['If-Match'] = etag;
  const path = kind === 'create' ? '' : kind === 'edit' ? `/${id}` : `/${id}/${kind}`;
  // The outbox keeps writes as data, whatever they do: one untyped call, typed where they are made.
  const call = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ data?: Application }>;
  };
  const method = kind === 'edit' ? 'patch' : 'post';
  // An act goes on while the page closes. What is typed may be too long for that, and is kept here anyway.
  const keepalive = kind !== 'create' && kind !== 'edit';
  const { data } = await call.request(method, `/api/v1/applications${path}`, { body, headers, keepalive });
  if (!data) throw new NetworkError('an empty answer');
  return data;
}
