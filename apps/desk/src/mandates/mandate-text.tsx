import { useLanguage } from '../language/language.tsx';
import { MANDATES } from '../texts/mandates.ts';
import styles from './mandates.module.css';

interface MandateTextProps {
  /** Language of the person: ro, ru or en. */
  language: string;
  /** The exact text, one statement a line. */
  text: string;
  /** The Romanian text beside a text in another language. */
  romanianText?: string | undefined;
}

/** The text that the person sees and signs, with the Romanian one beside it. */
export function MandateText({ language, text, romanianText }: MandateTextProps) {
  const { t } = useLanguage();
  const hasRomanian = romanianText !== undefined && romanianText !== '' && language !== 'ro';
  return (
    <div className={hasRomanian ? styles.texts : undefined}>
      <div className={styles.labelled}>
        {hasRomanian && <p className={styles.quiet}>{t(MANDATES.textInTheirLanguage)}</p>}
        <Statements language={language} text={text} />
      </div>
      {hasRomanian && (
        <div className={styles.labelled}>
          <p className={styles.quiet}>{t(MANDATES.textInRomanian)}</p>
          <Statements language="ro" text={romanianText} />
        </div>
      )}
    </div>
  );
}

function Statements({ language, text }: { language: string; text: string }) {
  return (
    <blockquote className={styles.text} lang={language}>
      {text
        .trim()
        .split('\n')
        .map((line) => (
          <p key={line}>{line}</p>
        ))}
    </blockquote>
  );
}
