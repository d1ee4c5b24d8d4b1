import type { Counter, Log, Metrics } from '@cups/contracts';
import type { Documents, Draft, Store, StoredDocument } from '@cups/store';
import { addEntry, closeLetter, renderLetter, retryLetter } from './domain/agency-letter.ts';
import type { AgencyLetter, LetterEntry } from './domain/agency-letter.ts';
import { LANGUAGES } from './domain/language.ts';
import type { Language } from './domain/language.ts';
import type { Mailer } from './mail.ts';

/** Collects what an agency must be written about, and sends one letter a day. */

type StoredLetter = AgencyLetter & StoredDocument;
export type LetterDocuments = Documents<StoredLetter>;

/** Where letters to an agency go; without an address it gets none. */
export interface AgencyContact {
  email: string;
  languages: string[];
}

const entry = { _id: false, delivery: String, step: String, dueDate: String };

export function openAgencyLetters(store: Store): LetterDocuments {
  return store.documents<StoredLetter>({
    collection: 'agencyLetters',
    schema: {
      entries: [entry],
      counts: {},
      recent: [String],
      number: { type: Number, required: true },
      since: Date,
      lastSendTime: Date,
      attempts: { type: Number, required: true },
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [],
  });
}

const newLetter = (agency: string): Draft<StoredLetter> => ({
  _id: agency,
  entries: [],
  recent: [],
  number: 0,
  attempts: 0,
  timer: null,
});

export interface AgencyLettersDeps {
  documents: LetterDocuments;
  mailer: Mailer;
  /** Reads the contact of an agency. @throws Problem */
  fetchContact: (agency: string) => Promise<AgencyContact>;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Letters to the offices of agencies. */
export class AgencyLetters {
  readonly #deps: AgencyLettersDeps;
  readonly #outcomes: Counter<'outcome'>;

  constructor(deps: AgencyLettersDeps) {
    this.#deps = deps;
    this.#outcomes = deps.metrics.counter(
      'cups_agency_letters_total',
      'Letters to agencies about silent applications, by what became of them.',
      ['outcome'],
    );
  }

  /** Adds an entry, once, to the next letter of an agency. */
  async add(agency: string, added: LetterEntry, eventId: string): Promise<void> {
    const { documents, now } = this.#deps;
    const at = now();
    const options = { scope: 'service' as const, cause: { eventId }, now: at, initial: newLetter(agency) };
    await documents.update(agency, options, (letter) => ({ document: addEntry(letter, added, at), events: [] }));
  }

  /** Sends the letter that is due; called by its durable timer. A crash repeats it under the same Message-ID. */
  async processDue(agency: string): Promise<void> {
    const { documents, mailer, fetchContact, now } = this.#deps;
    const letter = await documents.get(agency, { scope: 'service' });
    if (!letter || letter.entries.length === 0) return;
    const { email, languages } = await fetchContact(agency);
    if (email === '') return this.#finish(letter, 'no-contact');
    const known = LANGUAGES.filter((language) => languages.includes(language));
    const used: readonly Language[] = known.length > 0 ? known : ['ro'];
    const mail = { id: `agency-letter-${agency}-${letter.number + 1}`, emailAddress: email, language: used[0]! };
    const { outcome } = await mailer({ ...mail, ...renderLetter(letter, used, now()) });
    await this.#finish(letter, outcome);
  }

  async #finish(letter: StoredLetter, outcome: 'sent' | 'refused' | 'unavailable' | 'no-contact'): Promise<void> {
    const { documents, now, log } = this.#deps;
    const at = now();
    const close = (current: StoredLetter) => closeLetter(current, outcome === 'sent' ? at : undefined);
    const retried = outcome === 'unavailable' ? retryLetter(letter, at) : undefined;
    const result = outcome === 'unavailable' && !retried ? 'given-up' : outcome;
    const cause = { eventId: `agency-letter:${letter.number + 1}` };
    await documents.update(letter._id, { scope: 'service', cause, now: at }, (current) => ({
      document: retried ? { ...current, attempts: retried.attempts, timer: retried.timer ?? null } : close(current),
      events: [],
    }));
    this.#outcomes.inc({ outcome: result });
    const line = { event: 'agency-letter-processed', agency: letter._id, outcome: result };
    if (result === 'sent') log.info(line);
    else log.warn(line);
  }
}
