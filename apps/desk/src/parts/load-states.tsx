import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { isTransient, ApiError } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import { Button } from './button.tsx';
import styles from './load-states.module.css';

/** Placeholders for loading, empty and failed content. */

const SKELETON_DELAY_MS = 300;

/** Static grey bars after 300 ms; faster content shows no placeholder. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { t } = useLanguage();
  const [isVisible, setIsVisible] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsVisible(true), SKELETON_DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.skeleton} aria-busy="true">
      {isVisible && <span className="heard">{t(PARTS.loading)}</span>}
      {isVisible && Array.from({ length: lines }, (_, at) => <span key={at} className={styles.bar} />)}
    </div>
  );
}

export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** A failed read: what failed, what is safe, and a retry button. */
export function LoadError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useLanguage();
  const isNotFound = error instanceof ApiError && error.status === 404;
  const isUnavailable = isTransient(error);
  const id = error instanceof ApiError ? error.problem.errorId : undefined;
  return (
    <div className={styles.empty} role="alert">
      <p>{t(isNotFound ? PARTS.notFound : isUnavailable ? PARTS.awayRead : PARTS.failed)}</p>
      {!isNotFound && <p className={styles.safe}>{t(PARTS.failedSafe)}</p>}
      {id && <p className={styles.safe}>{id}</p>}
      {!isNotFound && <Button onClick={onRetry}>{t(PARTS.again)}</Button>}
    </div>
  );
}
