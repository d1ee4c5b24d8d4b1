import { useEffect, useRef } from 'react';
import { useLanguage } from '../../language/language.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import type { Text } from '../../language/text.ts';
import { cursorAfter, typedIdno, typedIdnp } from '../typed/idnp.ts';
import { useControl } from './fields.tsx';

const DIGITS = 13;

interface IdnpInputProps {
  value: string;
  onChange: (shown: string) => void;
  onBlur?: () => void;
  /** Letters stay as they are typed: a name is looked for. */
  orName?: boolean | undefined;
  /** The number of an organisation. */
  organisation?: boolean | undefined;
}

/** A number of 13 digits, grouped while it is typed, with a counter. */
export function IdnpInput({ value, onChange, onBlur, orName, organisation }: IdnpInputProps) {
  const { t } = useLanguage();
  const read = organisation ? typedIdno : typedIdnp;
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

  return (
    <span ref={box}>
      <TextInput
        inputMode={orName ? 'text' : 'numeric'}
        value={value}
        onChange={type}
        onBlur={onBlur}
        digits={!isName}
        end={isName ? undefined : t(FIELDS.counter, { n: read(value).count, all: DIGITS })}
      />
    </span>
  );
}

interface IdnpProps extends Pick<IdnpInputProps, 'orName' | 'organisation'> {
  at: string;
  label: Text | Partial<Text>;
  help?: Text | undefined;
  mark?: string | undefined;
}

/** The same with its question; a wrong check digit is said at once. */
export function IdnpField({ at, label, help, orName, organisation, mark }: IdnpProps) {
  const { t } = useLanguage();
  const { value, error, onChange, leave } = useControl(at);
  const isName = orName === true && /\p{L}/u.test(value);
  const isWrong = !isName && (organisation ? typedIdno : typedIdnp)(value).state === 'wrong';
  return (
    <Field id={at} label={t(label)} help={help && t(help)} error={isWrong ? t(FIELDS.idnpWrong) : error} mark={mark}>
      <IdnpInput value={value} onChange={onChange} onBlur={() => leave()} orName={orName} organisation={organisation} />
    </Field>
  );
}
