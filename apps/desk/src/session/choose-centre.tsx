import { useLanguage } from '../language/language.tsx';
import { usePageTitle } from '../parts/use-page-title.ts';
import { SESSION } from '../texts/session.ts';
import { CentreChoice } from './me.tsx';
import { Outside } from './outside.tsx';

/** Whoever works at several centres says at which one now, before anything of one is shown. */
export function ChooseCentre() {
  const { t } = useLanguage();
  usePageTitle(t(SESSION.chooseCentre));
  return (
    <Outside>
      <h1>{t(SESSION.chooseCentre)}</h1>
      <CentreChoice asTitle />
    </Outside>
  );
}
