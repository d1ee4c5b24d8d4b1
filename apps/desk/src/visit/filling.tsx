import { createContext, useContext } from 'react';
import type { Content } from '@cups/application';
import type { Agency, PublicService, Registry } from '../api/types.ts';
import type { Value } from './model/form.ts';
import type { Lack } from './model/missing.ts';
import type { ScreenId } from './model/screens.ts';
import type { Typed } from './model/typed.ts';
import type { Draft, Visit } from './store.ts';
import type { Sending } from './use-sending.ts';

/** One draft while it is filled in: what its screens and fields share. */
export interface Filling {
  visit: Visit;
  draft: Draft;
  typed: Typed;
  content: Content;
  registry: Registry;
  service: PublicService | undefined;
  agency: Agency | undefined;
  /** yyyy-MM-dd in Chisinau. */
  today: string;
  screens: readonly ScreenId[];
  screen: ScreenId;
  /** All that keeps the draft from being filed. */
  lacks: readonly Lack[];
  /** What is said of a control now: nothing before somebody left it or wanted to go on. */
  errorAt: (at: string) => string | undefined;
  set: (at: string, value: Value | undefined) => void;
  setAll: (values: Readonly<Record<string, Value | undefined>>) => void;
  /** Whoever types leaves the control: what is wrong with it may be said. */
  left: (at: string) => void;
  /** Goes on with this service; a draft that was open for another one is given up. */
  choose: (service: string) => void;
  go: (screen: ScreenId) => void;
  /** The next screen, or what keeps from it. */
  next: () => void;
  back: () => void;
  /** What is being fetched into the fields: going on waits for it. */
  during: (work: Promise<unknown>) => void;
  /** Counts how often somebody wanted to go on and could not: the summary takes the focus. */
  attempt: number;
  /** Says what keeps from going on where it is no fault of a field. */
  hold: (why: string | undefined) => void;
  held: string | undefined;
  sending: Sending;
}

export const FillingHere = createContext<Filling | undefined>(undefined);

export function useFilling(): Filling {
  const filling = useContext(FillingHere);
  if (!filling) throw new Error('No draft is filled in around this part.');
  return filling;
}
