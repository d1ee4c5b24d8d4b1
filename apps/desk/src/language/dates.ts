import { CHISINAU_TIME_ZONE, toCivilDate, formatCivilDate } from '@cups/application';
import type { Language } from '@cups/application';
import { zoneCity } from './zones.ts';

/**
 * Dates and times for display. Civil dates are `yyyy-MM-dd`, instants are RFC 3339. The texts are built in, because
 * browsers differ in Romanian and Russian. Russian word forms are nominative ("пятница, 4 декабря"); after a
 * preposition use `shortDate`.
 */

const WEEKDAYS: Record<Language, readonly string[]> = {
  ro: ['duminică', 'luni', 'marți', 'miercuri', 'joi', 'vineri', 'sâmbătă'],
  ru: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

/** Russian months are in the genitive, as they follow a day. */
const MONTHS: Record<Language, readonly string[]> = {
  ro: splitWords('ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie'),
  ru: splitWords('января февраля марта апреля мая июня июля августа сентября октября ноября декабря'),
  en: splitWords('January February March April May June July August September October November December'),
};

const RELATIVE: Record<Language, Readonly<Record<-1 | 0 | 1, string>>> = {
  ro: { [-1]: 'ieri', 0: 'astăzi', 1: 'mâine' },
  ru: { [-1]: 'вчера', 0: 'сегодня', 1: 'завтра' },
  en: { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' },
};

const DAY_MS = 86_400_000;

/** Returns `04.12.2026` for `2026-12-04`, or '' for an invalid date. */
export const shortDate = formatCivilDate;

/** Returns today's civil date in Chisinau, or in the zone of a mission. */
export function today(zone: string = CHISINAU_TIME_ZONE): string {
  return toCivilDate(new Date(), zone);
}

/** Returns `vineri, 4 decembrie`, with the year if it differs from that of `now`, a civil date. */
export function longDate(date: string, language: Language, now: string = today()): string {
  const weekday = WEEKDAYS[language][new Date(midnightUtc(date)).getUTCDay()];
  const day = `${Number(date.slice(8))} ${MONTHS[language][Number(date.slice(5, 7)) - 1]}`;
  const year = date.slice(0, 4) === now.slice(0, 4) ? '' : ` ${date.slice(0, 4)}${language === 'ru' ? ' г.' : ''}`;
  return `${weekday}, ${day}${year}`;
}

/** Russian weekdays after a preposition. */
const WEEKDAYS_AFTER_PREPOSITION = [
  'в воскресенье',
  'в понедельник',
  'во вторник',
  'в среду',
  'в четверг',
  'в пятницу',
  'в субботу',
] as const;

/** Returns `longDate` as an adverbial: `в субботу, 28 ноября`, `on Saturday, 28 November`. */
export function onDate(date: string, language: Language, now: string = today()): string {
  const text = longDate(date, language, now);
  if (language === 'en') return `on ${text}`;
  if (language === 'ro') return text;
  const weekday = new Date(midnightUtc(date)).getUTCDay();
  return text.replace(/^[^,]+/, WEEKDAYS_AFTER_PREPOSITION[weekday] ?? '');
}

/** Returns `astăzi`, `ieri` or `mâine`, or undefined for other days. */
export function relativeDay(date: string, language: Language, now: string = today()): string | undefined {
  const distance = daysBetween(now, date);
  return distance === 0 || distance === 1 || distance === -1 ? RELATIVE[language][distance] : undefined;
}

/** Returns the days between two civil dates, negative if `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return (midnightUtc(to) - midnightUtc(from)) / DAY_MS;
}

/** Returns `10:42` in the zone. */
export function formatTime(instant: string, zone: string = CHISINAU_TIME_ZONE): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(instant));
}

/** Returns `24.11, 15:20` in the zone, with the year if it differs from that of `now`, a civil date. */
export function formatDayAndTime(
  instant: string,
  zone: string = CHISINAU_TIME_ZONE,
  now: string = today(zone),
): string {
  const date = toCivilDate(new Date(instant), zone);
  const day = date.slice(0, 4) === now.slice(0, 4) ? shortDate(date).slice(0, 5) : shortDate(date);
  return `${day}, ${formatTime(instant, zone)}`;
}

/**
 * Returns `16:20`, and for a mission both times: `16:20 (Chișinău), 15:20 (Roma)`. Agency deadlines are in Chisinau
 * time; people at the desk use local time.
 */
export function formatTimeWithZone(instant: string, zone: string, language: Language): string {
  const chisinauTime = formatTime(instant);
  if (zone === CHISINAU_TIME_ZONE) return chisinauTime;
  return [CHISINAU_TIME_ZONE, zone]
    .map((timeZone) => `${formatTime(instant, timeZone)} (${zoneCity(timeZone, language)})`)
    .join(', ');
}

function midnightUtc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function splitWords(list: string): readonly string[] {
  return list.split(' ');
}
