import { Link } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { SESSION } from '../texts/session.ts';
import { UNSENT_LATER } from '../texts/unsent-later.ts';
import { useStoredUnsent } from './use-stored-unsent.ts';

/** Says that this browser has unsent acts which the page cannot open yet. */
export default function StoredUnsentNotice() {
  const { t } = useLanguage();
  const stored = useStoredUnsent();
  if (stored.count === 0) return null;
  return (
    <Banner kind="trouble" action={<Link href="/to-send">{t(SESSION.showUnsent)}</Link>}>
      {t(UNSENT_LATER.storedUnsent, stored)}
    </Banner>
  );
}
