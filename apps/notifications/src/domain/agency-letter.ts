import { formatCivilDate } from '@cups/application';
import { ESCALATION_STEPS } from '@cups/application/escalation';
import type { EscalationStep } from '@cups/application/escalation';
import { backoffMs } from '@cups/contracts';
import type { Language } from './language.ts';

/**
 * Letters to the office of an agency about its silent applications. An agency gets at most one letter in 24 hours, which
 * counts everything since the letter before. No letter names a person: it has names of deliveries, steps and dates.
 */

/** One fired step of a delivery. */
export interface LetterEntry {
  /** deliveries/{id} */
  delivery: string;
  step: EscalationStep;
  /** yyyy-MM-dd */
  dueDate?: string;
}

/** What an agency has not been written about yet. The ID of the document is the code of the agency. */
export interface AgencyLetter {
  /** The newest, at most {@link MAX_LISTED}. */
  entries: LetterEntry[];
  /** Number of entries since the last letter, by step. */
  counts?: Partial<Record<EscalationStep, number>>;
  /** Keys of the newest entries, also of those of earlier letters: a repeated event adds nothing. */
  recent: string[];
  /** Number of letters sent. */
  number: number;
  /** Time of the oldest entry since the last letter. */
  since?: Date;
  lastSendTime?: Date;
  /** Failed attempts of the letter that is due. */
  attempts: number;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Steps of one burst, for example after a weekend, go into one letter. */
const COLLECT_MS = 15 * MINUTE;
/** Maximum number of deliveries that a letter lists; it counts the others. */
export const MAX_LISTED = 20;
const MAX_RECENT = 500;
const RETRY_BACKOFF = { initialMs: MINUTE, maxMs: 60 * MINUTE, jitter: 0 };
/** A letter that no mail server accepted in this time is given up. The next step starts another one. */
const MAX_AGE_MS = 7 * DAY;

const keyOf = ({ delivery, step }: LetterEntry): string => `${delivery} ${step}`;

/** Returns the letter with one more entry, and the time at which it is due; unchanged for a known entry. */
export function addEntry<L extends AgencyLetter>(letter: L, entry: LetterEntry, now: Date): L {
  const key = keyOf(entry);
  if (letter.recent.includes(key)) return letter;
  const earliest = new Date(now.getTime() + COLLECT_MS);
  const nextDay = new Date((letter.lastSendTime?.getTime() ?? 0) + DAY);
  return {
    ...letter,
    entries: [...letter.entries, entry].slice(-MAX_LISTED),
    counts: { ...letter.counts, [entry.step]: (letter.counts?.[entry.step] ?? 0) + 1 },
    recent: [...letter.recent, key].slice(-MAX_RECENT),
    since: letter.since ?? now,
    timer: letter.timer ?? { kind: 'agency-letter', due: nextDay > earliest ? nextDay : earliest },
  };
}

/** Returns the letter after it was sent, or could never be sent: the next entry starts another one. */
export function closeLetter<L extends AgencyLetter>(letter: L, sendTime: Date | undefined): L {
  const { since: _since, ...rest } = letter;
  return {
    ...rest,
    entries: [],
    counts: {},
    attempts: 0,
    timer: null,
    ...(sendTime && { lastSendTime: sendTime, number: letter.number + 1 }),
  } as unknown as L;
}

/** Returns the letter with its next attempt; undefined if it is given up. */
export function retryLetter<L extends AgencyLetter>(letter: L, now: Date): L | undefined {
  if (now.getTime() - (letter.since ?? now).getTime() > MAX_AGE_MS) return undefined;
  const attempts = letter.attempts + 1;
  const due = new Date(now.getTime() + backoffMs(attempts, RETRY_BACKOFF));
  return { ...letter, attempts, timer: { kind: 'agency-letter', due } };
}

interface LetterTexts {
  subject: string;
  intro: string;
  counts: Record<EscalationStep, (count: number) => string>;
  list: string;
  line: (delivery: string, due: string, days: number) => string;
  more: (count: number) => string;
  closing: string;
  footer: string;
}

const TEXTS: Record<Language, LetterTexts> = {
  ro: {
    subject: 'Cereri care așteaptă răspunsul instituției dumneavoastră',
    intro: 'În sistemul centrelor unificate de prestare a serviciilor publice așteaptă cereri adresate instituției.',
    counts: {
      unacknowledged: (n) => `Neconfirmate în termenul stabilit: ${n}.`,
      'term-75': (n) => `Cu trei sferturi din termenul legal trecute: ${n}.`,
      'term-100': (n) => `Cu termenul legal depășit: ${n}.`,
      'term-150': (n) => `Cu termenul legal depășit cu jumătate: ${n}.`,
    },
    list: 'Livrările:',
    line: (delivery, due, days) =>
      due === ''
        ? `– ${delivery}`
        : `– ${delivery}: termenul este ${due}, ${days < 0 ? `depășit cu ${-days} zile` : `au rămas ${days} zile`}`,
    more: (n) => `– și încă ${n}`,
    closing: 'Vă rugăm să răspundeți prin sistemul instituției sau pe pagina instituției, cum primiți cererile.',
    footer: 'Acest mesaj este trimis automat, cel mult o dată pe zi. Nu conține date cu caracter personal.',
  },
  ru: {
    subject: 'Заявления ждут ответа вашего учреждения',
    intro: 'В системе единых центров предоставления публичных услуг ждут заявления, направленные учреждению.',
    counts: {
      unacknowledged: (n) => `Не подтверждены в установленный срок: ${n}.`,
      'term-75': (n) => `Прошло три четверти законного срока: ${n}.`,
      'term-100': (n) => `Законный срок истёк: ${n}.`,
      'term-150': (n) => `Законный срок превышен наполовину: ${n}.`,
    },
    list: 'Отправления:',
    line: (delivery, due, days) =>
      due === ''
        ? `– ${delivery}`
        : `– ${delivery}: срок ${due}, ${days < 0 ? `просрочено дней: ${-days}` : `осталось дней: ${days}`}`,
    more: (n) => `– и ещё ${n}`,
    closing: 'Пожалуйста, ответьте через систему учреждения или на странице учреждения, как вы получаете заявления.',
    footer: 'Это сообщение отправляется автоматически, не чаще раза в день. В нём нет персональных данных.',
  },
  en: {
    subject: 'Applications are waiting for your institution',
    intro: 'Applications to your institution are waiting in the system of the unified centres for public services.',
    counts: {
      unacknowledged: (n) => `Not acknowledged in time: ${n}.`,
      'term-75': (n) => `Three quarters of the legal term have passed: ${n}.`,
      'term-100': (n) => `The legal term has passed: ${n}.`,
      'term-150': (n) => `The legal term is exceeded by half: ${n}.`,
    },
    list: 'The deliveries:',
    line: (delivery, due, days) =>
      due === ''
        ? `– ${delivery}`
        : `– ${delivery}: due on ${due}, ${days < 0 ? `${-days} days overdue` : `${days} days left`}`,
    more: (n) => `– and ${n} more`,
    closing: 'Please answer in the system of your institution, or on its page, as you receive applications.',
    footer: 'This message is sent automatically, at most once a day. It contains no personal data.',
  },
};

const daysBetween = (from: Date, dueDate: string): number =>
  Math.round((Date.parse(`${dueDate}T00:00:00Z`) - Date.parse(`${from.toISOString().slice(0, 10)}T00:00:00Z`)) / DAY);

/** Returns subject, text and footer, with a part in each language. */
export function renderLetter(
  { entries, counts = {} }: Pick<AgencyLetter, 'entries' | 'counts'>,
  languages: readonly Language[],
  now: Date,
): { subject: string; text: string; footer: string } {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = languages.map((language) => {
    const { intro, counts: countTexts, list, line, more, closing } = TEXTS[language];
    const counted = ESCALATION_STEPS.flatMap((step) => (counts[step] ? [countTexts[step](counts[step])] : []));
    const lines = entries.map(({ delivery, dueDate }) =>
      line(delivery, formatCivilDate(dueDate ?? ''), dueDate === undefined ? 0 : daysBetween(now, dueDate)),
    );
    const rest = total > entries.length ? [more(total - entries.length)] : [];
    return [intro, counted.join('\n'), [list, ...lines, ...rest].join('\n'), closing].join('\n\n');
  });
  return {
    subject: languages.map((language) => TEXTS[language].subject).join(' / '),
    text: parts.join('\n\n* * *\n\n'),
    footer: languages.map((language) => TEXTS[language].footer).join('\n'),
  };
}
