import type { Violation } from '@cups/problem';
import { checkIdnp, isCivilDate } from '@cups/application';
import type {
  Content,
  Delivery,
  Mandate,
  Evidence,
  EvidenceRule,
  HandOver,
  Outcome,
  Person,
  ServiceVersion,
} from './application.ts';

/** Checks of what the desk fills in: the shape at every save, completeness at submit; all violations at once. */

/** Content of one application without scanned files, as JSON in UTF-8 (law 5: what is accepted must be publishable). */
export const MAX_CONTENT_BYTES = 64 * 1024;
/** These and the lengths below are not wider than the agency contract: what is accepted can be sent (a property test). */
const MAX_TEXT = 500;
/** Papers of an application. */
export const MAX_EVIDENCE = 50;
const MAX_ANSWERS = 500;
/** A code of the agency contract: whatever an agency asks for can be supplied (a property test). */
const CODE = /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/;

const MANDATES = ['own-presence', 'mpower', 'notarial', 'kinship', 'guardianship'] satisfies Mandate['kind'][];
const DELIVERIES = ['at-centre', 'electronic', 'post'] satisfies Delivery['kind'][];
const COLLECTORS = ['applicant', 'represented', 'representative'] satisfies HandOver['collectedBy'][];

type Check = (field: string, rule: string, message: string) => void;

function collector(): { check: Check; violations: Violation[] } {
  const violations: Violation[] = [];
  return { violations, check: (field, rule, message) => violations.push({ field, rule, message }) };
}

/** What an agency asked for fits in also where the file was full when it was filed. */
export const MAX_SUPPLIED_BYTES = 96 * 1024;

/** What is wrong with the shape of content, whether complete or not. Values are never echoed. */
export function shapeViolations(content: Content, most = MAX_CONTENT_BYTES): Violation[] {
  const { violations, check } = collector();
  personShape('applicant', content.applicant, check);
  personShape('represented', content.represented, check);
  const { contact, mandate, delivery, evidence = [] } = content;
  if (contact) {
    text('contact.email', contact.email, check);
    text('contact.phone', contact.phone, check);
    if (contact.email !== undefined && !/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(contact.email)) {
      check('contact.email', 'EMAIL', 'Not an e-mail address.');
    }
    if (contact.phone !== undefined && !/^\+?[0-9][0-9 ()-]{4,24}$/.test(contact.phone)) {
      check('contact.phone', 'PHONE', 'Not a telephone number; write +373 and eight digits.');
    }
    if (contact.none && (contact.email || contact.phone)) {
      check('contact.none', 'CONTRADICTION', 'Either a way to reach the person or "has none", not both.');
    }
  }
  if (mandate) {
    if (!MANDATES.includes(mandate.kind)) check('mandate.kind', 'UNKNOWN', 'Not a kind of mandate.');
    text('mandate.reference', mandate.reference, check, 200);
    date('mandate.date', mandate.date, check);
  }
  if (delivery) {
    if (!DELIVERIES.includes(delivery.kind)) check('delivery.kind', 'UNKNOWN', 'Not a way to deliver.');
    text('delivery.note', delivery.note, check);
  }
  violations.push(...evidenceViolations(evidence));
  text('costOption', content.costOption, check);
  if (Object.keys(content.answers ?? {}).length > MAX_ANSWERS) check('answers', 'TOO_MANY', 'At most 500 answers.');
  if (contentBytes(content) > most) {
    check('answers', 'TOO_LARGE', `The file is over ${most / 1024} KiB without scanned copies.`);
  }
  return violations;
}

/** What is wrong with the shape of evidence. */
export function evidenceViolations(evidence: readonly Evidence[]): Violation[] {
  const { violations, check } = collector();
  if (evidence.length > MAX_EVIDENCE) check('evidence', 'TOO_MANY', `At most ${MAX_EVIDENCE} papers.`);
  evidence.slice(0, MAX_EVIDENCE).forEach((paper, i) => {
    if (!CODE.test(paper.kind)) check(`evidence[${i}].kind`, 'UNKNOWN', 'Not a kind of evidence.');
    text(`evidence[${i}].number`, paper.number, check, 100);
    text(`evidence[${i}].copy`, paper.copy, check, 200);
    date(`evidence[${i}].issueDate`, paper.issueDate, check);
  });
  return violations;
}

/** UTF-8 bytes of the content as JSON. */
export function contentBytes(content: Content): number {
  return Buffer.byteLength(JSON.stringify(content));
}

/**
 * What is missing or wrong for a complete file: the specialist sends a complete file or none.
 * @param answersViolations checks answers against the form of the version
 */
