import { sanitizeCode } from '@cups/application';
import { ESCALATION_STEP_TEXTS, RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { Application, ApplicationDetails, Person } from '../api/types.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { formatMoney } from '../language/money.ts';
import { personName } from '../language/person-name.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { groupDigits } from '../visit/inputs/idnp.ts';
import { contactText } from './contact-text.ts';
import { DELIVERY_TEXTS, LANGUAGE_TEXTS, MANDATE_TEXTS } from '../texts/content.ts';

/** Facts about an application as label and value. */

export type Fact = readonly [name: string, value: string];

interface FactsContext {
  t: LanguageContextValue['t'];
  agencies: { long: (name: string) => string };
  /** Masks most of an IDNP, because people can see lists on the screen. */
  isMasked?: boolean;
}

/** Facts for the pane beside the queue. */
export function applicationFacts(details: ApplicationDetails, context: FactsContext): Fact[] {
  const { application } = details;
  const { t, agencies, isMasked = false } = context;
  return withoutEmpty([
    [t(APPLICATION_FACTS.result), resultText(application.decision, t)],
    [t(APPLICATION_FACTS.agency), agencies.long(application.agency)],
    ...escalationFacts(application, t),
    [t(APPLICATION_FACTS.number), application.trackingNumber ?? ''],
    ['IDNP', formatIdnp(application.applicant?.idnp, isMasked)],
    [t(APPLICATION_FACTS.contact), contactOrNone(application.contact, t)],
  ]);
}

/**
 * The day on which the agency expects to decide, the step of the clock of a silent agency that the desk must see, and a
 * complaint without an answer.
 */
export function escalationFacts(
  { escalationMark: mark, escalations = [], complaintDate, expectedDecisionDate }: Application,
  t: LanguageContextValue['t'],
): Fact[] {
  const time = escalations.filter(({ step }) => step === mark).at(-1)?.time;
  const text = mark && [t(ESCALATION_STEP_TEXTS[mark]), time && formatDayAndTime(time)].filter(Boolean).join(', ');
  return withoutEmpty([
    [t(APPLICATION_FACTS.expected), expectedDecisionDate ? shortDate(expectedDecisionDate) : ''],
    [t(APPLICATION_FACTS.silent), text ?? ''],
    [t(APPLICATION_FACTS.complaint), complaintDate ? shortDate(complaintDate) : ''],
  ]);
}

/** Members that an application and its frozen submissions share. */
type ApplicationContent = Partial<
  Pick<Application, 'applicant' | 'represented' | 'mandate' | 'contact' | 'delivery' | 'payment' | 'decision'>
>;

export function personFacts(
  { applicant, represented, mandate, contact }: ApplicationContent,
  t: LanguageContextValue['t'],
): Fact[] {
  const nameAndBirth = (person: Person | undefined) =>
    [personName(person), person?.birthDate ? shortDate(person.birthDate) : ''].filter(Boolean).join(', ');
  const { foreignDocument } = applicant ?? {};
  return withoutEmpty([
    [t(APPLICATION_FACTS.name), nameAndBirth(applicant)],
    ['IDNP', formatIdnp(applicant?.idnp)],
    [t(APPLICATION_FACTS.document), foreignDocument ? `${foreignDocument.country} ${foreignDocument.number}` : ''],
    [t(APPLICATION_FACTS.contact), contactOrNone(contact, t)],
    [t(APPLICATION_FACTS.language), applicant?.language ? t(LANGUAGE_TEXTS[applicant.language]) : ''],
    [t(APPLICATION_FACTS.represented), nameAndBirth(represented)],
    [
      t(APPLICATION_FACTS.mandate),
      mandate ? [t(MANDATE_TEXTS[mandate.kind]), mandate.reference].filter(Boolean).join(', ') : '',
    ],
  ]);
}

export function requestFacts(
  { payment, delivery, decision }: ApplicationContent,
  t: LanguageContextValue['t'],
): Fact[] {
  return withoutEmpty([
    [
      t(APPLICATION_FACTS.delivery),
      delivery ? [t(DELIVERY_TEXTS[delivery.kind]), delivery.note].filter(Boolean).join(', ') : '',
    ],
    [
      t(APPLICATION_FACTS.paid),
      payment
        ? t(APPLICATION_FACTS.paidBy, { amount: formatMoney(payment.amount), number: payment.receiptNumber })
        : '',
    ],
    [t(APPLICATION_FACTS.result), resultText(decision, t)],
    [t(APPLICATION_FACTS.code), decision?.verificationCode ? sanitizeCode(decision.verificationCode) : ''],
    [t(APPLICATION_FACTS.validUntil), decision?.validUntil ? shortDate(decision.validUntil) : ''],
  ]);
}

function resultText(decision: Application['decision'] | undefined, t: LanguageContextValue['t']): string {
  if (!decision?.approved) return '';
  const kind = decision.resultKind ? t(RESULT_KIND_TEXTS[decision.resultKind]) : '';
  const number = decision.resultNumber ? sanitizeCode(decision.resultNumber) : '';
  return [kind, number].filter(Boolean).join(', ');
}

function contactOrNone(contact: Application['contact'] | undefined, t: LanguageContextValue['t']): string {
  return contact?.none ? t(APPLICATION_FACTS.noContact) : contactText(contact);
}

/** Formats 13 digits as 4-5-4, and hides the middle digits if masked. */
function formatIdnp(idnp: string | undefined, isMasked = false): string {
  if (!idnp) return '';
  return isMasked ? `${idnp.slice(0, 4)} ••••• •${idnp.slice(10)}` : groupDigits(idnp);
}

function withoutEmpty(facts: Fact[]): Fact[] {
  return facts.filter(([, value]) => value !== '');
}
