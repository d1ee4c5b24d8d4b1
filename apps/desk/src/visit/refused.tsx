import { REASON_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Strip } from '../parts/strip.tsx';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';

/** Why the platform did not take what was sent, and the way on. */
export function Refused() {
  const { t } = useLanguage();
  const { draft, sending } = useFilling();
  const { refused } = sending;
  if (draft.known && draft.known.state !== 'draft') {
    return (
      <Strip kind="trouble" act={<Link href={`/applications/${draft.id}`}>{t(VISIT.toApplication)}</Link>}>
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
