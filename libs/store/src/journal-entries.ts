import { isResourceName, isUlid } from '@cups/contracts';
import type { ResourceCollection } from '@cups/contracts';
import { JOURNAL_ACTIONS, JOURNAL_GROUNDS, JOURNAL_REASONS, JOURNAL_RESULTS } from '@cups/contracts/journal';
import type { JournalAction, JournalGround, JournalReason, JournalResult } from '@cups/contracts/journal';
import { eventCodec } from '@cups/contracts/proto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import type { NewEvent } from './documents/outbox-entries.ts';

/**
 * Entries for the journal: what a service did with personal data, committed with the change or the access itself. An
 * entry holds names of resources and codes only. Everything else is refused here, whatever the caller passes.
 */

export interface JournalEntry {
  /** The document that counts the entry: `<collection>/<ID>` as stored. */
  document: string;
  /** Kafka key: the application, or else the resource, so that its entries stay in order. */
  key: string;
  /** Resource whose data it is: applications/{id}, documents/{id} … */
  resource: string;
  action: JournalAction;
  /** operators/{id}, agencies/{code}, services/{name}, or `applicant` for the person themselves. */
  actor: string;
  /** centres/{code} where the actor worked. */
  centre?: string | undefined;
  /** mandates/{id} or a code. */
  ground: JournalGround | `mandates/${string}`;
  result: JournalResult;
  /** Absent where the act gives no reason from a list. */
  reason?: JournalReason | undefined;
  /** Of what was changed; see `hashContent`. */
  contentHash?: Uint8Array | undefined;
  /** Number of rows that were removed; absent for an entry about one resource. */
  count?: number | undefined;
}

/** Start of every topic of entries; each service has its own. */
export const JOURNAL_TOPIC_PREFIX = 'cups.journal.';

const RESOURCES: readonly ResourceCollection[] = [
  'applications',
  'mandates',
  'operators',
  'documents',
  'notices',
  'deliveries',
  'centres',
  'agencies',
  'personCopies',
  'retentionRules',
];
/** A 32-bit number. */
const MAX_COUNT = 0x7fff_ffff;
const SERVICE = /^services\/[a-z]{1,20}(?:-[a-z]{1,20})?$/;
const DOCUMENT = /^[a-zA-Z]{1,20}\/[A-Za-z0-9][A-Za-z0-9./-]{0,120}$/;
/** Personal numbers and phone numbers have more digits in a row than codes. ULIDs, which are random, may have as many. */
const LONG_NUMBER = /[0-9]{7}/;

/** Whether a name can only be one of the platform's own, whatever its writer meant. */
const hasNoPersonalNumber = (name: string): boolean =>
  !LONG_NUMBER.test(name) || name.split(/[/-]/).every((part) => isUlid(part.toUpperCase()) || !LONG_NUMBER.test(part));

const isNameOf = (collections: readonly ResourceCollection[], name: string): boolean =>
  hasNoPersonalNumber(name) && collections.some((collection) => isResourceName(collection, name));

const CHECKS: { [Field in keyof JournalEntry]-?: (value: NonNullable<JournalEntry[Field]>) => boolean } = {
  document: (name) => DOCUMENT.test(name) && hasNoPersonalNumber(name),
  key: (key) => DOCUMENT.test(`key/${key}`) && hasNoPersonalNumber(key),
  resource: (name) => isNameOf(RESOURCES, name),
  action: (code) => Object.hasOwn(JOURNAL_ACTIONS, code),
  actor: (name) => name === 'applicant' || SERVICE.test(name) || isNameOf(['operators', 'agencies'], name),
  centre: (name) => isNameOf(['centres'], name),
  ground: (ground) => Object.hasOwn(JOURNAL_GROUNDS, ground) || isNameOf(['mandates'], ground),
  reason: (code) => Object.hasOwn(JOURNAL_REASONS, code),
  result: (code) => Object.hasOwn(JOURNAL_RESULTS, code),
  contentHash: (hash) => hash.length === 32,
  count: (count) => Number.isInteger(count) && count > 0 && count <= MAX_COUNT,
};

/** Returns the subject of a document's entries: `<collection>/<ID>`, with a dot for each further slash. */
export const toJournalSubject = (collection: string, id: string): string => `${collection}/${id.replaceAll('/', '.')}`;

const journalEvents = eventCodec<JournalEvents>('cups.journal.v1');
const TYPE = 'cups.journal.v1.EntryRecorded';

/** Returns the function that builds the entries of a service. */
export function createJournal(service: string): (entry: JournalEntry) => NewEvent {
  const topic = `${JOURNAL_TOPIC_PREFIX}${service}`;
  return (given) => {
    assertCodesOnly(given);
    const { document, key, centre = '', reason = '', contentHash = Buffer.alloc(0), count = 0, ...codes } = given;
    const entry = { ...codes, centre, reason, contentHash: Buffer.from(contentHash), count };
    const data = journalEvents.encode({ type: TYPE, data: { entry } });
    const at = document.indexOf('/');
    const subject = toJournalSubject(document.slice(0, at), document.slice(at + 1));
    return { topic, key, type: TYPE, subject, sequenced: 'journal', data };
  };
}

/** @throws Error that names the field, never its value */
function assertCodesOnly(entry: JournalEntry): void {
  for (const [field, isValid] of Object.entries(CHECKS)) {
    const value = entry[field as keyof JournalEntry];
    if (value !== undefined && !(isValid as (value: unknown) => boolean)(value))
      throw new Error(`A journal entry has an invalid ${field}.`);
  }
}
