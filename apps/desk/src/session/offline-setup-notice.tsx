import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { readOfflineKeys } from '../local-store/offline-keys.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { OFFLINE_SETUP } from '../texts/offline-setup.ts';
import OfflineAccessSection from './offline-access-section.tsx';
import { isAskedLater, askLater } from './offline-setup.ts';
import { useSignedIn } from './session.tsx';

/** Asks an operator whose page nothing opens without the platform to set that up, each day until it is done. */
export default function OfflineSetupNotice() {
  const { t } = useLanguage();
  const owner = useSignedIn().session.operator.name;
  const [isLater, setIsLater] = useState(() => isAskedLater(owner, Date.now()));
  const [isOpen, setIsOpen] = useState(false);
  const { data: stored } = useQuery({
    queryKey: ['offline-access', owner, 'asked'],
    networkMode: 'always',
    queryFn: () => readOfflineKeys(owner),
  });
  const isMissing = stored && !stored.hasPassphrase && !stored.hasSecurityKey;
  const later = () => {
    askLater(owner, Date.now());
    setIsLater(true);
    setIsOpen(false);
  };
  return (
    <>
      {isMissing && !isLater && (
        <Banner
          kind="news"
          action={
            <>
              <Button onClick={() => setIsOpen(true)}>{t(OFFLINE_SETUP.setUp)}</Button>
              <Button variant="text" onClick={later}>
                {t(OFFLINE_SETUP.later)}
              </Button>
            </>
          }
        >
          {t(OFFLINE_SETUP.ask)}
        </Banner>
      )}
      {isOpen && (
        <Dialog title={t(OFFLINE_ACCESS.title)} onClose={later}>
          <OfflineAccessSection />
        </Dialog>
      )}
    </>
  );
}
