import { toCivilDate } from '@cups/application';
import type { Language } from '@cups/application';
import { NO_DUE_DATE_TEXTS, STATE_TEXTS } from '@cups/application/texts';
import { formatTime, daysBetween, longDate, relativeDay } from '../language/dates.ts';
import { formatMessage } from '../language/messages.ts';
import { plural } from '../language/plurals.ts';
import type { ApplicationRow, Bucket } from '../api/types.ts';
import { DAYS } from '../texts/counts.ts';
import { MARKS, ROWS } from '../texts/queue.ts';

/** The texts of a row: who must act, what to do, and the date with its meaning. */

/** `brand` is the desk, `give` is to hand over, `trouble` is overdue or rejected. */
export type Tone = 'brand' | 'citizen' | 'agency' | 'give' | 'trouble' | 'none';
export type StatusIconName =
  'draft' | 'papers' | 'agency' | 'silent' | 'result' | 'ring' | 'refused' | 'close' | 'ended';

export interface RowTexts {
  icon: StatusIconName;
  tone: Tone;
  todo: string;
  more: string;
  date: string;
  dateMore: string;
  dateTone: Tone;
}

export interface RowContext {
  language: Language;
  /** Civil date in Chisinau. */
  today: string;
  /** Returns the short name of an agency by its resource name. */
  agency: (name: string) => string;
  /** Whether rows show the phone number, in the notify list. */
  isNotifyList?: boolean;
  /** Whether the row's fee is not recorded as paid. */
  isUnpaid?: (row: ApplicationRow) => boolean;
}

/** Days without an edit after which a draft expires. */
const DRAFT_EXPIRY_DAYS = 30;
/** Days before expiry from which the row shows it. */
const EXPIRY_WARNING_DAYS = 5;
/** Days after which an uncollected result is highlighted. */
const UNCOLLECTED_WARNING_DAYS = 14;
/** Days after the decision from which a paper result that has not arrived is a question to the agency, as in intake. */
const ARRIVAL_REMINDER_DAYS = 14;

export function describeRow(row: ApplicationRow, context: RowContext): RowTexts {
  const t = (message: Parameters<typeof formatMessage>[1], params?: Record<string, unknown>) =>
    formatMessage(context.language, message, params);
  const { more = '', ...texts } = describeState(row, context, t);
  const unpaid = context.isUnpaid?.(row) ? t(ROWS.unpaid) : '';
  const complaint = row.complaintDate ? t(ROWS.complaint, { days: ageText(row.complaintDate, context) }) : '';
  const message = row.agencyMessage ? excerpt(row.agencyMessage.text) : '';
  const details = { more: message || [complaint, more, unpaid].filter((text) => text !== '').join(' · ') };
  return Object.assign({ date: '', dateMore: '', dateTone: 'none' as Tone }, texts, details);
}

/** Length from which a message is cut in a row. The preview has all of it. */
const MAX_EXCERPT_LENGTH = 60;

/** Returns the beginning of a message of the agency, as a quotation. */
function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `„${line.length > MAX_EXCERPT_LENGTH ? `${line.slice(0, MAX_EXCERPT_LENGTH - 1).trimEnd()}…` : line}”`;
}

type PartialRowTexts = Partial<RowTexts> & Pick<RowTexts, 'icon' | 'tone' | 'todo'>;
type Translate = (message: Parameters<typeof formatMessage>[1], params?: Record<string, unknown>) => string;

function describeState(row: ApplicationRow, context: RowContext, t: Translate): PartialRowTexts {
  switch (row.state) {
    case 'draft':
      return describeDraft(row, context, t);
    case 'submitted':
    case 'in-progress':
      return describeAgencyStep(row, context, t);
    case 'documents-requested':
      return describeDocumentRequest(row, context, t);
    case 'ready':
    case 'rejected':
      return describeResult(row, context, t);
    case 'handed-over': {
      const texts: PartialRowTexts = { icon: 'close', tone: 'brand', todo: t(ROWS.ask), more: t(ROWS.askMore) };
      return Object.assign(texts, { date: dayText(sinceDay(row), context), dateMore: t(ROWS.handedOn) });
    }
    case 'closed':
    case 'withdrawn':
    case 'expired': {
      const texts: PartialRowTexts = { icon: 'ended', tone: 'none', todo: t(STATE_TEXTS[row.state]) };
      return Object.assign(texts, { date: dayText(sinceDay(row), context), dateMore: t(ROWS.ended) });
    }
  }
}

