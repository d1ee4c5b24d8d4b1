import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';

/** The records of a hand-over and of its outcome, with their validation. */

const COLLECTORS = ['applicant', 'represented', 'representative'] as const;

type Collector = (typeof COLLECTORS)[number];

/**
 * Allowed grounds by collector: the collector's own result, a result filed for the represented person, or a power
 * of attorney, which must be named.
 */
const GROUNDS = {
  applicant: ['own', 'represented'],
  represented: ['own'],
  representative: ['power'],
} as const satisfies Record<Collector, readonly string[]>;

export interface HandOverGround {
  kind: (typeof GROUNDS)[Collector][number];
  /** Code or number of the power of attorney. */
  reference?: string;
}

/** Who collected, on what ground, with which identity document. */
export interface HandOver {
  collectedBy: Collector;
  /** A code, such as identity-document. */
  idDocumentKind: string;
  idDocumentNumber?: string;
  /** Given and family name. */
  collectorName?: string;
  ground?: HandOverGround;
}

/** Whether the applicant's need is met, and if not, what is missing. */
export interface Outcome {
  needMet: boolean;
  missing?: string;
}

const { EvidenceKind, Line, PersonName, ReferenceLine } = CONTENT_SCHEMA.$defs;
/** Given and family name together. */
const CollectorName = Object.assign({}, PersonName, { maxLength: ReferenceLine.maxLength });
const validateHandOverShape = createShapeValidator({
  type: 'object',
  properties: {
    collectedBy: { enum: COLLECTORS },
    idDocumentKind: EvidenceKind,
    idDocumentNumber: Line,
    collectorName: CollectorName,
    ground: { type: 'object', properties: { reference: ReferenceLine } },
  },
});
const validateOutcomeShape = createShapeValidator({ type: 'object', properties: { missing: Line } });

/**
 * Returns the violations of a hand-over. A representative, who is not in the application, needs a name, a document
 * number and a power of attorney. Values are never included.
 */
export function validateHandOverRecord(handOver: HandOver): Violation[] {
  return [...validateHandOverShape(handOver), ...validateGround(handOver)];
}

function validateGround({ collectedBy, collectorName, idDocumentNumber, ground }: HandOver): Violation[] {
  const choices: readonly string[] | undefined = GROUNDS[collectedBy];
  // An invalid collector is already reported.
  if (!choices) return [];
  const isWrong = ground !== undefined && !choices.includes(ground.kind);
  const given = {
    '/collectorName': collectorName,
    '/idDocumentNumber': idDocumentNumber,
    '/ground/reference': ground?.reference,
  };
  const missing = collectedBy === 'representative' ? Object.entries(given).filter(([, value]) => !value) : [];
  return [
    ...(isWrong ? [violation('/ground/kind', 'ONE_OF', { choices })] : []),
    ...missing.map(([field]) => violation(field, 'REQUIRED')),
  ];
}

/** Returns the violations of an outcome. Values are never included. */
export function validateOutcome(outcome: Outcome): Violation[] {
  const isUnexplained = !outcome.needMet && !outcome.missing;
  return [...(isUnexplained ? [violation('/missing', 'REQUIRED')] : []), ...validateOutcomeShape(outcome)];
}
