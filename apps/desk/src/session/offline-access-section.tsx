import { useState } from 'react';
import { KeyRound } from 'lucide-react';
import { useQuery } from '@tanstack/react-query';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { addPassphrase, addSecurityKey, readOfflineKeys, removeOfflineKeys } from '../local-store/offline-keys.ts';
import { hasSecurityKeys, registerSecurityKey } from '../local-store/security-key.ts';
import { Button } from '../parts/button.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { contactDevice } from './device.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { readContactTimes, recordContact } from './offline-session.ts';
import { PassphraseSetup } from './passphrase-setup.tsx';
import { useSignedIn } from './session.tsx';
import styles from './account-menu.module.css';

/** The account's part about work without the platform: what opens the page, until when, and its set-up. */
export default function OfflineAccessSection() {
  const { localStore, isOffline } = useSignedIn();
  // Without a stored key there is nothing to open; the set-up needs the platform.
  if (!localStore.isDurable) return null;
  return <Access canChange={!isOffline} />;
}

function Access({ canChange }: { canChange: boolean }) {
  const { t } = useLanguage();
  const access = useAccess();
  const [isSettingUp, setIsSettingUp] = useState(false);
  const { hasPassphrase = false, hasSecurityKey = false, times } = access.stored ?? {};
  const isOn = hasPassphrase || hasSecurityKey;
  if (isSettingUp)
    return (
      <section className={styles.leaving}>
        <h3>{t(OFFLINE_ACCESS.words)}</h3>
        <PassphraseSetup
          onChosen={(words) => access.addWords(words).then((isDone) => setIsSettingUp(!isDone))}
          onCancel={() => setIsSettingUp(false)}
          fault={access.fault && t(OFFLINE_ACCESS[access.fault])}
        />
      </section>
    );
  return (
    <section className={styles.leaving}>
      <h3>{t(OFFLINE_ACCESS.title)}</h3>
      <p>
        {isOn
          ? [hasPassphrase && t(OFFLINE_ACCESS.withPassphrase), hasSecurityKey && t(OFFLINE_ACCESS.withSecurityKey)]
              .filter(Boolean)
              .join(' ')
          : `${t(OFFLINE_ACCESS.lead)} ${t(OFFLINE_ACCESS.off)}`}
      </p>
      {isOn && times && (
        <p>
          {t(OFFLINE_ACCESS.on, {
            contact: formatDayAndTime(new Date(times.contactAt).toISOString()),
            until: formatDayAndTime(new Date(times.expireAt).toISOString()),
          })}
        </p>
      )}
      {canChange && (
        <div className={styles.ways}>
          <Button onClick={() => setIsSettingUp(true)}>
            {t(hasPassphrase ? OFFLINE_ACCESS.replace : OFFLINE_ACCESS.setUp)}
          </Button>
          {hasSecurityKeys() && (
            <Button icon={KeyRound} busy={access.busy} onClick={() => void access.addKey()}>
              {t(OFFLINE_ACCESS.addKey)}
            </Button>
          )}
          {isOn && (
            <Button variant="text" onClick={() => void access.remove()}>
              {t(OFFLINE_ACCESS.remove)}
            </Button>
          )}
        </div>
      )}
      <p role="alert" className={styles.fault}>
        {access.fault && t(OFFLINE_ACCESS[access.fault])}
      </p>
    </section>
  );
}

type AccessFailure = 'keyUnable' | 'keyCancelled' | 'failed';

function useAccess() {
  const { session, localStore } = useSignedIn();
  const owner = session.operator.name;
  const [fault, setFault] = useState<AccessFailure>();
  const stored = useQuery({
    queryKey: ['offline-access', owner],
    networkMode: 'always',
    queryFn: async () => Object.assign(await readOfflineKeys(owner), { times: await readContactTimes(owner) }),
  });
  /** Wraps the data key by a fresh key share, and renews the session of the offline page. */
  const change = async (wrap: (keyShare: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<boolean> => {
    try {
      const contact = await contactDevice();
      await wrap(contact.keyShare);
      await recordContact(localStore, session, contact);
    } catch {
      setFault('failed');
      return false;
    }
    await updateOfflineAccess();
    await stored.refetch();
    return true;
  };
  const [addKey, busy] = useSingleFlight(async () => {
    setFault(undefined);
    const output = await registerSecurityKey().catch(() => 'cancelled' as const);
    if (output === 'cancelled') return setFault('keyCancelled');
    if (!output) return setFault('keyUnable');
    await change((keyShare) => addSecurityKey(owner, keyShare, output));
  });
  return {
    stored: stored.data,
    fault,
    busy,
    addKey,
    addWords(words: readonly string[]) {
      setFault(undefined);
      return change((keyShare) => addPassphrase(owner, keyShare, words.join(' ')));
    },
    async remove() {
      setFault(undefined);
      await removeOfflineKeys(owner);
      await updateOfflineAccess();
      await stored.refetch();
    },
  };
}
