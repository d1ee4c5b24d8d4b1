import { createContext, useContext } from 'react';
import type { FieldValue } from './model/form.ts';
import type { FormValues } from './model/form-values.ts';

/** What a control of a form needs: its value, its error, and where its input goes. */
export interface FieldForm {
  values: FormValues;
  /** Returns the error of a control; undefined until it was left or the user tried to continue. */
  errorAt: (pointer: string) => string | undefined;
  setValue: (pointer: string, value: FieldValue | undefined) => void;
  /** The user left the control: its errors may be shown. */
  markTouched: (pointer: string) => void;
}

export const FieldFormContext = createContext<FieldForm | undefined>(undefined);

export function useFieldForm(): FieldForm {
  const form = useContext(FieldFormContext);
  if (!form) throw new Error('No form is filled in around this control.');
  return form;
}
