/**
 * How long data are kept: one rule for each category of data of each service. docs/reference/retention.md lists them, and
 * services take their terms from settings with these defaults. Law 195/2024 asks for a limit and sets none, so a term
 * without a source is a default of the project, and an administrator confirms it before anything is erased.
 */

/** The end of data. */
export const DATA_ENDS = {
  'key-destroyed':
    'The data key is destroyed, so that no copy of what it sealed opens, and the row keeps no personal data',
  'row-removed': 'The row is removed',
  'fields-cleared': 'Fields about a person are removed from the row, whose ID and times remain',
  'topic-retention': 'Kafka removes the message when the retention of its topic ends',
  'backup-age': 'The backup is deleted at its maximum age',
  reported: 'Nothing is erased; a supervisor receives a report',
  permanent: 'Never: it names no person',
} as const;
export type DataEnd = keyof typeof DATA_ENDS;

/** Where a term comes from: a law that the platform's domain facts name, or `no legal source`. */
export const NO_LEGAL_SOURCE = 'no legal source';
export type RetentionSource = typeof NO_LEGAL_SOURCE | 'Law 195/2024' | 'Law 234/2021';

export interface RetentionRule {
  /** The service that holds the data, or `platform` for topics and backups of all services. */
  service:
    | 'intake'
    | 'identity'
    | 'documents'
    | 'agency-bridge'
    | 'notifications'
    | 'journal'
    | 'platform'
    /** Every service with a store. */
    | 'stored services';
  /** What is kept. */
  data: string;
  /** What starts the term. */
  starts: string;
  /** Default term; null without one, where the data end with something else or never. */
  days: number | null;
  /** Setting of the term, in days; null where it is none. */
  setting: string | null;
  /** Bounds of the setting, days. */
  range?: readonly [min: number, max: number];
  source: RetentionSource;
  end: DataEnd;
}

const MAX_DAYS = 3_650;

/** A rule whose term is a setting. */
const term = (
  setting: string,
  days: number,
  rule: Omit<RetentionRule, 'days' | 'setting' | 'range' | 'source'>,
  min = 1,
) => ({ ...rule, days, setting, range: [min, MAX_DAYS] as const, source: NO_LEGAL_SOURCE }) satisfies RetentionRule;

/** A rule whose term is fixed. */
const fixed = (days: number | null, rule: Omit<RetentionRule, 'days' | 'setting' | 'range' | 'source'>) =>
  ({ ...rule, days, setting: null, source: NO_LEGAL_SOURCE }) satisfies RetentionRule;

