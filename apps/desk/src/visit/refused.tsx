import { REASON_TEXTS } from '@cups/application/texts';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Strip } from '../parts/strip.tsx';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';
import { useVisits } from './visits.tsx';

/** Why the platform did not take what was sent, and the way on. */
export function Refused() {
  const { t } = useLanguage();
  const { draft, sending } = useFilling();
  const { store } = useVisits();
  const [, go] = useLocation();
  const { refused } = sending;
  if (draft.known && draft.known.state !== 'draft') {
    const leave = () => {
      // What was typed here after the end has no place any more.
      store.removeDraft(draft.id);
      go(`/applications/${draft.id}`);
    };
    return (
      <Strip kind="trouble" act={<Button onClick={leave}>{t(VISIT.toApplication)}</Button>}>
        {t(VISIT.ended)}
      </Strip>
    );
  }
  if (!refused || refused.reason === 'FILE_INCOMPLETE') return null;
  const renews = refused.reason === 'SERVICE_VERSION_EXPIRED';
  return (
    <Strip kind="trouble" act={renews && <Button onClick={sending.renew}>{t(VISIT.renew)}</Button>}>
      {t(REASON_TEXTS[refused.reason])}
    </Strip>
  );
}
