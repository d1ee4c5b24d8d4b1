import { plainCode } from '@cups/application';
import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { Application, ApplicationFile, Person } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import type { Spoken } from '../language/language.tsx';
import { money } from '../language/money.ts';
import { nameOfPerson } from '../language/people.ts';
import { FILE } from '../texts/application.ts';
import { groupedNumber } from '../visit/typed/idnp.ts';
import { DELIVERY_TEXTS, LANGUAGE_TEXTS, MANDATE_TEXTS } from '../texts/content.ts';

/** What is known of an application, by names and values. */

export type Fact = readonly [name: string, value: string];

interface Telling {
  t: Spoken['t'];
  agencies: { long: (name: string) => string };
  /** People stand beside lists: most of an IDNP is covered. */
  masked?: boolean;
}

/** For the pane beside the queue. */
export function facts(file: ApplicationFile, telling: Telling): Fact[] {
  const { application } = file;
  const { t, agencies, masked = false } = telling;
  return known([
    [t(FILE.result), resultOf(application.decision, t)],
    [t(FILE.agency), agencies.long(application.agency)],
    [t(FILE.number), application.trackingNumber ?? ''],
    ['IDNP', idnpForPeople(application.applicant?.idnp, masked)],
    [t(FILE.contact), contactOf(application.contact, t)],
  ]);
}

/** What an application and a frozen submission of it have in common. */
type Content = Partial<
  Pick<Application, 'applicant' | 'represented' | 'mandate' | 'contact' | 'delivery' | 'payment' | 'decision'>
>;

export function personFacts({ applicant, represented, mandate, contact }: Content, t: Spoken['t']): Fact[] {
  const nameAndBirth = (person: Person | undefined) =>
    [nameOfPerson(person), person?.birthDate ? shortDate(person.birthDate) : ''].filter(Boolean).join(', ');
  const { foreignDocument } = applicant ?? {};
  return known([
    [t(FILE.name), nameAndBirth(applicant)],
    ['IDNP', idnpForPeople(applicant?.idnp)],
    [t(FILE.document), foreignDocument ? `${foreignDocument.country} ${foreignDocument.number}` : ''],
    [t(FILE.contact), contactOf(contact, t)],
    [t(FILE.language), applicant?.language ? t(LANGUAGE_TEXTS[applicant.language]) : ''],
    [t(FILE.represented), nameAndBirth(represented)],
    [t(FILE.mandate), mandate ? [t(MANDATE_TEXTS[mandate.kind]), mandate.reference].filter(Boolean).join(', ') : ''],
  ]);
}

export function requestFacts({ payment, delivery, decision }: Content, t: Spoken['t']): Fact[] {
  return known([
    [t(FILE.delivery), delivery ? [t(DELIVERY_TEXTS[delivery.kind]), delivery.note].filter(Boolean).join(', ') : ''],
    [t(FILE.paid), payment ? t(FILE.paidBy, { amount: money(payment.amount), number: payment.receiptNumber }) : ''],
    [t(FILE.result), resultOf(decision, t)],
    [t(FILE.code), decision?.verificationCode ? plainCode(decision.verificationCode) : ''],
    [t(FILE.validUntil), decision?.validUntil ? shortDate(decision.validUntil) : ''],
  ]);
}

function resultOf(decision: Application['decision'] | undefined, t: Spoken['t']): string {
  if (!decision?.approved) return '';
  const kind = decision.resultKind ? t(RESULT_KIND_TEXTS[decision.resultKind]) : '';
  const number = decision.resultNumber ? plainCode(decision.resultNumber) : '';
  return [kind, number].filter(Boolean).join(', ');
}

function contactOf(contact: Application['contact'] | undefined, t: Spoken['t']): string {
  if (contact?.none) return t(FILE.noContact);
  return [contact?.phone, contact?.email].filter(Boolean).join(', ');
}

/** 13 digits as 4-5-4; the middle covered where people stand beside. */
function idnpForPeople(idnp: string | undefined, masked = false): string {
  if (!idnp) return '';
  return masked ? `${idnp.slice(0, 4)} ••••• •${idnp.slice(10)}` : groupedNumber(idnp);
}

function known(facts: Fact[]): Fact[] {
  return facts.filter(([, value]) => value !== '');
}
