import { formatCivilDate, isEmailAddress, sanitizeText, toCivilDate } from '@cups/application';
import { localize, resolveLanguage } from './language.ts';
import type { Language, LocalizedText } from './language.ts';
import { claimNotice, markFailed, markPrintable } from './notice.ts';
import type { Channel, Notice, NoticeKind, RetryPolicy } from './notice.ts';
import { isSuperseded, isContradicted } from './superseded.ts';
import type { ResultChange } from './superseded.ts';
import { quoteLines, renderNotice } from './templates.ts';
import type { TemplateData, ContactMethod, DueDateStatus, ResultDelivery } from './templates.ts';

/** Current data of the applicant and the application, from intake. */
export interface NoticeContext {
  language: string;
  email: string;
  /** Telephone number, or ''. */
  phone: string;
  personName: string;
  serviceTitle: LocalizedText;
  centreName: string;
  /** Name of the agency that has the application; empty if unknown. */
  agencyName: LocalizedText;
  trackingNumber: string;
  /** yyyy-MM-dd or empty. */
  dueDate: string;
  /** Day on which the agency expects to decide: yyyy-MM-dd or empty. */
  expectedDecisionDate: string;
  /** Whether the due date is missing because the term starts at payment. */
  awaitsPayment: boolean;
  /** Current state of the application. */
  state: string;
  /** Whether it is a training: nothing leaves the platform. */
  training: boolean;
  /** How the applicant receives the result. */
  resultDelivery: ResultDelivery;
  /** Whether a paper result has not arrived at the centre yet. */
  isOnItsWay: boolean;
  /** Of the open document request: last day as yyyy-MM-dd, and the agency's text. */
  answerBy: string;
  requestText: LocalizedText;
  /** The agency's texts about single documents. */
  documentTexts: string[];
  /** The agency's reasons for the decision, a correction and a revocation. */
  reasonText: LocalizedText;
  correctionText: LocalizedText;
  revocationText: LocalizedText;
  /** Of a rejection: the agency's text about the appeal, and its last day as yyyy-MM-dd or empty. */
  appealText: LocalizedText;
  appealUntil: string;
  /** Of the result, '' without one: the agency's number, the verification code, and the last day as yyyy-MM-dd. */
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
  /** The agency's last change of the result. */
  lastChange?: ResultChange;
}

/**
 * Returns email for applicants with a valid address, otherwise slip, which the desk prints.
 * A training always gets a slip, whatever address was entered.
 */
export function resolveChannel({ email, training }: Pick<NoticeContext, 'email' | 'training'>): Channel {
  return !training && isEmailAddress(email) ? 'email' : 'slip';
}

function resolveDueDateStatus({ dueDate, awaitsPayment }: NoticeContext): DueDateStatus {
  if (formatCivilDate(dueDate) !== '') return 'known';
  return awaitsPayment ? 'fromPayment' : 'unknown';
}

/** Returns how the applicant learns of the next step. The text promises a message only if one can reach them. */
function resolveContactMethod(contact: NoticeContext): ContactMethod {
  if (resolveChannel(contact) === 'email') return 'email';
  return contact.phone === '' ? 'none' : 'phone';
}

/**
 * Returns the composed notice with its channel: a printable slip, or an email claimed by its composer.
 * A notice that no longer applies fails with the cause `superseded`.
 */
export function composeNotice(notice: Notice, contact: NoticeContext, now: Date, retryPolicy: RetryPolicy): Notice {
  const age = now.getTime() - notice.eventTime.getTime();
  const hasArrived = notice.kind === 'result-on-the-way' && !contact.isOnItsWay;
  const isObsolete =
    hasArrived ||
    isContradicted(notice.kind, contact.lastChange) ||
    isSuperseded(notice.kind, contact.state, age, retryPolicy);
  if (isObsolete) return markFailed(notice, 'superseded');
  const language = resolveLanguage(contact.language);
  const { trackingNumber, training } = contact;
  const name = sanitizeText(contact.personName, 200);
  const templateData = buildTemplateData(notice, contact, language, toCivilDate(now));
  const { throttled: _throttled, ...rest } = notice;
  const composed: Notice = {
    ...rest,
    ...renderNotice(notice.kind, language, templateData, { name, trackingNumber, training }),
    language,
    channel: resolveChannel(contact),
    trackingNumber,
    attempts: 0,
  };
  if (training) composed.training = true;
  return composed.channel === 'email'
    ? claimNotice({ ...composed, emailAddress: contact.email }, now, retryPolicy)
    : markPrintable(composed);
}

/**
 * Returns the template data, with sanitised texts of the agency.
 * @param today yyyy-MM-dd
 */
function buildTemplateData(notice: Notice, contact: NoticeContext, language: Language, today: string): TemplateData {
  const localizeSafely = (text: LocalizedText) => sanitizeText(localize(text, language));
  const agencyTexts: { [Kind in NoticeKind]?: string[] } = {
    'documents-requested': [
      localizeSafely(contact.requestText),
      ...contact.documentTexts.map((note) => sanitizeText(note)).map((note) => note && `– ${note}`),
    ],
    'result-ready': [localizeSafely(contact.reasonText)],
    'result-on-the-way': [localizeSafely(contact.reasonText)],
    'application-rejected': [localizeSafely(contact.reasonText)],
    'result-corrected': [localizeSafely(contact.correctionText)],
    'result-revoked': [localizeSafely(contact.revocationText)],
  };
  return {
    service: localize(contact.serviceTitle, language),
    centre: contact.centreName,
    agency: localize(contact.agencyName, language),
    due: formatCivilDate(contact.dueDate),
    // The agency's text is that of the open request, so its day must be too. Use the event's day only without one.
    answerBy: formatCivilDate(contact.answerBy || (notice.answerBy ?? '')),
    // The agency did not keep a day that has passed: the notice must not promise it again.
    expected: contact.expectedDecisionDate >= today ? formatCivilDate(contact.expectedDecisionDate) : '',
    agencyText: quoteLines(agencyTexts[notice.kind] ?? []),
    number: sanitizeText(contact.resultNumber, 100),
    verificationCode: sanitizeText(contact.verificationCode, 100),
    validUntil: formatCivilDate(contact.validUntil),
    appeal: quoteLines([localizeSafely(contact.appealText)]),
    appealUntil: formatCivilDate(contact.appealUntil),
    term: resolveDueDateStatus(contact),
    reach: resolveContactMethod(contact),
    way: contact.resultDelivery,
    place: contact.isOnItsWay ? 'onItsWay' : 'arrived',
  };
}
