import { useLayoutEffect } from 'react';
import { useLocation } from 'wouter';
import type { Registry } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Empty, Failed, Skeleton } from '../parts/waiting.tsx';
import { PARTS } from '../texts/parts.ts';
import { VISIT } from '../texts/visit.ts';
import { FillingHere } from './filling.tsx';
import type { ScreenId } from './model/screens.ts';
import { BehalfScreen } from './screens/behalf.tsx';
import { CostScreen } from './screens/cost.tsx';
import { FormScreen } from './screens/form.tsx';
import { PapersScreen } from './screens/papers.tsx';
import { PersonScreen } from './screens/person.tsx';
import { ReceiptScreen } from './screens/receipt.tsx';
import { ReviewScreen } from './screens/review.tsx';
import { ServiceScreen } from './screens/service.tsx';
import { firstOf } from '../parts/turn.ts';
import { isFiled } from './store.ts';
import type { Draft, Visit } from './store.ts';
import { useFillingOf } from './use-filling.ts';
import { useNews } from './use-news.ts';
import { useRegistryQuery } from '../session/registry.ts';
import { useDraft } from './visits.tsx';

/** The screens of a visit: `/visits/{visit}/{draft}/{screen}`, ids only. */

interface VisitProps {
  visit: string;
  draft?: string | undefined;
  screen?: string | undefined;
}

export default function VisitScreen({ visit, draft, screen }: VisitProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const registry = useRegistryQuery();
  const here = useDraft(visit, draft);
  if (!here) return <Empty act={<Button onClick={() => go('/')}>{t(PARTS.toQueue)}</Button>}>{t(VISIT.gone)}</Empty>;
  if (registry.error && !registry.data)
    return <Failed error={registry.error} onAgain={() => void registry.refetch()} />;
  if (!registry.data) return <Skeleton />;
  return (
    <Filled
      key={here.draft.id}
      visit={here.visit}
      draft={here.draft}
      registry={registry.data}
      asked={screen as ScreenId | undefined}
    />
  );
}

interface FilledProps {
  visit: Visit;
  draft: Draft;
  registry: Registry;
  asked: ScreenId | undefined;
}

function Filled({ visit, draft, registry, asked }: FilledProps) {
  const filling = useFillingOf(visit, draft, registry, asked);
  const { screen } = filling;
  useNews(filling);
  useFirstField(screen);
  return (
    <FillingHere value={filling}>
      {isFiled(draft) && draft.known ? (
        <ReceiptScreen application={draft.known} />
      ) : (
        <OneScreen key={screen} screen={screen} />
      )}
    </FillingHere>
  );
}

function OneScreen({ screen }: { screen: ScreenId }) {
  if (screen.startsWith('form-')) return <FormScreen part={Number(screen.slice('form-'.length))} />;
  switch (screen) {
    case 'person':
      return <PersonScreen />;
    case 'behalf':
      return <BehalfScreen />;
    case 'papers':
      return <PapersScreen />;
    case 'cost':
      return <CostScreen />;
    case 'review':
      return <ReviewScreen />;
    default:
      return <ServiceScreen />;
  }
}

/** A screen begins at its first question; that of prices at its title, since digits choose there. */
function useFirstField(screen: ScreenId): void {
  useLayoutEffect(() => {
    // On a narrow screen the whole page scrolls.
    window.scrollTo(0, 0);
    if (screen === 'cost') return;
    const area = document.getElementById(screen === 'review' ? '/checked' : 'main');
    const first = area?.matches('input') ? area : area && firstOf(area);
    first?.focus({ preventScroll: true });
  }, [screen]);
}
