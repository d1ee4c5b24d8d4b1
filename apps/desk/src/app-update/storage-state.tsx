import { useEffect, useState, useSyncExternalStore } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { APP_UPDATE } from '../texts/app-update.ts';
import { isPersistent } from './persistence.ts';
import { releaseState, subscribeToRelease, takeUpdate } from './registration.ts';
import type { ReleaseState } from './registration.ts';
import styles from './storage-state.module.css';

/** Says in the account menu whether this browser opens the page without a network, and offers a waiting release. */
export default function StorageState() {
  const { t } = useLanguage();
  const release = useSyncExternalStore(subscribeToRelease, releaseState);
  const isKept = useIsPersistent();
  return (
    <section className={styles.state}>
      <h3>{t(APP_UPDATE.title)}</h3>
      <p>{t(storedText(release))}</p>
      {isKept === false && <p>{t(APP_UPDATE.notPersistent)}</p>}
      {release.isUpdateReady && (
        <>
          <p role="status">{t(release.isTaking ? APP_UPDATE.takingUpdate : APP_UPDATE.updateReady)}</p>
          <Button variant="outlined" busy={release.isTaking} onClick={() => void takeUpdate()}>
            {t(APP_UPDATE.takeUpdate)}
          </Button>
        </>
      )}
    </section>
  );
}

function storedText({ isStored, failure }: ReleaseState) {
  if (failure === 'space') return APP_UPDATE.noSpace;
  if (failure === 'other') return APP_UPDATE.failed;
  return isStored ? APP_UPDATE.stored : APP_UPDATE.notStored;
}

/** Undefined until the browser answers. */
function useIsPersistent(): boolean | undefined {
  const [isKept, setIsKept] = useState<boolean>();
  useEffect(() => void isPersistent().then(setIsKept), []);
  return isKept;
}
