import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Content, Evidence, Person } from './content.ts';
import { isCivilDate } from './dates.ts';
import type { AnswersValidator } from './form.ts';
import { validateContentShape } from './content-shape.ts';

/** A document that the agency requires: always, or only if one of its conditions holds. */
export interface EvidenceRule {
  kind: string;
  required: boolean;
  /** A verification code of the electronic document is accepted too. */
  acceptsCode?: boolean;
  whenRepresented?: boolean;
  whenAnswer?: { field: string; values: string[] };
  whenMandate?: string[];
}

export interface Requirements {
  evidence: EvidenceRule[];
  costOptions: {
    code: string;
    /** Kinds of centre that offer it; empty means all. */
    centreKinds: string[];
  }[];
  /** Its agency accepts applicants without IDNP who have a foreign document; absent means no. */
  acceptsForeignDocuments?: boolean;
}

interface FilingContext {
  centreKind: string;
  /** The day of filing in Chisinau, yyyy-MM-dd. */
  today: string;
  /** Copies that prove nothing, because their document was refused or erased. */
  unusableCopies?: readonly string[];
  /** Whether the content must name a mandate that the person granted to the centre. */
  isMandateRequired?: boolean;
}

/**
 * Returns everything that is missing or invalid for filing, all at once. Values are never included.
 * @param validateAnswers validator of the form, see `createAnswersValidator`
 */
export function validateCompleteness(
  content: Content,
  requirements: Requirements,
  { centreKind, today, unusableCopies = [], isMandateRequired = false }: FilingContext,
  validateAnswers: AnswersValidator,
): Violation[] {
  return [
    ...validateContentShape(content),
    ...validatePeople(content, requirements),
    ...validateContact(content),
    ...validateMandate(content, isMandateRequired),
    ...validateEvidence(content, requirements, unusableCopies),
    ...validateCostOption(content, requirements, centreKind),
    ...(content.delivery ? [] : [requiredViolation('/delivery')]),
    ...validateDates(content, today),
    ...validateAnswers(content.answers ?? {}, today),
  ];
}

function requiredViolation(field: string): Violation {
  return violation(field, 'REQUIRED');
}

function validatePeople({ applicant, represented }: Content, requirements: Requirements): Violation[] {
  return [
    ...validatePerson('/applicant', applicant, requirements),
    ...(applicant?.language ? [] : [requiredViolation('/applicant/language')]),
    ...(represented ? validatePerson('/represented', represented, requirements) : []),
  ];
}

function validatePerson(
  path: string,
  value: Person | undefined,
  { acceptsForeignDocuments = false }: Requirements,
): Violation[] {
  const requiredFields = ['idnp', 'givenName', 'familyName', 'birthDate'] as const;
  const isForeign = value?.foreignDocument !== undefined;
  const missing = requiredFields.filter((field) => !value?.[field] && !(field === 'idnp' && isForeign));
  const isUnsupported = isForeign && !acceptsForeignDocuments;
  return [
    ...missing.map((field) => requiredViolation(`${path}/${field}`)),
    ...(isForeign && value.idnp
      ? [violation(`${path}/foreignDocument`, 'CONTRADICTION', { other: `${path}/idnp` })]
      : []),
    ...(isUnsupported ? [violation(`${path}/foreignDocument`, 'FOREIGN_DOCUMENT_NOT_TAKEN')] : []),
  ];
}

/** Maximum age of a person, in years. Nobody has lived longer, apart from one woman. */
const MAX_AGE_YEARS = 120;

