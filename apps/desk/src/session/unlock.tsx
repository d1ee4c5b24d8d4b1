import { useEffect, useState } from 'react';
import { KeyRound, Lock } from 'lucide-react';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { ContactTimes } from '../local-store/database.ts';
import { listSecurityKeys, unlockWithPassphrase } from '../local-store/offline-keys.ts';
import type { UnlockedStore } from '../local-store/offline-keys.ts';
import { unlockBySecurityKey } from '../local-store/security-key.ts';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { usePageTitle } from '../parts/use-page-title.ts';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { openOffline, readLastContact, endExpired } from './offline-session.ts';
import { PublicLayout } from './public-layout.tsx';
import { useSession } from './session.tsx';
import styles from './sign-in.module.css';
import { clearAttempts, countAttempt, remainingPause } from './unlock-attempts.ts';

/** Opens the page while the platform is unavailable. Like the lock, it reveals the place and the time only. */

type UnlockFailure = 'wrong' | 'pause' | 'expired' | 'clock' | 'nothing' | 'keyCancelled';

export default function Unlock() {
  const { t } = useLanguage();
  const { retry } = useSession();
  const [typed, setTyped] = useState('');
  const [isShown, setIsShown] = useState(false);
  const { contact, hasKeys } = useStoredAccess();
  const { fault, busy, byWords, byKey } = useUnlock();
  usePageTitle(t(OFFLINE_ACCESS.unlockTitle));
  return (
    <PublicLayout>
      <div className={styles.head}>
        <Lock size={28} aria-hidden="true" />
        <h1>{t(OFFLINE_ACCESS.unlockTitle)}</h1>
        <p>{t(OFFLINE_ACCESS.unlockLead)}</p>
        {contact && (
          <p>
            {[contact.place, t(OFFLINE_ACCESS.lastContact, { contact: formatDayAndTime(toInstant(contact.contactAt)) })]
              .filter(Boolean)
              .join(' · ')}
          </p>
        )}
      </div>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void byWords(typed);
        }}
      >
        <Field label={t(OFFLINE_ACCESS.passphrase)} error={fault && t(OFFLINE_ACCESS[fault])}>
          <TextInput
            type={isShown ? 'text' : 'password'}
            autoCapitalize="none"
            value={typed}
            onChange={setTyped}
            focusOnMount
          />
        </Field>
        <Button type="submit" variant="filled" large wide busy={busy} busyText={t(OFFLINE_ACCESS.unlocking)}>
          {t(OFFLINE_ACCESS.unlock)}
        </Button>
        <Button variant="text" onClick={() => setIsShown(!isShown)}>
          {t(OFFLINE_ACCESS.show)}
        </Button>
        {hasKeys && (
          <Button icon={KeyRound} onClick={() => void byKey()}>
            {t(OFFLINE_ACCESS.useKey)}
          </Button>
        )}
        <Button variant="text" onClick={retry}>
          {t(OFFLINE_ACCESS.retry)}
        </Button>
      </form>
    </PublicLayout>
  );
}

const toInstant = (ms: number): string => new Date(ms).toISOString();

/** Ends what is too old, and returns what the browser shows without a key. */
function useStoredAccess(): { contact: ContactTimes | undefined; hasKeys: boolean } {
  const [stored, setStored] = useState<{ contact: ContactTimes | undefined; hasKeys: boolean }>();
  useEffect(() => {
    let isMounted = true;
    const read = async () => {
      await endExpired();
      const found = { contact: await readLastContact(), hasKeys: (await listSecurityKeys()).length > 0 };
      if (isMounted) setStored(found);
    };
    void read();
    return () => {
      isMounted = false;
    };
  }, []);
  return stored ?? { contact: undefined, hasKeys: false };
}

function useUnlock() {
  const { continueOffline } = useSession();
  const [fault, setFault] = useState<UnlockFailure>();
  const open = async (unlocked: UnlockedStore | undefined): Promise<UnlockFailure | undefined> => {
    if (!unlocked) return countAttempt() ? 'pause' : 'wrong';
    clearAttempts();
    const opened = await openOffline(unlocked);
    if (typeof opened === 'string') return opened;
    continueOffline(opened);
    return undefined;
  };
  const [byWords, isOpening] = useSingleFlight(async (typed: string) => {
    setFault(undefined);
    setFault(remainingPause() > 0 ? 'pause' : await open(await unlockWithPassphrase(typed)));
  });
  const [byKey, isAsking] = useSingleFlight(async () => {
    setFault(undefined);
    const unlocked = await unlockBySecurityKey().catch(() => undefined);
    setFault(unlocked ? await open(unlocked) : 'keyCancelled');
  });
  return { fault, busy: isOpening || isAsking, byWords, byKey };
}
