import { refusal } from './cloudevents.ts';
import type { ReadRefusal } from './cloudevents.ts';
import type { IncomingMessage, Payload } from './kafka.ts';
import { REFERENCE_TYPES } from './messages.ts';
import { readReferenceMessage } from './reference-data.ts';
import { CENTRE_HEADERS_SCHEMA, REFERENCE_SCHEMAS } from './schemas.ts';

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
  const read = readReferenceMessage(message, {
    type: REFERENCE_TYPES.centreChanged,
    headers: CENTRE_HEADERS_SCHEMA,
    maxBytes: MAX_CENTRE_BYTES,
    subjectPrefix: SUBJECT_PREFIX,
  });
  if (!read.ok) return read;
  const centre = read.content as CentreChanged;
  return centre.code === read.key ? { ok: true, centre } : refusal('KEY_MISMATCH');
}
