import { useEffect, useRef } from 'react';
import { useLanguage } from '../../language/language.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import type { Text } from '../../language/messages.ts';
import { cursorPosition, numberError, parseIdno, parseIdnp } from '../inputs/idnp.ts';
import { useFieldControl } from './fields.tsx';

const IDNP_LENGTH = 13;

interface IdnpInputProps {
  value: string;
  onChange: (shown: string) => void;
  onBlur?: () => void;
  /** Accepts letters, for a search by name. */
  allowsName?: boolean | undefined;
  /** An IDNO instead of an IDNP. */
  isOrganisation?: boolean | undefined;
}

/** A number of 13 digits, grouped while it is typed, with a counter. */
export function IdnpInput({ value, onChange, onBlur, allowsName, isOrganisation }: IdnpInputProps) {
  const { t } = useLanguage();
  const parse = isOrganisation ? parseIdno : parseIdnp;
  const isName = allowsName === true && /\p{L}/u.test(value);
  const cursor = useRef<number>(undefined);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (cursor.current === undefined) return;
    box.current?.querySelector('input')?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
  }, [value]);

  function onType(text: string): void {
    if (allowsName && /\p{L}/u.test(text)) return onChange(text);
    const input = box.current?.querySelector('input');
    const before = text.slice(0, input?.selectionStart ?? text.length).replace(/[^0-9]/g, '').length;
    cursor.current = cursorPosition(before);
    onChange(parse(text).formatted);
  }

  return (
    <span ref={box}>
      <TextInput
        inputMode={allowsName ? 'text' : 'numeric'}
        value={value}
        onChange={onType}
        onBlur={onBlur}
        digits={!isName}
        end={isName ? undefined : t(FIELDS.counter, { n: parse(value).count, all: IDNP_LENGTH })}
      />
    </span>
  );
}

interface IdnpFieldProps extends Pick<IdnpInputProps, 'allowsName' | 'isOrganisation'> {
  pointer: string;
  label: Text | Partial<Text>;
  help?: Text | undefined;
  mark?: string | undefined;
}

/** An IdnpInput with label; a wrong check digit is shown immediately. */
export function IdnpField({ pointer, label, help, allowsName, isOrganisation, mark }: IdnpFieldProps) {
  const { t } = useLanguage();
  const { value, error, onChange, onLeave } = useFieldControl(pointer);
  const isName = allowsName === true && /\p{L}/u.test(value);
  const parsed = (isOrganisation ? parseIdno : parseIdnp)(value);
  const wrong = isName ? undefined : numberError(parsed, { isOrganisation: isOrganisation === true });
  return (
    <Field id={pointer} label={t(label)} help={help && t(help)} error={wrong ? t(wrong) : error} mark={mark}>
      <IdnpInput
        value={value}
        onChange={onChange}
        onBlur={() => onLeave()}
        allowsName={allowsName}
        isOrganisation={isOrganisation}
      />
    </Field>
  );
}