function describeDraft(row: ApplicationRow, context: RowContext, t: Translate): PartialRowTexts {
  const edited = row.sinceTime ?? row.updateTime;
  const daysLeft = DRAFT_EXPIRY_DAYS - daysBetween(sinceDay(row), context.today);
  const texts: PartialRowTexts = { icon: 'draft', tone: 'brand', todo: t(ROWS.fill) };
  if (daysLeft > EXPIRY_WARNING_DAYS) {
    return Object.assign(texts, {
      date: `${dayText(sinceDay(row), context)}, ${formatTime(edited)}`,
      dateMore: t(ROWS.edited),
    });
  }
  const last = new Date(Date.parse(`${sinceDay(row)}T12:00:00Z`) + DRAFT_EXPIRY_DAYS * 86_400_000)
    .toISOString()
    .slice(0, 10);
  return Object.assign(texts, { date: dayText(last, context), dateMore: t(ROWS.expires), dateTone: 'citizen' });
}

function describeAgencyStep(row: ApplicationRow, context: RowContext, t: Translate): PartialRowTexts {
  const agency = context.agency(row.agency);
  const { dueDate, noDueDateReason, escalationMark: mark } = row;
  const icon = mark ? 'silent' : 'agency';
  if (dueDate !== undefined && dueDate < context.today) {
    const lateBy = t(ROWS.lateBy, { days: ageText(dueDate, context) });
    const texts: PartialRowTexts = {
      icon,
      tone: 'trouble',
      todo: t(ROWS.late, { agency }),
      more: t(mark ? MARKS[mark] : ROWS.noAnswer),
    };
    return Object.assign(texts, { date: dayText(dueDate, context), dateMore: lateBy, dateTone: 'trouble' });
  }
  const texts: PartialRowTexts = {
    icon,
    tone: mark ? 'trouble' : 'agency',
    todo: t(ROWS.at, { agency }),
    more: t(mark ? MARKS[mark] : STATE_TEXTS[row.state]),
  };
  if (dueDate !== undefined) return Object.assign(texts, { date: dayText(dueDate, context), dateMore: t(ROWS.term) });
  return noDueDateReason ? Object.assign(texts, { date: '', dateMore: t(NO_DUE_DATE_TEXTS[noDueDateReason]) }) : texts;
}

function describeDocumentRequest(row: ApplicationRow, context: RowContext, t: Translate): PartialRowTexts {
  const answerBy = row.documentRequest?.answerBy;
  const texts: PartialRowTexts = {
    icon: 'papers',
    tone: 'citizen',
    todo: t(ROWS.awaiting),
    more: t(ROWS.askedBy, { agency: context.agency(row.agency) }),
  };
  if (answerBy === undefined) return texts;
  const dateTone: Tone = answerBy <= context.today ? 'trouble' : 'none';
  return Object.assign(texts, { date: dayText(answerBy, context), dateMore: t(ROWS.lastDay), dateTone });
}

function describeResult(row: ApplicationRow, context: RowContext, t: Translate): PartialRowTexts {
  const days = daysBetween(sinceDay(row), context.today);
  const isLong = days >= UNCOLLECTED_WARNING_DAYS;
  const counted = plural(days, context.language, DAYS);
  const date: Partial<RowTexts> = {
    date: dayText(sinceDay(row), context),
    dateMore: isLong ? t(ROWS.atDeskFor, { days: counted }) : t(ROWS.atDesk),
    dateTone: isLong ? 'citizen' : 'none',
  };
  if (isRevoked(row)) {
    const texts: PartialRowTexts = {
      icon: 'refused',
      tone: 'trouble',
      todo: t(ROWS.revoked),
      more: t(ROWS.nothingToHand),
    };
    return Object.assign(texts, date);
  }
  if (isOnTheWay(row) && isArrivalLate(row, context.today)) {
    const texts: PartialRowTexts = {
      icon: 'silent',
      tone: 'trouble',
      todo: t(ROWS.notArrived),
      more: t(ROWS.askAgency, { agency: context.agency(row.agency) }),
    };
    return Object.assign(texts, date, { dateMore: t(ROWS.decidedAgo, { days: counted }), dateTone: 'trouble' });
  }
  if (isOnTheWay(row)) {
    const texts: PartialRowTexts = {
      icon: 'agency',
      tone: 'agency',
      todo: t(ROWS.onTheWay),
      more: t(ROWS.onTheWayMore),
    };
    return Object.assign(texts, date, { dateMore: t(ROWS.decided), dateTone: 'none' });
  }
  const isToNotify = row.buckets?.includes('to-notify') === true;
  const contactText = row.contact?.phone ?? t(context.isNotifyList ? ROWS.noPhone : ROWS.noMail);
  // A rejection keeps its icon while the notification is pending.
  if (row.state === 'rejected') {
    const [todo, more] = isToNotify ? [t(ROWS.rejectedToNotify), contactText] : [t(ROWS.handDecision), t(ROWS.refused)];
    const texts: PartialRowTexts = { icon: 'refused', tone: 'trouble', todo, more };
    return Object.assign(texts, date);
  }
  const texts: PartialRowTexts = isToNotify
    ? { icon: 'ring', tone: 'give', todo: t(ROWS.notify), more: contactText }
    : { icon: 'result', tone: 'give', todo: t(ROWS.handOver), more: t(ROWS.notified) };
  return Object.assign(texts, date);
}

