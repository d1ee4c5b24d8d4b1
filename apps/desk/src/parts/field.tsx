import { createContext, useContext, useId, useLayoutEffect, useRef } from 'react';
import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react';
import { TriangleAlert } from 'lucide-react';
import styles from './field.module.css';

/** A question with one control: label above, help below, error under the control. */

interface FieldProps {
  /** ID of the control, for links of an error summary. */
  id?: string | undefined;
  label: string;
  help?: ReactNode;
  error?: ReactNode;
  /** A remark that is no error, such as the parsed date. Announced to screen readers. */
  echo?: ReactNode;
  /** A shortcut at the end of the label line. */
  aside?: ReactNode;
  /** Beside the label, such as `opțional`. */
  mark?: string | undefined;
  children: ReactNode;
}

interface FieldContextValue {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}
const FieldContext = createContext<FieldContextValue | undefined>(undefined);

export function Field({ id: givenId, label, help, error, echo, mark, aside, children }: FieldProps) {
  const generatedId = useId();
  const id = givenId ?? generatedId;
  const describedBy = [help && `${id}-help`, error && `${id}-error`, echo && `${id}-echo`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <div className={styles.top}>
        <label htmlFor={id} className={styles.label}>
          {label}
          {mark && <span className={styles.mark}> {mark}</span>}
        </label>
        {aside}
      </div>
      {help && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      <FieldContext value={{ id, describedBy: describedBy || undefined, invalid: Boolean(error) }}>
        {children}
      </FieldContext>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      <div id={`${id}-echo`} className={styles.echo} aria-live="polite">
        {echo}
      </div>
    </div>
  );
}

/** An error message with an icon; also used under groups. */
export function FieldError({ id, children }: { id?: string | undefined; children: ReactNode }) {
  return (
    <p id={id} className={styles.error}>
      <TriangleAlert size={18} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}

/** Returns the attributes that a control takes from its Field. */
export function useField(): { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: true } {
  const field = useContext(FieldContext);
  if (!field) return {};
  const attributes: ReturnType<typeof useField> = { id: field.id };
  if (field.describedBy) attributes['aria-describedby'] = field.describedBy;
  if (field.invalid) attributes['aria-invalid'] = true;
  return attributes;
}

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & {
  value: string;
  onChange: (value: string) => void;
  /** Content at the end of the box, such as a counter. */
  end?: ReactNode;
  /** Content before the text, such as a search icon. */
  start?: ReactNode;
  /** 40 px high, for panes. */
  small?: boolean;
  digits?: boolean;
  focusOnMount?: boolean;
};

/** A one-line input. The screen handles Enter. */
export function TextInput({
  value,
  onChange,
  end,
  start,
  small,
  digits,
  focusOnMount,
  className,
  ...more
}: InputProps) {
  const field = useField();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (focusOnMount) input.current?.focus();
  }, [focusOnMount]);
  return (
    <span className={[styles.box, small ? styles.small : '', digits ? styles.digits : '', className].join(' ')}>
      {start}
      <input
        ref={input}
        type="text"
        autoComplete="off"
        spellCheck={false}
        {...more}
        {...field}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {end && <span className={styles.end}>{end}</span>}
    </span>
  );
}

type AreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> & {
  value: string;
  onChange: (value: string) => void;
};

export function TextArea({ value, onChange, ...more }: AreaProps) {
  const field = useField();
  return (
    <textarea
      rows={3}
      className={styles.area}
      {...more}
      {...field}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface SelectProps {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  /** Text while nothing is selected. */
  empty?: string | undefined;
  small?: boolean;
}

export function Select({ value, onChange, options, empty, small }: SelectProps) {
  const field = useField();
  return (
    <select
      className={[styles.select, small ? styles.small : ''].join(' ')}
      {...field}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {(empty !== undefined || value === '') && <option value="">{empty}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
