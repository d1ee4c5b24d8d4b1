import { REASON_TEXTS, MANDATE_TERM_TEXTS } from '@cups/application/texts';
import type { ApiError } from '../../api/client.ts';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { useLanguage } from '../../language/language.tsx';
import { catalogTitles, lastDayText, scopeParts } from '../../mandates/mandate-facts.ts';
import { Banner } from '../../parts/banner.tsx';
import { Button } from '../../parts/button.tsx';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import type { MandateChoice, MandateSubject } from '../model/mandate-subject.ts';
import { MandateForm } from './mandate-form.tsx';
import type { MandateRequest } from './mandate-requests.ts';
import type { MandateStep } from './use-mandate-step.ts';
import styles from './mandate.module.css';

interface MandateChooserProps {
  step: MandateStep;
  subject: MandateSubject;
  catalog: Catalog;
  today: string;
  choice: MandateChoice;
  onChange: (choice: Partial<MandateChoice>) => void;
}

/** Standing mandates of the person to choose from, else the form of a new one. */
export function MandateChooser({ step, subject, catalog, today, choice, onChange }: MandateChooserProps) {
  const { t } = useLanguage();
  const { request, standing } = step;
  return (
    <>
      {request && <RequestState request={request} onCancel={step.cancel} />}
      {standing.length > 0 ? (
        <StandingMandates step={step} catalog={catalog} />
      ) : (
        <MandateForm subject={subject} catalog={catalog} today={today} choice={choice} onChange={onChange} />
      )}
      {step.isNew && (
        <div>
          <Button variant="text" onClick={() => step.setNew(false)}>
            {t(VISIT_MANDATE.useStanding)}
          </Button>
        </div>
      )}
    </>
  );
}

function StandingMandates({ step, catalog }: { step: MandateStep; catalog: Catalog }) {
  const { t } = useLanguage();
  const titleOf = catalogTitles(catalog);
  const scopeText = ({ remainingScope }: StoredMandate) =>
    scopeParts(remainingScope, titleOf)
      .map(({ title }) => t(title))
      .join('; ');
  return (
    <section className={styles.cards}>
      <h2>{t(VISIT_MANDATE.standing)}</h2>
      {step.standing.map((mandate) => (
        <div key={mandate.name} className={styles.card}>
          <span>
            {scopeText(mandate)}
            <small>
              {t(MANDATE_TERM_TEXTS[mandate.term])}, {t(VISIT_MANDATE.until, { date: lastDayText(mandate.expireTime) })}
            </small>
          </span>
          <Button onClick={() => step.use(mandate)}>{t(VISIT_MANDATE.use)}</Button>
        </div>
      ))}
      <div>
        <Button variant="text" onClick={() => step.setNew(true)}>
          {t(VISIT_MANDATE.new)}
        </Button>
      </div>
    </section>
  );
}

/** A request that waits for a register, or that the platform refused. */
function RequestState({ request, onCancel }: { request: MandateRequest; onCancel: () => void }) {
  const { t } = useLanguage();
  const { refusal, waitsFor, isWaiting } = request;
  if (refusal) return <Banner kind="trouble">{t(VISIT_MANDATE.refused, { why: t(refusalText(refusal)) })}</Banner>;
  if (!waitsFor && !isWaiting) return null;
  return (
    <div className={styles.waits} role="status">
      <p>
        {t(VISIT_MANDATE.waits)} {waitsFor && t(REASON_TEXTS[waitsFor.reason])}
      </p>
      <Button onClick={onCancel}>{t(VISIT_MANDATE.stopWaiting)}</Button>
    </div>
  );
}

function refusalText({ reason, problem }: ApiError) {
  const isOtherText = problem.violations?.some(({ field }) => field === '/textSha256');
  return isOtherText ? VISIT_MANDATE.otherText : REASON_TEXTS[reason];
}