/** Whether the agency revoked the result without a later correction. */
export function isRevoked({ decision }: Pick<ApplicationRow, 'decision'>): boolean {
  const { revokeTime, correctTime } = decision ?? {};
  return revokeTime !== undefined && (correctTime === undefined || correctTime < revokeTime);
}

/** Whether the paper result of an application has not arrived at the centre yet. */
export function isOnTheWay({ state, buckets }: Pick<ApplicationRow, 'state' | 'buckets'>): boolean {
  return state === 'ready' && buckets?.includes('on-the-way') === true;
}

/** Whether a paper result has been on its way for so long that the agency has to be asked. */
const isArrivalLate = (row: ApplicationRow, today: string): boolean =>
  daysBetween(sinceDay(row), today) >= ARRIVAL_REMINDER_DAYS;

/** The civil day of the last transition, in Chisinau. */
const sinceDay = (row: ApplicationRow): string => toCivilDate(new Date(row.sinceTime ?? row.updateTime));

/** Returns `astăzi`, `mâine`, or the day in words. */
function dayText(date: string, { language, today }: RowContext): string {
  return relativeDay(date, language, today) ?? longDate(date, language, today);
}

/** Returns the days from a civil date until today, with their noun. */
const ageText = (date: string, { language, today }: RowContext): string =>
  plural(daysBetween(date, today), language, DAYS);

/** Groups of the queue, in the order in which they are shown: the work of the desk first, then what it waits for. */
export const GROUP_ORDER = [
  'news',
  'consent',
  'call',
  'noPhone',
  'passed',
  'near',
  'documents',
  'ready',
  'rejected',
  'revoked',
  'confirm',
  'drafts',
  'overdue',
  'unanswered',
  'notArrived',
  'other',
  'onTheWay',
] as const;
export type Group = (typeof GROUP_ORDER)[number];

/** Returns the group of a row in a bucket, or undefined in a bucket without headings. A heading is true of each row. */
export function resolveGroup(row: ApplicationRow, bucket: Bucket, today: string): Group | undefined {
  switch (bucket) {
    case 'today':
      return resolveTodayGroup(row, today);
    case 'ready':
      return resolveResultGroup(row, today);
    case 'on-the-way':
      return resolveResultGroup(row, today);
    case 'to-notify':
      return row.contact?.phone ? 'call' : 'noPhone';
    case 'due-soon': {
      const deadline = row.state === 'documents-requested' ? row.documentRequest?.answerBy : row.dueDate;
      return row.state !== 'draft' && deadline !== undefined && deadline < today ? 'passed' : 'near';
    }
    default:
      return undefined;
  }
}

function resolveTodayGroup(row: ApplicationRow, today: string): Group {
  const { state, dueDate, escalationMark: mark } = row;
  switch (state) {
    case 'draft':
      return 'drafts';
    case 'documents-requested':
      return 'documents';
    case 'ready':
    case 'rejected':
      return resolveResultGroup(row, today);
    case 'handed-over':
      return 'confirm';
    default:
      if (row.buckets?.includes('agency-replied')) return 'news';
      if (row.allowedActions.includes('consent-to-passing-on')) return 'consent';
      if ((dueDate !== undefined && dueDate < today) || mark === 'term-100' || mark === 'term-150') return 'overdue';
      return mark ? 'unanswered' : 'other';
  }
}

function resolveResultGroup(row: ApplicationRow, today: string): Group {
  if (isRevoked(row)) return 'revoked';
  if (isOnTheWay(row)) return isArrivalLate(row, today) ? 'notArrived' : 'onTheWay';
  return row.state === 'rejected' ? 'rejected' : 'ready';
}
