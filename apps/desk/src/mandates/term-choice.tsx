import { addCivilDays, formatCivilDate, MANDATE_TERM_DAYS, MANDATE_TERMS } from '@cups/application';
import type { MandateTerm } from '@cups/application';
import { MANDATE_TERM_TEXTS } from '@cups/application/texts';
import { today } from '../language/dates.ts';
import { capitalise } from '../language/messages.ts';
import { useLanguage } from '../language/language.tsx';
import { Choice } from '../parts/choice.tsx';
import { MANDATES } from '../texts/mandates.ts';

interface TermChoiceProps {
  /** ID of the fieldset, for links of an error summary. */
  id?: string;
  value: MandateTerm | undefined;
  onChange: (term: MandateTerm) => void;
  error?: string | undefined;
  /** Binds Digit1 … to the terms. */
  digits?: boolean;
}

/** The terms of a mandate, each with its last day. */
export function TermChoice({ id, value, onChange, error, digits = false }: TermChoiceProps) {
  const { t } = useLanguage();
  return (
    <Choice
      id={id}
      label={t(MANDATES.term)}
      help={t(MANDATES.termHelp)}
      error={error}
      columns={2}
      digits={digits}
      options={MANDATE_TERMS.map((term) => ({
        value: term,
        label: capitalise(t(MANDATE_TERM_TEXTS[term])),
        more: `${t(MANDATES.lastDay)}: ${formatCivilDate(addCivilDays(today(), MANDATE_TERM_DAYS[term]))}`,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
