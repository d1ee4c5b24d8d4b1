import { parseContent, refusal } from './cloudevents.ts';
import type { ReadRefusal } from './cloudevents.ts';
import { textHeaders } from './kafka.ts';
import type { IncomingMessage } from './kafka.ts';
import type { ReferenceType } from './messages.ts';
import { REFERENCE_SCHEMAS } from './schemas.ts';
import { attributesOf, validateAttributes } from './validate.ts';
import { findViolations } from './violations.ts';

/** How messages of one compacted topic for all agencies are read. */
export type ReferenceTopic = {
  type: ReferenceType;
  headers: { $id: string };
  /** Maximum size in bytes of JSON. */
  maxBytes: number;
  /** `ce_subject` begins with it; the rest is the Kafka key. */
  subjectPrefix: string;
};

/** Content and key of a valid message. */
export type ReferenceReadResult = { ok: true; key: string; content: unknown } | ReadRefusal;

/**
 * Reads a Kafka message of reference data, ignoring unknown properties. Never throws. A caller ignores a message
 * refused with UNKNOWN_TYPE: it belongs to a later contract version.
 */
export function readReferenceMessage(message: IncomingMessage, topic: ReferenceTopic): ReferenceReadResult {
  const { type, headers, maxBytes, subjectPrefix } = topic;
  const schema = REFERENCE_SCHEMAS[type];
  const attributes = attributesOf(textHeaders(message.headers));
  const violations = validateAttributes(attributes, headers);
  if (violations.length > 0) return refusal('NOT_CLOUDEVENTS', violations);
  if (attributes.type !== type) return refusal('UNKNOWN_TYPE');
  if (attributes.dataschema !== schema.$id) {
    return refusal('NOT_CLOUDEVENTS', [{ field: 'ce_dataschema', rule: 'const' }]);
  }
  const key = attributes.subject!.slice(subjectPrefix.length);
  if (message.key?.toString() !== key) return refusal('KEY_MISMATCH');
  const { bytes, value } = parseContent(message.value, maxBytes);
  if (bytes > maxBytes) return refusal('TOO_LARGE');
  if (value === undefined) return refusal('NOT_JSON');
  const contentViolations = findViolations(schema, value, 'reader');
  return contentViolations.length > 0
    ? refusal('CONTENT_INVALID', contentViolations)
    : { ok: true, key, content: value };
}
