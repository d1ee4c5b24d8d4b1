import { useLanguage } from '../language/language.tsx';
import { LANGUAGES } from '../language/messages.ts';
import { SESSION } from '../texts/session.ts';
import styles from './language-choice.module.css';

export function LanguageChoice() {
  const { language, setLanguage, t } = useLanguage();
  return (
    <div role="group" aria-label={t(SESSION.language)} className={styles.group}>
      {LANGUAGES.map((option) => (
        <button
          key={option}
          type="button"
          lang={option}
          aria-pressed={option === language}
          onClick={() => setLanguage(option)}
        >
          {option.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
