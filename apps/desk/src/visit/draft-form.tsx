import { createContext, useContext } from 'react';
import type { Content } from '@cups/application';
import type { Agency, PublicService, Catalog } from '../api/types.ts';
import type { FieldForm } from './field-form.ts';
import type { FieldValue } from './model/form.ts';
import type { MissingField } from './model/missing-fields.ts';
import type { ScreenId } from './model/screens.ts';
import type { Draft, Visit } from './visit-store.ts';
import type { DraftSync } from './use-draft-sync.ts';

/** A draft being filled in: the state shared by its screens and fields. */
export interface DraftForm extends FieldForm {
  visit: Visit;
  draft: Draft;
  content: Content;
  catalog: Catalog;
  service: PublicService | undefined;
  agency: Agency | undefined;
  /** Civil date in Chisinau. */
  today: string;
  screens: readonly ScreenId[];
  screen: ScreenId;
  /** Everything that blocks the submission. */
  missingFields: readonly MissingField[];
  setValues: (values: Readonly<Record<string, FieldValue | undefined>>) => void;
  /** Continues with this service. An open draft of another service is withdrawn. */
  chooseService: (service: string) => void;
  go: (screen: ScreenId) => void;
  /** Goes to the next screen, or shows what blocks it. */
  next: () => void;
  back: () => void;
  /** Delays `next` until the work has filled its fields. */
  waitFor: (work: Promise<unknown>) => void;
  /** Counts blocked attempts to continue; the summary then takes the focus. */
  attempt: number;
  /** Shows a blocking reason that belongs to no field. */
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
