import { Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { REASON_TEXTS } from '@cups/application/texts';
import { isTransient, ApiError } from '../api/client.ts';
import { providersQuery } from '../api/queries.ts';
import { useLanguage } from '../language/language.tsx';
import { lazyExtra, lazyScreen } from '../lazy-screens.ts';
import { Button } from '../parts/button.tsx';
import { usePageTitle } from '../parts/use-page-title.ts';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { SESSION } from '../texts/session.ts';
import { useConnectivity } from './connectivity.ts';
import { NoWayIn } from './no-way-in.tsx';
import { PublicLayout } from './public-layout.tsx';
import { useSession } from './session.tsx';
import type { SignedOutState } from './session.tsx';
import { SignInProviders } from './sign-in-providers.tsx';
import styles from './sign-in.module.css';

const LeftActs = lazyExtra(() => import('./left-acts.tsx'));
const SuspendedWork = lazyExtra(() => import('./suspended-work.tsx'));
const TestOperators = lazyScreen(() => import('./test-operators.tsx'));

/** The sign-in screen. After a lock it reveals nothing of the work behind it. */

const INTERRUPTION_TEXTS = {
  covered: SESSION.coveredSafe,
  ended: SESSION.ended,
  suspended: SESSION.suspended,
  revoked: SESSION.revoked,
} as const;

/** Refusals after which unsent acts are handed in. */
const REVOCATION_REASONS: readonly (string | undefined)[] = ['OPERATOR_SUSPENDED', 'DEVICE_REVOKED'];

export default function SignIn({ interrupted, refusalReason, refusedOperator }: Omit<SignedOutState, 'kind'>) {
  const { t } = useLanguage();
  const providers = useQuery(providersQuery);
  const { isReachable } = useConnectivity();
  const signIn = useSignIn(refusalReason);
  const [isAnotherOperator, setIsAnotherOperator] = useState(false);
  const resumable = isAnotherOperator ? undefined : interrupted;
  const isLocked = interrupted?.why === 'covered';
  usePageTitle(t(isLocked ? SESSION.covered : SESSION.title));
  const all = providers.data?.providers ?? [];
  const links = all.flatMap(({ startPath, displayName }) => (startPath ? [{ startPath, displayName }] : []));
  const localProvider = all.find(({ listsOperators }) => listsOperators);
  return (
    <PublicLayout>
      <div className={styles.head}>
        {isLocked && <Lock size={28} aria-hidden="true" />}
        <h1>{t(isLocked ? SESSION.covered : SESSION.title)}</h1>
        <p>{t(interrupted ? INTERRUPTION_TEXTS[interrupted.why] : SESSION.lead)}</p>
      </div>
      {signIn.fault && (
        <p role="alert" className={styles.fault}>
          {signIn.fault}
        </p>
      )}
      <LeftActs locked={isLocked ? interrupted.operator : undefined} />
      {REVOCATION_REASONS.includes(signIn.reason) && (
        <SuspendedWork operator={signIn.operator ?? refusedOperator ?? interrupted?.operator} />
      )}
      {providers.isPending &&
        (isReachable ? <Skeleton /> : <NoWayIn onRetry={() => void providers.refetch({ cancelRefetch: true })} />)}
      {providers.isError && <LoadError error={providers.error} onRetry={() => void providers.refetch()} />}
      {providers.data?.providers.length === 0 && <p>{t(SESSION.noProvider)}</p>}
      {links.length > 0 && (
        <SignInProviders
          providers={links}
          interrupted={refusalReason ? undefined : resumable}
          forceAuthn={Boolean(interrupted ?? refusalReason)}
        />
      )}
      {links.length > 0 && localProvider && <p className={styles.or}>{t(SESSION.orTest)}</p>}
      {localProvider && (
        <Suspense fallback={<Skeleton />}>
          <TestOperators
            resumeAs={resumable?.operator}
            isSecondary={links.length > 0}
            busy={signIn.busy}
            onChoose={(operator) => void signIn.as(localProvider.name, operator)}
          />
        </Suspense>
      )}
      {resumable && (
        <div className={styles.else}>
          <Button variant="text" onClick={() => setIsAnotherOperator(true)}>
            {t(SESSION.somebodyElse)}
          </Button>
        </div>
      )}
    </PublicLayout>
  );
}

/**
 * Signs in and keeps the error.
 * @param refusalReason the error that the page was opened with; one of the next attempt replaces it
 */
function useSignIn(refusalReason: string | undefined) {
  const { t } = useLanguage();
  const { signIn } = useSession();
  const [failure, setFailure] = useState<string>();
  const [refusedOperator, setRefusedOperator] = useState<string>();
  const [signInAs, busy] = useSingleFlight(async (provider: string, operator?: string) => {
    setFailure(undefined);
    setRefusedOperator(operator);
    try {
      await signIn(provider, operator);
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      setFailure(error instanceof ApiError ? error.reason : NETWORK_ERROR);
    }
  });
  const reason = failure ?? refusalReason;
  const fault = reason === undefined ? '' : t(signInErrorText(reason));
  return { busy, fault, reason, operator: refusedOperator, as: signInAs };
}

const NETWORK_ERROR = 'away';

/** Returns the text of a reason code, with a fallback for unknown codes. */
function signInErrorText(reason: string) {
  if (reason === NETWORK_ERROR) return SESSION.silent;
  return Object.hasOwn(REASON_TEXTS, reason)
    ? REASON_TEXTS[reason as keyof typeof REASON_TEXTS]
    : REASON_TEXTS.SIGN_IN_REFUSED;
}
