import { addCivilDays, BUCKETS, toCivilDate } from '@cups/application';
import type { Bucket, State } from '@cups/application';
import type { EscalationStep } from '@cups/application/escalation';
import type { ActionRecord, Application } from './application.ts';
import { resolveLastEditTime } from './draft-timer.ts';
import { consentTaskDay } from './passing-on.ts';
import { findOpenFiling } from './complaints.ts';
import { findMark, findOversight } from './escalation.ts';

/**
 * The work queue of a centre: buckets of open applications by the next task. The queue status is derived at each
 * write and stored, so that a bucket is one range of one index.
 */

/** The stage of an open application; each has exactly one. */
export type QueueStage = 'drafts' | 'with-agency' | 'documents-requested' | 'on-the-way' | 'ready' | 'awaiting-outcome';

/** Queue status of an open application. Dates are yyyy-MM-dd in Chisinau. */
export interface QueueStatus {
  stage: QueueStage;
  /** Start of the stage; for a draft, its last edit. */
  since: Date;
  /** First day on which the desk has a task. */
  actionDate?: string;
  /** Next deadline: to answer, of the agency's term, or of an unedited draft. */
  deadline?: string;
  /** Time of the latest agency update that no operator has handled. */
  agencyUpdateTime?: Date;
  /** Start of the wait for a notification by phone or in person, if the applicant has no email. */
  notifySince?: Date;
  /** The step of the clock of the agency that marks it, and when it fired. */
  escalation?: { step: EscalationStep; time: Date };
  /** Day since which a complaint about an agency has no answer. */
  complaintDate?: string;
  /** What supervisors see, and since when: the newest step that informs them, or a complaint without an answer. */
  oversight?: { time: Date; step?: EscalationStep };
}

type QueueInput = Pick<
  Application,
  | 'state'
  | 'history'
  | 'timer'
  | 'submitTime'
  | 'dueDate'
  | 'documentRequest'
  | 'decision'
  | 'deskAlerts'
  | 'seenTime'
  | 'personNotifications'
  | 'content'
  | 'passingOn'
  | 'agency'
  | 'escalations'
  | 'complaints'
>;

const STAGE_BY_STATE: Record<State, QueueStage | undefined> = {
  draft: 'drafts',
  submitted: 'with-agency',
  'in-progress': 'with-agency',
  'documents-requested': 'documents-requested',
  ready: 'ready',
  rejected: 'ready',
  'handed-over': 'awaiting-outcome',
  closed: undefined,
  withdrawn: undefined,
  expired: undefined,
};

/** Days before the expiry of a draft on which it becomes a task. */
const DRAFT_REMINDER_DAYS = 3;
/** Days before the answer deadline on which it becomes a task, even if the applicant was notified. */
const ANSWER_REMINDER_DAYS = 10;

/** Days after the decision on which a paper result that has not arrived becomes a task. */
const ARRIVAL_REMINDER_DAYS = 14;

/** Returns the queue status, or undefined after the application ends. */
export function resolveQueueStatus(app: QueueInput): QueueStatus | undefined {
  const isOnTheWay = app.state === 'ready' && app.decision?.awaitsArrival;
  const stage = isOnTheWay ? 'on-the-way' : STAGE_BY_STATE[app.state];
  if (stage === undefined) return undefined;
  const since = resolveSince(app);
  const queue: QueueStatus = { stage, since };
  // The desk has no task left: the application ends, unless a desk without a line was given the documents in time.
  if (app.documentRequest?.isAnswerDatePassed) return queue;
  const deadline = resolveDeadline(app);
  const agencyUpdateTime = resolveAgencyUpdateTime(app);
  // The applicant is notified once the result can be collected.
  const notifySince = isOnTheWay ? undefined : resolveNotifySince(app, since);
  if (deadline !== undefined) queue.deadline = deadline;
  if (agencyUpdateTime) queue.agencyUpdateTime = agencyUpdateTime;
  if (notifySince) queue.notifySince = notifySince;
  const mark = stage === 'with-agency' ? findMark(app) : undefined;
  if (mark) queue.escalation = { step: mark.step, time: mark.time };
  Object.assign(queue, resolveOversight(app, stage));
  const actionDate = resolveActionDate(queue, consentTaskDay(app));
  if (actionDate !== undefined) queue.actionDate = actionDate;
  return queue;
}

/** Returns what is open about a silent agency. A complaint stays open after the decision, until the application ends. */
function resolveOversight(app: QueueInput, stage: QueueStage): Pick<QueueStatus, 'complaintDate' | 'oversight'> {
  const filing = findOpenFiling(app.complaints);
  const open = filing ? { complaintDate: filing.date } : {};
  const escalation = stage === 'with-agency' ? findOversight(app) : undefined;
  if (escalation) return { ...open, oversight: { time: escalation.time, step: escalation.step } };
  return filing ? { ...open, oversight: { time: filing.recordTime } } : {};
}

/** Returns the last edit of a draft, otherwise the time of the last transition or arrival. */
function resolveSince({ history, timer }: QueueInput): Date {
  const moved = history.findLast((row) => row.fromState !== row.toState || row.kind === 'confirm-arrival');
  const since = resolveLastEditTime(timer) ?? moved?.recordTime;
  if (!since) throw new Error('An open application has neither a draft timer nor a history.');
  return since;
}

