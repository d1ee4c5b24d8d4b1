import { MAX_COMPLAINTS } from '@cups/application';
import type { ComplaintOutcome, ComplaintWay, Guard, State } from '@cups/application';
import type { EscalationStep } from '@cups/application/escalation';
import type { Application, Text } from './application.ts';
import { findOffer } from './escalation.ts';

/**
 * Complaints about an agency that has not decided. A step of its clock offers one. It is prepared from the file and frozen, the
 * person signs it on paper, and the desk records how the agency got it and what it answered. The platform sends nothing.
 */

export interface Complaint {
  /** Within the application, from 1. */
  number: number;
  /** agencies/{code} */
  agency: string;
  /** The step that offered it. */
  step: EscalationStep;
  /** In Romanian, and in the language of the person if that is another one; one paragraph in each line. */
  text: Text;
  /** Of the Romanian text, or of that and the other one after a line break; lower-case hexadecimal. */
  textSha256: string;
  /** Claimed time. */
  prepareTime: Date;
  /** operators/{id} */
  preparedBy: string;
  /** How the agency got the signed complaint; absent before. */
  filing?: ComplaintFiling;
  answer?: ComplaintAnswer;
}

export interface ComplaintFiling {
  /** yyyy-MM-dd */
  date: string;
  way: ComplaintWay;
  /** Number under which the agency registered it. */
  registrationNumber?: string;
  /** operators/{id} */
  recordedBy: string;
  recordTime: Date;
}

export interface ComplaintAnswer {
  /** yyyy-MM-dd */
  date: string;
  outcome: ComplaintOutcome;
  /** One line. */
  text?: string;
  /** operators/{id} */
  recordedBy: string;
  recordTime: Date;
}

/** What decides on a complaint; a list row has it too. */
export type ComplaintRow = Pick<Complaint, 'agency'> & {
  filing?: Pick<ComplaintFiling, 'date'>;
  answer?: Pick<ComplaintAnswer, 'date'>;
};

const isOpen = ({ filing, answer }: ComplaintRow): boolean => filing !== undefined && answer === undefined;

/** Returns how the agency got the complaint that has no answer; the earliest, undefined without one. */
export const findOpenFiling = (complaints: readonly Complaint[] = []): ComplaintFiling | undefined =>
  complaints
    .filter(isOpen)
    .map(({ filing }) => filing!)
    .sort((a, b) => a.date.localeCompare(b.date))[0];

type GuardedApplication = Pick<Application, 'state' | 'agency' | 'dueDate' | 'escalations'> & {
  complaints?: readonly ComplaintRow[];
};

/** States in which the agency must act. */
const UNDECIDED_STATES: readonly State[] = ['submitted', 'in-progress'];

/** Returns the guards of complaints that hold. A newer complaint replaces an unsigned one; one that is open must be answered. */
export function findComplaintGuards(app: GuardedApplication): Guard[] {
  const { state, agency, complaints = [] } = app;
  const guards: Guard[] = [];
  const isAnswerAwaited = complaints.some((complaint) => complaint.agency === agency && isOpen(complaint));
  const isOffered = UNDECIDED_STATES.includes(state) && findOffer(app) !== undefined;
  if (isOffered && !isAnswerAwaited && complaints.length < MAX_COMPLAINTS) guards.push('complaint-offered');
  const newest = complaints.at(-1);
  if (newest && !newest.filing) guards.push('complaint-prepared');
  if (complaints.some(isOpen)) guards.push('complaint-open');
  return guards;
}
