import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Skeleton } from '../parts/waiting.tsx';
import { VISIT } from '../texts/visit.ts';
import { isUntouched, MOST_VISITS, nameOfVisit, pathOf } from './store.ts';
import { useOpenVisits, useVisits } from './visits.tsx';
import styles from './new-visit.module.css';

/** A new visit; where two are open, one is finished or parked before another begins. */
export default function NewVisit() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { begin } = useVisits();
  const open = useOpenVisits();
  const begun = useRef(false);
  const isFree = open.length < MOST_VISITS || open.some(isUntouched);
  useEffect(() => {
    if (!isFree || begun.current) return;
    begun.current = true;
    go(begin(), { replace: true });
  });
  if (isFree) return <Skeleton />;
  return (
    <Screen>
      <div className={styles.full}>
        <Title>{t(VISIT.fullTitle)}</Title>
        <p>{t(VISIT.fullHelp)}</p>
        {open.map((visit) => (
          <Button key={visit.id} large wide onClick={() => go(pathOf(visit))}>
            {nameOfVisit(visit) || t(VISIT.unnamed)}
          </Button>
        ))}
      </div>
    </Screen>
  );
}
