import type { ReactNode } from 'react';
import { LanguageChoice } from './language-choice.tsx';
import styles from './public-layout.module.css';

/** The frame of screens before any data of a centre is shown. */
export function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <strong>CUPS</strong>
        <LanguageChoice />
      </header>
      <main id="main" className={styles.panel}>
        {children}
      </main>
    </div>
  );
}
