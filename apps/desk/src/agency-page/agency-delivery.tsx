import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { ESCALATION_STEP_TEXTS, HISTORY_TEXTS } from '@cups/application/texts';
import type { AgencyDelivery, AgencyDeliveryDetails, ApplicationAction, Submission } from '../api/types.ts';
import { personFacts, requestFacts } from '../application/facts.ts';
import { agreeWithSubject } from '../application/timeline-entries.ts';
import { nameActor } from '../application/operator-name.ts';
import applicationStyles from '../application/application.module.css';
import { useKeys } from '../keys/keys.tsx';
import { formatAnswers } from '../language/answers.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { LanguageContextValue } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Banner } from '../parts/banner.tsx';
import { Facts } from '../parts/facts.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useAgencyNames } from '../queue/agency-names.ts';
import { AGENCY_PAGE, AGENCY_STAGE_TEXTS } from '../texts/agency-page.ts';
import { APPLICATION } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { AgencyConversation } from './agency-conversation.tsx';
import { AssigneeFact } from './assignee.tsx';
import { FiledCopies } from './filed-copies.tsx';
import { agencyDeliveryQuery, useAgencyCatalog } from './queries.ts';
import { ReplyPanel } from './reply-panel.tsx';
import styles from './agency-page.module.css';

/** An application as its agency sees it: what was filed, what happened, and what to reply. */
export default function AgencyDeliveryScreen({ id }: { id: string }) {
  const [, go] = useLocation();
  const query = useQuery(agencyDeliveryQuery(id));
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/') }]);
  if (!query.data) return <LoadScreen error={query.error} onRetry={() => void query.refetch()} />;
  return <AgencyDeliveryView id={id} details={query.data} />;
}

function AgencyDeliveryView({ id, details }: { id: string; details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  const { delivery, submissions, ownApplication } = details;
  const newest = submissions.at(-1);
  const stage = delivery.stage ?? 'ended';
  return (
    <Screen>
      <div className={styles.delivery}>
        <div className={applicationStyles.head}>
          <nav aria-label={t(AGENCY_PAGE.title)}>
            <Link href="/">{t(AGENCY_PAGE.title)}</Link> › {t(AGENCY_STAGE_TEXTS[stage])}
          </nav>
          <Title>{t(newest?.serviceTitle) || t(AGENCY_STAGE_TEXTS[stage])}</Title>
          <p>
            <strong>{personName(newest?.applicant)}</strong>
          </p>
        </div>
        <DeliveryFacts id={id} details={details} />
        {stage === 'ended' && <Banner kind="away">{t(AGENCY_PAGE.ended)}</Banner>}
        <div className={styles.columns}>
          <div className={styles.column}>
            {ownApplication ? (
              <Banner kind="trouble">{t(AGENCY_PAGE.own)}</Banner>
            ) : (
              <ReplyPanel key={stage} id={id} stage={stage} details={details} />
            )}
            <AgencyConversation id={id} details={details} />
          </div>
          <div className={styles.column}>
            <FiledCopies delivery={id} submissions={submissions} />
            {submissions.map((submission, at) => (
              <SubmissionView key={submission.name} submission={submission} isFirst={at === 0} />
            ))}
            <History details={details} />
          </div>
        </div>
      </div>
    </Screen>
  );
}

function DeliveryFacts({ id, details: { delivery, submissions } }: { id: string; details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  return (
    <>
      <Facts
        facts={[
          [t(AGENCY_PAGE.due), delivery.dueDate ? shortDate(delivery.dueDate) : t(AGENCY_PAGE.noTerm)],
          [t(AGENCY_PAGE.expected), delivery.expectedDecisionDate ? shortDate(delivery.expectedDecisionDate) : ''],
          [t(AGENCY_PAGE.reference), delivery.agencyReference ?? ''],
          [t(AGENCY_PAGE.filedAt), submissions[0]?.centreName ?? ''],
          [t(AGENCY_PAGE.reminders), remindersText(delivery, t)],
        ]}
      />
      <AssigneeFact id={id} delivery={delivery} />
    </>
  );
}

/** The reminders of the agency, oldest first. */
const remindersText = ({ reminders = [] }: AgencyDelivery, t: LanguageContextValue['t']): string =>
  reminders.map(({ step, time }) => `${t(ESCALATION_STEP_TEXTS[step])}, ${formatDayAndTime(time)}`).join('; ');

function SubmissionView({ submission, isFirst }: { submission: Submission; isFirst: boolean }) {
  const { t } = useLanguage();
  const catalog = useAgencyCatalog();
  const sections = formatAnswers(submission.formSchema ?? {}, submission.answers ?? {});
  const evidence = (submission.evidence ?? []).map(
    ({ kind, number, verificationCode, issueDate }) =>
      [
        t(evidenceTitle(catalog, kind)),
        [number, verificationCode, issueDate && shortDate(issueDate)].filter(Boolean).join(', ') || '✓',
      ] as const,
  );
  return (
    <div className={applicationStyles.filed}>
      <section>
        <h2>{t(isFirst ? AGENCY_PAGE.submission : AGENCY_PAGE.supplied)}</h2>
        {isFirst && <Facts facts={personFacts(submission, t)} />}
      </section>
      {isFirst &&
        sections.map(({ title, answers }, at) => (
          <section key={title?.ro ?? at}>
            <h2>{t(title) || t(APPLICATION.request)}</h2>
            <Facts facts={answers.map(({ label, value }) => [t(label), t(value)] as const)} />
          </section>
        ))}
      <section>
        <h2>{t(APPLICATION.papers)}</h2>
        <Facts facts={evidence} />
      </section>
      {isFirst && (
        <section>
          <h2>{t(APPLICATION.request)}</h2>
          <Facts facts={requestFacts(submission, t)} />
        </section>
      )}
    </div>
  );
}

function History({ details: { history, operators } }: { details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const describe = (entry: ApplicationAction) => {
    const actor = t(nameActor(entry.actor, operators, (name) => ({ ro: long(name) })));
    return `${actor} ${agreeWithSubject(t(HISTORY_TEXTS[entry.kind]), actor)}`;
  };
  return (
    <section>
      <h2>{t(AGENCY_PAGE.history)}</h2>
      <ol className={styles.history}>
        {[...history].reverse().map((entry, at) => (
          <li key={`${entry.recordTime} ${at}`}>
            <time dateTime={entry.recordTime}>{formatDayAndTime(entry.recordTime)}</time>
            <span>
              {describe(entry)}
              {entry.agencyText && <span className={applicationStyles.quiet}> — {t(entry.agencyText)}</span>}
              {entry.expectedDecisionDate && (
                <span className={applicationStyles.quiet}>
                  {' '}
                  — {t(AGENCY_PAGE.expected)} {shortDate(entry.expectedDecisionDate)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
