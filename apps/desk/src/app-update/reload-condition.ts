import { useEffect } from 'react';
import { isUserIdle } from '../api/user-activity.ts';
import { useConnectivity } from '../session/connectivity.ts';
import { setReloadCondition } from './registration.ts';

/** When this window can reload with a new release: nobody works in it, and nothing typed is only on the screen. */

/** A reload under the hand of somebody who reads or is about to type would be a loss too. */
const QUIET_MS = 10_000;

const FIELDS = 'input, select, textarea';
/** Fields with text of the operator. Other input is stored at each change. */
const TEXT_FIELDS = 'input:not([type=checkbox], [type=radio], [type=hidden], [type=submit]), textarea';

function hasInput(): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (document.activeElement?.matches(FIELDS)) return true;
  return [...document.querySelectorAll<HTMLInputElement>(TEXT_FIELDS)].some(({ value }) => value !== '');
}

/**
 * Lets a new release reload this window.
 * @param isSafe whether the screen loses nothing by a reload at that moment
 */
export function useReloadCondition(isSafe: () => boolean): void {
  const { isReachable } = useConnectivity();
  useEffect(() => {
    setReloadCondition(() => isSafe() && isReachable && isUserIdle(QUIET_MS) && !hasInput());
    return () => setReloadCondition(() => false);
  }, [isSafe, isReachable]);
}
