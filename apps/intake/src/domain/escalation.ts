import { DEFAULT_ESCALATION, ESCALATION_STEPS } from '@cups/application/escalation';
import type { HistoryKind } from '@cups/application';
import type { EscalationAction, EscalationRule, EscalationRules, EscalationStep } from '@cups/application/escalation';
import type { ActionRecord, Application, ServiceVersion } from './application.ts';
import { retryClock } from './clock.ts';
import type { CommandResult } from './command.ts';
import {
  addWorkingMinutes,
  computeTermMinutes,
  endOfDay,
  lastWorkingInstantOf,
  UnknownYearError,
  type WorkingTime,
} from './terms.ts';

/**
 * The clock of an agency that has not decided. Each step fires once for each delivery, in order, whatever the clock of the
 * process does: the fired steps are stored. It runs while the agency has the application, and stops while documents are
 * requested, because the one timer of the document then belongs to the answer date.
 */

/** Steps that differ from the defaults, of an agency or a public service. */
export type EscalationOverrides = Partial<Record<EscalationStep, EscalationRule>>;

/** A step that has fired. */
export interface Escalation {
  step: EscalationStep;
  time: Date;
  /** agencies/{code} that had the application. */
  agency: string;
  actions: readonly EscalationAction[];
  /** yyyy-MM-dd, the due date at that time. */
  dueDate?: string;
}

export interface EscalationContext {
  rules: EscalationRules;
  version: ServiceVersion;
  workingTime: WorkingTime;
}

const MINUTE = 60_000;
/** From a change of the clock to its evaluation. No step is due earlier, except in terms of less than 20 minutes. */
const FIRST_EVALUATION_MS = 15 * MINUTE;
/** Time until a step whose calendar is unknown is computed again. */
const RETRY_MS = 24 * 60 * MINUTE;

type ClockedApplication = Pick<
  Application,
  'state' | 'agency' | 'dueDate' | 'dueTime' | 'history' | 'training' | 'timer' | 'escalations' | 'passingOn'
>;

/** Whether the agency must act: its clock runs. Training applications reach no agency. */
const isRunning = ({ state, training }: Pick<Application, 'state' | 'training'>): boolean =>
  !training && (state === 'submitted' || state === 'in-progress');

/**
 * Returns the timer after a change of the application: the clock is evaluated soon if it starts, resumes, has another due
 * date or another agency. Otherwise the timer stays. The evaluation computes the exact time, because it has the rules.
 * @param before the application before the change; undefined for a new one
 */
export function armEscalation(
  app: ClockedApplication,
  before: ClockedApplication | undefined,
): NonNullable<Application['timer']> | null {
  const timer = app.timer ?? null;
  if (!isRunning(app)) return timer;
  const isSame =
    before !== undefined &&
    isRunning(before) &&
    before.dueDate === app.dueDate &&
    before.dueTime?.getTime() === app.dueTime?.getTime() &&
    before.agency === app.agency &&
    (before.passingOn === undefined) === (app.passingOn === undefined) &&
    // Applications of an earlier release were never evaluated.
    (timer !== null || app.escalations !== undefined);
  const changeTime = app.history.at(-1)?.recordTime;
  if (isSame || !changeTime) return timer;
  const due = new Date(changeTime.getTime() + FIRST_EVALUATION_MS);
  return timer?.kind === 'agency-escalation' && timer.due <= due ? timer : { kind: 'agency-escalation', due };
}

/** Returns the rules of a delivery: defaults, then the agency, then the public service. */
export function resolveRules(agency: EscalationOverrides = {}, service: EscalationOverrides = {}): EscalationRules {
  const rules = { ...DEFAULT_ESCALATION };
  for (const step of ESCALATION_STEPS) {
    const rule = service[step] ?? agency[step];
    // A rule may change the actions only, and keeps the hours.
    if (rule) rules[step] = { ...DEFAULT_ESCALATION[step], ...agency[step], ...rule };
  }
  return rules;
}

