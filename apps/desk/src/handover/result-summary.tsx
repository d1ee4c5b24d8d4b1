import { sanitizeCode } from '@cups/application';
import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Facts } from '../parts/facts.tsx';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { HAND_OVER } from '../texts/hand-over.ts';
import { toCivilDate } from '@cups/application';
import { findRevocation } from '../documents/replacement.ts';
import { ResultDocuments } from '../documents/lazy-result-documents.tsx';
import { PrintoutPreview } from './printout-preview.tsx';
import type { HandOverForm, HandOverSubject } from './hand-over-form.ts';
import styles from './hand-over.module.css';

/** The result with its numbers, to compare with the document in hand. */
export function ResultSummary({ subject, form }: { subject: HandOverSubject; form: HandOverForm }) {
  const { t } = useLanguage();
  const { decision, serviceTitle } = subject;
  const kind = decision?.resultKind ? t(RESULT_KIND_TEXTS[decision.resultKind]) : '';
  return (
    <div className={styles.given}>
      <h2>{t(HAND_OVER.what)}</h2>
      <div className={styles.card}>
        <h3>{decision?.approved ? [t(serviceTitle), kind].filter(Boolean).join(', ') : t(HAND_OVER.decision)}</h3>
        <Facts
          facts={[
            [t(HAND_OVER.numberShort), decision?.resultNumber ? sanitizeCode(decision.resultNumber) : ''],
            [t(APPLICATION_FACTS.code), decision?.verificationCode ? sanitizeCode(decision.verificationCode) : ''],
            [t(HAND_OVER.issued), decision?.decideTime ? shortDate(toCivilDate(new Date(decision.decideTime))) : ''],
            [t(APPLICATION_FACTS.validUntil), decision?.validUntil ? shortDate(decision.validUntil) : ''],
          ]}
        />
        {decision && (
          <ResultDocuments
            application={subject}
            result={decision}
            number={decision.resultNumber}
            replacement={findRevocation(decision)}
          />
        )}
      </div>
      <h2>
        {t(HAND_OVER.receipt)} <span className={styles.quiet}>{t(HAND_OVER.receiptMore)}</span>
      </h2>
      <PrintoutPreview subject={subject} form={form} />
    </div>
  );
}
