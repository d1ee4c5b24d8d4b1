import { BUCKETS } from '@cups/application';
import type { Bucket, State } from '@cups/application';
import type { ActionRecord, Application } from './application.ts';
import { touchedAt } from './drafts.ts';
import { daysBefore, today } from './terms.ts';

/**
 * The queue of a desk: lists of open applications by what the desk has to do about them. Where an application stands is derived
 * from it at each write and kept in it, so that a list is one range of one index and nothing is worked out while somebody waits.
 */

/** The list in which every open application stands exactly once: who has it. */
export type Place = 'drafts' | 'at-agency' | 'documents-requested' | 'ready' | 'to-confirm';

/** Where an open application stands. Days are yyyy-MM-dd in Chisinau. */
export interface QueuePlace {
  place: Place;
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
type Placed = Pick<
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

const PLACES: Record<State, Place | undefined> = {
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
export function placeOf(app: Placed): QueuePlace | undefined {
  const place = PLACES[app.state];
  if (place === undefined) return undefined;
  const since = sinceOf(app);
  const queue: QueuePlace = { place, since };
  const runsOut = runsOutOf(app);
  const news = newsOf(app);
  const ring = ringOf(app, since);
  if (runsOut !== undefined) queue.runsOut = runsOut;
  if (news) queue.news = news;
  if (ring) queue.ring = ring;
  const actOn = actOnOf(queue);
  if (actOn !== undefined) queue.actOn = actOn;
  return queue;
}

/** When the last row moved it to another state; a draft is where it is since it was last touched. */
function sinceOf({ history, timer }: Placed): Date {
  const moved = history.findLast((row) => row.fromState !== row.toState);
  const since = touchedAt(timer) ?? moved?.recordTime;
  if (!since) throw new Error('an open application has neither the timer of a draft nor a history');
  return since;
}

function runsOutOf(app: Placed): string | undefined {
  if (app.state === 'draft') return app.timer ? today(app.timer.due) : undefined;
  if (app.state === 'documents-requested') return app.documentRequest?.answerBy;
  return PLACES[app.state] === 'at-agency' ? app.dueDate : undefined;
}

/** What an agency or the bridge said counts as news until somebody at the desk acts on the application or marks it as seen. */
function newsOf({ history, deskNotes, seenTime }: Placed): Date | undefined {
  const lastAct = history.findLastIndex(deals);
  const acted = history[lastAct]?.recordTime;
  const moves = history.slice(lastAct + 1).filter(isForDesk);
  // A note of the very moment of an act may have come after it.
  const notes = deskNotes.filter(({ recordTime }) => !acted || recordTime >= acted);
  const news = [...moves, ...notes].map(({ recordTime }) => recordTime).filter((time) => !seenTime || time > seenTime);
  return news.length === 0 ? undefined : new Date(Math.max(...news.map((time) => time.getTime())));
}

/** States in which the agency has said something that the person is to be told; that it works on it asks nothing of the desk. */
const ANSWERED: readonly State[] = ['documents-requested', 'ready', 'rejected'];
const isForDesk = ({ fromState, toState }: ActionRecord): boolean =>
  fromState !== toState && ANSWERED.includes(toState);

/** A word to colleagues, or who takes care of it, deals with nothing that the agency said. */
const AMONG_COLLEAGUES = ['note', 'assign'];
const deals = ({ by, kind }: ActionRecord): boolean => by.startsWith('operators/') && !AMONG_COLLEAGUES.includes(kind);

/** Who gets no mail is told by telephone or in person; once that is noted for this state, there is nobody to ring. */
function ringOf({ state, content, told = [] }: Placed, since: Date): Date | undefined {
  if (!ANSWERED.includes(state) || content.contact?.email) return undefined;
  return told.some(({ time }) => time >= since) ? undefined : since;
}

/** The earliest day of those on which there is something to do. */
function actOnOf({ place, since, runsOut, news, ring }: QueuePlace): string | undefined {
  const days: (string | undefined)[] = [news && today(news), ring && today(ring)];
  if (place === 'ready' || place === 'to-confirm') days.push(today(since));
  if (runsOut !== undefined && place === 'drafts') days.push(daysBefore(runsOut, DRAFT_REMINDER_DAYS));
  if (runsOut !== undefined && place === 'documents-requested') days.push(daysBefore(runsOut, ANSWER_REMINDER_DAYS));
  if (runsOut !== undefined && place === 'at-agency') days.push(daysBefore(runsOut, -1));
  return days.filter((day) => day !== undefined).sort()[0];
}

/** For whom and when the lists are asked for. */
export interface Asking {
  /** operators/{id} */
  me: string;
  now: Date;
}

/** So many days before a date runs out it stands among those that do. */
export const RUNNING_OUT_DAYS = 3;
const DAY = 86_400_000;

/** The instant so many days ago. */
export const daysAgo = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY);

/** The lists in which an application stands, in the order of all; those that are asked of the store are in store/queue.ts. */
export function bucketsOf({ queue, assignee }: Pick<Application, 'queue' | 'assignee'>, { me, now }: Asking): Bucket[] {
  if (!queue) return [];
  const { place, since, actOn, runsOut, news, ring } = queue;
  const day = today(now);
  const uncollected = (days: number) => place === 'ready' && since <= daysAgo(now, days);
  const stands: Record<Bucket, boolean> = {
    today: actOn !== undefined && actOn <= day,
    'came-back': news !== undefined,
    'documents-requested': place === 'documents-requested',
    ready: place === 'ready',
    'running-out': runsOut !== undefined && runsOut <= daysBefore(day, -RUNNING_OUT_DAYS),
    'to-ring': ring !== undefined,
    'uncollected-14-days': uncollected(14),
    'uncollected-30-days': uncollected(30),
    drafts: place === 'drafts',
    'to-confirm': place === 'to-confirm',
    'at-agency': place === 'at-agency',
    mine: assignee === me,
    open: true,
  };
  return BUCKETS.filter((bucket) => stands[bucket]);
}
