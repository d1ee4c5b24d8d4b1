import { useEffect, useRef } from 'react';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import styles from './error-summary.module.css';

export interface Fault {
  /** Id of the control that it stands beside; without one it only says what is wrong. */
  id?: string | undefined;
  /** How the control is called: the summary says it first, since nothing stands beside it there. */
  of?: string;
  says: string;
}

/** Above the title: all that is to be mended, each leading to its field. It takes the focus when `attempt` changes. */
export function ErrorSummary({ faults, attempt }: { faults: readonly Fault[]; attempt: number }) {
  const { t } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const some = faults.length > 0;
  useEffect(() => {
    if (some && attempt > 0) box.current?.focus();
  }, [attempt, some]);
  if (!some) return null;
  return (
    <div ref={box} className={styles.summary} role="alert" tabIndex={-1}>
      <h2>{t(PARTS.summary)}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.id ?? ''} ${fault.says}`}>
            <OneFault fault={fault} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function OneFault({ fault: { id, of, says } }: { fault: Fault }) {
  const words = of ? `${of.replace('?', '')}: ${says}` : says;
  if (!id) return words;
  return (
    <a href={`#${id}`} onClick={(event) => (event.preventDefault(), lead(id))}>
      {words}
    </a>
  );
}

/** To the control itself; of a group to what is chosen in it, or its first. */
function lead(id: string): void {
  const place = document.getElementById(id);
  const control = place?.matches('fieldset')
    ? (place.querySelector(':checked') ?? place.querySelector('input'))
    : place;
  place?.scrollIntoView({ block: 'center' });
  if (control instanceof HTMLElement) control.focus();
}
