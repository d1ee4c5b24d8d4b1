import type { ReceivedEvent } from '@cups/contracts';
import { CHECKPOINTS_TOPIC, JOURNAL_SOURCES, journalTopic } from './topics.ts';

/** The only writer of a topic and its subjects. */
export interface Expectation {
  /** ce_source of every event. */
  source: string;
  /** Prefix of every ce_type, such as `cups.intake.v1.`. The type may be newer than the reader. */
  typePrefix: string;
  /** Format of every ce_subject. Without `key`, the first group is the message key, by which Kafka keeps the order. */
  subject: RegExp;
  /** Format of every message key, for subjects that do not contain it. */
  key?: RegExp;
}

/** By topic without the prefix. Agency topics have no row; only their handler validates them. */
export type Expectations = Readonly<Record<string, Expectation>>;

/** Crockford's alphabet: 26 characters, the first at most 7. */
const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

/** Entries of a service are about any document of it: `applications/{id}`, `accessLog/{id}`, `operators/{id}` … */
const expectEntries = (service: string): Expectation => ({
  source: `/cups/${service}`,
  typePrefix: 'cups.journal.v1.',
  subject: /^[a-z][A-Za-z]{0,39}\/[A-Za-z0-9][A-Za-z0-9.-]{0,119}$/,
  // The application, or the document itself.
  key: /^[A-Za-z0-9][A-Za-z0-9.-]{0,119}$/,
});

/**
 * Each topic of the platform has one writing service. A writer cannot impersonate another source or use a foreign
 * subject: such an event is refused before it is counted.
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
  'cups.documents': {
    source: '/cups/documents',
    typePrefix: 'cups.documents.v1.',
    subject: new RegExp(`^documents/${ULID}$`),
    // All documents of an application are on one partition.
    key: new RegExp(`^${ULID}$`),
  },
  'cups.centres': { source: '/cups/identity', typePrefix: 'md.cups.centre.', subject: /^centres\/(.+)$/ },
  'cups.mandates': {
    source: '/cups/identity',
    typePrefix: 'cups.identity.v1.',
    subject: new RegExp(`^mandates/(${ULID})$`),
  },
  ...(Object.fromEntries(JOURNAL_SOURCES.map((service) => [journalTopic(service), expectEntries(service)])) as Record<
    `cups.journal.${(typeof JOURNAL_SOURCES)[number]}`,
    Expectation
  >),
  // The subject is the origin of the log, which is the key too.
  [CHECKPOINTS_TOPIC]: { source: '/cups/journal', typePrefix: 'md.cups.journal.', subject: /^(.{1,120})$/ },
} as const satisfies Expectations;

/** Returns why an event is not allowed on its topic, as a code, or undefined. */
export function validateExpectation(event: ReceivedEvent, expectation: Expectation | undefined): string | undefined {
  if (!expectation) return undefined;
  if (event.source !== expectation.source) return 'SOURCE_UNEXPECTED';
  if (!event.type.startsWith(expectation.typePrefix)) return 'TYPE_UNEXPECTED';
  const subject = expectation.subject.exec(event.subject);
  if (!subject) return 'SUBJECT_UNEXPECTED';
  const isKeyValid = expectation.key ? expectation.key.test(event.key) : subject[1] === event.key;
  return isKeyValid ? undefined : 'KEY_UNEXPECTED';
}