/** All rules, by category. */
export const RETENTION_RULES = {
  'closed-applications': term('RETENTION_CLOSED_APPLICATIONS_DAYS', 1_095, {
    service: 'intake',
    data: 'Content, texts, contact, notes and search hashes of a filed application',
    starts:
      'The application is handed over, closed, withdrawn or expired, whichever is last; not before the last day of appeal',
    end: 'key-destroyed',
  }),
  'ended-drafts': term('RETENTION_ENDED_DRAFTS_DAYS', 30, {
    service: 'intake',
    data: 'The same of a draft that was never filed',
    starts: 'The draft is discarded, or expires after 30 days without a change',
    end: 'key-destroyed',
  }),
  'frozen-submissions': fixed(null, {
    service: 'intake',
    data: 'Frozen submissions',
    starts: 'They end with their application',
    end: 'key-destroyed',
  }),
  'access-log': term('RETENTION_ACCESS_LOG_DAYS', 1_095, {
    service: 'intake',
    data: 'Rows of the access log: who read which application',
    starts: 'The read',
    end: 'row-removed',
  }),
  'person-copies': term('RETENTION_PERSON_COPIES_DAYS', 1_095, {
    service: 'intake',
    data: "Records of copies of a person's data: who made one, when and why",
    starts: 'The copy',
    end: 'row-removed',
  }),
  'quarantined-acts': term('RETENTION_QUARANTINED_ACTS_DAYS', 90, {
    service: 'intake',
    data: 'Acts of suspended operators: content, and who decided about it. An act without a decision stays',
    starts: 'The release or the rejection; the content ends earlier with its application',
    end: 'key-destroyed',
  }),
  'device-copies': term('RETENTION_DEVICE_COPIES_DAYS', 1_095, {
    service: 'intake',
    data: 'Records of offline copies: which device of which operator held which application, from when until when',
    starts: 'The last delivery of the file to the device',
    end: 'row-removed',
  }),
  'desk-acts': term('RETENTION_DESK_ACTS_DAYS', 90, {
    service: 'intake',
    data: 'Records of acts without a line: number and time of each on its device, and what contradicted the chain',
    starts: 'The arrival; of a chain, its last change',
    end: 'row-removed',
  }),
  'mandate-copies': term('RETENTION_MANDATE_COPIES_DAYS', 1_095, {
    service: 'intake',
    data: 'Copies of mandates with keyed hashes of people',
    starts: 'The term of the mandate ends, also of a revoked one',
    end: 'row-removed',
  }),
  evidence: term('RETENTION_EVIDENCE_DAYS', 30, {
    service: 'documents',
    data: 'Scans that an application names',
    starts: 'The application ends; not before the last day of appeal',
    end: 'key-destroyed',
  }),
  results: term('RETENTION_RESULT_DAYS', 90, {
    service: 'documents',
    data: 'Result documents',
    starts: 'The hand-over',
    end: 'key-destroyed',
  }),
  'uncollected-results': term('RETENTION_UNCOLLECTED_DAYS', 180, {
    service: 'documents',
    data: 'Results that nobody collected',
    starts: 'The result can be collected',
    end: 'reported',
  }),
  'draft-scans': term(
    'RETENTION_DRAFT_DAYS',
    1_095,
    {
      service: 'documents',
      data: 'Scans whose application is a draft: the longest time',
      starts: 'The upload',
      end: 'key-destroyed',
    },
    31,
  ),
  'unclaimed-results': term(
    'RETENTION_UNCLAIMED_DAYS',
    180,
    {
      service: 'documents',
      data: 'Results that no decision names',
      starts: 'The upload',
      end: 'key-destroyed',
    },
    31,
  ),
  notices: fixed(null, {
    service: 'notifications',
    data: 'Address, text and tracking number of the notices of an application',
    starts: 'They end with their application',
    end: 'key-destroyed',
  }),
  'stray-notices': term('RETENTION_STRAY_NOTICES_DAYS', 1_095, {
    service: 'notifications',
    data: 'Notices whose application did not report its end',
    starts: 'The last notice of the application',
    end: 'key-destroyed',
  }),
  mail: fixed(null, {
    service: 'notifications',
    data: 'Sent mail',
    starts: 'The hand-over to the mail server, whose operator sets the term',
    end: 'row-removed',
  }),
  deliveries: fixed(null, {
    service: 'agency-bridge',
    data: 'Texts and requests of a delivery',
    starts: 'They end with their application',
    end: 'row-removed',
  }),
  'refused-messages': term('RETENTION_REFUSED_MESSAGES_DAYS', 90, {
    service: 'agency-bridge',
    data: 'Messages of agencies that the platform refused, as received',
    starts: 'The message is refused',
    end: 'row-removed',
  }),
  'agency-requests': term('RETENTION_AGENCY_REQUESTS_DAYS', 90, {
    service: 'agency-bridge',
    data: 'Entries of the feeds of agencies with a pull API: IDs, codes and times. The newest entry of each stays',
    starts: 'The entry is added',
    end: 'row-removed',
  }),
  'parked-events': term('RETENTION_PARKED_EVENTS_DAYS', 180, {
    service: 'stored services',
    data: 'Events that could not be handled, as received',
    starts: 'The event is parked',
    end: 'row-removed',
  }),
  sessions: fixed(null, {
    service: 'identity',
    data: 'Sessions of staff',
    starts: 'They end with the session: at sign-out, or at the latest 8 hours after sign-in',
    end: 'row-removed',
  }),
  devices: fixed(30, {
    service: 'identity',
    data: 'Devices of staff: operator, centre and times of contact, and the sealed key share',
    starts: 'The last contact, or the revocation; after sign-out or suspension they end at once',
    end: 'row-removed',
  }),
  'identity-access-log': term('RETENTION_IDENTITY_ACCESS_LOG_DAYS', 1_095, {
    service: 'identity',
    data: 'Rows of the access log: who read which mandate, team or member of staff',
    starts: 'The read',
    end: 'row-removed',
  }),
  mandates: term('RETENTION_MANDATES_DAYS', 1_095, {
    service: 'identity',
    data: 'People of a mandate, the text that they saw and the document behind it',
    starts: 'The mandate is revoked, or its term ends; one for a single application ends at once when that is erased',
    end: 'key-destroyed',
  }),
  'removed-staff': term('RETENTION_REMOVED_STAFF_DAYS', 1_095, {
    service: 'identity',
    data: 'Name and personal number of staff who left, and reasons in their history',
    starts: 'The person is removed from their last position',
    end: 'fields-cleared',
  }),
  'journal-entries': fixed(null, {
    service: 'journal',
    data: 'Entries and checkpoints of the journal: names of resources, codes and times',
    starts: 'Nothing',
    end: 'permanent',
  }),
  'internal-topics': fixed(30, {
    service: 'platform',
    data: 'Topic cups.deliveries and the topics of trainings: texts of agencies',
    starts: 'The message',
    end: 'topic-retention',
  }),
  'repeated-topics': fixed(40, {
    service: 'platform',
    data: 'Topics cups.applications, cups.documents, cups.mandates and cups.journal.<service>: names of resources and codes',
    starts: 'The message',
    end: 'topic-retention',
  }),
  'agency-topics': fixed(90, {
    service: 'platform',
    data: 'Topics agency.<code>.requests and agency.<code>.replies: content of requests and texts of agencies',
    starts: 'The message',
    end: 'topic-retention',
  }),
  backups: fixed(35, {
    service: 'platform',
    data: 'Backups of the data keys. Without them, backups of other stores open nothing',
    starts: 'The backup',
    end: 'backup-age',
  }),
} as const satisfies Readonly<Record<string, RetentionRule>>;
export type RetentionCategory = keyof typeof RETENTION_RULES;
