import { Plus, X } from 'lucide-react';
import { useLanguage } from '../../language/language.tsx';
import type { LanguageContextValue } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { PARTS } from '../../texts/parts.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFieldForm } from '../field-form.ts';
import type { FormField } from '../model/form.ts';
import { numberError, parseIdnp } from '../inputs/idnp.ts';
import { normalizeIban } from '../inputs/contact.ts';
import { DateField, LineField, LongField, SelectField } from './fields.tsx';
import { IdnpField } from './idnp-field.tsx';
import styles from './fields.module.css';

/** More options than this become a select box. */
const MAX_CARDS = 7;

interface AnswerFieldProps {
  field: FormField;
  optional: boolean;
  /** The latest plausible date, for two-digit years. */
  latest: string;
  /** Digit keys choose, if this is the only choice of the screen. */
  digits: boolean;
}

/** Renders one field of a service's form by its kind. */
export function AnswerField({ field, optional, latest, digits }: AnswerFieldProps) {
  const { t } = useLanguage();
  const pointer = `/answers/${field.name}`;
  const binding = { pointer, label: field.title, help: field.help, optional };
  switch (field.kind) {
    case 'text':
      return <LineField {...binding} maxLength={field.maxLength} />;
    case 'long':
      return <LongField {...binding} />;
    case 'date':
      return <DateField {...binding} latest={latest} />;
    case 'idnp':
    case 'idno':
      return (
        <IdnpField
          pointer={pointer}
          label={field.title}
          help={field.help}
          isOrganisation={field.kind === 'idno'}
          mark={optional ? t(PARTS.optional) : undefined}
        />
      );
    case 'iban':
      return <LineField {...binding} normalize={normalizeIban} />;
    case 'number':
      return <LineField {...binding} numeric narrow />;
    case 'yes-no':
      return <YesNoField field={field} pointer={pointer} optional={optional} digits={digits} />;
    case 'choice':
      return <ChoiceField field={field} pointer={pointer} optional={optional} digits={digits} />;
    case 'list':
      return <ListField field={field} pointer={pointer} />;
  }
}

const capitalise = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const labelWithMark = (label: string, mark: string | undefined) => (mark ? `${label} (${mark})` : label);

type ChoiceFieldProps = Pick<AnswerFieldProps, 'field' | 'optional' | 'digits'> & { pointer: string };

function YesNoField({ field, pointer, optional, digits }: ChoiceFieldProps) {
  const { t } = useLanguage();
  const { values, setValue, errorAt } = useFieldForm();
  const value = values[pointer];
  return (
    <Choice
      id={pointer}
      label={labelWithMark(t(field.title), optional ? t(PARTS.optional) : undefined)}
      help={field.help && t(field.help)}
      error={errorAt(pointer)}
      variant="segments"
      digits={digits}
      options={[
        { value: 'yes', label: t(FIELDS.yes) },
        { value: 'no', label: t(FIELDS.no) },
      ]}
      value={typeof value === 'boolean' ? (value ? 'yes' : 'no') : undefined}
      onChange={(answer) => setValue(pointer, answer === 'yes')}
    />
  );
}

function ChoiceField({ field, pointer, optional, digits }: ChoiceFieldProps) {
  const { t } = useLanguage();
  const { values, setValue, errorAt } = useFieldForm();
  const options = field.choices.map(({ value, title }) => ({ value, label: capitalise(t(title)) }));
  if (options.length > MAX_CARDS) {
    return (
      <SelectField pointer={pointer} label={field.title} help={field.help} optional={optional} options={options} />
    );
  }
  const value = values[pointer];
  return (
    <Choice
      id={pointer}
      label={labelWithMark(t(field.title), optional ? t(PARTS.optional) : undefined)}
      help={field.help && t(field.help)}
      error={errorAt(pointer)}
      columns={options.length > 3 ? 2 : 1}
      digits={digits}
      options={options}
      value={typeof value === 'string' ? value : undefined}
      onChange={(answer) => setValue(pointer, answer)}
    />
  );
}

/** A list of values, one row each. */
function ListField({ field, pointer }: { field: FormField; pointer: string }) {
  const { t } = useLanguage();
  const { values, setValue, markTouched, errorAt } = useFieldForm();
  const value = values[pointer];
  const stored = Array.isArray(value) ? (value as readonly string[]) : [];
  const rows = stored.length < Math.max(field.min, 1) ? stored.concat(blankRows(field.min, stored.length)) : stored;
  const isNumeric = field.item?.kind === 'idnp';
  const writeRow = (row: number, text: string) =>
    setValue(
      pointer,
      rows.map((current, index) => (index === row ? (isNumeric ? parseIdnp(text).formatted : text) : current)),
    );
  return (
    <fieldset className={styles.list} id={pointer} tabIndex={-1}>
      <legend className="heard">{t(field.title)}</legend>
      {rows.map((text, row) => (
        <div key={row} className={styles.row}>
          <Field
            id={`${pointer}/${row}`}
            label={`${t(field.item?.title ?? field.title)}, ${t(FIELDS.row, { n: row + 1 }).toLowerCase()}`}
            error={row === 0 ? errorAt(pointer) : rowErrorText(text, isNumeric, t)}
          >
            <TextInput
              value={text}
              digits={isNumeric}
              inputMode={isNumeric ? 'numeric' : undefined}
              onChange={(typedText) => writeRow(row, typedText)}
              onBlur={() => markTouched(pointer)}
              end={isNumeric ? t(FIELDS.counter, { n: parseIdnp(text).count, all: 13 }) : undefined}
            />
          </Field>
          {rows.length > Math.max(field.min, 1) && (
            <Button
              variant="text"
              onClick={() =>
                setValue(
                  pointer,
                  rows.filter((_, other) => other !== row),
                )
              }
            >
              <X size={18} aria-hidden="true" />
              <span className="heard">{t(VISIT.removeRow, { n: row + 1 })}</span>
            </Button>
          )}
        </div>
      ))}
      {rows.length < field.max && (
        <div>
          <Button icon={Plus} onClick={() => setValue(pointer, [...rows, ''])}>
            {t(VISIT.addRow)}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function blankRows(min: number, count: number): string[] {
  return Array.from({ length: Math.max(min, 1) - count }, () => '');
}

function rowErrorText(text: string, isNumeric: boolean, t: LanguageContextValue['t']): string | undefined {
  const wrong = isNumeric ? numberError(parseIdnp(text)) : undefined;
  return wrong && t(wrong);
}
