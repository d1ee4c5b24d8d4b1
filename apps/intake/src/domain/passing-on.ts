import { toCivilDate } from '@cups/application';
import { addDeskAlert } from './desk-alerts.ts';
import type { Application, FormerAgency, PassingOn, PassingOnCause, Text } from './application.ts';
import { resumeClock } from './clock.ts';
import type { DomainEvent } from './command.ts';
import { withoutExpectedDecision } from './expected-decision.ts';
import type { WorkingTime } from './terms.ts';

/**
 * An agency passes an application on to another one: "not ours". It goes there only if the mandate of the person covers the
 * other agency; otherwise the person is asked. It never goes in a circle, and after two steps a supervisor decides. Meanwhile
 * no agency may read it. The legal term keeps running: the due date stays, and a stopped clock runs again.
 */

/** Number of times that agencies pass an application on without a supervisor. */
export const MAX_STEPS = 2;
/** Days that the person has to answer before a supervisor may decide. The person may still answer then. */
export const CONSENT_DAYS = 7;
/** Only the newest are kept. A supervisor has decided on each after the second. */
const MAX_FORMER_AGENCIES = 20;
const DAY_MS = 86_400_000;

/** What an agency wants. */
export interface PassOnRequest {
  /** agencies/{code} that is competent according to the agency. */
  competentAgency: string;
  reason?: Text;
  now: Date;
}

/** Facts about the other agency. */
export interface PassOnFacts {
  /** Whether the platform has this agency. */
  isKnown: boolean;
  /** Whether the mandate of the person covers a public service of this agency. */
  isCovered: boolean;
}

/** Returns why the application cannot go to the other agency at once; undefined if it can. */
export function findObstacle(
  { agency, formerAgencies = [] }: Pick<Application, 'agency' | 'formerAgencies'>,
  competentAgency: string,
  { isKnown, isCovered }: PassOnFacts,
): PassingOnCause | undefined {
  if (!isKnown) return 'agency-unknown';
  const hadIt = competentAgency === agency || formerAgencies.some((former) => former.agency === competentAgency);
  if (hadIt) return 'circle';
  if (formerAgencies.length >= MAX_STEPS) return 'too-many-steps';
  return isCovered ? undefined : 'not-covered';
}

/**
 * Applies the message of an agency that passes a filed, undecided application on. The application is `submitted` again: to
 * the other agency, or to nobody until the person or a supervisor has decided.
 * @param workingTime of the agency that passes it on
 */
export function passOn(
  app: Application,
  { competentAgency, reason, now }: PassOnRequest,
  facts: PassOnFacts,
  workingTime: WorkingTime,
): Application {
  const obstacle = findObstacle(app, competentAgency, facts);
  const { documentRequest, agencyReference: _reference, progress: _progress, passingOn: _former, ...kept } = app;
  const open = withoutExpectedDecision(kept);
  const former: FormerAgency = { agency: app.agency, time: now };
  const released: Application = {
    // The clock stood still only while documents were requested.
    ...(documentRequest ? { ...resumeClock(open, now, workingTime), timer: null } : open),
    state: 'submitted',
    formerAgencies: [...(app.formerAgencies ?? []), former].slice(-MAX_FORMER_AGENCIES),
  };
  if (obstacle === undefined) return moveTo(released, competentAgency, now);
  const isForPerson = obstacle === 'not-covered';
  const passingOn: PassingOn = {
    competentAgency,
    cause: obstacle,
    passTime: now,
    superviseTime: isForPerson ? new Date(now.getTime() + CONSENT_DAYS * DAY_MS) : now,
  };
  if (reason) passingOn.reason = reason;
  const alert = isForPerson ? 'consent-awaited' : 'agency-undecided';
  return { ...released, passingOn, deskAlerts: addDeskAlert(app.deskAlerts, alert, now) };
}

/** Gives the application to an agency, which receives the newest submission as its first. */
export function moveTo(app: Application, agency: string, now: Date): Application {
  const { passingOn: _decided, ...rest } = app;
  const { number } = app.submissions.at(-1)!;
  const firstSubmission = { number, time: now, ...(app.dueDate === undefined ? {} : { dueDate: app.dueDate }) };
  return { ...rest, agency, firstSubmission };
}

/** Returns the events after an agency passed the application on, or after somebody decided who receives it. */
export function passingOnEvents({ passingOn, formerAgencies = [], submissions }: Application): DomainEvent[] {
  if (passingOn) return [{ type: 'AgencyUndecided', cause: passingOn.cause }];
  const formerAgency = formerAgencies.at(-1)!.agency;
  return [{ type: 'ApplicationPassedOn', formerAgency, submission: submissions.at(-1)!.number }];
}

/** Returns the agency that may read an application; undefined while nobody has decided. There is never a second one. */
export const agencyWithAccess = ({
  agency,
  passingOn,
}: Pick<Application, 'agency' | 'passingOn'>): string | undefined => (passingOn ? undefined : agency);

/** Returns the first day on which the desk has the task to ask the person; undefined without the task. */
export const consentTaskDay = ({ passingOn }: Pick<Application, 'passingOn'>): string | undefined =>
  passingOn?.cause === 'not-covered' ? toCivilDate(passingOn.passTime) : undefined;
