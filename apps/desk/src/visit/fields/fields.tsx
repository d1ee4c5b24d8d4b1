import type { ReactNode } from 'react';
import { CalendarDays } from 'lucide-react';
import { longDate, shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import type { Text } from '../../language/messages.ts';
import { Field, Select, TextArea, TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import { PARTS } from '../../texts/parts.ts';
import { useFieldForm } from '../field-form.ts';
import { textOf } from '../model/form-values.ts';
import { parseDate } from '../inputs/dates.ts';
import styles from './fields.module.css';

/** The controls of a draft, bound by pointer. They store text as typed, and normalize it on blur. */

export interface FieldBinding {
  /** JSON pointer of the value, and ID of the control. */
  pointer: string;
  label: Text | Partial<Text>;
  help?: Text | undefined;
  optional?: boolean;
}

/** Returns value, error and handlers of a control by its pointer. */
export function useFieldControl(pointer: string) {
  const { values, setValue, markTouched, errorAt } = useFieldForm();
  return {
    value: textOf(values, pointer),
    error: errorAt(pointer),
    onChange: (value: string) => setValue(pointer, value),
    /** Normalizes the text and marks the control as touched. */
    onLeave(normalize?: (text: string) => string) {
      const text = textOf(values, pointer);
      if (normalize && text !== '' && normalize(text) !== text) setValue(pointer, normalize(text));
      markTouched(pointer);
    },
  };
}

interface BoundFieldProps {
  binding: FieldBinding;
  error: ReactNode;
  echo?: ReactNode;
  children: ReactNode;
}

/** A control with label, help and error. */
export function BoundField({ binding: { pointer, label, help, optional }, error, echo, children }: BoundFieldProps) {
  const { t } = useLanguage();
  return (
    <Field
      id={pointer}
      label={t(label)}
      help={help && t(help)}
      error={error}
      echo={echo}
      mark={optional ? t(PARTS.optional) : undefined}
    >
      {children}
    </Field>
  );
}

interface LineProps extends FieldBinding {
  normalize?: (text: string) => string;
  type?: 'text' | 'email' | 'tel';
  maxLength?: number | undefined;
  narrow?: boolean;
  numeric?: boolean;
}

export function LineField({ normalize, type, maxLength, narrow, numeric, ...binding }: LineProps) {
  const { value, error, onChange, onLeave } = useFieldControl(binding.pointer);
  return (
    <BoundField binding={binding} error={error}>
      <TextInput
        className={narrow ? styles.narrow : undefined}
        type={type ?? 'text'}
        inputMode={numeric ? 'numeric' : undefined}
        maxLength={maxLength}
        value={value}
        onChange={onChange}
        onBlur={() => onLeave(normalize)}
      />
    </BoundField>
  );
}

export function LongField(binding: FieldBinding) {
  const { value, error, onChange, onLeave } = useFieldControl(binding.pointer);
  return (
    <BoundField binding={binding} error={error}>
      <TextArea value={value} onChange={onChange} onBlur={() => onLeave()} />
    </BoundField>
  );
}

/** The parsed date is always shown with its year. */
const NO_YEAR = '';

/** A date in any common format. Shows the parsed date below, and normalizes on blur. */
export function DateField({ latest, ...binding }: FieldBinding & { latest: string }) {
  const { language } = useLanguage();
  const { value, error, onChange, onLeave } = useFieldControl(binding.pointer);
  const date = parseDate(value, latest);
  const normalize = (text: string) => shortDate(parseDate(text, latest) ?? '') || text;
  const echo = date && (
    <span className={styles.echo}>
      <CalendarDays size={18} aria-hidden="true" />
      {longDate(date, language, NO_YEAR)}
    </span>
  );
  return (
    <BoundField binding={binding} error={error} echo={error ? undefined : echo}>
      <TextInput
        className={styles.date}
        inputMode="decimal"
        value={value}
        onChange={onChange}
        onBlur={() => onLeave(normalize)}
        digits
      />
    </BoundField>
  );
}

export function SelectField({
  options,
  ...binding
}: FieldBinding & { options: readonly { value: string; label: string }[] }) {
  const { t } = useLanguage();
  const { value, error, onChange } = useFieldControl(binding.pointer);
  return (
    <BoundField binding={binding} error={error}>
      <Select value={value} onChange={onChange} options={options} empty={t(FIELDS.choose)} />
    </BoundField>
  );
}
