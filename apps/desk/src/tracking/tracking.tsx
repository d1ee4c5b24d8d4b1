import { lazy, Suspense, useEffect, useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { LanguageChoice } from '../session/language-choice.tsx';
import { TRACKING } from '../texts/tracking.ts';
import { ApplicationTracking } from './application-tracking.tsx';
import { takeTrackingRequest } from './tracking-request.ts';
import type { TrackingRequest } from './tracking-request.ts';
import styles from './tracking.module.css';

/** Few visitors look for a mandate, so its code is loaded on demand. */
const MandateTracking = lazy(() => import('./mandate-tracking.tsx'));

const VIEWS = ['application', 'mandate'] as const;

/**
 * The public tracking page: an application by its number, or a mandate by its code. No sign-in, nothing stored.
 * @param initial from the URL
 */
export function Tracking({ initial }: { initial: TrackingRequest }) {
  const { t } = useLanguage();
  const [request, setRequest] = useState({ ...initial, count: 0 });
  const show = (next: TrackingRequest) => setRequest(({ count }) => ({ ...next, count: count + 1 }));
  useEffect(() => {
    const onHashChange = () => {
      const next = takeTrackingRequest();
      if (next.view === 'mandate' || next.number !== '') show(next);
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <p className={styles.who}>
          <strong>CUPS</strong>
          <span>{t(TRACKING.centres)}</span>
        </p>
        <LanguageChoice />
      </header>
      <main className={styles.main}>
        <div role="group" aria-label={t(TRACKING.views)} className={styles.views}>
          {VIEWS.map((view) => (
            <button
              key={view}
              type="button"
              aria-pressed={view === request.view}
              onClick={() => show({ view, number: '' })}
            >
              {t(TRACKING[view])}
            </button>
          ))}
        </div>
        {request.view === 'application' ? (
          <ApplicationTracking key={request.count} scanned={request.number} />
        ) : (
          <Suspense fallback={null}>
            <MandateTracking key={request.count} scanned={request.number} />
          </Suspense>
        )}
      </main>
    </div>
  );
}
