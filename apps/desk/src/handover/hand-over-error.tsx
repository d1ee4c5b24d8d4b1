import { REASON_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import type { Outbox } from '../outbox/outbox.ts';
import { Button } from '../parts/button.tsx';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { PARTS } from '../texts/parts.ts';
import { SESSION } from '../texts/session.ts';
import styles from './hand-over.module.css';

interface HandOverErrorProps {
  application: string;
  /** Returns to the form, which has the values. Without them a person decides among the unsent acts. */
  onRetry?: () => void;
}

/** Shows why the platform rejected the hand-over. */
export function HandOverError({ application, onRetry }: HandOverErrorProps) {
  const { t } = useLanguage();
  const { outbox, refusal } = useSyncStatus(application);
  if (!refusal) return null;
  const retry = () => {
    withdrawHandOver(outbox, application);
    onRetry?.();
  };
  return (
    <div role="alert" className={styles.refused}>
      <p>{t(REASON_TEXTS[refusal.reason])}</p>
      {onRetry ? (
        <Button onClick={retry}>{t(PARTS.again)}</Button>
      ) : (
        <Link href="/to-send">{t(SESSION.showUnsent)}</Link>
      )}
    </div>
  );
}

/** Drops the writes of a hand-over that the form sends again. */
export function withdrawHandOver(outbox: Outbox, application: string): void {
  const writes = outbox.syncStatus(application).pending.filter(({ kind }) => /hand-over$|^confirm-outcome$/.test(kind));
  outbox.withdrawWrites(
    application,
    writes.map(({ key }) => key),
  );
}
