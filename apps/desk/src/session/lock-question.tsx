import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { OFFLINE_SETUP } from '../texts/offline-setup.ts';
import styles from './account-menu.module.css';

/** Says that nothing opens the page after a lock, before it locks. It hides the page meanwhile: somebody may be looking. */
export default function LockQuestion({ onLock, onStay }: { onLock: () => void; onStay: () => void }) {
  const { t } = useLanguage();
  return (
    <Dialog title={t(OFFLINE_SETUP.lockTitle)} onClose={onStay} hidesPage>
      <div className={styles.inner}>
        <p>{t(OFFLINE_SETUP.lockAsk)}</p>
        <div className={styles.ways}>
          <Button variant="filled" onClick={onStay}>
            {t(OFFLINE_SETUP.stay)}
          </Button>
          <Button variant="danger" onClick={onLock}>
            {t(OFFLINE_SETUP.lockYes)}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
