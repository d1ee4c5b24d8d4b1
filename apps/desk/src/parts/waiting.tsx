import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { isPassing, Refusal } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import { Button } from './button.tsx';
import styles from './waiting.module.css';

/** What stands where something is awaited, is not there, or went wrong. */

const QUIET_MS = 300;

/** Still grey bars, and only after a moment: what comes at once shows nothing else before. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { t } = useLanguage();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.skeleton} aria-busy="true">
      {late && <span className="heard">{t(PARTS.loading)}</span>}
      {late && Array.from({ length: lines }, (_, at) => <span key={at} className={styles.bar} />)}
    </div>
  );
}

/** Nothing is there: a sentence, and the next step. */
export function Empty({ children, act }: { children: ReactNode; act?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {act}
    </div>
  );
}

/** A read that failed: what failed, what is safe, one button. */
export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { t } = useLanguage();
  const absent = error instanceof Refusal && error.status === 404;
  const away = isPassing(error);
  const id = error instanceof Refusal ? error.problem.errorId : undefined;
  return (
    <div className={styles.empty} role="alert">
      <p>{t(absent ? PARTS.notFound : away ? PARTS.awayRead : PARTS.failed)}</p>
      {!absent && <p className={styles.safe}>{t(PARTS.failedSafe)}</p>}
      {id && <p className={styles.safe}>{id}</p>}
      {!absent && <Button onClick={onAgain}>{t(PARTS.again)}</Button>}
    </div>
  );
}
