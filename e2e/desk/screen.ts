import type { Language } from '@cups/application';
import type { Page } from 'playwright-core';
import type { Sample } from './sample.ts';

/** A screen of the desk, for screenshots. */
export interface Screen {
  name: string;
  /** Nobody by default. */
  operator?: string;
  path: (sample: Sample) => string;
  /** Steps from the path to the displayed screen. */
  prepare?: (page: Page, sample: Sample, language: Language) => Promise<unknown>;
  /** Also in Russian, in English and on a phone. */
  isLocalized?: boolean;
  isDark?: boolean;
  /** Requests are pending while the picture is taken. */
  isPending?: boolean;
  /** The whole page, not only what the window shows. For pages of the citizen: the desk scrolls inside its window. */
  isWhole?: boolean;
  /** The printout that the steps end with, as A4. */
  isPrintout?: boolean;
}
