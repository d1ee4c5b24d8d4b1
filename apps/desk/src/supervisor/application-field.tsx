import { useLanguage } from '../language/language.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { HOLDS } from '../texts/holds.ts';
import { parseApplicationName } from './application-name.ts';

interface ApplicationFieldProps {
  value: string;
  onChange: (typed: string) => void;
  /** Whether a wrong ID is reported. */
  isSubmitted: boolean;
}

/** The ID of an application, or its address. `parseApplicationName` reads it. */
export function ApplicationField({ value, onChange, isSubmitted }: ApplicationFieldProps) {
  const { t } = useLanguage();
  return (
    <Field
      label={t(HOLDS.application)}
      help={t(HOLDS.applicationHelp)}
      error={isSubmitted && !parseApplicationName(value) ? t(HOLDS.wrongApplication) : undefined}
    >
      <TextInput value={value} onChange={onChange} maxLength={300} />
    </Field>
  );
}
