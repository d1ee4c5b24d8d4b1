import { createHash, createHmac } from 'node:crypto';

/**
 * JSON with sorted keys and no spaces: equal content gives equal text. Dates become ISO strings, bytes base64 with a
 * mark, bigints decimal strings; undefined members are left out.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'bigint') return JSON.stringify(value.toString());
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(`base64:${Buffer.from(value).toString('base64')}`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Record<string, unknown>;
  const parts: string[] = [];
  for (const key of Object.keys(members).sort()) {
    if (members[key] !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(members[key])}`);
  }
  return `{${parts.join(',')}}`;
}

/** HMAC-SHA256 over canonical JSON, base64url (law 7): tells equal requests from different ones without keeping them. */
export function fingerprint(secret: string | Uint8Array, content: unknown): string {
  return createHmac('sha256', secret).update(canonicalJson(content)).digest('base64url');
}

/** A short digest of arguments that are no secret (page tokens). */
export function digest(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 16);
}
