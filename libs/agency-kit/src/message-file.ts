import { toIncomingMessage } from '@cups/agency-contract/corpus';
import type { SerializedMessage } from '@cups/agency-contract/corpus';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Parses a message file: JSON with key, headers, value and an optional topic, as in the contract's samples and
 * corpus.
 * @throws Error if the file does not hold a message
 */
export function readMessageFile(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('The file is not JSON. Expected a message as printed by `cups-agency sample`.');
  }
  // A corpus file nests its message beside the expected result.
  const fields = isObject(json) && isObject(json['message']) ? json['message'] : json;
  if (!isObject(fields) || !isObject(fields['headers'])) {
    throw new Error(
      'The file holds no message. Expected topic, key, headers and value, as printed by `cups-agency sample`.',
    );
  }
  const { topic, key } = fields;
  const message = Object.assign({}, fields, { key: typeof key === 'string' ? key : null }) as SerializedMessage;
  return { topic: typeof topic === 'string' ? topic : undefined, message: toIncomingMessage(message) };
}
