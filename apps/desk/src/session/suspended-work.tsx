import { useEffect, useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { listOwners, openDatabase } from '../local-store/database.ts';
import { openLocalStore } from '../local-store/local-store.ts';
import { countOpenableActs } from '../local-store/sealed-acts.ts';
import { unlockWithPassphrase } from '../local-store/offline-keys.ts';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { restoreGrant } from './offline-session.ts';
import { endSealedWork, endWork } from './revocation.ts';
import styles from './sign-in.module.css';
import { countAttempt, remainingPause } from './unlock-attempts.ts';

/**
 * The unsent acts of an operator who is suspended or whose device was revoked. The words open them once more: they are
 * handed in for a supervisor, and the local data is destroyed.
 */
export default function SuspendedWork({ operator }: { operator: string | undefined }) {
  const { t } = useLanguage();
  const [unsent, setUnsent] = useUnsent(operator);
  const [typed, setTyped] = useState('');
  const [failure, setFailure] = useState<'wrong' | 'pause'>();
  const [handIn, busy] = useSingleFlight(async () => {
    setFailure(undefined);
    if (remainingPause() > 0) return setFailure('pause');
    const unlocked = await unlockWithPassphrase(typed);
    if (!unlocked) return setFailure(countAttempt() ? 'pause' : 'wrong');
    const localStore = await openLocalStore(unlocked.owner, unlocked.key);
    await restoreGrant(localStore);
    await endWork(localStore, unlocked.owner);
    setUnsent('handed-in');
  });
  if (unsent === 'handed-in') return <p role="status">{t(OFFLINE_ACCESS.handedIn)}</p>;
  if (!unsent) return null;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void handIn();
      }}
    >
      <Field
        label={t(OFFLINE_ACCESS.passphrase)}
        help={t(OFFLINE_ACCESS.unsent, { n: unsent })}
        error={failure && t(OFFLINE_ACCESS[failure])}
      >
        <TextInput type="password" autoCapitalize="none" value={typed} onChange={setTyped} />
      </Field>
      <Button type="submit" busy={busy} busyText={t(OFFLINE_ACCESS.unlocking)}>
        {t(OFFLINE_ACCESS.handIn)}
      </Button>
    </form>
  );
}

/** Counts the sealed acts that words can open. All other data of the operator is destroyed immediately. */
function useUnsent(operator: string | undefined) {
  const [unsent, setUnsent] = useState<number | 'handed-in'>(0);
  useEffect(() => {
    let isMounted = true;
    void (operator ? endSealedWork(operator) : countUnsent()).then((count) => {
      if (isMounted) setUnsent(count);
    });
    return () => {
      isMounted = false;
    };
  }, [operator]);
  return [unsent, setUnsent] as const;
}

/** Counts the acts of all operators: another site refused the sign-in without a name. */
async function countUnsent(): Promise<number> {
  const db = await openDatabase();
  const owners = await listOwners(db, 'passphrase');
  const counts = await Promise.all(owners.map((owner) => countOpenableActs(db, owner)));
  db.close();
  return counts.reduce((sum, count) => sum + count, 0);
}
