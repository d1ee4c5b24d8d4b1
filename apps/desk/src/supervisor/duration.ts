import type { Language } from '@cups/application';
import { interpolateText } from '@cups/application/texts';
import { plural } from '../language/plurals.ts';
import { DAYS } from '../texts/counts.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats seconds as `12 min`, `3 h 20 min` or `5 zile`; '–' for undefined. */
export function durationText(seconds: number | undefined, language: Language): string {
  if (seconds === undefined) return '–';
  if (seconds < MINUTE) return SUPERVISOR.underMinute[language];
  if (seconds < HOUR) return interpolateText(SUPERVISOR.minutes[language], { n: Math.round(seconds / MINUTE) });
  if (seconds >= DAY) return plural(Math.round(seconds / DAY), language, DAYS);
  const minutes = Math.floor(seconds / MINUTE);
  return interpolateText(SUPERVISOR.hours[language], { h: Math.floor(minutes / 60), m: minutes % 60 });
}
