import { useSyncExternalStore } from 'react';
import { isLineCut, subscribeToLine } from '../api/line.ts';
import { lazyExtra } from '../lazy-screens.ts';

const LineStrip = lazyExtra(() => import('./line-strip.tsx'));

/** Whether the switch has cut the line. */
export const useIsLineCut = (): boolean => useSyncExternalStore(subscribeToLine, isLineCut);

/** Says on every screen that the switch has cut the line, with a button that restores it. */
export function LineNotice() {
  return useIsLineCut() ? <LineStrip /> : null;
}
