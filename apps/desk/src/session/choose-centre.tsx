import { useLanguage } from '../language/language.tsx';
import { SESSION } from '../texts/session.ts';
import { LanguageChoice } from './language-choice.tsx';
import { CentreChoice } from './me.tsx';
import styles from './sign-in.module.css';

/** Whoever works at several centres says at which one now, before anything of one is shown. */
export function ChooseCentre() {
  const { t } = useLanguage();
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <strong>CUPS</strong>
        <LanguageChoice />
      </header>
      <main id="main" className={styles.panel}>
        <h1>{t(SESSION.chooseCentre)}</h1>
        <CentreChoice asTitle />
      </main>
    </div>
  );
}
