import { ACTION_TEXTS } from '@cups/application/texts';
import type { Application } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { PASSING_ON } from '../texts/passing-on.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

interface PassingOnQuestionProps {
  application: Application;
  action: ApplicationActionState;
}

/** Asks the person whether another agency may receive the application, which the mandate does not cover. */
export default function PassingOnQuestion({ application, action: { run, busy } }: PassingOnQuestionProps) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const { passingOn, agency } = application;
  if (!passingOn) return null;
  const names = { agency: long(agency), other: long(passingOn.competentAgency) };
  const answer = (consents: boolean) => void run('passing-on', { consents });
  const isBusy = busy === 'passing-on';
  return (
    <section className={styles.asking} aria-label={t(PASSING_ON.title)}>
      <p>
        <strong>{t(PASSING_ON.question, names)}</strong>
      </p>
      {passingOn.reason && <blockquote>{t(passingOn.reason)}</blockquote>}
      <p>{t(PASSING_ON.consequence, { ...names, day: shortDate(passingOn.superviseTime) })}</p>
      <div className={styles.ways}>
        <Button busy={isBusy} onClick={() => answer(true)}>
          {t(ACTION_TEXTS['consent-to-passing-on'])}
        </Button>
        <Button busy={isBusy} onClick={() => answer(false)}>
          {t(ACTION_TEXTS['refuse-passing-on'])}
        </Button>
      </div>
    </section>
  );
}
