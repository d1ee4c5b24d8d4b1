import { restoreLine } from '../api/line.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { LINE } from '../texts/line.ts';
import { useSession } from './session.tsx';

/** The strip of a cut line. */
export default function LineStrip() {
  const { t } = useLanguage();
  const { state, retry } = useSession();
  const restore = () => {
    restoreLine();
    // The page could not be opened: it tries again.
    if (state.kind === 'unreachable') retry();
  };
  return (
    <Banner kind="practice" action={<Button onClick={restore}>{t(LINE.restore)}</Button>}>
      {t(LINE.isCut)}
    </Banner>
  );
}
