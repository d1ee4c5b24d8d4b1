import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { ESCALATION_STEP_TEXTS, HISTORY_TEXTS, RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { AgencyDelivery, AgencyDeliveryDetails, ApplicationAction } from '../api/types.ts';
import { agreeWithSubject } from '../application/timeline-entries.ts';
import { nameActor } from '../application/operator-name.ts';
import applicationStyles from '../application/application.module.css';
import { documentIdOf } from '../documents/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { LanguageContextValue } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Banner } from '../parts/banner.tsx';
import { Facts } from '../parts/facts.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { AGENCY_DOCUMENTS } from '../texts/agency-documents.ts';
import { AGENCY_PAGE, AGENCY_STAGE_TEXTS } from '../texts/agency-page.ts';
import { KEYS } from '../texts/keys.ts';
import { AgencyConversation } from './agency-conversation.tsx';
import { AssigneeFact } from './assignee.tsx';
import { FiledApplication } from './filed-application.tsx';
import { FiledCopies } from './filed-copies.tsx';
import { findIssuedResult } from './issued-result.ts';
import { OpenDocument } from './open-document.tsx';
import { agencyDeliveryQuery } from './queries.ts';
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
  const [, go] = useLocation();
  const queryClient = useQueryClient();
  // Kept here, because a changed stage opens another panel.
  const [isStale, setIsStale] = useState(false);
  const leave = () => {
    go('/');
    queryClient.removeQueries({ queryKey: agencyDeliveryQuery(id).queryKey });
  };
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
        {isStale && <Banner kind="trouble">{t(AGENCY_PAGE.meanwhile)}</Banner>}
        {stage === 'ended' && <Banner kind="away">{t(AGENCY_PAGE.ended)}</Banner>}
        <div className={styles.columns}>
          <div className={styles.column}>
            {stage === 'decided' && <IssuedDecision id={id} details={details} />}
            {ownApplication ? (
              <Banner kind="trouble">{t(AGENCY_PAGE.own)}</Banner>
            ) : (
              <ReplyPanel
                key={stage}
                id={id}
                stage={stage}
                details={details}
                onStale={() => setIsStale(true)}
                onPassedOn={leave}
              />
            )}
            <AgencyConversation id={id} details={details} />
          </div>
          <div className={styles.column}>
            <FiledCopies delivery={id} submissions={submissions} />
            <FiledApplication submissions={submissions} />
            <History details={details} />
          </div>
        </div>
      </div>
    </Screen>
  );
}

function DeliveryFacts({ id, details }: { id: string; details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  const { delivery, submissions, documentRequest, operators } = details;
  return (
    <>
      <div className={styles.summary}>
        <Facts
          facts={[
            [t(AGENCY_PAGE.due), delivery.dueDate ? shortDate(delivery.dueDate) : t(AGENCY_PAGE.noTerm)],
            [t(AGENCY_PAGE.expected), delivery.expectedDecisionDate ? shortDate(delivery.expectedDecisionDate) : ''],
            [t(AGENCY_PAGE.reference), delivery.agencyReference ?? ''],
            [t(AGENCY_PAGE.filedAt), submissions[0]?.centreName ?? ''],
            [t(AGENCY_PAGE.answerBy), answerByText(documentRequest, t)],
            [t(AGENCY_PAGE.reminders), remindersText(delivery, t)],
          ]}
        />
      </div>
      <AssigneeFact id={id} delivery={delivery} operators={operators} />
    </>
  );
}

/** The last day to bring documents, with the day that the agency named if the platform moved it. */
function answerByText(request: AgencyDeliveryDetails['documentRequest'], t: LanguageContextValue['t']): string {
  if (!request) return '';
  const { answerBy, requestedAnswerBy } = request;
  if (!requestedAnswerBy) return shortDate(answerBy);
  return `${shortDate(answerBy)} (${t(AGENCY_PAGE.moved, { day: shortDate(requestedAnswerBy) })})`;
}

/** The reminders of the agency, oldest first. */
const remindersText = ({ reminders = [] }: AgencyDelivery, t: LanguageContextValue['t']): string =>
  reminders.map(({ step, time }) => `${t(ESCALATION_STEP_TEXTS[step])}, ${formatDayAndTime(time)}`).join('; ');

/** What the agency decided, as it stands. */
function IssuedDecision({ id, details: { history } }: { id: string; details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  const result = findIssuedResult(history);
  const rejection = [...history].reverse().find(({ kind }) => kind === 'rejected');
  if (!result && !rejection) return null;
  return (
    <div className={applicationStyles.filed}>
      <section>
        <h2>{t(AGENCY_PAGE.whatIsDecided)}</h2>
        <Facts
          facts={[
            [t(AGENCY_PAGE.outcome), result ? t(AGENCY_PAGE.isApproved) : t(AGENCY_PAGE.isRejected)],
            [t(AGENCY_PAGE.reason), result ? '' : t(rejection?.agencyText)],
            [t(AGENCY_PAGE.resultKind), result?.kind ? t(RESULT_KIND_TEXTS[result.kind]) : ''],
            [t(AGENCY_PAGE.resultNumber), result?.number ?? ''],
            [t(AGENCY_PAGE.verificationCode), result?.verificationCode ?? ''],
            [t(AGENCY_PAGE.verificationUrl), result?.verificationUrl ?? ''],
            [t(AGENCY_PAGE.validUntil), result?.validUntil ? shortDate(result.validUntil) : ''],
          ]}
        />
        {(result?.documents ?? []).map(({ document, mediaType }) => (
          <OpenDocument
            key={document}
            delivery={id}
            document={{ id: documentIdOf(document), mediaType }}
            title={t(AGENCY_DOCUMENTS.title)}
          />
        ))}
      </section>
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
