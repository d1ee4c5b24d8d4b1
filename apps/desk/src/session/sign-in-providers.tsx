import type { LocalizedText } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { LinkButton } from '../parts/button.tsx';
import { SESSION } from '../texts/session.ts';
import { saveReturnPath, signInUrl } from './interrupted-session.ts';
import type { InterruptedSession } from './interrupted-session.ts';
import styles from './sign-in.module.css';

export interface ProviderLink {
  startPath: string;
  /** Text of the button. */
  displayName: LocalizedText;
}

interface SignInProvidersProps {
  providers: readonly ProviderLink[];
  /** The session to resume, and its centre. */
  interrupted: InterruptedSession | undefined;
  /** Requires a new authentication: somebody else may use the desk now. */
  forceAuthn: boolean;
}

/** Links to sign-in pages of other sites. Plain links, so that the browser shows its progress. */
export function SignInProviders({ providers, interrupted, forceAuthn }: SignInProvidersProps) {
  const { t, language } = useLanguage();
  const from = location.pathname;
  return (
    <nav aria-label={t(SESSION.title)} className={styles.ways}>
      {providers.map(({ startPath, displayName }, at) => (
        <LinkButton
          key={startPath}
          href={signInUrl(startPath, { language, returnTo: from, centre: interrupted?.centre, forceAuthn })}
          variant={at === 0 ? 'filled' : 'outlined'}
          onClick={() => saveReturnPath(from)}
        >
          {t(displayName)}
        </LinkButton>
      ))}
    </nav>
  );
}
