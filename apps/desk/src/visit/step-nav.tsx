import { useState } from 'react';
import { Check, Plus } from 'lucide-react';
import { useLocation } from 'wouter';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../session/session.tsx';
import { VISIT } from '../texts/visit.ts';
import { useDraftForm } from './draft-form.tsx';
import { VISIT_STEPS, stepOf, resolveSteps } from './model/screens.ts';
import type { VisitStep } from './model/screens.ts';
import { findService } from './model/service.ts';
import { useAddService } from './save-for-later.ts';
import { isFiled, isTaken, draftPath } from './visit-store.ts';
import { useVisits } from './visits.tsx';
import styles from './step-nav.module.css';

const STEP_NAMES: Record<VisitStep, (typeof VISIT)[keyof typeof VISIT]> = {
  service: VISIT.stepService,
  person: VISIT.stepPerson,
  form: VISIT.stepForm,
  papers: VISIT.stepPapers,
  cost: VISIT.stepCost,
  mandate: VISIT.stepMandate,
  review: VISIT.stepReview,
};

/** The steps, the other services of the visit, and the button to discard the draft. */
export function StepNav() {
  const { t } = useLanguage();
  const { draft, screens, screen, go, service, missingFields } = useDraftForm();
  const isEnded = isFiled(draft) || isTaken(draft);
  const currentStep = stepOf(screen);
  const steps = service ? resolveSteps(screens) : VISIT_STEPS;
  return (
    <div className={styles.rail}>
      <nav aria-label={t(VISIT.steps)}>
        <ol>
          {steps.map((step, at) => {
            const first = screens.find((candidate) => stepOf(candidate) === step) ?? 'service';
            const isDone =
              isEnded ||
              (steps.indexOf(currentStep) > at && !missingFields.some((field) => stepOf(field.screen) === step));
            return (
              <li key={step}>
                <button
                  type="button"
                  aria-current={step === currentStep && !isEnded ? 'step' : undefined}
                  className={styles.step}
                  onClick={() => (service || step === 'service') && !isEnded && go(first)}
                >
                  <span className={styles.circle} data-done={isDone || undefined}>
                    {isDone ? <Check size={14} strokeWidth={3} aria-hidden="true" /> : at + 1}
                  </span>
                  {t(STEP_NAMES[step])}
                </button>
              </li>
            );
          })}
        </ol>
      </nav>
      <VisitServices />
      <DiscardDraft />
    </div>
  );
}

/** The current step on narrow screens. */
export function StepNavCompact() {
  const { t } = useLanguage();
  const { screens, screen, service } = useDraftForm();
  const steps = service ? resolveSteps(screens) : VISIT_STEPS;
  const n = steps.indexOf(stepOf(screen)) + 1;
  const title = service && screen !== 'service' ? t(service.version?.title) : '';
  return (
    <div className={styles.line}>
      <div className={styles.bar}>
        <span style={{ width: `${(100 * n) / steps.length}%` }} />
      </div>
      <p>{[t(VISIT.stepOf, { n, all: steps.length }), title].filter(Boolean).join(' · ')}</p>
    </div>
  );
}

function VisitServices() {
  const { t } = useLanguage();
  const { visit, draft, catalog } = useDraftForm();
  const [, go] = useLocation();
  const addService = useAddService();
  const hasService = visit.drafts.some(({ service }) => service !== undefined);
  if (!hasService) return null;
  return (
    <section className={styles.others}>
      <h2>{t(VISIT.here)}</h2>
      <ul>
        {visit.drafts.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              aria-current={item.id === draft.id ? 'true' : undefined}
              onClick={() => go(draftPath(visit, item))}
            >
              {t(findService(catalog, item.service)?.version?.title) || t(VISIT.noService)}
            </button>
          </li>
        ))}
      </ul>
      <Button variant="text" icon={Plus} onClick={addService}>
        {t(VISIT.another)}
      </Button>
    </section>
  );
}

function DiscardDraft() {
  const { t } = useLanguage();
  const { draft, sync } = useDraftForm();
  const { store } = useVisits();
  const { mandates } = useSignedIn();
  const [isAsking, setIsAsking] = useState(false);
  const [, go] = useLocation();
  useCloseKey(isAsking, () => setIsAsking(false));
  if (!draft.service || isFiled(draft) || isTaken(draft)) return null;
  if (!isAsking) {
    return (
      <div className={styles.discard}>
        <Button variant="danger" onClick={() => setIsAsking(true)}>
          {t(VISIT.discard)}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.discard} role="alert">
      <p>{t(VISIT.discardAsk)}</p>
      <Button
        variant="danger"
        onClick={() => {
          sync.withdraw();
          mandates.forget(draft.id);
          store.removeDraft(draft.id);
          go('/');
        }}
      >
        {t(VISIT.discard)}
      </Button>
      <Button onClick={() => setIsAsking(false)}>{t(VISIT.keep)}</Button>
    </div>
  );
}
