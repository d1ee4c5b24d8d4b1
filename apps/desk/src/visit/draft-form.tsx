import { createContext, useContext } from 'react';
import type { Content } from '@cups/application';
import type { Agency, PublicService, Catalog } from '../api/types.ts';
import type { FieldValue } from './model/form.ts';
import type { MissingField } from './model/missing-fields.ts';
import type { ScreenId } from './model/screens.ts';
import type { FormValues } from './model/form-values.ts';
import type { Draft, Visit } from './visit-store.ts';
import type { DraftSync } from './use-draft-sync.ts';

/** One draft while it is filled in: what its screens and fields share. */
export interface DraftForm {
  visit: Visit;
  draft: Draft;
  values: FormValues;
  content: Content;
  catalog: Catalog;
  service: PublicService | undefined;
  agency: Agency | undefined;
  /** yyyy-MM-dd in Chisinau. */
  today: string;
  screens: readonly ScreenId[];
  screen: ScreenId;
  /** All that keeps the draft from being filed. */
  missingFields: readonly MissingField[];
  /** What is said of a control now: nothing before somebody left it or wanted to go on. */
  errorAt: (pointer: string) => string | undefined;
  setValue: (pointer: string, value: FieldValue | undefined) => void;
  setValues: (values: Readonly<Record<string, FieldValue | undefined>>) => void;
  /** Whoever types leaves the control: what is wrong with it may be said. */
  markTouched: (pointer: string) => void;
  /** Goes on with this service; a draft that was open for another one is given up. */
  chooseService: (service: string) => void;
  go: (screen: ScreenId) => void;
  /** The next screen, or what keeps from it. */
  next: () => void;
  back: () => void;
  /** What is being fetched into the fields: going on waits for it. */
  waitFor: (work: Promise<unknown>) => void;
  /** Counts how often somebody wanted to go on and could not: the summary takes the focus. */
  attempt: number;
  /** Says what keeps from going on where it is no fault of a field. */
  setBlockingText: (text: string | undefined) => void;
  blockingText: string | undefined;
  sync: DraftSync;
}

export const DraftFormContext = createContext<DraftForm | undefined>(undefined);

export function useDraftForm(): DraftForm {
  const form = useContext(DraftFormContext);
  if (!form) throw new Error('No draft is filled in around this part.');
  return form;
}
