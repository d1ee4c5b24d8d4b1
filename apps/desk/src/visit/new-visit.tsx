import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Skeleton } from '../parts/load-states.tsx';
import { VISIT } from '../texts/visit.ts';
import { isUntouched, visitName, draftPath } from './visit-store.ts';
import { useOpenVisits, useVisits } from './visits.tsx';
import styles from './new-visit.module.css';

/** Starts a visit. With two open visits it asks to finish or save one. */
export default function NewVisit() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { store, startVisit } = useVisits();
  const open = useOpenVisits().filter((visit) => !isUntouched(visit));
  const isStarted = useRef(false);
  const isFree = !store.isFull();
  useEffect(() => {
    if (!isFree || isStarted.current) return;
    isStarted.current = true;
    go(startVisit(), { replace: true });
  });
  if (isFree) return <Skeleton />;
  return (
    <Screen>
      <div className={styles.full}>
        <Title>{t(VISIT.fullTitle)}</Title>
        <p>{t(VISIT.fullHelp)}</p>
        {open.map((visit) => (
          <Button key={visit.id} large wide onClick={() => go(draftPath(visit))}>
            {visitName(visit) || t(VISIT.unnamed)}
          </Button>
        ))}
      </div>
    </Screen>
  );
}
