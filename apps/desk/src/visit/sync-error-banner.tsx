import { REASON_TEXTS } from '@cups/application/texts';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Banner } from '../parts/banner.tsx';
import { useSignedIn } from '../session/session.tsx';
import { TAKEN } from '../texts/taken.ts';
import { VISIT } from '../texts/visit.ts';
import { VISIT_MANDATE } from '../texts/visit-mandate.ts';
import { useDraftForm } from './draft-form.tsx';
import { textOf } from './model/form-values.ts';
import { useVisits } from './visits.tsx';

/** Refusals of a mandate that covers nothing any more. */
const ENDED_REASONS = ['MANDATE_EXPIRED', 'MANDATE_REVOKED'];
/** Refusals that another mandate resolves. */
const MANDATE_REASONS = ['MANDATE_REQUIRED', 'MANDATE_NOT_COVERING', ...ENDED_REASONS];

/** Shows why the platform rejected a write, with the next step. */
export function SyncErrorBanner() {
  const { t } = useLanguage();
  const { draft, sync, screen, setValue, go: goToScreen } = useDraftForm();
  const { store } = useVisits();
  const { mandates } = useSignedIn();
  const [, go] = useLocation();
  const { error } = sync;
  if (draft.known && draft.known.state !== 'draft') {
    const leave = () => {
      // Input after the end has no draft to go to.
      store.removeDraft(draft.id);
      go(`/applications/${draft.id}`);
    };
    return (
      <Banner kind="trouble" action={<Button onClick={leave}>{t(VISIT.toApplication)}</Button>}>
        {t(VISIT.ended)}
      </Banner>
    );
  }
  const { refusal } = sync.status;
  if (!error && refusal && refusal.reason !== 'ETAG_STALE') {
    return (
      <Banner kind="trouble" action={<Button onClick={sync.reopen}>{t(TAKEN.goOn)}</Button>}>
        {t(REASON_TEXTS[refusal.reason])}
      </Banner>
    );
  }
  if (!error || error.reason === 'APPLICATION_INCOMPLETE') return null;
  const canRenew = error.reason === 'SERVICE_VERSION_EXPIRED';
  const needsMandate = MANDATE_REASONS.includes(error.reason) && screen !== 'mandate';
  const replaceMandate = () => {
    const name = textOf(draft.typed, '/mandate/name');
    if (name && ENDED_REASONS.includes(error.reason)) mandates.markEnded(name);
    setValue('/mandate/name', undefined);
    goToScreen('mandate');
  };
  return (
    <Banner
      kind="trouble"
      action={
        (canRenew && <Button onClick={sync.renew}>{t(VISIT.renew)}</Button>) ||
        (needsMandate && <Button onClick={replaceMandate}>{t(VISIT_MANDATE.toMandate)}</Button>)
      }
    >
      {t(REASON_TEXTS[error.reason])}
    </Banner>
  );
}
