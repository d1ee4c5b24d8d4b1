import { useEffect, useRef } from 'react';
import { useLanguage } from '../../language/language.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import type { Text } from '../../language/text.ts';
import { cursorAfter, typedIdno, typedIdnp } from '../typed/idnp.ts';
import { useControl } from './fields.tsx';

const DIGITS = 13;

interface IdnpProps {
  at: string;
  label: Text | Partial<Text>;
  help?: Text | undefined;
  /** Letters stay as they are typed: a name is looked for. */
  orName?: boolean;
  /** The number of an organisation. */
  organisation?: boolean;
  mark?: string | undefined;
}

/** A number of 13 digits, grouped while it is typed, with a counter; a wrong check digit is said at once. */
export function IdnpField({ at, label, help, orName, organisation, mark }: IdnpProps) {
  const { t } = useLanguage();
  const { value, error, onChange, leave } = useControl(at);
  const read = organisation ? typedIdno : typedIdnp;
  const number = read(value);
  const isName = orName === true && /\p{L}/u.test(value);
  const cursor = useRef<number>(undefined);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (cursor.current === undefined) return;
    box.current?.querySelector('input')?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
  }, [value]);

  function type(text: string): void {
    if (orName && /\p{L}/u.test(text)) return onChange(text);
    const input = box.current?.querySelector('input');
    const before = text.slice(0, input?.selectionStart ?? text.length).replace(/[^0-9]/g, '').length;
    cursor.current = cursorAfter(before);
    onChange(read(text).shown);
  }

  const wrong = !isName && number.state === 'wrong' ? t(FIELDS.idnpWrong) : undefined;
  return (
    <Field id={at} label={t(label)} help={help && t(help)} error={wrong ?? error} mark={mark}>
      <span ref={box}>
        <TextInput
          inputMode={orName ? 'text' : 'numeric'}
          value={value}
          onChange={type}
          onBlur={() => leave()}
          digits={!isName}
          end={isName ? undefined : t(FIELDS.counter, { n: number.count, all: DIGITS })}
        />
      </span>
    </Field>
  );
}
