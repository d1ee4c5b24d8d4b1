import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { REASON_TEXTS } from '@cups/application/texts';
import { isPassing, Refusal } from '../api/client.ts';
import { providersRead } from '../api/reads.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { usePageTitle } from '../parts/use-page-title.ts';
import { useOnce } from '../parts/use-once.ts';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { SESSION } from '../texts/session.ts';
import type { Left } from './left.ts';
import { Outside } from './outside.tsx';
import { useDoors } from './session.tsx';
import { TestOperators } from './test-operators.tsx';
import { Ways } from './ways.tsx';
import styles from './sign-in.module.css';

/** Where nobody is signed in: after the screen was covered too, and it then tells nothing of what is behind it. */

const WHY = { covered: SESSION.coveredSafe, ended: SESSION.ended, suspended: SESSION.suspended } as const;

interface SignInProps {
  /** Who was here and did not sign out. */
  left?: Left | undefined;
  /** The reason for which another site let nobody in. */
  refused?: string | undefined;
}

export function SignIn({ left, refused }: SignInProps) {
  const { t } = useLanguage();
  const providers = useQuery(providersRead);
  const enter = useEntering(refused);
  const [another, setAnother] = useState(false);
  const back = another ? undefined : left;
  const covered = left?.why === 'covered';
  usePageTitle(t(covered ? SESSION.covered : SESSION.title));
  const all = providers.data?.providers ?? [];
  const ways = all.flatMap(({ startPath, displayName }) => (startPath ? [{ startPath, displayName }] : []));
  const local = all.find(({ listsOperators }) => listsOperators);
  return (
    <Outside>
      <div className={styles.head}>
        {covered && <Lock size={28} aria-hidden="true" />}
        <h1>{t(covered ? SESSION.covered : SESSION.title)}</h1>
        <p>{t(left ? WHY[left.why] : SESSION.lead)}</p>
      </div>
      {enter.fault && (
        <p role="alert" className={styles.fault}>
          {enter.fault}
        </p>
      )}
      {providers.isPending && <Skeleton />}
      {providers.isError && <Failed error={providers.error} onAgain={() => void providers.refetch()} />}
      {providers.data?.providers.length === 0 && <p>{t(SESSION.noProvider)}</p>}
      {ways.length > 0 && <Ways ways={ways} back={refused ? undefined : back} again={Boolean(left ?? refused)} />}
      {ways.length > 0 && local && <p className={styles.or}>{t(SESSION.orTest)}</p>}
      {local && (
        <TestOperators
          back={back?.operator}
          under={ways.length > 0}
          busy={enter.busy}
          onChoose={(operator) => void enter.as(local.name, operator)}
        />
      )}
      {back && (
        <div className={styles.else}>
          <Button look="text" onClick={() => setAnother(true)}>
            {t(SESSION.somebodyElse)}
          </Button>
        </div>
      )}
    </Outside>
  );
}

/** @param refused as another site's refusal begins; the next try here takes its place */
function useEntering(refused: string | undefined) {
  const { t } = useLanguage();
  const { signIn } = useDoors();
  const [reason, setReason] = useState(refused);
  const [as, busy] = useOnce(async (provider: string, operator?: string) => {
    setReason(undefined);
    try {
      await signIn(provider, operator);
    } catch (error) {
      if (!(error instanceof Refusal) && !isPassing(error)) throw error;
      setReason(error instanceof Refusal ? error.reason : AWAY);
    }
  });
  return { busy, fault: reason === undefined ? '' : t(faultOf(reason)), as };
}

const AWAY = 'away';

/** What a reason says; one that this page does not know lets nobody in all the same. */
function faultOf(reason: string) {
  if (reason === AWAY) return SESSION.silent;
  return Object.hasOwn(REASON_TEXTS, reason)
    ? REASON_TEXTS[reason as keyof typeof REASON_TEXTS]
    : REASON_TEXTS.SIGN_IN_REFUSED;
}