/**
 * Fires the steps that are due, each once for a due date, and sets the timer of the next one. A stale timer changes nothing. A step whose
 * calendar is unknown is never guessed: the timer fires again after a day.
 */
export function fireEscalation(app: Application, now: Date, context: EscalationContext): CommandResult {
  if (app.timer?.kind !== 'agency-escalation' || app.timer.due > now || !isRunning(app) || app.erasure)
    return { document: app, events: [] };
  const clocked = retryClock(app, context.version, context.workingTime);
  const planned = planSteps(clocked, context);
  const fired = planned.flatMap(({ step, due }): Escalation[] => {
    if (due === 'unknown' || due > now) return [];
    const { agency, dueDate } = clocked;
    const actions = actionsOf(clocked, step, context.rules[step].actions);
    return [{ step, time: now, agency, actions, ...(dueDate === undefined ? {} : { dueDate }) }];
  });
  const document: Application = {
    ...clocked,
    timer: nextTimer(planned, now),
    escalations: [...(clocked.escalations ?? []), ...fired],
  };
  if (fired.length > 0) document.history = [...clocked.history, ...fired.map((one) => toRow(clocked, one))];
  return {
    document,
    events: fired.map(({ step, actions, dueDate }) => ({
      type: 'ApplicationEscalated',
      step,
      actions,
      ...(dueDate === undefined ? {} : { dueDate }),
    })),
  };
}

/**
 * Returns the actions of a step. An application that was passed on and has no agency yet has nobody to remind. The person
 * gets the notice of a step once, also if another agency gets the application later.
 */
function actionsOf(
  { passingOn, escalations = [] }: Application,
  step: EscalationStep,
  actions: readonly EscalationAction[],
): EscalationAction[] {
  const isRepeated = escalations.some((earlier) => earlier.step === step && earlier.actions.includes('notify-person'));
  return actions
    .filter((action) => !passingOn || !AGENCY_ACTIONS.includes(action))
    .filter((action) => !isRepeated || action !== 'notify-person');
}

const AGENCY_ACTIONS: readonly EscalationAction[] = ['remind-agency', 'mail-agency'];

/** Whether the calendar of a pending step is unknown. */
export const isCalendarUnknown = (app: Application, context: EscalationContext): boolean =>
  planSteps(app, context).some(({ due }) => due === 'unknown');

interface PlannedStep {
  step: EscalationStep;
  due: Date | 'unknown';
}

/**
 * Returns the pending steps of the delivery, in order. A request for documents moves the due date: the steps of the term
 * then apply again, because the agency has new days to let pass.
 */
function planSteps(app: Application, context: EscalationContext): PlannedStep[] {
  const own = (app.escalations ?? []).filter(({ agency }) => agency === app.agency);
  const standing = own.filter(({ step, dueDate }) => step === 'unacknowledged' || dueDate === app.dueDate);
  const fired = new Set(standing.map(({ step }) => step));
  return ESCALATION_STEPS.filter((step) => !fired.has(step) && context.rules[step].actions.length > 0).flatMap(
    (step): PlannedStep[] => {
      try {
        const due = step === 'unacknowledged' ? dueToAcknowledge(app, context) : dueOfPart(app, PARTS[step], context);
        return due ? [{ step, due }] : [];
      } catch (error) {
        if (!(error instanceof UnknownYearError)) throw error;
        return [{ step, due: 'unknown' }];
      }
    },
  );
}

const PARTS: Record<Exclude<EscalationStep, 'unacknowledged'>, number> = {
  'term-75': 0.75,
  'term-100': 1,
  'term-150': 1.5,
};

/** Returns when an acknowledgement is late; undefined once the agency has acted. */
function dueToAcknowledge(app: Application, { rules, workingTime }: EscalationContext): Date | undefined {
  const { workingHours = 0 } = rules.unacknowledged;
  if (app.state !== 'submitted' || app.passingOn || !app.submitTime) return undefined;
  return addWorkingMinutes(deliveryTimeOf(app) ?? app.submitTime, workingHours * 60, workingTime);
}

