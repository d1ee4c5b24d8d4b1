import { useLanguage } from '../language/language.tsx';
import { usePageTitle } from '../parts/use-page-title.ts';
import { SESSION } from '../texts/session.ts';
import CentreChoice from './centre-choice.tsx';
import { PublicLayout } from './public-layout.tsx';

/** Asks an operator with several centres for the current one, before any data is shown. */
export default function ChooseCentre() {
  const { t } = useLanguage();
  usePageTitle(t(SESSION.chooseCentre));
  return (
    <PublicLayout>
      <h1>{t(SESSION.chooseCentre)}</h1>
      <CentreChoice asTitle />
    </PublicLayout>
  );
}
