import { createContext, useContext, useId, useLayoutEffect, useRef } from 'react';
import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react';
import { TriangleAlert } from 'lucide-react';
import styles from './field.module.css';

/** One question with one control: label above, help under it, and what is wrong under the control. */

interface FieldProps {
  /** The id of the control, so that an error summary can lead to it. */
  id?: string | undefined;
  label: string;
  help?: ReactNode;
  error?: ReactNode;
  /** A remark that is no error, such as the date as it was understood. Told to those who hear the page. */
  echo?: ReactNode;
  /** On the line of the label, at its end: a quick answer. */
  aside?: ReactNode;
  /** Beside the label: `opțional`. */
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

/** What is wrong, with its sign; also under groups of choices. */
export function FieldError({ id, children }: { id?: string | undefined; children: ReactNode }) {
  return (
    <p id={id} className={styles.error}>
      <TriangleAlert size={18} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}

/** What a control takes from the field around it. */
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
  /** Inside the box at its end, such as a counter. */
  end?: ReactNode;
  /** Before the text, such as the glass of a search. */
  start?: ReactNode;
  /** 40 px high, in panes. */
  small?: boolean;
  digits?: boolean;
  /** It has the focus when it appears: what the screen begins with. */
  focusOnMount?: boolean;
};

/** One line of text. Enter is left to the screen: it goes to the next field. */
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
  /** What stands there while nothing is chosen. */
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
