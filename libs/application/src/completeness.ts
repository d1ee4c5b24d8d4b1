import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { Content, Person } from './content.ts';
import { isCivilDate } from './dates.ts';
import type { AnswersCheck } from './form.ts';
import { shapeViolations } from './shape.ts';

/** What a complete file needs, at submit: the specialist sends a complete file or none. */

/** A paper that the provider asks for: always, or only when any of its conditions holds. */
export interface EvidenceRule {
  kind: string;
  required: boolean;
  /** The verification code of the electronic document does as well. */
  acceptsCode?: boolean;
  /** Somebody else than the applicant is represented. */
  whenRepresented?: boolean;
  /** An answer has one of these values. */
  whenAnswer?: { field: string; values: string[] };
  /** The specialist acts by one of these kinds of mandate. */
  whenMandate?: string[];
}

/** What a version of a public service asks of a file, beside its form. */
export interface Requirements {
  evidence: EvidenceRule[];
  costOptions: {
    code: string;
    /** Kinds of centre that offer it; empty means all. */
    centreKinds: string[];
  }[];
  /** Its agency takes people without IDNP, by a document of another state; absent means that it does not. */
  acceptsForeignDocuments?: boolean;
}

/** Where and when a file is filed. */
interface Filing {
  /** Kind of the centre that files it. */
  centreKind: string;
  /** The day of filing in Chisinau, yyyy-MM-dd. */
  today: string;
}

/**
 * What is missing or wrong for a complete file, all at once. Values are never echoed.
 * @param answersViolations checks answers against the form of the version: see formCheck
 */
export function completenessViolations(
  content: Content,
  requirements: Requirements,
  { centreKind, today }: Filing,
  answersViolations: AnswersCheck,
): Violation[] {
  return [
    ...shapeViolations(content),
    ...people(content, requirements),
    ...contact(content),
    ...mandate(content),
    ...evidence(content, requirements),
    ...costOption(content, requirements, centreKind),
    ...(content.delivery ? [] : [required('/delivery')]),
    ...datesAhead(content, today),
    ...answersViolations(content.answers ?? {}, today),
  ];
}

function required(field: string): Violation {
  return violation(field, 'REQUIRED');
}

function people({ applicant, represented }: Content, requirements: Requirements): Violation[] {
  return [
    ...person('/applicant', applicant, requirements),
    ...(applicant?.language ? [] : [required('/applicant/language')]),
    ...(represented ? person('/represented', represented, requirements) : []),
  ];
}

function person(at: string, given: Person | undefined, { acceptsForeignDocuments = false }: Requirements): Violation[] {
  const needed = ['idnp', 'givenName', 'familyName', 'birthDate'] as const;
  const isForeign = given?.foreignDocument !== undefined;
  const missing = needed.filter((field) => !given?.[field] && !(field === 'idnp' && isForeign));
  const isRefused = isForeign && !acceptsForeignDocuments;
  return [
    ...missing.map((field) => required(`${at}/${field}`)),
    ...(isForeign && given.idnp ? [violation(`${at}/foreignDocument`, 'CONTRADICTION', { other: `${at}/idnp` })] : []),
    ...(isRefused ? [violation(`${at}/foreignDocument`, 'FOREIGN_DOCUMENT_NOT_TAKEN')] : []),
  ];
}

/** Births, powers and papers of days that are still to come. */
function datesAhead({ applicant, represented, mandate, evidence = [] }: Content, today: string): Violation[] {
  const dates: [field: string, date: string | undefined][] = [
    ['/applicant/birthDate', applicant?.birthDate],
    ['/represented/birthDate', represented?.birthDate],
    ['/mandate/date', mandate?.date],
    ...evidence.map(({ issueDate }, at): [string, string | undefined] => [`/evidence/${at}/issueDate`, issueDate]),
  ];
  return dates
    .filter(([, date]) => date !== undefined && isCivilDate(date) && date > today)
    .map(([field]) => violation(field, 'NOT_AFTER', { other: 'today' }));
}

function contact({ contact: given }: Content): Violation[] {
  if (given?.email || given?.phone || given?.none) return [];
  return [violation('/contact', 'CONTACT_MISSING')];
}

function mandate({ mandate: given, represented }: Content): Violation[] {
  if (!given) return [required('/mandate')];
  if (given.kind !== 'own-presence') return given.reference ? [] : [required('/mandate/reference')];
  return represented ? [violation('/mandate/kind', 'POWER_NEEDED')] : [];
}

function evidence(content: Content, { evidence: rules }: Requirements): Violation[] {
  const papers = content.evidence ?? [];
  return rules
    .filter((rule) => isRequired(rule, content))
    .flatMap(({ kind, acceptsCode }) => {
      const at = papers.findIndex((paper) => paper.kind === kind);
      const paper = papers[at];
      if (!paper) return [violation('/evidence', 'EVIDENCE_MISSING', { kind })];
      if (paper.originalSeen || paper.copy || (acceptsCode && paper.verificationCode)) return [];
      return [violation(`/evidence/${at}/originalSeen`, 'EVIDENCE_UNSEEN', { kind })];
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

function costOption({ costOption: chosen }: Content, { costOptions }: Requirements, centreKind: string): Violation[] {
  const here = costOptions.filter(({ centreKinds }) => centreKinds.length === 0 || centreKinds.includes(centreKind));
  if (here.length === 0) return [];
  if (!chosen) return [required('/costOption')];
  const choices = here.map(({ code }) => code);
  return choices.includes(chosen) ? [] : [violation('/costOption', 'ONE_OF', { choices })];
}
