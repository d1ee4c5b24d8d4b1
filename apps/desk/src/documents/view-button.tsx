import { useId } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useConnectivity } from '../session/connectivity.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import styles from './documents.module.css';

interface ViewButtonProps {
  /** What the document is. */
  title: string;
  onView: () => void;
}

/** Opens the viewer. Documents are not copied to the device, so it says why it cannot while the platform is unreachable. */
export function ViewButton({ title, onView }: ViewButtonProps) {
  const { t } = useLanguage();
  const { isReachable } = useConnectivity();
  const reason = useId();
  return (
    <>
      <Button variant="text" onClick={onView} unavailable={!isReachable} describedBy={isReachable ? undefined : reason}>
        {t(DOCUMENTS.view)} <span className="heard">{title}</span>
      </Button>
      {!isReachable && (
        <span id={reason} className={styles.quiet}>
          {t(DOCUMENTS.viewNeedsLine)}
        </span>
      )}
    </>
  );
}
