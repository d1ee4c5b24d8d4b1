import { civilDay } from '@cups/application';
import type { Language } from '@cups/application';
import { NO_DUE_DATE_TEXTS, STATE_TEXTS } from '@cups/application/texts';
import { clock, daysBetween, longDate, relativeDay } from '../language/dates.ts';
import { wordsIn } from '../language/text.ts';
import { plural } from '../language/plurals.ts';
import type { Row } from '../api/types.ts';
import { DAYS } from '../texts/counts.ts';
import { ROWS } from '../texts/queue.ts';

/** What a row says: who must act (its colour and sign), what is to be done, and the date with its meaning. */

/** brand: the desk; citizen; agency; give: to be handed over; trouble: a date that passed, or a refusal. */
export type Tone = 'brand' | 'citizen' | 'agency' | 'give' | 'trouble' | 'none';
export type Sign = 'draft' | 'papers' | 'agency' | 'result' | 'ring' | 'refused' | 'close' | 'ended';

export interface RowWords {
  sign: Sign;
  tone: Tone;
  todo: string;
  more: string;
  date: string;
  dateMore: string;
  dateTone: Tone;
}

export interface Circumstances {
  language: Language;
  /** Civil date, in Chisinau. */
  today: string;
  /** The short name of an agency, from its resource name. */
  agency: (name: string) => string;
  /** In the list of those to ring, whose rows hold the number, where there is one. */
  ringing?: boolean;
}

/** Days without an edit after which a draft expires. */
const DRAFT_DAYS = 30;
/** How many days before that the row says so. */
const WARN_DAYS = 5;
/** Since when a result that nobody collects is a matter of concern. */
const LONG_DAYS = 14;

export function rowWords(row: Row, here: Circumstances): RowWords {
  const t = (words: Parameters<typeof wordsIn>[1], params?: Record<string, unknown>) =>
    wordsIn(here.language, words, params);
  const said = partsOf(row, here, t);
  return Object.assign({ more: '', date: '', dateMore: '', dateTone: 'none' as Tone }, said);
}

type Told = Partial<RowWords> & Pick<RowWords, 'sign' | 'tone' | 'todo'>;
type T = (words: Parameters<typeof wordsIn>[1], params?: Record<string, unknown>) => string;

function partsOf(row: Row, here: Circumstances, t: T): Told {
  switch (row.state) {
    case 'draft':
      return draftWords(row, here, t);
    case 'submitted':
    case 'in-progress':
      return agencyWords(row, here, t);
    case 'documents-requested':
      return documentWords(row, here, t);
    case 'ready':
    case 'rejected':
      return resultWords(row, here, t);
    case 'handed-over': {
      const words: Told = { sign: 'close', tone: 'brand', todo: t(ROWS.ask), more: t(ROWS.askMore) };
      return Object.assign(words, { date: dayWords(since(row), here), dateMore: t(ROWS.handedOn) });
    }
    case 'closed':
    case 'withdrawn':
    case 'expired': {
      const words: Told = { sign: 'ended', tone: 'none', todo: t(STATE_TEXTS[row.state]) };
      return Object.assign(words, { date: dayWords(since(row), here), dateMore: t(ROWS.ended) });
    }
  }
}

function draftWords(row: Row, here: Circumstances, t: T): Told {
  const edited = row.sinceTime ?? row.updateTime;
  const left = DRAFT_DAYS - daysBetween(since(row), here.today);
  const words: Told = { sign: 'draft', tone: 'brand', todo: t(ROWS.fill) };
  if (left > WARN_DAYS) {
    return Object.assign(words, { date: `${dayWords(since(row), here)}, ${clock(edited)}`, dateMore: t(ROWS.edited) });
  }
  const last = new Date(Date.parse(`${since(row)}T12:00:00Z`) + DRAFT_DAYS * 86_400_000).toISOString().slice(0, 10);
  return Object.assign(words, { date: dayWords(last, here), dateMore: t(ROWS.expires), dateTone: 'citizen' });
}

