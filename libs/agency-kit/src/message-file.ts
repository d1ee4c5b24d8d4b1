import { toIncomingMessage } from '@cups/agency-contract/corpus';
import type { SerializedMessage } from '@cups/agency-contract/corpus';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The message of a file: JSON with key, headers and value, and the topic where it is known, as the contract's samples and corpus
 * hold them.
 * @throws Error, one sentence, when it is none
 */
export function readMessageFile(text: string) {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error('The file is no JSON: it holds one message as `cups-agency sample` prints it.');
  }
  // A file of the corpus holds its message beside what is expected of it.
  const filed = isObject(found) && isObject(found['message']) ? found['message'] : found;
  if (!isObject(filed) || !isObject(filed['headers'])) {
    throw new Error('The file holds no message: topic, key, headers and value, as `cups-agency sample` prints it.');
  }
  const { topic, key } = filed;
  const message = Object.assign({}, filed, { key: typeof key === 'string' ? key : null }) as SerializedMessage;
  return { topic: typeof topic === 'string' ? topic : undefined, message: toIncomingMessage(message) };
}
