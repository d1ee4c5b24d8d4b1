import { parseContent, refusal } from './cloudevents.ts';
import type { ReadRefusal } from './cloudevents.ts';
import { textHeaders } from './kafka.ts';
import type { IncomingMessage, Payload } from './kafka.ts';
import { REFERENCE_TYPES } from './messages.ts';
import { CENTRE_HEADERS_SCHEMA, REFERENCE_SCHEMAS } from './schemas.ts';
import { attributesOf, validateAttributes } from './validate.ts';
import { findViolations } from './violations.ts';

/** Reference data: which centres there are. One compacted topic for all agencies, keyed by the code of the centre. */

/** The topic, behind the installation's prefix. */
export const CENTRES_TOPIC = 'cups.centres';
/** Bound of a message about a centre, in bytes of JSON. */
export const MAX_CENTRE_BYTES = 16 * 1024;

/** A centre as it is now. `timeZone` is an IANA name. */
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

/** What a centre alone says of its message: all but when, and under which id. It does not check the content. */
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
 * Reads a Kafka message of `cups.centres`; never throws. As every reader it lets properties through that it does not know. Who
 * is told UNKNOWN_TYPE ignores the message: it is newer than this contract.
 */
export function fromCentreMessage(message: IncomingMessage): CentreReadResult {
  const attributes = attributesOf(textHeaders(message.headers));
  const wrong = validateAttributes(attributes, CENTRE_HEADERS_SCHEMA);
  if (wrong.length > 0) return refusal('NOT_CLOUDEVENTS', wrong);
  if (attributes.type !== REFERENCE_TYPES.centreChanged) return refusal('UNKNOWN_TYPE');
  if (attributes.dataschema !== SCHEMA.$id) {
    return refusal('NOT_CLOUDEVENTS', [{ field: 'ce_dataschema', rule: 'const' }]);
  }
  const code = attributes.subject?.slice(SUBJECT_PREFIX.length);
  if (message.key?.toString() !== code) return refusal('KEY_MISMATCH');
  const { bytes, value } = parseContent(message.value, MAX_CENTRE_BYTES);
  if (bytes > MAX_CENTRE_BYTES) return refusal('TOO_LARGE');
  if (value === undefined) return refusal('NOT_JSON');
  const violations = findViolations(SCHEMA, value, 'reader');
  if (violations.length > 0) return refusal('CONTENT_INVALID', violations);
  const centre = value as CentreChanged;
  return centre.code === code ? { ok: true, centre } : refusal('KEY_MISMATCH');
}
