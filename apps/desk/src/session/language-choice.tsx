import { useLanguage } from '../language/language.tsx';
import { LANGUAGES } from '../language/messages.ts';
import { SESSION } from '../texts/session.ts';
import styles from './language-choice.module.css';

export function LanguageChoice() {
  const { language, setLanguage, t } = useLanguage();
  return (
    <div role="group" aria-label={t(SESSION.language)} className={styles.group}>
      {LANGUAGES.map((one) => (
        <button key={one} type="button" lang={one} aria-pressed={one === language} onClick={() => setLanguage(one)}>
          {one.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
