import { Problem } from '@cups/problem';

/**
 * A centre that is open keeps a manager. Whether another one stays is decided for each centre by one document after the other:
 * who is about to cease to manage it stands there before their own document says so, and two who cease at once see each other.
 */

/** Somebody who ceases to manage a centre. */
export interface Leaving {
  operator: string;
  time: Date;
}

/** After so long their own document says so, or never will: the call that began it has ended. */
const COUNTS_MS = 60_000;

/**
 * Those who leave, with one more.
 * @param managers ids of all whose documents say that they manage the centre
 * @throws Problem LAST_MANAGER when nobody would stay
 */
export function leaveAfter(leaving: readonly Leaving[], next: Leaving, managers: readonly string[]): Leaving[] {
  const others = leaving.filter(
    ({ operator, time }) => operator !== next.operator && next.time.getTime() - time.getTime() < COUNTS_MS,
  );
  const away = new Set([next.operator, ...others.map(({ operator }) => operator)]);
  if (managers.every((id) => away.has(id))) {
    throw new Problem({ reason: 'LAST_MANAGER', message: 'The centre is open and would be left without a manager.' });
  }
  return [...others, next];
}

/** Those who leave without one who stays after all, or is back. */
export function stayAfter(leaving: readonly Leaving[], operator: string): Leaving[] {
  return leaving.filter((one) => one.operator !== operator);
}
