import { useEffect, useState } from 'react';
import { LogOut } from 'lucide-react';
import { isIncomplete, useAllUploads } from '../documents/use-uploads.ts';
import { lazyExtra } from '../lazy-screens.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { usePendingCount } from '../outbox/use-outbox.ts';
import { ROLES, SESSION } from '../texts/session.ts';
import { useUnsentCount } from '../visit/visits.tsx';
import { useSession, useSignedIn } from './session.tsx';
import { useStoredUnsent } from './use-stored-unsent.ts';
import styles from './account-menu.module.css';

const CentreChoice = lazyExtra(() => import('./centre-choice.tsx'));
const LineSwitch = lazyExtra(() => import('./line-switch.tsx'));
const OfflineAccessSection = lazyExtra(() => import('./offline-access-section.tsx'));
const OwnSessions = lazyExtra(() => import('./own-sessions.tsx'));
const UnsentAtSignOut = lazyExtra(() => import('./unsent-at-sign-out.tsx'));
const StorageState = lazyExtra(() => import('../app-update/storage-state.tsx'));

/** The account dialog: roles, centres, sign-out with what would be lost, and own sessions. */
export function AccountMenu() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const [open, setOpen] = useState(false);
  const { displayName } = session.operator;
  const initials = initialsOf(displayName);
  return (
    <>
      <button
        type="button"
        className={styles.name}
        // A tight bar shows the initials only, and voice control presses what it shows (WCAG 2.5.3).
        aria-label={`${t(SESSION.me)}: ${displayName}, ${initials}`}
        onClick={() => setOpen(true)}
      >
        <span className={styles.whole}>{displayName}</span>
        <span className={styles.initials}>{initials}</span>
      </button>
      {open && (
        <Dialog title={displayName} onClose={() => setOpen(false)}>
          <div className={styles.inner}>
            <p>{session.operator.roles.map((role) => t(ROLES[role])).join(', ')}</p>
            <CentreChoice onChosen={() => setOpen(false)} />
            <SignOutSection />
            <LineSwitch />
            <StorageState />
            <OfflineAccessSection />
            <OwnSessions />
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Returns the initials of the first two words. */
const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map(([first = '']) => first.toUpperCase())
    .join('');

function SignOutSection() {
  const { t } = useLanguage();
  const { signOut, lock } = useSession();
  const { outbox } = useSignedIn();
  // Flushes undoable writes, so that the list shows what sign-out would really leave.
  useEffect(() => outbox.flush(), [outbox]);
  const pending = usePendingCount();
  const typed = useUnsentCount();
  const scans = useAllUploads().filter(isIncomplete);
  const stored = useStoredUnsent().count;
  const isUnsent = pending + typed + scans.length + stored > 0;
  const isInMemory = !outbox.isDurable && pending + scans.length > 0;
  const isLost = isInMemory || outbox.hasStorageError() || scans.some(({ isUnstored }) => isUnstored);
  return (
    <div className={styles.leaving}>
      <UnsentAtSignOut />
      <p>{typed > 0 ? t(SESSION.outTyped, { n: typed }) : t(SESSION.outDrafts)}</p>
      <div className={styles.ways}>
        <Button variant={isUnsent ? 'filled' : 'outlined'} cap="F8" onClick={lock}>
          {t(SESSION.cover)}
        </Button>
        <Button variant="danger" icon={LogOut} onClick={() => void signOut()}>
          {t(isLost ? SESSION.outDiscard : SESSION.out)}
        </Button>
      </div>
    </div>
  );
}
