import { useLayoutEffect } from 'react';
import { useLocation } from 'wouter';
import type { Catalog } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { EmptyState } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { PARTS } from '../texts/parts.ts';
import { VISIT } from '../texts/visit.ts';
import { DraftFormContext } from './draft-form.tsx';
import { FieldFormContext } from './field-form.ts';
import type { ScreenId } from './model/screens.ts';
import { BehalfScreen } from './screens/behalf.tsx';
import { CostScreen } from './screens/cost.tsx';
import { FormScreen } from './screens/form.tsx';
import { DocumentsScreen } from './screens/documents.tsx';
import { MandateScreen } from './screens/mandate.tsx';
import { PersonScreen } from './screens/person.tsx';
import { ReceiptScreen } from './screens/receipt.tsx';
import { ReviewScreen } from './screens/review.tsx';
import { TakenScreen } from './screens/taken.tsx';
import { ServiceScreen } from './screens/service.tsx';
import { findFirstControl } from '../parts/enter-to-next.ts';
import { isFiled, isTaken } from './visit-store.ts';
import type { Draft, Visit } from './visit-store.ts';
import { useDraftFormState } from './use-draft-form-state.ts';
import { useRefreshDraft } from './use-refresh-draft.ts';
import { useCatalogQuery } from '../session/catalog.ts';
import { useDraft } from './visits.tsx';

/** The screens of a visit at `/visits/{visit}/{draft}/{screen}`. */

interface VisitProps {
  visit: string;
  draft?: string | undefined;
  screen?: string | undefined;
}

export default function VisitScreen({ visit, draft, screen }: VisitProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const catalog = useCatalogQuery();
  const current = useDraft(visit, draft);
  if (!current)
    return (
      <Screen>
        <Title>{t(VISIT.gone)}</Title>
        <EmptyState action={<Button onClick={() => go('/')}>{t(PARTS.toQueue)}</Button>}>
          {t(VISIT.goneHelp)}
        </EmptyState>
      </Screen>
    );
  if (!catalog.data) return <LoadScreen error={catalog.error} onRetry={() => void catalog.refetch()} />;
  return (
    <VisitDraft
      key={current.draft.id}
      visit={current.visit}
      draft={current.draft}
      catalog={catalog.data}
      requestedScreen={screen as ScreenId | undefined}
    />
  );
}

interface VisitDraftProps {
  visit: Visit;
  draft: Draft;
  catalog: Catalog;
  requestedScreen: ScreenId | undefined;
}

function VisitDraft({ visit, draft, catalog, requestedScreen }: VisitDraftProps) {
  const form = useDraftFormState(visit, draft, catalog, requestedScreen);
  const { screen } = form;
  useRefreshDraft(form);
  useFocusFirstField(screen);
  return (
    <DraftFormContext value={form}>
      <FieldFormContext value={form}>
        {isFiled(draft) && draft.known ? (
          <ReceiptScreen application={draft.known} />
        ) : isTaken(draft) ? (
          <TakenScreen />
        ) : (
          <CurrentScreen key={screen} screen={screen} />
        )}
      </FieldFormContext>
    </DraftFormContext>
  );
}

function CurrentScreen({ screen }: { screen: ScreenId }) {
  if (screen.startsWith('form-')) return <FormScreen part={Number(screen.slice('form-'.length))} />;
  switch (screen) {
    case 'person':
      return <PersonScreen />;
    case 'behalf':
      return <BehalfScreen />;
    case 'papers':
      return <DocumentsScreen />;
    case 'cost':
      return <CostScreen />;
    case 'mandate':
      return <MandateScreen />;
    case 'review':
      return <ReviewScreen />;
    default:
      return <ServiceScreen />;
  }
}

/** Focuses the first field of a screen. The screens of cost and mandate keep their title, for digit keys. */
function useFocusFirstField(screen: ScreenId): void {
  useLayoutEffect(() => {
    // On narrow screens the page itself scrolls.
    window.scrollTo(0, 0);
    if (screen === 'cost' || screen === 'mandate') return;
    const area = document.getElementById(screen === 'review' ? '/checked' : 'main');
    const first = area?.matches('input') ? area : area && findFirstControl(area);
    first?.focus({ preventScroll: true });
  }, [screen]);
}
