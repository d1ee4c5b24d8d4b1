import { useState } from 'react';
import { Printer } from 'lucide-react';
import { COMPLAINT_OUTCOME_TEXTS, COMPLAINT_WAY_TEXTS } from '@cups/application/texts';
import type { ApplicationDetails } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { daysBetween, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { Button } from '../parts/button.tsx';
import { ComplaintPrintout, splitParagraphs } from '../print/complaint-printout.tsx';
import type { Complaint } from '../print/complaint-printout.tsx';
import { printDocument } from '../print/printing.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { useCatalog } from '../session/catalog.ts';
import { COMPLAINTS } from '../texts/complaints.ts';
import { DAYS } from '../texts/counts.ts';
import { KEYS } from '../texts/keys.ts';
import { AnswerForm, FilingForm } from './complaint-forms.tsx';
import { operatorName } from './operator-name.ts';
import { formatWhen } from './state-texts.ts';
import { useApplicationAction } from './use-application-action.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';
import complaintStyles from './complaints.module.css';

/** A complaint about a silent agency in three steps: prepare, sign, answer. Shown once it is offered. */
export default function Complaints({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { application } = details;
  const { complaints = [], allowedActions } = application;
  const action = useApplicationAction(application.id);
  const isPending = action.isPending('complaints');
  const canPrepare = allowedActions.includes('prepare-complaint') && !isPending;
  const prepare = () => void action.run('complaints');
  useKeys([canPrepare && { code: 'KeyJ', label: KEYS.complaint, run: prepare }]);
  if (complaints.length === 0 && !canPrepare && !isPending) return null;
  return (
    <section className={complaintStyles.panel}>
      <div className={styles.sideHead}>
        <h2>{t(COMPLAINTS.title)}</h2>
        <span>{t(COMPLAINTS.notSent)}</span>
      </div>
      <Steps current={currentStep(complaints)} />
      {complaints.map((complaint) => (
        <ComplaintItem key={complaint.number} complaint={complaint} details={details} action={action} />
      ))}
      {isPending && <p role="status">{t(COMPLAINTS.pending)}</p>}
      {canPrepare && (
        <Button cap="KeyJ" busy={action.busy === 'complaints'} busyText={t(COMPLAINTS.sending)} onClick={prepare}>
          {t(complaints.length > 0 ? COMPLAINTS.prepareAgain : COMPLAINTS.prepare)}
        </Button>
      )}
      {action.errorText && (
        <p role="alert" className={styles.fault}>
          {action.errorText}
        </p>
      )}
    </section>
  );
}

/** Returns the step of the newest complaint, from 0; 3 once it is answered. */
function currentStep(complaints: readonly Complaint[]): number {
  const newest = complaints.at(-1);
  if (!newest) return 0;
  if (!newest.filing) return 1;
  return newest.answer ? 3 : 2;
}

function Steps({ current }: { current: number }) {
  const { t } = useLanguage();
  return (
    <ol className={complaintStyles.steps}>
      {[COMPLAINTS.stepPrepare, COMPLAINTS.stepSign, COMPLAINTS.stepAnswer].map((step, at) => (
        <li key={step.ro} aria-current={at === current ? 'step' : undefined}>
          {t(step)}
        </li>
      ))}
    </ol>
  );
}

interface ComplaintItemProps {
  complaint: Complaint;
  details: ApplicationDetails;
  action: ApplicationActionState;
}

function ComplaintItem({ complaint, details, action }: ComplaintItemProps) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const catalog = useCatalog();
  const { application } = details;
  const { number, agency, text, filing, answer } = complaint;
  const { allowedActions, complaints = [] } = application;
  const isNewest = complaints.at(-1) === complaint;
  const canFile = isNewest && allowedActions.includes('record-complaint') && !action.isPending('complaints/file');
  const isOpen = filing !== undefined && answer === undefined;
  const canAnswer =
    isOpen && allowedActions.includes('record-complaint-answer') && !action.isPending('complaints/answer');
  const print = () => {
    if (catalog) void printDocument(<ComplaintPrintout {...{ application, complaint, catalog }} />);
  };
  return (
    <div className={styles.note}>
      <p>{t(COMPLAINTS.number, { n: number, agency: long(agency) })}</p>
      <Progress complaint={complaint} details={details} />
      <details>
        <summary>{t(COMPLAINTS.read)}</summary>
        {splitParagraphs(text).map((paragraph, at) => (
          <p key={at}>{t(paragraph)}</p>
        ))}
      </details>
      {/* A newer one replaces a complaint that was not signed. */}
      {(isNewest || filing) && (
        <Button icon={Printer} onClick={print}>
          {t(COMPLAINTS.print)}
        </Button>
      )}
      {canFile && <FilingForm application={application.id} complaint={complaint} action={action} />}
      {canAnswer && <AnswerForm application={application.id} complaint={complaint} action={action} />}
    </div>
  );
}

/** What happened to a complaint, and how long it has no answer. */
function Progress({ complaint, details: { operators } }: Pick<ComplaintItemProps, 'complaint' | 'details'>) {
  const { t, language } = useLanguage();
  const [now] = useState(() => today());
  const { prepareTime, preparedBy, filing, answer } = complaint;
  const when = formatWhen(prepareTime, { language, today: now });
  const registered = filing?.registrationNumber && t(COMPLAINTS.registered, { number: filing.registrationNumber });
  const age = filing && plural(daysBetween(filing.date, now), language, DAYS);
  return (
    <ul>
      <li>{t(COMPLAINTS.prepared, { when, operator: operatorName(operators, preparedBy, t) })}</li>
      {filing && (
        <li>
          {[t(COMPLAINTS.filed, { day: shortDate(filing.date), way: t(COMPLAINT_WAY_TEXTS[filing.way]) }), registered]
            .filter(Boolean)
            .join(', ')}
        </li>
      )}
      {filing && !answer && <li className={complaintStyles.open}>{t(COMPLAINTS.unanswered, { days: age })}</li>}
      {answer && (
        <li>
          {t(COMPLAINTS.answered, {
            day: shortDate(answer.date),
            outcome: t(COMPLAINT_OUTCOME_TEXTS[answer.outcome]),
          })}
          {answer.text && ` — ${answer.text}`}
        </li>
      )}
    </ul>
  );
}
