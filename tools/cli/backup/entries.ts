import type { ReceivedEvent } from '@cups/contracts';
import type { JournalAction } from '@cups/contracts/journal';
import { eventCodec } from '@cups/contracts/proto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { JOURNAL_TOPIC_PREFIX } from '@cups/store';
import { STORED_SERVICES } from './documents.ts';

/** Published entries for the journal, as acts of a service on one of its documents. */

export type JournaledService = (typeof STORED_SERVICES)[number];

export interface PublishedAct {
  service: JournaledService;
  /** `<collection>/<ID>` of the document that counts it. */
  subject: string;
  sequence: number;
  action: JournalAction;
  /** The resource whose data it is. */
  resource: string;
  actor: string;
  /** centres/{code}, or ''. */
  centre: string;
  /** A code, or ''. */
  reason: string;
  time: Date;
  /** ID of the request that caused it, or ''. */
  request: string;
}

const journalEvents = eventCodec<JournalEvents>('cups.journal.v1');
/** Accesses are documents of one entry each, whose ID is never used again. */
export const ACCESS_LOG = 'accessLog/';

/** Returns the topics of entries. */
export const entryTopics = (prefix: string): string[] =>
  STORED_SERVICES.map((service) => `${prefix}${JOURNAL_TOPIC_PREFIX}${service}`);

/** Returns the act of an entry; undefined for accesses and other events. */
export function toAct(event: ReceivedEvent): PublishedAct | undefined {
  const { topic, subject, sequence, time, correlationId: request } = event;
  const service = STORED_SERVICES.find((one) => topic === JOURNAL_TOPIC_PREFIX + one);
  if (!service || sequence === null || subject.startsWith(ACCESS_LOG)) return undefined;
  const entry = journalEvents.decode(event)?.data.entry;
  if (!entry) return undefined;
  const { action: code, resource, actor, centre, reason } = entry;
  const action = code as JournalAction;
  return { service, subject, sequence, action, resource, actor, centre, reason, time, request };
}

/** Returns the acts of one document once each: Kafka may have an event twice. */
export const uniqueBySequence = (acts: readonly PublishedAct[]): PublishedAct[] => [
  ...new Map(acts.map((act) => [act.sequence, act])).values(),
];
