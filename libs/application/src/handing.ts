import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { shapeCheck } from './check.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';

/** What the desk records when it hands a result or a decision over, and afterwards. */

const COLLECTORS = ['applicant', 'represented', 'representative'] as const;

/** Who collected, shown which paper. */
export interface HandOver {
  collectedBy: (typeof COLLECTORS)[number];
  /** A code, such as identity-document. */
  paperKind: string;
  paperNumber?: string;
}

/** Whether the person's need is met, and what is missing where it is not. */
export interface Outcome {
  needMet: boolean;
  missing?: string;
}

const { EvidenceKind, Line } = CONTENT_SCHEMA.$defs;
const checkHandOver = shapeCheck({
  type: 'object',
  properties: {
    collectedBy: { enum: COLLECTORS },
    paperKind: EvidenceKind,
    paperNumber: Line,
  },
});
const checkOutcome = shapeCheck({ type: 'object', properties: { missing: Line } });

/** What is wrong with the record of a hand-over. Values are never echoed. */
export function handOverViolations(handOver: HandOver): Violation[] {
  return checkHandOver(handOver);
}

/** What is wrong with an outcome. Values are never echoed. */
export function outcomeViolations(outcome: Outcome): Violation[] {
  const unsaid = !outcome.needMet && !outcome.missing;
  return [...(unsaid ? [violation('/missing', 'REQUIRED')] : []), ...checkOutcome(outcome)];
}