/** Reports dates of birth, mandates and documents in the future, and ages above 120 years. */
function validateDates({ applicant, represented, mandate, evidence = [] }: Content, today: string): Violation[] {
  const births: [field: string, date: string | undefined][] = [
    ['/applicant/birthDate', applicant?.birthDate],
    ['/represented/birthDate', represented?.birthDate],
  ];
  const dates: [field: string, date: string | undefined][] = [
    ...births,
    ['/mandate/date', mandate?.date],
    ...evidence.map(({ issueDate }, index): [string, string | undefined] => [
      `/evidence/${index}/issueDate`,
      issueDate,
    ]),
  ];
  const earliest = earliestBirthDate(today);
  return [
    ...dates
      .filter(([, date]) => date !== undefined && isCivilDate(date) && date > today)
      .map(([field]) => violation(field, 'NOT_AFTER', { other: 'today' })),
    ...births
      .filter(([, date]) => date !== undefined && isCivilDate(date) && date < earliest)
      .map(([field]) => violation(field, 'NOT_BEFORE', { other: earliest })),
  ];
}

const earliestBirthDate = (today: string): string => `${Number(today.slice(0, 4)) - MAX_AGE_YEARS}${today.slice(4)}`;

/** Reports a contact without email and telephone that does not say so. */
export function validateContact({ contact }: Pick<Content, 'contact'>): Violation[] {
  if (contact?.email || contact?.phone || contact?.none) return [];
  return [violation('/contact', 'CONTACT_MISSING')];
}

function validateMandate({ mandate, represented }: Content, isNameRequired: boolean): Violation[] {
  if (!mandate) return [requiredViolation('/mandate')];
  const isOwnPresence = mandate.kind === 'own-presence';
  return [
    ...(isOwnPresence || mandate.reference ? [] : [requiredViolation('/mandate/reference')]),
    ...(isOwnPresence && represented ? [violation('/mandate/kind', 'MANDATE_REQUIRED')] : []),
    ...(isNameRequired && !mandate.name ? [requiredViolation('/mandate/name')] : []),
  ];
}

function validateEvidence(
  content: Content,
  { evidence: rules }: Requirements,
  unusableCopies: readonly string[],
): Violation[] {
  const documents = content.evidence ?? [];
  const hasCopy = ({ copy }: Evidence) => copy !== undefined && !unusableCopies.includes(copy);
  return rules
    .filter((rule) => isRequired(rule, content))
    .flatMap(({ kind, acceptsCode }) => {
      const ofKind = documents.filter((item) => item.kind === kind);
      const [first] = ofKind;
      if (!first) return [violation('/evidence', 'EVIDENCE_MISSING', { kind })];
      // One of several documents of the kind is enough.
      const isVerified = ofKind.some(
        (item) => item.originalSeen || hasCopy(item) || (acceptsCode && item.verificationCode),
      );
      if (isVerified) return [];
      return [violation(`/evidence/${documents.indexOf(first)}/originalSeen`, 'EVIDENCE_NOT_VERIFIED', { kind })];
    });
}

function isRequired({ required, whenRepresented, whenAnswer, whenMandate }: EvidenceRule, content: Content): boolean {
  if (!required) return false;
  if (!whenRepresented && !whenAnswer && !whenMandate) return true;
  return (
    (whenRepresented === true && content.represented !== undefined) ||
    (whenMandate !== undefined && whenMandate.includes(content.mandate?.kind ?? '')) ||
    (whenAnswer !== undefined && hasAnswer(content, whenAnswer))
  );
}

function hasAnswer({ answers }: Content, { field, values }: { field: string; values: string[] }): boolean {
  const value = answers?.[field];
  return (typeof value === 'string' || typeof value === 'boolean') && values.includes(String(value));
}

function validateCostOption(
  { costOption: chosen }: Content,
  { costOptions }: Requirements,
  centreKind: string,
): Violation[] {
  const offered = costOptions.filter(({ centreKinds }) => centreKinds.length === 0 || centreKinds.includes(centreKind));
  if (offered.length === 0) return [];
  if (!chosen) return [requiredViolation('/costOption')];
  const choices = offered.map(({ code }) => code);
  return choices.includes(chosen) ? [] : [violation('/costOption', 'ONE_OF', { choices })];
}
