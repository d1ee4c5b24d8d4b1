import { useEffect, useRef } from 'react';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import styles from './error-summary.module.css';

export interface FormError {
  /** Id of the control that it stands beside; without one it only says what is wrong. */
  id?: string | undefined;
  /** How the control is called: the summary says it first, since nothing stands beside it there. */
  label?: string;
  message: string;
}

/** Above the title: all that is to be mended, each leading to its field. It takes the focus when `attempt` changes. */
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

/** To the control itself; of a group to what is chosen in it, or its first. */
function focusControl(id: string): void {
  const element = document.getElementById(id);
  const control = element?.matches('fieldset')
    ? (element.querySelector(':checked') ?? element.querySelector('input'))
    : element;
  element?.scrollIntoView({ block: 'center' });
  if (control instanceof HTMLElement) control.focus();
}
