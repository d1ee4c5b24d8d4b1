import { REASON_TEXTS } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { PARTS } from '../texts/parts.ts';
import styles from './hand-over.module.css';

/** What the platform did not take, and the way on: what was said is still on the screen. */
export function HandOverError({ application, onRetry }: { application: string; onRetry: () => void }) {
  const { t } = useLanguage();
  const { outbox, refusal } = useSyncStatus(application);
  if (!refusal) return null;
  const retry = () => {
    outbox.discard(application);
    onRetry();
  };
  return (
    <div role="alert" className={styles.refused}>
      <p>{t(REASON_TEXTS[refusal.reason])}</p>
      <Button onClick={retry}>{t(PARTS.again)}</Button>
    </div>
  );
}
