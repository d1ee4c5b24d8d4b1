import type { IncomingMessage } from '@cups/agency-contract';

/** Reads a message that somebody wrote into a file. */

/** A message of a file; `topic` where it names one. */
export type FiledMessage = { topic: string | undefined; message: IncomingMessage };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The message of a file: JSON with `key`, `headers` and `value`, and `topic` where it is known. `value` is JSON, or a text that is
 * taken as the bytes themselves.
 * @throws Error, one sentence, when it is none
 */
export function readMessageFile(text: string): FiledMessage {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error('The file is no JSON: it holds one message as `cups-agency sample` prints it.');
  }
  if (!isObject(found) || !isObject(found['headers']) || !('value' in found)) {
    throw new Error('The file holds no message: topic, key, headers and value, as `cups-agency sample` prints it.');
  }
  const { topic, key, headers, value } = found as Record<string, unknown> & { headers: Record<string, string> };
  return {
    topic: typeof topic === 'string' ? topic : undefined,
    message: { key: typeof key === 'string' ? key : null, headers, value: bytesOf(value) },
  };
}

function bytesOf(value: unknown): Buffer | null {
  if (value === null) return null;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
