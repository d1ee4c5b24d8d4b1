import { useState } from 'react';
import { Check, Plus } from 'lucide-react';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';
import { STEPS, stepOf, stepsOf } from './model/screens.ts';
import type { Step } from './model/screens.ts';
import { serviceIn } from './model/service.ts';
import { useAnother } from './park.ts';
import { isFiled, pathOf } from './store.ts';
import { useVisits } from './visits.tsx';
import styles from './rail.module.css';

const NAMES: Record<Step, (typeof VISIT)[keyof typeof VISIT]> = {
  service: VISIT.stepService,
  person: VISIT.stepPerson,
  form: VISIT.stepForm,
  papers: VISIT.stepPapers,
  cost: VISIT.stepCost,
  review: VISIT.stepReview,
};

/** The steps, what else is filled in during this visit, and the way to give the draft up. */
export function Rail() {
  const { t } = useLanguage();
  const { draft, screens, screen, go, service, lacks } = useFilling();
  const here = stepOf(screen);
  const steps = service ? stepsOf(screens) : STEPS;
  return (
    <div className={styles.rail}>
      <nav aria-label={t(VISIT.steps)}>
        <ol>
          {steps.map((step, at) => {
            const first = screens.find((one) => stepOf(one) === step) ?? 'service';
            const isDone =
              isFiled(draft) || (steps.indexOf(here) > at && !lacks.some((lack) => stepOf(lack.screen) === step));
            return (
              <li key={step}>
                <button
                  type="button"
                  aria-current={step === here && !isFiled(draft) ? 'step' : undefined}
                  className={styles.step}
                  onClick={() => (service || step === 'service') && !isFiled(draft) && go(first)}
                >
                  <span className={styles.circle} data-done={isDone || undefined}>
                    {isDone ? <Check size={14} strokeWidth={3} aria-hidden="true" /> : at + 1}
                  </span>
                  {t(NAMES[step])}
                </button>
              </li>
            );
          })}
        </ol>
      </nav>
      <Others />
      <Discard />
    </div>
  );
}

/** On a narrow screen: which step it is, of which service, and how far. */
export function RailLine() {
  const { t } = useLanguage();
  const { screens, screen, service } = useFilling();
  const steps = service ? stepsOf(screens) : STEPS;
  const n = steps.indexOf(stepOf(screen)) + 1;
  return (
    <div className={styles.line}>
      <div className={styles.bar}>
        <span style={{ width: `${(100 * n) / steps.length}%` }} />
      </div>
      <p>
        {t(VISIT.stepOf, { n, all: steps.length })}
        {service && screen !== 'service' && ` · ${t(service.version?.title)}`}
      </p>
    </div>
  );
}

function Others() {
  const { t } = useLanguage();
  const { visit, draft, registry } = useFilling();
  const [, go] = useLocation();
  const another = useAnother();
  const named = visit.drafts.some(({ service }) => service !== undefined);
  if (!named) return null;
  return (
    <section className={styles.others}>
      <h2>{t(VISIT.here)}</h2>
      <ul>
        {visit.drafts.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-current={one.id === draft.id ? 'true' : undefined}
              onClick={() => go(pathOf(visit, one))}
            >
              {t(serviceIn(registry, one.service)?.version?.title) || t(VISIT.noService)}
            </button>
          </li>
        ))}
      </ul>
      <Button look="text" icon={Plus} onClick={another}>
        {t(VISIT.another)}
      </Button>
    </section>
  );
}

/** Asks in place: nothing opens over what is typed. */
function Discard() {
  const { t } = useLanguage();
  const { draft, sending } = useFilling();
  const { store } = useVisits();
  const [asks, setAsks] = useState(false);
  const [, go] = useLocation();
  if (!draft.service || isFiled(draft)) return null;
  if (!asks) {
    return (
      <div className={styles.discard}>
        <Button look="danger" onClick={() => setAsks(true)}>
          {t(VISIT.discard)}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.discard} role="alert">
      <p>{t(VISIT.discardAsk)}</p>
      <Button
        look="danger"
        onClick={() => {
          sending.withdraw();
          store.removeDraft(draft.id);
          go('/');
        }}
      >
        {t(VISIT.discard)}
      </Button>
      <Button onClick={() => setAsks(false)}>{t(VISIT.keep)}</Button>
    </div>
  );
}
