import type { ApplicationAction } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { DESK_TIME } from '../texts/desk-time.ts';

/** Below this difference the two times tell a person nothing. */
const MIN_SHOWN_MS = 60_000;

/** Returns both times of an act that was done without a line; empty if they differ by at most a minute. */
export function deskTimeText(
  deskTime: ApplicationAction['deskTime'],
  recordTime: string,
  t: LanguageContextValue['t'],
): string {
  if (!deskTime || Math.abs(Date.parse(recordTime) - Date.parse(deskTime.time)) <= MIN_SHOWN_MS) return '';
  const times = { desk: formatDayAndTime(deskTime.time), recorded: formatDayAndTime(recordTime) };
  return t(deskTime.bounded ? DESK_TIME.bounded : DESK_TIME.unbounded, times);
}
