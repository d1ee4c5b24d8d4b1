import { useId } from 'react';
import type { ReactNode } from 'react';
import { Check } from 'lucide-react';
import { FieldError } from './field.tsx';
import { useKeys } from '../keys/keys.tsx';
import styles from './choice.module.css';

/** Radio buttons as cards, or as segments for short answers. Nothing is preselected. */

export interface Option<Value extends string> {
  value: Value;
  label: ReactNode;
  /** Secondary text below. */
  more?: ReactNode;
}
interface ChoiceProps<Value extends string> {
  /** ID of the fieldset, for links of an error summary. */
  id?: string | undefined;
  label: string;
  /** Shows the label to screen readers only. */
  labelHidden?: boolean;
  help?: ReactNode;
  error?: ReactNode;
  options: readonly Option<Value>[];
  value: Value | undefined;
  onChange: (value: Value) => void;
  variant?: 'cards' | 'segments';
  columns?: 1 | 2;
  /** Binds Digit1 … to the options, if this is the only choice of a screen. */
  digits?: boolean;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const {
    id: givenId,
    label,
    labelHidden,
    help,
    error,
    options,
    value,
    onChange,
    variant = 'cards',
    columns = 1,
  } = props;
  const generatedId = useId();
  const id = givenId ?? generatedId;
  const choose = (chosen: Value) => {
    onChange(chosen);
    focusAnswer(id, chosen);
  };
  useKeys(
    props.digits
      ? options.slice(0, 9).map((option, at) => ({ code: `Digit${at + 1}`, run: () => choose(option.value) }))
      : [],
  );
  return (
    <fieldset
      id={id}
      className={styles.group}
      aria-describedby={error ? `${id}-error` : undefined}
      data-wrong={error ? true : undefined}
      tabIndex={-1}
    >
      <legend className={labelHidden ? 'heard' : styles.label}>{label}</legend>
      {help && <p className={styles.help}>{help}</p>}
      <div className={[styles[variant], columns === 2 ? styles.two : ''].join(' ')}>
        {options.map((option) => (
          <label key={option.value} className={styles.option} data-chosen={option.value === value || undefined}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {variant === 'cards' ? <span className={styles.radio} /> : <Tick chosen={option.value === value} />}
            <span className={styles.words}>
              <span className={styles.says}>{option.label}</span>
              {option.more && <span className={styles.more}>{option.more}</span>}
            </span>
          </label>
        ))}
      </div>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </fieldset>
  );
}

/** Moves the focus to a chosen radio button, so that arrows and Tab continue from there. */
export function focusAnswer(group: string, value: string): void {
  const radios = document.getElementById(group)?.querySelectorAll<HTMLInputElement>('input[type=radio]');
  [...(radios ?? [])].find((radio) => radio.value === value)?.focus();
}

const Tick = ({ chosen }: { chosen: boolean }) => (chosen ? <Check size={16} aria-hidden="true" /> : null);

interface CheckProps {
  id?: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  more?: ReactNode;
  error?: ReactNode;
}

export function CheckBox({ id: givenId, checked, onChange, children, more, error }: CheckProps) {
  const generatedId = useId();
  const id = givenId ?? generatedId;
  return (
    <div className={styles.checking}>
      <label className={styles.check}>
        <input
          id={id}
          type="checkbox"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
        <span className={styles.tick}>
          <Check size={16} strokeWidth={3} aria-hidden="true" />
        </span>
        <span className={styles.words}>
          <span className={styles.says}>{children}</span>
          {more && <span className={styles.more}>{more}</span>}
        </span>
      </label>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}
