import type { State } from '@cups/application';
import type { Application } from './application.ts';

/**
 * The day on which an agency expects to decide. It is the agency's own estimate: it moves no term and stops no clock. It is
 * a promise of that agency only, so that it ends when another agency gets the application.
 */
export interface ExpectedDecision {
  /** yyyy-MM-dd */
  date: string;
  /** agencies/{code} that named it. */
  agency: string;
}

/** States in which an agency has an application that it has not decided. */
const UNDECIDED_STATES: readonly State[] = ['submitted', 'in-progress', 'documents-requested'];

/** Whether an agency has the application and has not decided. */
export const isUndecided = (state: State): boolean => UNDECIDED_STATES.includes(state);

type ExpectingApplication = Pick<Application, 'state' | 'agency' | 'passingOn' | 'expectedDecision'>;

/**
 * Returns the application with the day that an agency named. One that came after the decision or the end, or from an agency
 * that no longer has the application, changes nothing.
 */
export function withExpectedDecision<A extends ExpectingApplication>(app: A, expected: ExpectedDecision): A {
  const isOpen = isUndecided(app.state) && !app.passingOn && app.agency === expected.agency;
  return isOpen ? { ...app, expectedDecision: expected } : app;
}

/** Returns the application without the expected day: the agency has decided, passed it on, or it has ended. */
export function withoutExpectedDecision<A extends { expectedDecision?: ExpectedDecision }>(app: A): A {
  const { expectedDecision: _ended, ...rest } = app;
  return rest as A;
}

/** Returns the day on which the agency that has the application expects to decide, yyyy-MM-dd; '' without one. */
export const expectedDateOf = ({
  agency,
  expectedDecision,
}: Pick<Application, 'agency' | 'expectedDecision'>): string =>
  expectedDecision?.agency === agency ? expectedDecision.date : '';
