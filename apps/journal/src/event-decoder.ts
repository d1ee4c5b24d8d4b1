import type { ReceivedEvent, Refusal } from '@cups/contracts';
import type { Entry__Output } from '@cups/contracts/gen/cups/journal/v1/Entry.ts';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import type { Entry } from './log/entry.ts';

/** Boundary of all services: reads cups.journal.{service}. An entry is validated by patterns, so that no text gets in. */

const journalEvents = eventCodec<JournalEvents>('cups.journal.v1');

const SHA256_BYTES = 32;
const CODE = /^(?=.{1,80}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
const NAME = /^(?=.{1,160}$)[a-z][A-Za-z]*\/[A-Za-z0-9][\w.-]*$/;
const ID = /^[\w:.-]{1,100}$/;
/** ID of an event or request, or a step of the platform with the resource that caused it: revoked:mandates/{id}. */
const CAUSE = /^[\w:./-]{1,100}$/;

const isCode = (text: string): boolean => CODE.test(text);
const isName = (text: string): boolean => NAME.test(text);
const isEmpty = (text: string): boolean => text === '';

/** Format of each member; a later release may know more codes. */
const MEMBERS: Readonly<Record<Exclude<keyof Entry__Output, 'contentHash' | 'count'>, (text: string) => boolean>> = {
  // Lists have the resource of their centre, or a code such as staff.
  resource: (text) => isName(text) || isCode(text),
  action: isCode,
  actor: (text) => isName(text) || isCode(text),
  centre: (text) => isEmpty(text) || (isName(text) && text.startsWith('centres/')),
  ground: (text) => isEmpty(text) || isName(text) || isCode(text),
  reason: (text) => isEmpty(text) || isCode(text),
  result: (text) => isEmpty(text) || isCode(text),
};

/**
 * Decodes an event of a service. The consumer has already checked producer, subject and key.
 * @returns the entry, or why it is refused
 */
export function decodeEntry(event: ReceivedEvent): Entry | Refusal {
  const entry = journalEvents.decode(event)?.data.entry;
  if (!entry) return { cause: 'ENTRY_UNREADABLE', fields: [] };
  const fields = Object.entries(MEMBERS)
    .filter(([name, isValid]) => !isValid(entry[name as keyof typeof MEMBERS]))
    .map(([name]) => `/entry/${name}`);
  if (![0, SHA256_BYTES].includes(entry.contentHash.length)) fields.push('/entry/contentHash');
  if (entry.count < 0) fields.push('/entry/count');
  const cause = event.causationId || event.correlationId;
  if (event.sequence === null) fields.push('ce_sequence');
  if (!ID.test(event.id)) fields.push('ce_id');
  if (cause !== '' && !CAUSE.test(cause)) fields.push('ce_causationid');
  if (event.timeReplaced) fields.push('ce_time');
  if (fields.length > 0 || event.sequence === null) return { cause: 'ENTRY_INVALID', fields };
  const { subject, sequence, id, time } = event;
  const { contentHash, count, ...texts } = entry;
  const attributes = { source: serviceOf(event.source), subject, sequence, id, time, cause, verifier: '' };
  return Object.assign(attributes, texts, { contentHash: contentHash.toString('hex') }, count > 0 ? { count } : {});
}

const serviceOf = (source: string): string => source.slice(source.lastIndexOf('/') + 1);
