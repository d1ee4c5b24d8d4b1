import type { ReactNode } from 'react';
import { civilDay, plainWords } from '@cups/application';
import type { ApplicationFile, LocalizedText, Row } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { quoted } from '../language/text.ts';
import { useAgencies } from '../queue/agencies.ts';
import { Sign } from '../queue/sign.tsx';
import { BLOCK } from '../texts/application.ts';
import { TermRuler } from './ruler.tsx';
import { dayParams, stateWords } from './state-words.ts';
import styles from './state-block.module.css';

interface StateBlockProps {
  row: Row;
  file?: ApplicationFile | undefined;
  look: 'compact' | 'full';
  /** What can be done now. */
  children?: ReactNode;
}

/** Who has it, since when, until when; and what the agency says. Each page of an application opens with it. */
export function StateBlock({ row, file, look, children }: StateBlockProps) {
  const { t, language } = useLanguage();
  const { long } = useAgencies();
  const speak = { t, language, today: today(), agency: long };
  const { tone, sign, title, more, until } = stateWords(row, file, speak);
  const term = termOf(row, file);
  return (
    <section className={`${styles.block} ${styles[look]} ${styles[tone]}`} aria-label={title}>
      <div className={styles.head}>
        <Sign of={sign} tone={tone} size={22} />
        <div className={styles.words}>
          <h2>{title}</h2>
          <p>{more}</p>
          {until && (look === 'compact' || row.dueTime) && <p>{until}</p>}
        </div>
        {look === 'full' && term && <TermRuler agency={row.agency} from={term.from} to={term.to} whose={term.whose} />}
      </div>
      {look === 'full' && (
        <div className={styles.body}>
          <AgencyWords file={file} />
          {children}
        </div>
      )}
    </section>
  );
}

function termOf(row: Row, file: ApplicationFile | undefined) {
  const asked = file?.application.documentRequest;
  if (row.state === 'documents-requested' && asked?.answerBy && asked.requestTime) {
    return { from: civilDay(new Date(asked.requestTime)), to: asked.answerBy, whose: 'citizen' as const };
  }
  if (!['submitted', 'in-progress'].includes(row.state) || !row.dueDate || !row.submitTime) return undefined;
  return { from: civilDay(new Date(row.submitTime)), to: row.dueDate, whose: 'agency' as const };
}

/** The agency's own words, as a quotation: they are not ours. */
function AgencyWords({ file }: { file: ApplicationFile | undefined }) {
  const { t, language } = useLanguage();
  const { decision, documentRequest, state } = file?.application ?? {};
  const speak = { language, today: today() };
  if (state === 'documents-requested' && documentRequest) {
    const { message, askedAnswerBy } = documentRequest;
    return (
      <>
        <Quotation of={message} />
        {askedAnswerBy && <p>{t(BLOCK.moved, { asked: dayParams(askedAnswerBy, speak).date })}</p>}
      </>
    );
  }
  if (!decision) return null;
  const { appeal, reason, revokeReason, correctReason } = decision;
  return (
    <>
      <Quotation of={reason} />
      <Quotation of={correctReason} />
      <Quotation of={revokeReason} />
      {appeal && (
        <Quotation
          of={appeal.how}
          title={`${t(BLOCK.appeal)}${appeal.until ? `, ${t(BLOCK.appealUntil, dayParams(appeal.until, speak))}` : ''}`}
        />
      )}
    </>
  );
}

function Quotation({ of, title }: { of: LocalizedText | undefined; title?: string }) {
  const { t, language } = useLanguage();
  const words = plainWords(t(of));
  if (!words) return null;
  return (
    <figure className={styles.quotation}>
      <figcaption>{title ?? t(BLOCK.writes)}</figcaption>
      <blockquote>{quoted(words, language)}</blockquote>
    </figure>
  );
}