/** Returns when the agency got the application: it may have come from another one. */
const deliveryTimeOf = ({ history }: Application): Date | undefined =>
  history.findLast(({ kind, fromState, toState }) =>
    toState === 'submitted' ? fromState !== 'submitted' || PASSING_ON_KINDS.includes(kind) : false,
  )?.recordTime;

/** Entries after which another agency may have the application. */
const PASSING_ON_KINDS: readonly HistoryKind[] = [
  'passed-on',
  'consent-to-passing-on',
  'refuse-passing-on',
  'assign-agency',
];

/**
 * Returns when a part of the term has passed, counted from the due date: a term that was suspended keeps its length. After
 * the due date only working time counts, so that nothing is sent at night.
 */
function dueOfPart(
  app: Application,
  part: number,
  { version, workingTime }: EscalationContext,
): Date | 'unknown' | undefined {
  const { dueDate, dueTime, submitTime, payment, content, noDueDateReason } = app;
  if (!submitTime) return undefined;
  if (dueDate === undefined) return noDueDateReason === 'calendar-unknown' ? 'unknown' : undefined;
  const term = version.costOptions.find(({ code }) => code === content.costOption)?.term;
  const due = dueTime ? { dueDate, dueTime } : { dueDate };
  const start = term?.from === 'payment' && payment && payment.payTime > submitTime ? payment.payTime : submitTime;
  const minutes = computeTermMinutes(start, term ?? { amount: 1, unit: 'working-days' }, workingTime);
  if (part < 1) return addWorkingMinutes(lastWorkingInstantOf(due, workingTime), -minutes * (1 - part), workingTime);
  return addWorkingMinutes(dueTime ?? endOfDay(dueDate), minutes * (part - 1), workingTime);
}

/** Returns the timer of the earliest step that has not fired now; null if none is left. */
function nextTimer(planned: readonly PlannedStep[], now: Date): NonNullable<Application['timer']> | null {
  const times = planned.flatMap(({ due }) => (due === 'unknown' ? now.getTime() + RETRY_MS : due.getTime()));
  const pending = times.filter((time) => time > now.getTime());
  return pending.length === 0 ? null : { kind: 'agency-escalation', due: new Date(Math.min(...pending)) };
}

function toRow(app: Application, { step, time }: Escalation): ActionRecord {
  return {
    kind: 'agency-escalation',
    actor: 'timer',
    occurTime: time,
    recordTime: time,
    cause: `timer:agency-escalation:${step}:${app.agency}`,
    fromState: app.state,
    toState: app.state,
    code: step,
  };
}

type EscalatedApplication = Pick<Application, 'state' | 'agency' | 'dueDate' | 'escalations'>;

/**
 * Returns the newest step with an action that still holds, of the agency that has the application. An acknowledgement ends the
 * first one, and another due date ends those of the term.
 */
const findHolding = (
  { state, agency, dueDate, escalations = [] }: EscalatedApplication,
  action: EscalationAction,
): Escalation | undefined =>
  escalations.findLast(
    (escalation) =>
      escalation.agency === agency &&
      escalation.actions.includes(action) &&
      (escalation.step === 'unacknowledged' ? state === 'submitted' : escalation.dueDate === dueDate),
  );

/** Returns the step that the desk must see. */
export const findMark = (app: EscalatedApplication): Escalation | undefined => findHolding(app, 'mark-at-desk');

/** Returns the step that supervisors must see. */
export const findOversight = (app: EscalatedApplication): Escalation | undefined =>
  findHolding(app, 'inform-supervisor');

/** Returns the step that offers a complaint about the agency. */
export const findOffer = (app: EscalatedApplication): Escalation | undefined => findHolding(app, 'offer-complaint');
