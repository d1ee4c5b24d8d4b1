import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { MANDATE_GROUND_TEXTS, MANDATE_TERM_TEXTS } from '@cups/application/texts';
import type { MandateRevocation, TrackedMandate } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { actorText, heldTitles, lastDayText, scopeParts } from '../mandates/mandate-facts.ts';
import { MandateText } from '../mandates/mandate-text.tsx';
import { Banner } from '../parts/banner.tsx';
import { StatusIcon } from '../queue/status-icon.tsx';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { MANDATES } from '../texts/mandates.ts';
import { TRAINING_TEXT } from '../texts/training.ts';
import { Fact } from './fact.tsx';
import { MandateApplications } from './mandate-applications.tsx';
import { PrintReceiptButton } from './print-receipt-button.tsx';
import styles from './tracking.module.css';

interface MandateResultProps {
  code: string;
  mandate: TrackedMandate;
  /** The revocation of this visit. */
  revocation: MandateRevocation | undefined;
  /** The form that revokes. */
  children: ReactNode;
}

/** What the holder of the code sees: state, meaning, scope, term, text, applications and receipts. */
export function MandateResult({ code, mandate, revocation, children }: MandateResultProps) {
  const { t } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  const { state, training, centreName = '', represented } = mandate;
  // Screen readers continue at the result, and again at a changed state.
  useEffect(() => heading.current?.focus(), [mandate]);
  const isActive = state === 'active';
  const meaning = represented ? MANDATE_TRACKING.meaningRepresented : MANDATE_TRACKING.meaning;
  return (
    <section className={styles.told} aria-labelledby="state">
      {training && <Banner kind="practice">{t(TRAINING_TEXT)}</Banner>}
      <div className={`${styles.state} ${isActive ? styles.give : ''}`}>
        <StatusIcon name={isActive ? 'result' : 'ended'} tone={isActive ? 'give' : 'none'} size={28} />
        <h2 id="state" ref={heading} tabIndex={-1}>
          {t(MANDATE_TRACKING[state])}
        </h2>
      </div>
      <div className={styles.next}>
        <p role="status">{revocation && t(MANDATE_TRACKING.done)}</p>
        <p>{isActive ? t(meaning, { centre: centreName }) : t(MANDATE_TRACKING.over)}</p>
      </div>
      <MandateFacts mandate={mandate} />
      <SignedText mandate={mandate} />
      {mandate.revocations.map((one) => (
        <Receipt key={one.receipt} revocation={one} mandate={mandate} />
      ))}
      {children}
      <MandateApplications code={code} />
    </section>
  );
}

function MandateFacts({ mandate }: { mandate: TrackedMandate }) {
  const { t } = useLanguage();
  const { remainingScope, titles, term, expireTime, grantTime, ground, text } = mandate;
  const parts = scopeParts(remainingScope, heldTitles(titles));
  return (
    <dl className={styles.dates}>
      <Fact name={t(MANDATES.scopeRest)}>
        {parts.length === 0 ? t(MANDATES.nothing) : parts.map(({ key, title }) => <div key={key}>{t(title)}</div>)}
      </Fact>
      <Fact name={t(MANDATES.term)}>
        {t(MANDATE_TERM_TEXTS[term])}
        <div>
          {t(MANDATES.lastDay)}: {lastDayText(expireTime)}
        </div>
      </Fact>
      <Fact name={t(MANDATES.ground)}>{t(MANDATE_GROUND_TEXTS[ground])}</Fact>
      <Fact name={t(MANDATES.granted)}>{formatDayAndTime(grantTime, undefined, '')}</Fact>
      {text && (
        <>
          <Fact name={t(MANDATES.textVersion)}>{text.version}</Fact>
          <Fact name={t(MANDATES.textHash)}>
            <div className={styles.hash}>{text.sha256}</div>
            <div className={styles.secret}>{t(MANDATE_TRACKING.textMore)}</div>
          </Fact>
        </>
      )}
    </dl>
  );
}

/** The exact text, closed at first: it names people, and others may look at the screen. */
function SignedText({ mandate: { text } }: { mandate: TrackedMandate }) {
  const { t } = useLanguage();
  if (!text?.text) return null;
  return (
    <details className={styles.receipt}>
      <summary>{t(MANDATE_TRACKING.text)}</summary>
      <MandateText language={text.language} text={text.text} romanianText={text.romanianText} />
    </details>
  );
}

function Receipt({ revocation, mandate }: { revocation: MandateRevocation; mandate: TrackedMandate }) {
  const { t } = useLanguage();
  const { receipt, revokeTime, actor, scope } = revocation;
  const parts = scopeParts(scope, heldTitles(mandate.titles));
  return (
    <div className={styles.receipt}>
      <h3>
        {t(MANDATES.receipt)} {receipt}
      </h3>
      <p>
        {formatDayAndTime(revokeTime, undefined, '')}, {t(actorText(actor))}
      </p>
      <ul>
        {parts.map(({ key, title }) => (
          <li key={key}>{t(title)}</li>
        ))}
      </ul>
      <PrintReceiptButton revocation={revocation} mandate={mandate} />
    </div>
  );
}
