import { REASON_TEXTS } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { PARTS } from '../texts/parts.ts';
import styles from './hand-over.module.css';

/** Shows why the platform rejected the hand-over, and offers a retry. The form keeps its values. */
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
