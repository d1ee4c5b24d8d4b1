import type { LocalizedText } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { LinkButton } from '../parts/button.tsx';
import { SESSION } from '../texts/session.ts';
import { goesAway, startOf } from './left.ts';
import type { Left } from './left.ts';
import styles from './sign-in.module.css';

export interface Way {
  startPath: string;
  /** What the button says. */
  displayName: LocalizedText;
}

interface WaysProps {
  ways: readonly Way[];
  /** Who goes on, and at which centre. */
  back: Left | undefined;
  /** Whoever is signed in there still proves anew who they are: somebody else may stand here now. */
  again: boolean;
}

/** Sign-ins at another site: plain links, so that the browser itself says that it is on its way. */
export function Ways({ ways, back, again }: WaysProps) {
  const { t, language } = useLanguage();
  const from = location.pathname;
  return (
    <nav aria-label={t(SESSION.title)} className={styles.ways}>
      {ways.map(({ startPath, displayName }, at) => (
        <LinkButton
          key={startPath}
          href={startOf(startPath, { language, returnTo: from, centre: back?.centre, again })}
          look={at === 0 ? 'filled' : 'outlined'}
          onClick={() => goesAway(from)}
        >
          {t(displayName)}
        </LinkButton>
      ))}
    </nav>
  );
}
