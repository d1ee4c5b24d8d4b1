import { REASON_TEXTS } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { usePassage } from '../outbox/use-outbox.ts';
import { PARTS } from '../texts/parts.ts';
import styles from './hand-over.module.css';

/** What the platform did not take, and the way on: what was said is still on the screen. */
export function Refused({ application, onRetry }: { application: string; onRetry: () => void }) {
  const { t } = useLanguage();
  const { outbox, refusal } = usePassage(application);
  if (!refusal) return null;
  const again = () => {
    outbox.drop(application);
    onRetry();
  };
  return (
    <div role="alert" className={styles.refused}>
      <p>{t(REASON_TEXTS[refusal.reason])}</p>
      <Button onClick={again}>{t(PARTS.again)}</Button>
    </div>
  );
}
