import { lazyExtra } from '../lazy-screens.ts';

/** The notice that a screen shows data of the offline copy. */
export const CopyNotice = lazyExtra(() => import('./copy-notice.tsx'));
