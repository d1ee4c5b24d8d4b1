import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';

/** What the desk records when it hands a result or a decision over, and afterwards. */

const COLLECTORS = ['applicant', 'represented', 'representative'] as const;

type Collector = (typeof COLLECTORS)[number];

/**
 * Why it is given to whoever collects, by who that is: it is their own, the applicant filed it for the represented person, or
 * another person may collect it by a power, which is named.
 */
const GROUNDS = {
  applicant: ['own', 'represented'],
  represented: ['own'],
  representative: ['power'],
} as const satisfies Record<Collector, readonly string[]>;

/** Why it was given to whoever collected. */
export interface HandOverGround {
  kind: (typeof GROUNDS)[Collector][number];
  /** Code or number of the power. */
  reference?: string;
}

/** Who collected, on what ground, shown which paper. */
export interface HandOver {
  collectedBy: Collector;
  /** A code, such as identity-document. */
  paperKind: string;
  paperNumber?: string;
  /** Given and family name. */
  collectorName?: string;
  ground?: HandOverGround;
}

/** Whether the person's need is met, and what is missing where it is not. */
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
    paperKind: EvidenceKind,
    paperNumber: Line,
    collectorName: CollectorName,
    ground: { type: 'object', properties: { reference: ReferenceLine } },
  },
});
const validateOutcomeShape = createShapeValidator({ type: 'object', properties: { missing: Line } });

/**
 * What is wrong with the record of a hand-over: a representative, whom the file does not name, gives a name, the number of the
 * paper and the power. Values are never echoed.
 */
export function validateHandOverRecord(handOver: HandOver): Violation[] {
  return [...validateHandOverShape(handOver), ...validateGround(handOver)];
}

function validateGround({ collectedBy, collectorName, paperNumber, ground }: HandOver): Violation[] {
  const choices: readonly string[] | undefined = GROUNDS[collectedBy];
  // Nobody knows on what ground a stranger collects, which is told already.
  if (!choices) return [];
  const isWrong = ground !== undefined && !choices.includes(ground.kind);
  const given = {
    '/collectorName': collectorName,
    '/paperNumber': paperNumber,
    '/ground/reference': ground?.reference,
  };
  const missing = collectedBy === 'representative' ? Object.entries(given).filter(([, value]) => !value) : [];
  return [
    ...(isWrong ? [violation('/ground/kind', 'ONE_OF', { choices })] : []),
    ...missing.map(([field]) => violation(field, 'REQUIRED')),
  ];
}

/** What is wrong with an outcome. Values are never echoed. */
export function validateOutcome(outcome: Outcome): Violation[] {
  const isUnexplained = !outcome.needMet && !outcome.missing;
  return [...(isUnexplained ? [violation('/missing', 'REQUIRED')] : []), ...validateOutcomeShape(outcome)];
}
