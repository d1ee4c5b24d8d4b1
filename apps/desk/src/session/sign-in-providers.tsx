import type { LocalizedText } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { LinkButton } from '../parts/button.tsx';
import { SESSION } from '../texts/session.ts';
import { saveReturnPath, signInUrl } from './interrupted-session.ts';
import type { InterruptedSession } from './interrupted-session.ts';
import styles from './sign-in.module.css';

export interface ProviderLink {
  startPath: string;
  /** What the button says. */
  displayName: LocalizedText;
}

interface SignInProvidersProps {
  providers: readonly ProviderLink[];
  /** Who goes on, and at which centre. */
  interrupted: InterruptedSession | undefined;
  /** Whoever is signed in there still proves anew who they are: somebody else may stand here now. */
  forceAuthn: boolean;
}

/** Sign-ins at another site: plain links, so that the browser itself says that it is on its way. */
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