function agencyWords(row: Row, here: Circumstances, t: T): Told {
  const agency = here.agency(row.agency);
  const { dueDate, noDueDateReason } = row;
  if (dueDate !== undefined && dueDate < here.today) {
    const lateBy = t(ROWS.lateBy, { days: plural(daysBetween(dueDate, here.today), here.language, DAYS) });
    const words: Told = { sign: 'agency', tone: 'trouble', todo: t(ROWS.late, { agency }), more: t(ROWS.noAnswer) };
    return Object.assign(words, { date: dayWords(dueDate, here), dateMore: lateBy, dateTone: 'trouble' });
  }
  const words: Told = { sign: 'agency', tone: 'agency', todo: t(ROWS.at, { agency }), more: t(STATE_TEXTS[row.state]) };
  if (dueDate !== undefined) return Object.assign(words, { date: dayWords(dueDate, here), dateMore: t(ROWS.term) });
  return noDueDateReason ? Object.assign(words, { date: '', dateMore: t(NO_DUE_DATE_TEXTS[noDueDateReason]) }) : words;
}

function documentWords(row: Row, here: Circumstances, t: T): Told {
  const answerBy = row.documentRequest?.answerBy;
  const words: Told = {
    sign: 'papers',
    tone: 'citizen',
    todo: t(ROWS.awaiting),
    more: t(ROWS.askedBy, { agency: here.agency(row.agency) }),
  };
  if (answerBy === undefined) return words;
  const dateTone: Tone = answerBy <= here.today ? 'trouble' : 'none';
  return Object.assign(words, { date: dayWords(answerBy, here), dateMore: t(ROWS.lastDay), dateTone });
}

function resultWords(row: Row, here: Circumstances, t: T): Told {
  const days = daysBetween(since(row), here.today);
  const long = days >= LONG_DAYS;
  const counted = plural(days, here.language, DAYS);
  const date: Partial<RowWords> = {
    date: dayWords(since(row), here),
    dateMore: long ? t(ROWS.atDeskFor, { days: counted }) : t(ROWS.atDesk),
    dateTone: long ? 'citizen' : 'none',
  };
  if (isRevoked(row)) {
    const words: Told = { sign: 'refused', tone: 'trouble', todo: t(ROWS.revoked), more: t(ROWS.nothingToHand) };
    return Object.assign(words, date);
  }
  const ring = row.buckets?.includes('to-ring') === true;
  const by = row.contact?.phone ?? t(here.ringing ? ROWS.noPhone : ROWS.noMail);
  // A refusal is one also while the person is still to be told of it.
  if (row.state === 'rejected') {
    const [todo, more] = ring ? [t(ROWS.refusedTell), by] : [t(ROWS.handDecision), t(ROWS.refused)];
    const words: Told = { sign: 'refused', tone: 'trouble', todo, more };
    return Object.assign(words, date);
  }
  const words: Told = ring
    ? { sign: 'ring', tone: 'give', todo: t(ROWS.tell), more: by }
    : { sign: 'result', tone: 'give', todo: t(ROWS.handOver), more: t(ROWS.told) };
  return Object.assign(words, date);
}

/** A result that the agency took back and did not replace. */
export function isRevoked({ decision }: Pick<Row, 'decision'>): boolean {
  const { revokeTime, correctTime } = decision ?? {};
  return revokeTime !== undefined && (correctTime === undefined || correctTime < revokeTime);
}

/** The civil day in Chisinau since which it is where it is. */
const since = (row: Row): string => civilDay(new Date(row.sinceTime ?? row.updateTime));

/** `astăzi`, `mâine`, or the day in words. */
function dayWords(date: string, { language, today }: Circumstances): string {
  return relativeDay(date, language, today) ?? longDate(date, language, today);
}

export type Group = 'news' | 'documents' | 'ready' | 'confirm' | 'overdue' | 'drafts';

/** The group of the list of today in which a row stands. */
export function groupOf(row: Row): Group {
  switch (row.state) {
    case 'draft':
      return 'drafts';
    case 'documents-requested':
      return 'documents';
    case 'ready':
    case 'rejected':
      return 'ready';
    case 'handed-over':
      return 'confirm';
    default:
      return row.buckets?.includes('came-back') ? 'news' : 'overdue';
  }
}
