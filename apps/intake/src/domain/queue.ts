import { BUCKETS } from '@cups/application';
import type { Bucket, State } from '@cups/application';
import type { ActionRecord, Application } from './application.ts';
import { resolveLastEditTime } from './draft-timer.ts';
import { subtractCivilDays, toCivilDate } from './terms.ts';

/**
 * The queue of a desk: lists of open applications by what the desk has to do about them. Where an application stands is derived
 * from it at each write and kept in it, so that a list is one range of one index and nothing is worked out while somebody waits.
 */

/** The list in which every open application stands exactly once: who has it. */
export type QueueStage = 'drafts' | 'at-agency' | 'documents-requested' | 'ready' | 'to-confirm';

/** Where an open application stands. Days are yyyy-MM-dd in Chisinau. */
export interface QueueStatus {
  place: QueueStage;
  /** Since when it is there; of a draft, when it was last edited. */
  since: Date;
  /** The first day on which the desk has something to do about it. */
  actOn?: string;
  /** The day that runs out next: to answer, of the agency, of a draft that nobody touches. */
  runsOut?: string;
  /** When the agency last said something that nobody at the desk has dealt with. */
  news?: Date;
  /** Since when somebody who gets no mail is to be told something. */
  ring?: Date;
}

/** What the place of an application follows from. */
type QueueInput = Pick<
  Application,
  | 'state'
  | 'history'
  | 'timer'
  | 'submitTime'
  | 'dueDate'
  | 'documentRequest'
  | 'deskNotes'
  | 'seenTime'
  | 'told'
  | 'content'
>;

const STAGE_BY_STATE: Record<State, QueueStage | undefined> = {
  draft: 'drafts',
  submitted: 'at-agency',
  'in-progress': 'at-agency',
  'documents-requested': 'documents-requested',
  ready: 'ready',
  rejected: 'ready',
  'handed-over': 'to-confirm',
  closed: undefined,
  withdrawn: undefined,
  expired: undefined,
};

/** So many days before a draft expires the desk is reminded of it. */
const DRAFT_REMINDER_DAYS = 3;
/** So many days before the last day to answer the desk sees to it, though the person was told. */
const ANSWER_REMINDER_DAYS = 10;

/** Where an application stands, or undefined when it has ended. */
export function resolveQueueStatus(app: QueueInput): QueueStatus | undefined {
  const stage = STAGE_BY_STATE[app.state];
  if (stage === undefined) return undefined;
  const since = resolveSince(app);
  const queue: QueueStatus = { place: stage, since };
  const deadline = resolveDeadline(app);
  const agencyUpdateTime = resolveAgencyUpdateTime(app);
  const notifySince = resolveNotifySince(app, since);
  if (deadline !== undefined) queue.runsOut = deadline;
  if (agencyUpdateTime) queue.news = agencyUpdateTime;
  if (notifySince) queue.ring = notifySince;
  const actionDate = resolveActionDate(queue);
  if (actionDate !== undefined) queue.actOn = actionDate;
  return queue;
}

/** When the last row moved it to another state; a draft is where it is since it was last touched. */
function resolveSince({ history, timer }: QueueInput): Date {
  const moved = history.findLast((row) => row.fromState !== row.toState);
  const since = resolveLastEditTime(timer) ?? moved?.recordTime;
  if (!since) throw new Error('an open application has neither the timer of a draft nor a history');
  return since;
}

function resolveDeadline(app: QueueInput): string | undefined {
  if (app.state === 'draft') return app.timer ? toCivilDate(app.timer.due) : undefined;
  if (app.state === 'documents-requested') return app.documentRequest?.answerBy;
  return STAGE_BY_STATE[app.state] === 'at-agency' ? app.dueDate : undefined;
}

