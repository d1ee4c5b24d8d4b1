import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { KeysList } from '../keys/keys-list.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Strip } from '../parts/strip.tsx';
import { useWaiting } from '../outbox/use-outbox.ts';
import { KEYS } from '../texts/keys.ts';
import { PARTS } from '../texts/parts.ts';
import { SESSION } from '../texts/session.ts';
import { useReach } from './reach.ts';
import { worksAtDesk } from './roles.ts';
import { useDoors, useSignedIn } from './session.tsx';
import styles from './shell.module.css';
import { TopBar } from './top-bar.tsx';
import type { TopBarProps } from './top-bar.tsx';

/** Around all screens: where she is, what is open, who she is, and the key that covers all of it. */

interface ShellProps extends TopBarProps {
  children: ReactNode;
}

export function Shell({ children, ...bar }: ShellProps) {
  const { t } = useLanguage();
  const { cover } = useDoors();
  const { session } = useSignedIn();
  const works = worksAtDesk(session.operator);
  useKeys([
    { code: 'F8', says: KEYS.lock, does: cover },
    works && { code: 'KeyN', says: KEYS.visit, does: bar.onVisit },
  ]);
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {t(PARTS.skip)}
      </a>
      <TopBar {...bar} />
      <Strips />
      {children}
      <KeysList />
    </div>
  );
}

function Strips() {
  const { t } = useLanguage();
  const { session, keeping, outbox } = useSignedIn();
  const reads = useQueryClient();
  const waiting = useWaiting();
  const { answers } = useReach(
    useCallback(() => {
      outbox.wake();
      void reads.invalidateQueries();
    }, [outbox, reads]),
  );
  return (
    <>
      {session.training && <Strip kind="practice">{t(SESSION.practice)}</Strip>}
      {!answers && (
        <Strip kind="away">
          {t(keeping.durable ? SESSION.away : SESSION.awayInMemory)}
          {waiting > 0 && ` (${t(SESSION.toSend, { n: waiting })})`}
        </Strip>
      )}
    </>
  );
}
