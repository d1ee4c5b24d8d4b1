import { lazy, Suspense, useId, useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useConnectivity } from '../session/connectivity.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import type { ViewerProps } from './viewer.tsx';
import styles from './documents.module.css';

/** Few documents are viewed, and the viewer is large. */
const ViewerDialog = lazy(() => import('./viewer.tsx'));

/**
 * A button that opens a document in the viewer. Documents are not copied to the device, so it says why it cannot while the
 * platform is unreachable.
 */
export function ViewDocument(viewer: Omit<ViewerProps, 'onClose'>) {
  const { t } = useLanguage();
  const { isReachable } = useConnectivity();
  const [isOpen, setIsOpen] = useState(false);
  const reason = useId();
  return (
    <>
      <Button
        variant="text"
        onClick={() => setIsOpen(true)}
        unavailable={!isReachable}
        describedBy={isReachable ? undefined : reason}
      >
        {t(DOCUMENTS.view)} <span className="heard">{viewer.title}</span>
      </Button>
      {!isReachable && (
        <span id={reason} className={styles.quiet}>
          {t(DOCUMENTS.viewNeedsLine)}
        </span>
      )}
      {isOpen && (
        <Suspense fallback={null}>
          <ViewerDialog {...viewer} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
