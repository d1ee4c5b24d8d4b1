import type { Violation } from '@cups/problem';
import { CONTENT_SCHEMA } from './content-schema.ts';
import { createShapeValidator } from './validator.ts';

/**
 * A complaint about a silent agency. It is prepared from the file, and the person signs it on paper. The platform sends
 * none: the desk records how the agency got it, and what it answered.
 */

export const COMPLAINT_WAYS = ['at-agency', 'by-post'] as const;
/** How the agency got a complaint: at its office, or by post. */
export type ComplaintWay = (typeof COMPLAINT_WAYS)[number];

export const COMPLAINT_OUTCOMES = ['upheld', 'partly-upheld', 'rejected'] as const;
/** What the agency answered. */
export type ComplaintOutcome = (typeof COMPLAINT_OUTCOMES)[number];

/** Maximum number of complaints that are prepared about one application. */
export const MAX_COMPLAINTS = 10;

/** How the agency got the signed complaint. */
export interface ComplaintFilingFields {
  /** yyyy-MM-dd */
  date: string;
  way: ComplaintWay;
  /** Number under which the agency registered it. */
  registrationNumber?: string;
}

/** The answer to a complaint. */
export interface ComplaintAnswerFields {
  /** yyyy-MM-dd */
  date: string;
  outcome: ComplaintOutcome;
  /** One line. */
  text?: string;
}

const { CivilDate, Line, ShortLine } = CONTENT_SCHEMA.$defs;

const validateFilingShape = createShapeValidator({
  type: 'object',
  required: ['date', 'way'],
  properties: { date: CivilDate, way: { enum: COMPLAINT_WAYS }, registrationNumber: ShortLine },
});

const validateAnswerShape = createShapeValidator({
  type: 'object',
  required: ['date', 'outcome'],
  properties: { date: CivilDate, outcome: { enum: COMPLAINT_OUTCOMES }, text: Line },
});

/** Returns the violations of a filing: a date, a way, and a number of at most 100 characters. Values are never included. */
export function validateComplaintFiling(filing: ComplaintFilingFields): Violation[] {
  return validateFilingShape(filing);
}

/** Returns the violations of an answer: a date, an outcome, one line of at most 500 characters. Values are never included. */
export function validateComplaintAnswer(answer: ComplaintAnswerFields): Violation[] {
  return validateAnswerShape(answer);
}
