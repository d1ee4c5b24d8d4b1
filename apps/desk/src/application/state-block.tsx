import type { ReactNode } from 'react';
import { toCivilDate, sanitizeText } from '@cups/application';
import type { ApplicationDetails, LocalizedText, ApplicationRow } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { quote } from '../language/messages.ts';
import { useAgencyNames } from '../queue/agency-names.ts';
import { StatusIcon } from '../queue/status-icon.tsx';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { findRevocation } from '../documents/replacement.ts';
import { ResultDocuments } from '../documents/lazy-result-documents.tsx';
import { DeadlineBar } from './deadline-bar.tsx';
import { dayParams, describeState } from './state-texts.ts';
import styles from './state-block.module.css';

interface StateBlockProps {
  row: ApplicationRow;
  details?: ApplicationDetails | undefined;
  variant: 'compact' | 'full';
  /** The allowed actions. */
  children?: ReactNode;
}

/**
 * The state of an application: who has it, since when and until when, and the agency's message. Every application
 * screen starts with it.
 */
export function StateBlock({ row, details, variant, children }: StateBlockProps) {
  const { t, language } = useLanguage();
  const { long } = useAgencyNames();
  const context = { t, language, today: today(), agency: long };
  const { tone, icon, title, more, until } = describeState(row, details, context);
  const term = resolveTerm(row, details);
  return (
    <section className={`${styles.block} ${styles[variant]} ${styles[tone]}`} aria-label={title}>
      <div className={styles.head}>
        <StatusIcon name={icon} tone={tone} size={22} />
        <div className={styles.words}>
          <h2>{title}</h2>
          <p>{more}</p>
          {until && (variant === 'compact' || row.dueTime) && <p>{until}</p>}
        </div>
        {variant === 'full' && term && (
          <DeadlineBar agency={row.agency} from={term.from} to={term.to} actor={term.actor} />
        )}
      </div>
      {variant === 'full' && (
        <div className={styles.body}>
          <AgencyMessages details={details} />
          {children}
        </div>
      )}
    </section>
  );
}

function resolveTerm(row: ApplicationRow, details: ApplicationDetails | undefined) {
  const request = details?.application.documentRequest;
  if (row.state === 'documents-requested' && request?.answerBy && request.requestTime) {
    return { from: toCivilDate(new Date(request.requestTime)), to: request.answerBy, actor: 'citizen' as const };
  }
  if (!['submitted', 'in-progress'].includes(row.state) || !row.dueDate || !row.submitTime) return undefined;
  return { from: toCivilDate(new Date(row.submitTime)), to: row.dueDate, actor: 'agency' as const };
}

/** The agency's own text, shown as a quotation. */
function AgencyMessages({ details }: { details: ApplicationDetails | undefined }) {
  const { t, language } = useLanguage();
  const application = details?.application;
  const { decision, documentRequest, state } = application ?? {};
  const context = { language, today: today() };
  if (state === 'documents-requested' && documentRequest) {
    const { message, requestedAnswerBy } = documentRequest;
    return (
      <>
        <Quotation message={message} />
        {requestedAnswerBy && <p>{t(STATE_BLOCK.moved, { asked: dayParams(requestedAnswerBy, context).date })}</p>}
      </>
    );
  }
  if (!application || !decision) return null;
  const { appeal, reason, revokeReason, correctReason } = decision;
  return (
    <>
      <ResultDocuments
        application={application}
        result={decision}
        number={decision.resultNumber}
        replacement={findRevocation(decision)}
      />
      <Quotation message={reason} />
      <Quotation message={correctReason} />
      <Quotation message={revokeReason} />
      {appeal && (
        <Quotation
          message={appeal.instructions}
          title={`${t(STATE_BLOCK.appeal)}${appeal.deadline ? `, ${t(STATE_BLOCK.appealUntil, dayParams(appeal.deadline, context))}` : ''}`}
        />
      )}
    </>
  );
}

/** A text of the agency, as it wrote it. */
export function Quotation({ message, title }: { message: LocalizedText | undefined; title?: string }) {
  const { t, language } = useLanguage();
  const text = sanitizeText(t(message));
  if (!text) return null;
  return (
    <figure className={styles.quotation}>
      <figcaption>{title ?? t(STATE_BLOCK.writes)}</figcaption>
      <blockquote>{quote(text, language)}</blockquote>
    </figure>
  );
}
