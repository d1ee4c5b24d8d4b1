import { parseContent, refusal } from './cloudevents.ts';
import type { ReadRefusal } from './cloudevents.ts';
import { textHeaders } from './kafka.ts';
import type { IncomingMessage, Payload } from './kafka.ts';
import { REFERENCE_TYPES } from './messages.ts';
import { CENTRE_HEADERS_SCHEMA, REFERENCE_SCHEMAS } from './schemas.ts';
import { attributesOf, validateAttributes } from './validate.ts';
import { findViolations } from './violations.ts';

/** Reference data about centres: one compacted topic for all agencies, keyed by the centre code. */

/** Topic name, without the installation's prefix. */
export const CENTRES_TOPIC = 'cups.centres';
/** Maximum size of a centre message, in bytes of JSON. */
export const MAX_CENTRE_BYTES = 16 * 1024;

/** The current state of a centre. `timeZone` is an IANA name. */
export type CentreChanged = {
  code: string;
  names: { ro: string; ru?: string; en?: string };
  kind: string;
  district?: string;
  timeZone: string;
  status: 'active' | 'paused' | 'closed';
};
export type CentreReadResult = { ok: true; centre: CentreChanged } | ReadRefusal;

const SUBJECT_PREFIX = 'centres/';
const SCHEMA = REFERENCE_SCHEMAS[REFERENCE_TYPES.centreChanged];

/** Returns the parts of a message that follow from the centre. Does not validate the content. */
export function toCentrePayload(centre: CentreChanged): Payload & { type: string; subject: string } {
  return {
    key: centre.code,
    type: REFERENCE_TYPES.centreChanged,
    subject: `${SUBJECT_PREFIX}${centre.code}`,
    dataschema: SCHEMA.$id,
    datacontenttype: 'application/json',
    value: Buffer.from(JSON.stringify(centre)),
  };
}

/**
 * Reads a Kafka message of `cups.centres`, ignoring unknown properties. Never throws. A caller ignores a message
 * refused with UNKNOWN_TYPE: it belongs to a later contract version.
 */
export function fromCentreMessage(message: IncomingMessage): CentreReadResult {
  const attributes = attributesOf(textHeaders(message.headers));
  const violations = validateAttributes(attributes, CENTRE_HEADERS_SCHEMA);
  if (violations.length > 0) return refusal('NOT_CLOUDEVENTS', violations);
  if (attributes.type !== REFERENCE_TYPES.centreChanged) return refusal('UNKNOWN_TYPE');
  if (attributes.dataschema !== SCHEMA.$id) {
    return refusal('NOT_CLOUDEVENTS', [{ field: 'ce_dataschema', rule: 'const' }]);
  }
  const code = attributes.subject?.slice(SUBJECT_PREFIX.length);
  if (message.key?.toString() !== code) return refusal('KEY_MISMATCH');
  const { bytes, value } = parseContent(message.value, MAX_CENTRE_BYTES);
  if (bytes > MAX_CENTRE_BYTES) return refusal('TOO_LARGE');
  if (value === undefined) return refusal('NOT_JSON');
  const contentViolations = findViolations(SCHEMA, value, 'reader');
  if (contentViolations.length > 0) return refusal('CONTENT_INVALID', contentViolations);
  const centre = value as CentreChanged;
  return centre.code === code ? { ok: true, centre } : refusal('KEY_MISMATCH');
}
