import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { Screen, Title } from '../parts/screen.tsx';
import { KEYS } from '../texts/keys.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import styles from './supervisor.module.css';

interface SupervisorScreenProps {
  title: Text;
  /** What the screen is for. */
  lead: Text;
  children: ReactNode;
}

/** A screen of one task of a supervisor. The link and Escape lead back to the centres. */
export function SupervisorScreen({ title, lead, children }: SupervisorScreenProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/centres') }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href="/centres">{t(SUPERVISOR.title)}</Link>
          <Title>{t(title)}</Title>
          <p>{t(lead)}</p>
        </div>
        {children}
      </div>
    </Screen>
  );
}

/** What the last change did, or why it failed. Screen readers read both when they change. */
export function ChangeOutcome({ done, errorText }: { done: ReactNode; errorText: string }) {
  return (
    <>
      <p role="status" className={styles.quiet}>
        {done}
      </p>
      {errorText && (
        <p role="alert" className={styles.late}>
          {errorText}
        </p>
      )}
    </>
  );
}
