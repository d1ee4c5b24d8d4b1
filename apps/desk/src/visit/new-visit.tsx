import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Empty, Skeleton } from '../parts/waiting.tsx';
import { VISIT } from '../texts/visit.ts';
import { isUntouched, MOST_VISITS, nameOfVisit } from './store.ts';
import { useVisits } from './visits.tsx';

/** Where two visits are open, one is parked before another begins. */
export default function NewVisit() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { open, store, begin } = useVisits();
  const begun = useRef(false);
  const path = open.length < MOST_VISITS || open.some(isUntouched) ? begin : undefined;
  useEffect(() => {
    if (!path || begun.current) return;
    begun.current = true;
    go(path(), { replace: true });
  });
  if (path) return <Skeleton />;
  return (
    <main id="main">
      <Empty
        act={open.map((visit) => (
          <Button
            key={visit.id}
            onClick={() => {
              store.park(visit.id);
              go('/visits/new', { replace: true });
            }}
          >
            {`${t(VISIT.park)}: ${nameOfVisit(visit) || t(VISIT.unnamed)}`}
          </Button>
        ))}
      >
        <strong>{t(VISIT.fullTitle)}</strong> {t(VISIT.fullHelp)}
      </Empty>
    </main>
  );
}
