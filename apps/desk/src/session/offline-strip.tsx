import { useLanguage } from '../language/language.tsx';
import { usePendingApplications } from '../outbox/use-outbox.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { useSession } from './session.tsx';

/** Asks the operator of an offline page to sign in, once the platform is available and the session has ended. */
export default function OfflineStrip() {
  const { t } = useLanguage();
  const { leaveOffline } = useSession();
  const pending = usePendingApplications().length;
  return (
    <Banner kind="news" action={<Button onClick={leaveOffline}>{t(OFFLINE_ACCESS.signIn)}</Button>}>
      {t(OFFLINE_ACCESS.mustSignIn, { n: pending })}
    </Banner>
  );
}
