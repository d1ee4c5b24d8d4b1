import { waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import type { ExpectedApplication } from './reconcile.ts';

/** An agency that passes an application on to the competent one. */

interface PassedApplication extends Application {
  formerAgencies?: { agency: string }[];
  passingOn?: { competentAgency: string };
}

const codeOf = (agency: string): string => agency.replace('agencies/', '');
const ALLOWED = 'consent-to-passing-on';

/**
 * Waits until the agency has passed the application on. The mandate names one public service, so the desk asks the person,
 * who consents.
 * @param expected receives the next agency, and what the history must contain once
 * @throws Error if the application does not reach the competent agency
 */
export async function consentToPassingOn(
  desk: Desk,
  expected: ExpectedApplication,
  patienceSeconds: number,
): Promise<Application> {
  const path = `/applications/${expected.id}`;
  const read = async () => (await desk.call<PassedApplication>('GET', path)).body;
  const isAsked = ({ allowedActions, passingOn }: PassedApplication) =>
    passingOn !== undefined && allowedActions.includes(ALLOWED);
  const { passingOn } = await waitUntil(read, isAsked, 'the agency has not passed it on', patienceSeconds);
  const { body: after } = await desk.call<PassedApplication>('POST', `${path}/passing-on`, {
    body: { consents: true },
  });
  const formers = (after.formerAgencies ?? []).map(({ agency }) => codeOf(agency));
  if (after.agency !== passingOn!.competentAgency || formers.join() !== expected.agency) {
    throw new Error(`an application was passed on from ${formers.join()} to ${after.agency}`);
  }
  expected.actions.push('passed-on', ALLOWED);
  expected.formerAgencies = formers;
  expected.agency = codeOf(after.agency);
  return after;
}