export function completenessViolations(
  content: Content,
  version: ServiceVersion,
  centreKind: string,
  answersViolations: (answers: Record<string, unknown>) => Violation[],
): Violation[] {
  const { check, violations } = collector();
  violations.push(...shapeViolations(content));
  requirePerson('applicant', content.applicant, check);
  if (!content.applicant?.language) check('applicant.language', 'REQUIRED', 'Choose the language of notices.');
  if (content.represented) requirePerson('represented', content.represented, check);
  const { contact, mandate } = content;
  if (!contact?.email && !contact?.phone && !contact?.none) {
    check('contact', 'REQUIRED', 'Give an e-mail address or a telephone number, or record that there is none.');
  }
  if (!mandate) check('mandate', 'REQUIRED', 'Record why the specialist may act for the person.');
  else if (mandate.kind !== 'own-presence' && !mandate.reference) {
    check('mandate.reference', 'REQUIRED', 'Give the code or number of the paper.');
  }
  if (mandate?.kind === 'own-presence' && content.represented) {
    check('mandate.kind', 'NOT_FOR_ANOTHER', 'Acting for another person needs a power, kinship or guardianship.');
  }
  const evidence = content.evidence ?? [];
  for (const { kind } of version.evidence.filter((rule) => isRequired(rule, content))) {
    const paper = evidence.findIndex((e) => e.kind === kind);
    if (paper < 0) check(`evidence.${kind}`, 'REQUIRED', `The paper ${kind} is missing.`);
    else if (!evidence[paper]!.originalSeen && !evidence[paper]!.copy) {
      check(`evidence[${paper}].originalSeen`, 'REQUIRED', 'See the original or attach a copy.');
    }
  }
  const options = version.costOptions.filter(({ centreKinds: at }) => at.length === 0 || at.includes(centreKind));
  if (options.length > 0) {
    if (!content.costOption) check('costOption', 'REQUIRED', 'Choose one of the cost options.');
    else if (!options.some((option) => option.code === content.costOption)) {
      check('costOption', 'UNKNOWN', 'This version of the public service has no such cost option here.');
    }
  }
  if (!content.delivery) check('delivery', 'REQUIRED', 'Choose how the person gets the result.');
  violations.push(...answersViolations(content.answers ?? {}));
  return violations;
}

function isRequired(rule: EvidenceRule, content: Content): boolean {
  if (rule.whenRepresented) return rule.required && content.represented !== undefined;
  if (rule.whenAnswer) {
    const value = content.answers?.[rule.whenAnswer.field];
    return (
      rule.required &&
      (typeof value === 'string' || typeof value === 'boolean') &&
      rule.whenAnswer.values.includes(String(value))
    );
  }
  return rule.required;
}

/** What is wrong with the record of a hand-over. */
export function handOverViolations(handOver: Omit<HandOver, 'handOverTime'>): Violation[] {
  const { check, violations } = collector();
  if (!COLLECTORS.includes(handOver.collectedBy)) check('collectedBy', 'REQUIRED', 'Say who collected.');
  if (!CODE.test(handOver.paperKind)) check('paperKind', 'REQUIRED', 'Say which paper was shown.');
  text('paperNumber', handOver.paperNumber, check);
  return violations;
}

/** What is wrong with an outcome. */
export function outcomeViolations(outcome: Outcome): Violation[] {
  const { check, violations } = collector();
  if (!outcome.needMet && !outcome.missing) check('missing', 'REQUIRED', 'Say what is missing.');
  text('missing', outcome.missing, check);
  return violations;
}

function personShape(at: string, person: Partial<Person> | undefined, check: Check): void {
  if (!person) return;
  if (person.idnp !== undefined && !checkIdnp(person.idnp)) {
    check(`${at}.idnp`, 'IDNP', 'Not a valid IDNP: 13 digits, the last one a check digit.');
  }
  text(`${at}.givenName`, person.givenName, check, 100);
  text(`${at}.familyName`, person.familyName, check, 100);
  date(`${at}.birthDate`, person.birthDate, check);
  if (person.language !== undefined && !['ro', 'ru', 'en'].includes(person.language)) {
    check(`${at}.language`, 'UNKNOWN', 'One of ro, ru, en.');
  }
}

function requirePerson(at: string, person: Partial<Person> | undefined, check: Check): void {
  for (const field of ['idnp', 'givenName', 'familyName', 'birthDate'] as const) {
    if (!person?.[field]) check(`${at}.${field}`, 'REQUIRED', 'Needed to submit.');
  }
}

function text(field: string, value: string | undefined, check: Check, most = MAX_TEXT): void {
  if (value !== undefined && (value.length > most || hasControl(value))) {
    check(field, 'TEXT', `At most ${most} characters without control characters.`);
  }
}

const hasControl = (value: string): boolean => /\p{Cc}/u.test(value);

function date(field: string, value: string | undefined, check: Check): void {
  if (value !== undefined && !isCivilDate(value)) check(field, 'DATE', 'A date is written yyyy-MM-dd.');
}
