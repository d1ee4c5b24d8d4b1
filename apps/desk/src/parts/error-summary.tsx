import { useEffect, useRef } from 'react';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import styles from './error-summary.module.css';

export interface FormError {
  /** ID of the control; without one the error is not a link. */
  id?: string | undefined;
  /** Label of the control, shown before the message. */
  label?: string;
  message: string;
}

/** Lists all errors above the title, each linked to its control. Takes the focus when `attempt` changes. */
export function ErrorSummary({ errors, attempt }: { errors: readonly FormError[]; attempt: number }) {
  const { t } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const hasErrors = errors.length > 0;
  useEffect(() => {
    if (hasErrors && attempt > 0) box.current?.focus();
  }, [attempt, hasErrors]);
  if (!hasErrors) return null;
  return (
    <div ref={box} className={styles.summary} role="alert" tabIndex={-1}>
      <h2>{t(PARTS.summary)}</h2>
      <ul>
        {errors.map((error) => (
          <li key={`${error.id ?? ''} ${error.message}`}>
            <ErrorItem error={error} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ErrorItem({ error: { id, label, message } }: { error: FormError }) {
  const text = label ? `${label.replace('?', '')}: ${message}` : message;
  if (!id) return text;
  return (
    <a href={`#${id}`} onClick={(event) => (event.preventDefault(), focusControl(id))}>
      {text}
    </a>
  );
}

/** Focuses a control; of a group the selected or first option. */
function focusControl(id: string): void {
  const element = document.getElementById(id);
  const control = element?.matches('fieldset')
    ? (element.querySelector(':checked') ?? element.querySelector('input'))
    : element;
  element?.scrollIntoView({ block: 'center' });
  if (control instanceof HTMLElement) control.focus();
}
