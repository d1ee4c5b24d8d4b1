import type { ReactNode } from 'react';
import { CalendarDays, TriangleAlert } from 'lucide-react';
import { longDate, shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import type { Text } from '../../language/text.ts';
import { Field, Select, TextArea, TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import { PARTS } from '../../texts/parts.ts';
import { useFilling } from '../filling.tsx';
import { textOf } from '../model/typed.ts';
import { typedDate } from '../typed/dates.ts';
import { hasCyrillic, mendedName } from '../typed/names.ts';
import styles from './fields.module.css';

/** The controls of a draft. Each knows its pointer, keeps what is typed as it is typed, and mends it when it is left. */

export interface Place {
  /** The JSON pointer of what it fills in, and the id of its control. */
  at: string;
  label: Text | Partial<Text>;
  help?: Text | undefined;
  optional?: boolean;
}

/** What a control needs to say and do, by its pointer. */
export function useControl(at: string) {
  const { typed, set, left, errorAt } = useFilling();
  return {
    value: textOf(typed, at),
    error: errorAt(at),
    onChange: (value: string) => set(at, value),
    /** Leaves the control with its text mended, where a way to mend it is given. */
    leave(mend?: (text: string) => string) {
      const text = textOf(typed, at);
      if (mend && text !== '' && mend(text) !== text) set(at, mend(text));
      left(at);
    },
  };
}

interface PlaceFieldProps {
  place: Place;
  error: ReactNode;
  echo?: ReactNode;
  children: ReactNode;
}

/** A control with what is asked around it. */
function PlaceField({ place: { at, label, help, optional }, error, echo, children }: PlaceFieldProps) {
  const { t } = useLanguage();
  return (
    <Field
      id={at}
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

interface LineProps extends Place {
  mend?: (text: string) => string;
  type?: 'text' | 'email' | 'tel';
  maxLength?: number | undefined;
  narrow?: boolean;
  numeric?: boolean;
}

export function LineField({ mend, type, maxLength, narrow, numeric, ...place }: LineProps) {
  const { value, error, onChange, leave } = useControl(place.at);
  return (
    <PlaceField place={place} error={error}>
      <TextInput
        className={narrow ? styles.narrow : undefined}
        type={type ?? 'text'}
        inputMode={numeric ? 'numeric' : undefined}
        maxLength={maxLength}
        value={value}
        onChange={onChange}
        onBlur={() => leave(mend)}
      />
    </PlaceField>
  );
}

export function LongField(place: Place) {
  const { value, error, onChange, leave } = useControl(place.at);
  return (
    <PlaceField place={place} error={error}>
      <TextArea value={value} onChange={onChange} onBlur={() => leave()} />
    </PlaceField>
  );
}

/** A name as the card has it: capitals are softened when it is left, letters of another alphabet are told. */
export function NameField(place: Place) {
  const { t } = useLanguage();
  const { value, error, onChange, leave } = useControl(place.at);
  const warning = hasCyrillic(value) && (
    <span className={styles.warning}>
      <TriangleAlert size={18} aria-hidden="true" />
      {t(FIELDS.cyrillic)}
    </span>
  );
  return (
    <PlaceField place={place} error={error} echo={warning}>
      <TextInput value={value} onChange={onChange} onBlur={() => leave(mendedName)} autoCapitalize="words" />
    </PlaceField>
  );
}

/** What was understood is told with its year, whichever it is. */
const NO_YEAR = '';

/** A date as people write it; what was understood is told under it, and stands there in full when it is left. */
export function DateField({ latest, ...place }: Place & { latest: string }) {
  const { language } = useLanguage();
  const { value, error, onChange, leave } = useControl(place.at);
  const date = typedDate(value, latest);
  const mend = (text: string) => shortDate(typedDate(text, latest) ?? '') || text;
  const echo = date && (
    <span className={styles.echo}>
      <CalendarDays size={18} aria-hidden="true" />
      {longDate(date, language, NO_YEAR)}
    </span>
  );
  return (
    <PlaceField place={place} error={error} echo={error ? undefined : echo}>
      <TextInput
        className={styles.date}
        inputMode="decimal"
        value={value}
        onChange={onChange}
        onBlur={() => leave(mend)}
        digits
      />
    </PlaceField>
  );
}

export function SelectField({ options, ...place }: Place & { options: readonly { value: string; says: string }[] }) {
  const { t } = useLanguage();
  const { value, error, onChange } = useControl(place.at);
  return (
    <PlaceField place={place} error={error}>
      <Select value={value} onChange={onChange} options={options} empty={t(FIELDS.choose)} />
    </PlaceField>
  );
}
