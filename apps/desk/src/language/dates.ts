import { CHISINAU_TIME_ZONE, toCivilDate, formatCivilDate } from '@cups/application';
import type { Language } from '@cups/application';
import { zoneCity } from './zones.ts';

/**
 * Dates and times for people. Civil dates are `yyyy-MM-dd`, instants are RFC 3339. The words are ours: browsers differ in what they
 * know of Romanian and Russian. In Russian a word form stands in the nominative only ("пятница, 4 декабря"); after a preposition
 * use `shortDate`.
 */

const WEEKDAYS: Record<Language, readonly string[]> = {
  ro: ['duminică', 'luni', 'marți', 'miercuri', 'joi', 'vineri', 'sâmbătă'],
  ru: ['воскресенье', 'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

/** In Russian in the genitive, as they follow a day. */
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

/** `2026-12-04` → `04.12.2026`; what is no date gives ''. */
export const shortDate = formatCivilDate;

/** Today in Chisinau, or in the zone of a mission. */
export function today(zone: string = CHISINAU_TIME_ZONE): string {
  return toCivilDate(new Date(), zone);
}

/** `vineri, 4 decembrie`; with the year when it is not that of `now`, a civil date. */
export function longDate(date: string, language: Language, now: string = today()): string {
  const weekday = WEEKDAYS[language][new Date(midnightUtc(date)).getUTCDay()];
  const day = `${Number(date.slice(8))} ${MONTHS[language][Number(date.slice(5, 7)) - 1]}`;
  const year = date.slice(0, 4) === now.slice(0, 4) ? '' : ` ${date.slice(0, 4)}${language === 'ru' ? ' г.' : ''}`;
  return `${weekday}, ${day}${year}`;
}

/** `astăzi`, `ieri`, `mâine`, or undefined for a day further away. */
export function relativeDay(date: string, language: Language, now: string = today()): string | undefined {
  const distance = daysBetween(now, date);
  return distance === 0 || distance === 1 || distance === -1 ? RELATIVE[language][distance] : undefined;
}

/** Days from one civil date to another; negative when the other is earlier. */
export function daysBetween(from: string, to: string): number {
  return (midnightUtc(to) - midnightUtc(from)) / DAY_MS;
}

/** `10:42` in the zone. */
export function formatTime(instant: string, zone: string = CHISINAU_TIME_ZONE): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(instant));
}

/** `24.11, 15:20` in the zone; `24.11.2025, 15:20` when the year is not that of `now`, a civil date. */
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
 * `16:20`, and for a mission both times with the cities that they are of: `16:20 (Chișinău), 15:20 (Roma)`, since what an agency
 * promises counts in Chisinau and the people at the desk live by the other.
 */
export function formatTimeWithZone(instant: string, zone: string, language: Language): string {
  const here = formatTime(instant);
  if (zone === CHISINAU_TIME_ZONE) return here;
  return [CHISINAU_TIME_ZONE, zone].map((one) => `${formatTime(instant, one)} (${zoneCity(one, language)})`).join(', ');
}

function midnightUtc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function splitWords(list: string): readonly string[] {
  return list.split(' ');
}