function resolveDeadline(app: QueueInput): string | undefined {
  if (app.state === 'draft') return app.timer ? toCivilDate(app.timer.due) : undefined;
  if (app.state === 'documents-requested') return app.documentRequest?.answerBy;
  return STAGE_BY_STATE[app.state] === 'with-agency' ? app.dueDate : undefined;
}

/** Returns the latest agency update since an operator acted on the application or marked it as seen. */
function resolveAgencyUpdateTime({ history, deskAlerts, seenTime }: QueueInput): Date | undefined {
  const lastActionIndex = history.findLastIndex(isOperatorResponse);
  const lastActionTime = history[lastActionIndex]?.recordTime;
  const transitions = history.slice(lastActionIndex + 1).filter(isTransitionToNotify);
  // An alert recorded at the same instant may have come after the action.
  const alerts = deskAlerts.filter(({ recordTime }) => !lastActionTime || recordTime >= lastActionTime);
  const times = [...transitions, ...alerts]
    .map(({ recordTime }) => recordTime)
    .filter((time) => !seenTime || time > seenTime);
  return times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
}

/** States that the applicant must hear about. Work in progress needs no action of the desk. */
const STATES_TO_NOTIFY: readonly State[] = ['documents-requested', 'ready', 'rejected'];
const isTransitionToNotify = ({ fromState, toState }: ActionRecord): boolean =>
  fromState !== toState && STATES_TO_NOTIFY.includes(toState);

/** Notes, assignment, where to reach the applicant or hand over, complaints and lost scans do not respond to the agency. */
const INTERNAL_ACTIONS = [
  'note',
  'assign',
  'choose-collection-centre',
  'change-contact',
  'prepare-complaint',
  'record-complaint',
  'record-complaint-answer',
  'omit-scans',
];
export const isOperatorResponse = ({ actor, kind }: ActionRecord): boolean =>
  actor.startsWith('operators/') && !INTERNAL_ACTIONS.includes(kind);

/** Without an email the desk notifies by phone or in person. A notification since the transition ends the task. */
function resolveNotifySince({ state, content, personNotifications = [] }: QueueInput, since: Date): Date | undefined {
  if (!STATES_TO_NOTIFY.includes(state) || content.contact?.email) return undefined;
  return personNotifications.some(({ notifyTime }) => notifyTime >= since) ? undefined : since;
}

function resolveActionDate(queue: QueueStatus, consentDay: string | undefined): string | undefined {
  const { stage, since, deadline, agencyUpdateTime, notifySince, escalation } = queue;
  const days: (string | undefined)[] = [
    consentDay,
    escalation && toCivilDate(escalation.time),
    agencyUpdateTime && toCivilDate(agencyUpdateTime),
    notifySince && toCivilDate(notifySince),
  ];
  if (stage === 'ready' || stage === 'awaiting-outcome') days.push(toCivilDate(since));
  if (stage === 'on-the-way') days.push(addCivilDays(toCivilDate(since), ARRIVAL_REMINDER_DAYS));
  if (deadline !== undefined && stage === 'drafts') days.push(addCivilDays(deadline, -DRAFT_REMINDER_DAYS));
  if (deadline !== undefined && stage === 'documents-requested')
    days.push(addCivilDays(deadline, -ANSWER_REMINDER_DAYS));
  if (deadline !== undefined && stage === 'with-agency') days.push(addCivilDays(deadline, 1));
  return days.filter((day) => day !== undefined).sort()[0];
}

export interface QueueViewer {
  /** operators/{id} */
  operator: string;
  now: Date;
}

/** Days before a deadline on which an application is due soon. */
export const DUE_SOON_DAYS = 3;
const DAY = 86_400_000;

export const subtractDays = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY);

/** Returns the buckets of an application, in display order. store/queue.ts has the same rules as store queries. */
export function resolveBuckets(
  { queue, assignee }: Pick<Application, 'queue' | 'assignee'>,
  { operator, now }: QueueViewer,
): Bucket[] {
  if (!queue) return [];
  const { stage, since, actionDate, deadline, agencyUpdateTime, notifySince } = queue;
  const day = toCivilDate(now);
  const uncollected = (days: number) => stage === 'ready' && since <= subtractDays(now, days);
  const isInBucket: Record<Bucket, boolean> = {
    today: actionDate !== undefined && actionDate <= day,
    'agency-replied': agencyUpdateTime !== undefined,
    'documents-requested': stage === 'documents-requested',
    ready: stage === 'ready',
    'due-soon': deadline !== undefined && deadline <= addCivilDays(day, DUE_SOON_DAYS),
    'to-notify': notifySince !== undefined,
    'uncollected-14-days': uncollected(14),
    'uncollected-30-days': uncollected(30),
    drafts: stage === 'drafts',
    'awaiting-outcome': stage === 'awaiting-outcome',
    'with-agency': stage === 'with-agency',
    mine: assignee === operator,
    open: true,
    'on-the-way': stage === 'on-the-way',
  };
  return BUCKETS.filter((bucket) => isInBucket[bucket]);
}
