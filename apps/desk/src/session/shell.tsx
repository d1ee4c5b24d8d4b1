import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { KeysList } from '../keys/keys-list.tsx';
import { useKeys } from '../keys/keys.tsx';
import { lazyExtra } from '../lazy-screens.ts';
import { useLanguage } from '../language/language.tsx';
import { useHasUploadState } from '../documents/use-uploads.ts';
import { readEndedInput } from '../local-store/ended-input.ts';
import { Banner } from '../parts/banner.tsx';
import { usePendingApplications } from '../outbox/use-outbox.ts';
import { KEYS } from '../texts/keys.ts';
import { PARTS } from '../texts/parts.ts';
import { SESSION } from '../texts/session.ts';
import { useHasDeskAlert } from '../unsent/use-desk-alerts.ts';
import { useConnectivity } from './connectivity.ts';
import { LineNotice } from './line-notice.tsx';
import { decidesQuarantine, hasDeskRole } from './roles.ts';
import { useSession, useSignedIn } from './session.tsx';
import styles from './shell.module.css';
import { TopBar } from './top-bar.tsx';
import type { TopBarProps } from './top-bar.tsx';

const QuarantineNotice = lazyExtra(() => import('../quarantine/quarantine-notice.tsx'));
const StoredUnsentNotice = lazyExtra(() => import('./stored-unsent-notice.tsx'));
const EndedInputNotice = lazyExtra(() => import('./ended-input-notice.tsx'));
const OfflineSetupNotice = lazyExtra(() => import('./offline-setup-notice.tsx'));
const DeskBanners = lazyExtra(() => import('../unsent/desk-banners.tsx'));
const UploadState = lazyExtra(() => import('../documents/upload-indicator.tsx'));

/** The frame of all screens after sign-in. */

const OfflineStrip = lazyExtra(() => import('./offline-strip.tsx'));

interface ShellProps extends TopBarProps {
  /** The first screen is complete: what follows has the network. */
  isSettled: boolean;
  children: ReactNode;
}

export function Shell({ children, isSettled, ...bar }: ShellProps) {
  const { t } = useLanguage();
  const { lock, lockQuestion } = useSession();
  const { session } = useSignedIn();
  const hasQueue = hasDeskRole(session.operator);
  useKeys([
    { code: 'F8', label: KEYS.lock, run: lock },
    hasQueue && { code: 'KeyN', label: KEYS.visit, run: bar.onVisit },
  ]);
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {t(PARTS.skip)}
      </a>
      <TopBar {...bar} />
      <Banners isSettled={isSettled} />
      {children}
      <KeysList />
      {lockQuestion}
    </div>
  );
}

function Banners({ isSettled }: Pick<ShellProps, 'isSettled'>) {
  const { t } = useLanguage();
  const { session, localStore, outbox, uploads, mustSignIn, isOffline } = useSignedIn();
  const [path] = useLocation();
  const queryClient = useQueryClient();
  const pending = usePendingApplications().length;
  const hasAlert = useHasDeskAlert();
  const hasUploadState = useHasUploadState();
  const hasEndedInput = readEndedInput(session.operator.name) !== undefined;
  const { isReachable } = useConnectivity(
    useCallback(() => {
      outbox.resume();
      uploads.resumeAll();
      void queryClient.invalidateQueries();
    }, [outbox, uploads, queryClient]),
  );
  const canSetUp = hasDeskRole(session.operator) && localStore.isDurable && isReachable && !isOffline;
  // Only on the queue: a clerk with a person in front has no minute.
  const asksForSetup = isSettled && canSetUp && path === '/';
  return (
    <>
      <LineNotice />
      {session.training && <Banner kind="practice">{t(SESSION.practice)}</Banner>}
      {!isReachable && (
        <Banner kind="away" action={pending > 0 && <Link href="/to-send">{t(SESSION.showUnsent)}</Link>}>
          {t(localStore.isDurable ? SESSION.away : SESSION.awayInMemory)}
          {pending > 0 && ` (${t(SESSION.toSend, { n: pending })})`}
        </Banner>
      )}
      {decidesQuarantine(session.operator) && <QuarantineNotice />}
      {!localStore.isDurable && <StoredUnsentNotice />}
      {hasAlert && <DeskBanners />}
      {asksForSetup && <OfflineSetupNotice />}
      {hasEndedInput && <EndedInputNotice />}
      {mustSignIn && <OfflineStrip />}
      {hasUploadState && <UploadState />}
    </>
  );
}
