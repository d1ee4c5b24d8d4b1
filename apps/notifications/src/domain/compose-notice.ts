import { formatCivilDate, isEmailAddress, sanitizeText } from '@cups/application';
import { localize, resolveLanguage } from './language.ts';
import type { Language, LocalizedText } from './language.ts';
import { claimNotice, markFailed, markPrintable } from './notice.ts';
import type { Channel, Notice, NoticeKind, RetryPolicy } from './notice.ts';
import { isSuperseded, isContradicted } from './superseded.ts';
import type { ResultChange } from './superseded.ts';
import { quoteLines, renderNotice } from './templates.ts';
import type { TemplateData, ContactMethod, DueDateStatus, ResultDelivery } from './templates.ts';

/** What intake says of the person and the application at the time of writing. */
export interface NoticeContext {
  language: string;
  email: string;
  /** A telephone number, or ''. */
  phone: string;
  personName: string;
  serviceTitle: LocalizedText;
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
  resultDelivery: ResultDelivery;
  /** Of the open request for documents, if any: yyyy-MM-dd, and the agency's words. */
  answerBy: string;
  requestText: LocalizedText;
  /** The agency's words about single documents that it asks for. */
  documentTexts: string[];
  /** The agency's reason for its decision, for a correction, for a revocation. */
  reasonText: LocalizedText;
  correctionText: LocalizedText;
  revocationText: LocalizedText;
  /** Of a rejection: how it can be appealed, in the agency's words, and until when, yyyy-MM-dd or empty. */
  appealText: LocalizedText;
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
export function resolveChannel({ email, training }: Pick<NoticeContext, 'email' | 'training'>): Channel {
  return !training && isEmailAddress(email) ? 'email' : 'slip';
}

function resolveDueDateStatus({ dueDate, awaitsPayment }: NoticeContext): DueDateStatus {
  if (formatCivilDate(dueDate) !== '') return 'known';
  return awaitsPayment ? 'fromPayment' : 'unknown';
}

/** How the person learns of what comes next: only whom we can reach is promised that we will. */
function resolveContactMethod(contact: NoticeContext): ContactMethod {
  if (resolveChannel(contact) === 'email') return 'email';
  return contact.phone === '' ? 'none' : 'phone';
}

/**
 * The notice with its letter, and the channel on which it goes. A slip can be printed at once. A mail is claimed, to be sent by whoever
 * wrote it. What the application has left behind is not told any more: the notice fails with the cause `overtaken`.
 */
export function composeNotice(notice: Notice, contact: NoticeContext, now: Date, retryPolicy: RetryPolicy): Notice {
  const age = now.getTime() - notice.eventTime.getTime();
  const isObsolete =
    isContradicted(notice.kind, contact.lastChange) || isSuperseded(notice.kind, contact.state, age, retryPolicy);
  if (isObsolete) return markFailed(notice, 'overtaken');
  const language = resolveLanguage(contact.language);
  const { trackingNumber, training } = contact;
  const name = sanitizeText(contact.personName, 200);
  const templateData = buildTemplateData(notice, contact, language);
  const { held: _held, ...rest } = notice;
  const written: Notice = {
    ...rest,
    ...renderNotice(notice.kind, language, templateData, { name, trackingNumber, training }),
    language,
    channel: resolveChannel(contact),
    trackingNumber,
    attempts: 0,
  };
  if (training) written.training = true;
  return written.channel === 'email'
    ? claimNotice({ ...written, to: contact.email }, now, retryPolicy)
    : markPrintable(written);
}

/** What the letter may speak of; the words of the agency as they may be shown. */
function buildTemplateData(notice: Notice, contact: NoticeContext, language: Language): TemplateData {
  const localizeSafely = (given: LocalizedText) => sanitizeText(localize(given, language));
  const agencyTexts: { [Kind in NoticeKind]?: string[] } = {
    'documents-requested': [
      localizeSafely(contact.requestText),
      ...contact.documentTexts.map((note) => sanitizeText(note)).map((note) => note && `– ${note}`),
    ],
    'result-ready': [localizeSafely(contact.reasonText)],
    'application-rejected': [localizeSafely(contact.reasonText)],
    'result-corrected': [localizeSafely(contact.correctionText)],
    'result-revoked': [localizeSafely(contact.revocationText)],
  };
  return {
    service: localize(contact.serviceTitle, language),
    centre: contact.centreName,
    due: formatCivilDate(contact.dueDate),
    // The words are those of the request that is open now, and so is its day; that of the event only where none is open.
    answerBy: formatCivilDate(contact.answerBy || (notice.answerBy ?? '')),
    words: quoteLines(agencyTexts[notice.kind] ?? []),
    number: sanitizeText(contact.resultNumber, 100),
    verificationCode: sanitizeText(contact.verificationCode, 100),
    validUntil: formatCivilDate(contact.validUntil),
    appeal: quoteLines([localizeSafely(contact.appealText)]),
    appealUntil: formatCivilDate(contact.appealUntil),
    term: resolveDueDateStatus(contact),
    reach: resolveContactMethod(contact),
    way: contact.resultDelivery,
  };
}