/** What an agency or the bridge said counts as news until somebody at the desk acts on the application or marks it as seen. */
function resolveAgencyUpdateTime({ history, deskNotes, seenTime }: QueueInput): Date | undefined {
  const lastActionIndex = history.findLastIndex(isOperatorResponse);
  const lastActionTime = history[lastActionIndex]?.recordTime;
  const transitions = history.slice(lastActionIndex + 1).filter(isTransitionToNotify);
  // A note of the very moment of an act may have come after it.
  const alerts = deskNotes.filter(({ recordTime }) => !lastActionTime || recordTime >= lastActionTime);
  const times = [...transitions, ...alerts]
    .map(({ recordTime }) => recordTime)
    .filter((time) => !seenTime || time > seenTime);
  return times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
}

/** States in which the agency has said something that the person is to be told; that it works on it asks nothing of the desk. */
const STATES_TO_NOTIFY: readonly State[] = ['documents-requested', 'ready', 'rejected'];
const isTransitionToNotify = ({ fromState, toState }: ActionRecord): boolean =>
  fromState !== toState && STATES_TO_NOTIFY.includes(toState);

/** A word to colleagues, or who takes care of it, deals with nothing that the agency said. */
const INTERNAL_ACTIONS = ['note', 'assign'];
const isOperatorResponse = ({ by, kind }: ActionRecord): boolean =>
  by.startsWith('operators/') && !INTERNAL_ACTIONS.includes(kind);

/** Who gets no mail is told by telephone or in person; once that is noted for this state, there is nobody to ring. */
function resolveNotifySince({ state, content, told = [] }: QueueInput, since: Date): Date | undefined {
  if (!STATES_TO_NOTIFY.includes(state) || content.contact?.email) return undefined;
  return told.some(({ time }) => time >= since) ? undefined : since;
}

/** The earliest day of those on which there is something to do. */
function resolveActionDate({ place, since, runsOut, news, ring }: QueueStatus): string | undefined {
  const days: (string | undefined)[] = [news && toCivilDate(news), ring && toCivilDate(ring)];
  if (place === 'ready' || place === 'to-confirm') days.push(toCivilDate(since));
  if (runsOut !== undefined && place === 'drafts') days.push(subtractCivilDays(runsOut, DRAFT_REMINDER_DAYS));
  if (runsOut !== undefined && place === 'documents-requested')
    days.push(subtractCivilDays(runsOut, ANSWER_REMINDER_DAYS));
  if (runsOut !== undefined && place === 'at-agency') days.push(subtractCivilDays(runsOut, -1));
  return days.filter((day) => day !== undefined).sort()[0];
}

/** For whom and when the lists are asked for. */
export interface QueueViewer {
  /** operators/{id} */
  operator: string;
  now: Date;
}

/** So many days before a date runs out it stands among those that do. */
export const DUE_SOON_DAYS = 3;
const DAY = 86_400_000;

/** The instant so many days ago. */
export const subtractDays = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY);

/** The lists in which an application stands, in the order of all; those that are asked of the store are in store/queue.ts. */
export function resolveBuckets(
  { queue, assignee }: Pick<Application, 'queue' | 'assignee'>,
  { operator, now }: QueueViewer,
): Bucket[] {
  if (!queue) return [];
  const { place, since, actOn, runsOut, news, ring } = queue;
  const day = toCivilDate(now);
  const uncollected = (days: number) => place === 'ready' && since <= subtractDays(now, days);
  const isInBucket: Record<Bucket, boolean> = {
    today: actOn !== undefined && actOn <= day,
    'came-back': news !== undefined,
    'documents-requested': place === 'documents-requested',
    ready: place === 'ready',
    'running-out': runsOut !== undefined && runsOut <= subtractCivilDays(day, -DUE_SOON_DAYS),
    'to-ring': ring !== undefined,
    'uncollected-14-days': uncollected(14),
    'uncollected-30-days': uncollected(30),
    drafts: place === 'drafts',
    'to-confirm': place === 'to-confirm',
    'at-agency': place === 'at-agency',
    mine: assignee === operator,
    open: true,
  };
  return BUCKETS.filter((bucket) => isInBucket[bucket]);
}
