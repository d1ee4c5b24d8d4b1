import type { Json } from '../generate/contract/publish.ts';

interface RetryFinding {
  rule: 'sent-headers';
  at: string;
  message: string;
}

/** Statuses with Retry-After: see `problemAnswer` in apps/gateway. */
const RETRY_AFTER_STATUSES = ['429', '503'];

/**
 * Returns responses that declare other limit headers than the gateway sends: Retry-After with 429 and 503, and RateLimit headers
 * never.
 */
export function findWrongRetryHeaders(document: Json): RetryFinding[] {
  const shared = (document['components'] as { responses: Record<string, Json> }).responses;
  const found = new Map<string, string>();
  for (const [path, item] of Object.entries(document['paths'] as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(item)) {
      for (const [status, written] of Object.entries((operation['responses'] ?? {}) as Record<string, Json>)) {
        const name = (written['$ref'] as string | undefined)?.replace('#/components/responses/', '');
        const answer = name === undefined ? written : shared[name]!;
        const message = checkHeaders(status, Object.keys((answer['headers'] ?? {}) as Json));
        const at = name === undefined ? `paths/${path}/${method}/responses/${status}` : `components/responses/${name}`;
        if (message) found.set(at, message);
      }
    }
  }
  return [...found].map(([at, message]) => ({ rule: 'sent-headers', at, message }));
}

function checkHeaders(status: string, headers: string[]): string | undefined {
  const never = headers.find((name) => /^(?:x-)?rate-?limit/i.test(name));
  if (never) return `declares ${never}, which is not sent`;
  const declares = headers.some((name) => name.toLowerCase() === 'retry-after');
  if (declares === RETRY_AFTER_STATUSES.includes(status)) return undefined;
  return declares ? `declares Retry-After, which ${status} does not send` : `lacks Retry-After, which ${status} sends`;
}
