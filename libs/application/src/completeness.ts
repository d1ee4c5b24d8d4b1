import type { Violation } from '@cups/problem';
import type { Content, Person } from './content.ts';
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
}

/**
 * What is missing or wrong for a complete file, all at once. Values are never echoed.
 * @param centreKind of the centre that files it
 * @param answersViolations checks answers against the form of the version: see formCheck
 */
export function completenessViolations(
  content: Content,
  requirements: Requirements,
  centreKind: string,
  answersViolations: AnswersCheck,
): Violation[] {
  return [
    ...shapeViolations(content),
    ...people(content),
    ...contact(content),
    ...mandate(content),
    ...evidence(content, requirements),
    ...costOption(content, requirements, centreKind),
    ...(content.delivery ? [] : [required('delivery', 'Choose how the person gets the result.')]),
    ...answersViolations(content.answers ?? {}),
  ];
}

function required(field: string, message: string): Violation {
  return { field, rule: 'REQUIRED', message };
}

function people({ applicant, represented }: Content): Violation[] {
  return [
    ...person('applicant', applicant),
    ...(applicant?.language ? [] : [required('applicant.language', 'Choose the language of notices.')]),
    ...(represented ? person('represented', represented) : []),
  ];
}

function person(at: string, given: Person | undefined): Violation[] {
  const needed = ['idnp', 'givenName', 'familyName', 'birthDate'] as const;
  return needed.filter((field) => !given?.[field]).map((field) => required(`${at}.${field}`, 'Needed to submit.'));
}

function contact({ contact: given }: Content): Violation[] {
  if (given?.email || given?.phone || given?.none) return [];
  return [required('contact', 'Give an e-mail address or a telephone number, or record that there is none.')];
}

function mandate({ mandate: given, represented }: Content): Violation[] {
  if (!given) return [required('mandate', 'Record why the specialist may act for the person.')];
  if (given.kind !== 'own-presence') {
    return given.reference ? [] : [required('mandate.reference', 'Give the code or number of the paper.')];
  }
  if (!represented) return [];
  const message = 'Acting for another person needs a power, kinship or guardianship.';
  return [{ field: 'mandate.kind', rule: 'NOT_FOR_ANOTHER', message }];
}

function evidence(content: Content, { evidence: rules }: Requirements): Violation[] {
  const papers = content.evidence ?? [];
  return rules
    .filter((rule) => isRequired(rule, content))
    .flatMap(({ kind, acceptsCode }) => {
      const at = papers.findIndex((paper) => paper.kind === kind);
      const paper = papers[at];
      if (!paper) return [required(`evidence.${kind}`, `The paper ${kind} is missing.`)];
      if (paper.originalSeen || paper.copy || (acceptsCode && paper.verificationCode)) return [];
      return [required(`evidence[${at}].originalSeen`, 'See the original or attach a copy.')];
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
  if (!chosen) return [required('costOption', 'Choose one of the cost options.')];
  if (here.some(({ code }) => code === chosen)) return [];
  const message = 'This version of the public service has no such cost option here.';
  return [{ field: 'costOption', rule: 'UNKNOWN', message }];
}
