import { Plus, X } from 'lucide-react';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { PARTS } from '../../texts/parts.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import type { FormField } from '../model/form.ts';
import { typedIdnp } from '../typed/idnp.ts';
import { mendedIban } from '../typed/contact.ts';
import { DateField, LineField, LongField, SelectField } from './fields.tsx';
import { IdnpField } from './idnp-field.tsx';
import styles from './fields.module.css';

/** So many answers stand as cards; more of them are a list to choose from. */
const MOST_CARDS = 7;

interface AnswerProps {
  field: FormField;
  optional: boolean;
  /** The last day that makes sense, for dates. */
  latest: string;
  /** Digits choose: it is the only choice of its screen. */
  digits: boolean;
}

/** One field of the form of a public service, by what it asks for. */
export function AnswerField({ field, optional, latest, digits }: AnswerProps) {
  const { t } = useLanguage();
  const at = `/answers/${field.name}`;
  const place = { at, label: field.title, help: field.help, optional };
  switch (field.kind) {
    case 'text':
      return <LineField {...place} maxLength={field.maxLength} />;
    case 'long':
      return <LongField {...place} />;
    case 'date':
      return <DateField {...place} latest={latest} />;
    case 'idnp':
    case 'idno':
      return (
        <IdnpField
          at={at}
          label={field.title}
          help={field.help}
          organisation={field.kind === 'idno'}
          mark={optional ? t(PARTS.optional) : undefined}
        />
      );
    case 'iban':
      return <LineField {...place} mend={mendedIban} />;
    case 'number':
      return <LineField {...place} numeric narrow />;
    case 'yes-no':
      return <YesNo field={field} at={at} optional={optional} digits={digits} />;
    case 'choice':
      return <OneOf field={field} at={at} optional={optional} digits={digits} />;
    case 'list':
      return <ListField field={field} at={at} />;
  }
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const marked = (label: string, mark: string | undefined) => (mark ? `${label} (${mark})` : label);

type OneProps = Pick<AnswerProps, 'field' | 'optional' | 'digits'> & { at: string };

function YesNo({ field, at, optional, digits }: OneProps) {
  const { t } = useLanguage();
  const { typed, set, errorAt } = useFilling();
  const value = typed[at];
  return (
    <Choice
      id={at}
      label={marked(t(field.title), optional ? t(PARTS.optional) : undefined)}
      help={field.help && t(field.help)}
      error={errorAt(at)}
      look="segments"
      digits={digits}
      options={[
        { value: 'yes', says: t(FIELDS.yes) },
        { value: 'no', says: t(FIELDS.no) },
      ]}
      value={typeof value === 'boolean' ? (value ? 'yes' : 'no') : undefined}
      onChange={(answer) => set(at, answer === 'yes')}
    />
  );
}

function OneOf({ field, at, optional, digits }: OneProps) {
  const { t } = useLanguage();
  const { typed, set, errorAt } = useFilling();
  const options = field.choices.map(({ value, title }) => ({ value, says: capital(t(title)) }));
  if (options.length > MOST_CARDS) {
    return <SelectField at={at} label={field.title} help={field.help} optional={optional} options={options} />;
  }
  const value = typed[at];
  return (
    <Choice
      id={at}
      label={marked(t(field.title), optional ? t(PARTS.optional) : undefined)}
      help={field.help && t(field.help)}
      error={errorAt(at)}
      columns={options.length > 3 ? 2 : 1}
      digits={digits}
      options={options}
      value={typeof value === 'string' ? value : undefined}
      onChange={(answer) => set(at, answer)}
    />
  );
}

/** Several of the same, each in a row of its own. */
function ListField({ field, at }: { field: FormField; at: string }) {
  const { t } = useLanguage();
  const { typed, set, left, errorAt } = useFilling();
  const value = typed[at];
  const given = Array.isArray(value) ? (value as readonly string[]) : [];
  const rows = given.length < Math.max(field.least, 1) ? given.concat(blanks(field.least, given.length)) : given;
  const numbers = field.item?.kind === 'idnp';
  const write = (row: number, text: string) =>
    set(
      at,
      rows.map((one, other) => (other === row ? (numbers ? typedIdnp(text).shown : text) : one)),
    );
  return (
    <fieldset className={styles.list} id={at} tabIndex={-1}>
      <legend className="heard">{t(field.title)}</legend>
      {rows.map((text, row) => (
        <div key={row} className={styles.row}>
          <Field
            id={`${at}/${row}`}
            label={`${t(field.item?.title ?? field.title)}, ${t(FIELDS.row, { n: row + 1 }).toLowerCase()}`}
            error={row === 0 ? errorAt(at) : wrongRow(text, numbers, t(FIELDS.idnpWrong))}
          >
            <TextInput
              value={text}
              digits={numbers}
              inputMode={numbers ? 'numeric' : undefined}
              onChange={(typedText) => write(row, typedText)}
              onBlur={() => left(at)}
              end={numbers ? t(FIELDS.counter, { n: typedIdnp(text).count, all: 13 }) : undefined}
            />
          </Field>
          {rows.length > Math.max(field.least, 1) && (
            <Button
              look="text"
              onClick={() =>
                set(
                  at,
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
      {rows.length < field.most && (
        <div>
          <Button icon={Plus} onClick={() => set(at, [...rows, ''])}>
            {t(VISIT.addRow)}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function blanks(least: number, there: number): string[] {
  return Array.from({ length: Math.max(least, 1) - there }, () => '');
}

function wrongRow(text: string, numbers: boolean, words: string): string | undefined {
  return numbers && typedIdnp(text).state === 'wrong' ? words : undefined;
}
