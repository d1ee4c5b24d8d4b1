import { ESCALATION_STEPS } from '@cups/application/escalation';
import { waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import type { ExpectedApplication } from './reconcile.ts';

/** An agency that says nothing about an application, until its clock has fired the last step. */

interface EscalatedApplication extends Application {
  escalations?: { step: string; agency: string; actions: string[] }[];
  escalationMark?: string;
}

/**
 * Moves an application into the past, as if it had been filed earlier.
 * @param id of the application
 */
export type ElapseTerm = (id: string, days: number) => Promise<void>;

/** Longer than one and a half of any legal term of the examples, with their weekends and days off. */
const SILENT_DAYS = 120;
/** The timers of intake are read every 15 s. */
const MIN_WAIT_SECONDS = 90;

/**
 * Lets the term of an application pass, and waits until each step has fired, in order.
 * @param expected receives what the history and the notices must contain once
 * @throws Error if a step is missing, repeated or out of order
 */
export async function awaitEscalation(
  desk: Desk,
  expected: ExpectedApplication,
  { elapseTerm, patienceSeconds }: { elapseTerm: ElapseTerm; patienceSeconds: number },
): Promise<void> {
  await elapseTerm(expected.id, SILENT_DAYS);
  const read = async () => (await desk.call<EscalatedApplication>('GET', `/applications/${expected.id}`)).body;
  const hasEnded = ({ escalations = [] }: EscalatedApplication) => escalations.length >= ESCALATION_STEPS.length;
  const seconds = Math.max(patienceSeconds, MIN_WAIT_SECONDS);
  const { escalations = [], escalationMark } = await waitUntil(read, hasEnded, 'the last step of the clock', seconds);
  const fired = escalations.map(({ step }) => step).join(' ');
  if (fired !== ESCALATION_STEPS.join(' ')) throw new Error(`the clock of a silent agency fired ${fired}`);
  if (escalationMark !== ESCALATION_STEPS.at(-1)) throw new Error(`the desk sees the mark ${escalationMark}`);
  expected.actions.push(...ESCALATION_STEPS.map(() => 'agency-escalation'));
  expected.notices.push('term-passed');
  expected.reminders = escalations.filter(({ actions }) => actions.includes('remind-agency')).length;
}
