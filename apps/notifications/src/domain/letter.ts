import { dateForPeople, isEmailAddress, plainWords } from '@cups/application';
import { inLanguage, languageOf } from './language.ts';
import type { Language, Words } from './language.ts';
import { claimed, failed, printable } from './notice.ts';
import type { Channel, Notice, NoticeKind, Patience } from './notice.ts';
import { overtaken, untrue } from './outdated.ts';
import type { ResultChange } from './outdated.ts';
import { quoted, writeLetter } from './texts.ts';
import type { Facts, Reach, Term, Way } from './texts.ts';

/** What intake says of the person and the application at the time of writing. */
export interface Contact {
  language: string;
  email: string;
  /** A telephone number, or ''. */
  phone: string;
  personName: string;
  serviceTitle: Words;
  centreName: string;
  trackingNumber: string;
  /** yyyy-MM-dd or empty. */
  dueDate: string;
  /** There is no due date yet because the term counts from payment. */
  awaitsPayment: boolean;
  /** State now. */
  state: string;
  /** Of a training: nothing goes to anybody. */
  training: boolean;
  /** How the result comes to the person. */
  way: Way;
  /** Of the open request for documents, if any: yyyy-MM-dd, and the agency's words. */
  answerBy: string;
  requestWords: Words;
  /** The agency's words about single documents that it asks for. */
  documentWords: string[];
  /** The agency's reason for its decision, for a correction, for a revocation. */
  reasonWords: Words;
  correctWords: Words;
  revokeWords: Words;
  /** Of a rejection: how it can be appealed, in the agency's words, and until when, yyyy-MM-dd or empty. */
  appealWords: Words;
  appealUntil: string;
  /** Of the result, '' where there is none: the agency's number, the code that verifies it, yyyy-MM-dd. */
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
  /** What the agency did last to the result, if anything. */
  lastChange?: ResultChange;
}

/**
 * Decides the channel: whoever has an e-mail address gets e-mail; everybody else (a telephone only, or nothing) gets a
 * slip that the desk prints, the receipt of filing included. In a training it is always a slip: no mail leaves the platform,
 * whosever address the desk typed.
 */
export function channelFor({ email, training }: Pick<Contact, 'email' | 'training'>): Channel {
  return !training && isEmailAddress(email) ? 'email' : 'slip';
}

function termOf({ dueDate, awaitsPayment }: Contact): Term {
  if (dateForPeople(dueDate) !== '') return 'known';
  return awaitsPayment ? 'fromPayment' : 'unknown';
}

/** How the person learns of what comes next: only whom we can reach is promised that we will. */
function reachOf(contact: Contact): Reach {
  if (channelFor(contact) === 'email') return 'email';
  return contact.phone === '' ? 'none' : 'phone';
}

/**
 * The notice with its letter, and the channel on which it goes. A slip can be printed at once. A mail is claimed, to be sent by whoever
 * wrote it. What the application has left behind is not told any more: the notice fails with the cause `overtaken`.
 */
export function composeNotice(notice: Notice, contact: Contact, now: Date, patience: Patience): Notice {
  const age = now.getTime() - notice.eventTime.getTime();
  const isPast = untrue(notice.kind, contact.lastChange) || overtaken(notice.kind, contact.state, age, patience);
  if (isPast) return failed(notice, 'overtaken');
  const language = languageOf(contact.language);
  const { trackingNumber, training } = contact;
  const name = plainWords(contact.personName, 200);
  const facts = factsOf(notice, contact, language);
  const { held: _held, ...told } = notice;
  const written: Notice = {
    ...told,
    ...writeLetter(notice.kind, language, facts, { name, trackingNumber, training }),
    language,
    channel: channelFor(contact),
    trackingNumber,
    attempts: 0,
  };
  if (training) written.training = true;
  return written.channel === 'email' ? claimed({ ...written, to: contact.email }, now, patience) : printable(written);
}

/** What the letter may speak of; the words of the agency as they may be shown. */
function factsOf(notice: Notice, contact: Contact, language: Language): Facts {
  const words = (given: Words) => plainWords(inLanguage(given, language));
  const said: { [Kind in NoticeKind]?: string[] } = {
    'documents-requested': [
      words(contact.requestWords),
      ...contact.documentWords.map((note) => plainWords(note)).map((note) => note && `– ${note}`),
    ],
    'result-ready': [words(contact.reasonWords)],
    'application-rejected': [words(contact.reasonWords)],
    'result-corrected': [words(contact.correctWords)],
    'result-revoked': [words(contact.revokeWords)],
  };
  return {
    service: inLanguage(contact.serviceTitle, language),
    centre: contact.centreName,
    due: dateForPeople(contact.dueDate),
    // The words are those of the request that is open now, and so is its day; that of the event only where none is open.
    answerBy: dateForPeople(contact.answerBy || (notice.answerBy ?? '')),
    words: quoted(said[notice.kind] ?? []),
    number: plainWords(contact.resultNumber, 100),
    verificationCode: plainWords(contact.verificationCode, 100),
    validUntil: dateForPeople(contact.validUntil),
    appeal: quoted([words(contact.appealWords)]),
    appealUntil: dateForPeople(contact.appealUntil),
    term: termOf(contact),
    reach: reachOf(contact),
    way: contact.way,
  };
}
