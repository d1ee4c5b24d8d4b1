import type { ReceivedEvent } from '@cups/contracts';

/** Who alone writes to a topic, and about what. */
export interface Expectation {
  /** The ce_source of every event. */
  source: string;
  /** How every ce_type begins, such as `cups.intake.v1.`; what follows may be newer than the reader. */
  typePrefix: string;
  /** The form of every ce_subject; its first group is the key of the message, by which Kafka keeps the order. */
  subject: RegExp;
}

/** By topic, without the prefix. A topic without a row (those of agencies) is judged by the handler alone. */
export type Expectations = Readonly<Record<string, Expectation>>;

/** Crockford's alphabet: 26 characters, the first at most 7. */
const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

/**
 * The writers of the platform's own topics: one service each. Whoever can write to a topic must not be able to speak as
 * somebody else there, or about what is not the topic's: an event that does not fit is refused before anybody counts it.
 */
export const TOPIC_EXPECTATIONS = {
  'cups.applications': {
    source: '/cups/intake',
    typePrefix: 'cups.intake.v1.',
    subject: new RegExp(`^applications/(${ULID})$`),
  },
  'cups.deliveries': {
    source: '/cups/agency-bridge',
    typePrefix: 'cups.agencybridge.v1.',
    subject: new RegExp(`^deliveries/(${ULID})-[a-z0-9-]+$`),
  },
  'cups.centres': { source: '/cups/identity', typePrefix: 'md.cups.centre.', subject: /^centres\/(.+)$/ },
} as const satisfies Expectations;

/** Why an event is not what its topic may carry: a code; undefined when it fits. */
export function validateExpectation(event: ReceivedEvent, expectation: Expectation | undefined): string | undefined {
  if (!expectation) return undefined;
  if (event.source !== expectation.source) return 'SOURCE_UNEXPECTED';
  if (!event.type.startsWith(expectation.typePrefix)) return 'TYPE_UNEXPECTED';
  const subject = expectation.subject.exec(event.subject);
  if (!subject) return 'SUBJECT_UNEXPECTED';
  return subject[1] === event.key ? undefined : 'KEY_UNEXPECTED';
}
