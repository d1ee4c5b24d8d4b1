import { ESCALATION_STEPS } from '@cups/application/escalation';
import type { ChaosRecord, ObservedApplication, ObservedDelivery, ObservedRequest } from './chaos-record.ts';
import { findDuplicates } from './duplicates.ts';

/** Checks what agencies receive over each channel, who has access, and the clocks of silent agencies. Pure. */

/** States of a delivery in which its agency no longer has the application. */
const ENDED_DELIVERIES = ['cancelled', 'failed'];
const CLOCKED_STATES = ['submitted', 'in-progress'];

/**
 * Each submission is sent to its agency under one ID: on its topic or in its feed. A withdrawn one may be absent. Nothing is sent
 * to a page, where the delivery itself is what the clerks see.
 */
function checkSubmissions({ applications, deliveries, requests, channels }: ChaosRecord): string[] {
  const known = new Map(deliveries.map((one) => [one.id, one]));
  const ids = Map.groupBy(requests, ({ delivery, submission }) => `${delivery}/${submission}`);
  const countOf = (delivery: string, number: number) =>
    new Set((ids.get(`${delivery}/${number}`) ?? []).map(({ id }) => id)).size;
  return applications.flatMap((app) => {
    const { id, agency } = app;
    const delivery = `${id}-${agency}`;
    const mayBeAbsent = known.get(delivery)?.state === 'cancelled' || channels[agency] === 'page';
    const own = numbersOf(app).flatMap((number) => {
      const found = countOf(delivery, number);
      if (found === 1 || (found === 0 && mayBeAbsent)) return [];
      return [`submission ${number} of ${id}: ${found} ids at ${agency}`];
    });
    const earlier = formersOf(app).flatMap((former) =>
      app.submissions
        .filter((number) => countOf(`${id}-${former}`, number) > 1)
        .map((number) => `submission ${number} of ${id}: several ids at ${former}`),
    );
    return [...own, ...earlier];
  });
}

/** Returns the numbers of the submissions that the agency of an application receives. */
const numbersOf = ({ submissions, firstSubmission = 1 }: ObservedApplication): number[] =>
  submissions.filter((number) => number >= firstSubmission).map((number) => number - firstSubmission + 1);

/** Returns the agencies that passed an application on and do not have it again. */
const formersOf = ({ agency, formerAgencies = [] }: ObservedApplication): string[] => [
  ...new Set(formerAgencies.filter((former) => former !== agency)),
];

/** The submissions of a delivery arrive in their order. Repeats are allowed. */
function checkOrder({ requests, feeds }: ChaosRecord): string[] {
  const wrong: string[] = [];
  for (const [delivery, sent] of Map.groupBy(requests, (request: ObservedRequest) => request.delivery)) {
    let last = 0;
    for (const { submission } of sent) {
      if (submission > last + 1) wrong.push(`${delivery}: submission ${submission} after ${last}`);
      last = Math.max(last, submission);
    }
  }
  for (const [agency, entries] of Map.groupBy(feeds, (entry) => entry.agency)) {
    entries.forEach(({ position }, n) => {
      if (position !== n + 1) wrong.push(`feed of ${agency}: position ${position} instead of ${n + 1}`);
    });
    for (const key of findDuplicates(entries.map((entry) => entry.key))) wrong.push(`feed of ${agency}: ${key} twice`);
  }
  return wrong;
}

/** At most one agency has an application: the one that it names, and none while nobody has decided. */
function checkAccess({ applications, deliveries }: ChaosRecord): string[] {
  const ofApplication = Map.groupBy(deliveries, ({ application }: ObservedDelivery) => application);
  return applications.flatMap((app) => {
    const { id, agency, isUndecided = false } = app;
    const holders = (ofApplication.get(id) ?? []).filter(({ state }) => !ENDED_DELIVERIES.includes(state));
    const others = holders.filter((one) => one.id !== `${id}-${agency}`);
    const wrong = others.map((one) => `${one.id} is ${one.state}, and ${agency} has the application`);
    if (isUndecided && holders.length > 0) wrong.push(`nobody has decided, and ${holders[0]!.id} has it`);
    return wrong.map((what) => `${id}: ${what}`);
  });
}

/** Each step fires once for each agency and due date, in order, with one entry in the history and one event. */
function checkClocks({ applications, events }: ChaosRecord): string[] {
  const escalated = events.filter(({ type }) => type === 'ApplicationEscalated');
  const published = Map.groupBy(escalated, ({ subject }) => subject);
  return applications.flatMap(({ id, history, escalations = [] }) => {
    const names = escalations.map(({ step, agency, dueDate }) => {
      return step === 'unacknowledged' || !dueDate ? `${step} of ${agency}` : `${step} of ${agency}, due ${dueDate},`;
    });
    const rows = history.filter(({ kind }) => kind === 'agency-escalation').length;
    const told = new Set((published.get(`applications/${id}`) ?? []).map((event) => event.id)).size;
    const wrong = findDuplicates(names).map((name) => `${name} fired twice`);
    for (const fired of Map.groupBy(escalations, ({ agency, dueDate }) => `${agency} ${dueDate}`).values()) {
      const order = fired.map(({ step }) => ESCALATION_STEPS.indexOf(step));
      if (order.some((rank, n) => n > 0 && rank < order[n - 1]!))
        wrong.push(`steps of ${fired[0]!.agency} out of order`);
    }
    if (rows !== names.length) wrong.push(`${rows} entries in the history for ${names.length} steps`);
    if (told !== names.length) wrong.push(`${told} events for ${names.length} steps`);
    return wrong.map((what) => `${id}: ${what}`);
  });
}

/** A silent agency whose legal term has passed is escalated to the last step. */
function checkSilence({ applications, elapsed }: ChaosRecord): string[] {
  const late = new Set(elapsed);
  return applications
    .filter(({ id, state, isUndecided }) => late.has(id) && CLOCKED_STATES.includes(state) && !isUndecided)
    .filter(
      ({ agency, escalations = [] }) => !escalations.some((one) => one.agency === agency && one.step === LAST_STEP),
    )
    .map(({ id, agency }) => `${id}: the term has passed, and ${agency} was not escalated to ${LAST_STEP}`);
}
const LAST_STEP = ESCALATION_STEPS.at(-1)!;

/** In report order. */
export const AGENCY_INVARIANTS = {
  'submissions at their agency once': checkSubmissions,
  'submissions in order': checkOrder,
  'one agency has access': checkAccess,
  'clocks fire once': checkClocks,
  'silence escalated': checkSilence,
} as const;
