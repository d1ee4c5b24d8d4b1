import { parseVerifierKey } from './signed-checkpoint.ts';
import type { VerifierKey } from './signed-checkpoint.ts';
import type { FetchProof } from './checkpoint-monitor.ts';

/** Public addresses of the platform for its journal. */

const TIMEOUT_MS = 10_000;

/** Response of `/journal/verifier`. */
interface VerifierResponse {
  keys?: { verifier: string }[];
}

/**
 * Returns the verifier keys that the platform publishes.
 * @param platform origin, such as `https://cups.example.md`
 * @throws Error, one sentence, if they cannot be read
 */
export async function fetchVerifierKeys(platform: string): Promise<VerifierKey[]> {
  const response = await get(new URL('/journal/verifier', platform));
  const body = response?.ok
    ? ((await response.json().catch(() => undefined)) as VerifierResponse | undefined)
    : undefined;
  if (!Array.isArray(body?.keys))
    throw new Error('The verifier keys cannot be read at /journal/verifier of the platform.');
  return body.keys.map(({ verifier }) => parseVerifierKey(String(verifier)));
}

/** Returns a function that fetches proofs from the platform. It never rejects. */
export function proofsOf(platform: string): FetchProof {
  return async (from, to) => {
    const response = await get(new URL(`/journal/consistency?from=${from}&to=${to}`, platform));
    if (!response?.ok) return undefined;
    const { hashes } = (await response.json().catch(() => ({}))) as { hashes?: unknown };
    if (!Array.isArray(hashes)) return undefined;
    return hashes.map((hash) => Buffer.from(String(hash), 'base64'));
  };
}

const get = (url: URL): Promise<Response | undefined> =>
  fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => undefined);
