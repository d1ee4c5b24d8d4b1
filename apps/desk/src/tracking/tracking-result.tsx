import { useEffect, useRef } from 'react';
import { toCivilDate } from '@cups/application';
import type { TrackedApplication } from '../api/types.ts';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import type { StatusIconName as SignName, Tone } from '../queue/row-texts.ts';
import { StatusIcon } from '../queue/status-icon.tsx';
import { TRACKING_STATES, TRACKING } from '../texts/tracking.ts';
import { TRAINING_TEXT } from '../texts/training.ts';
import { Fact } from './fact.tsx';
import styles from './tracking.module.css';

/** A state, or where the result of a decided application is. */
type TrackedState = keyof typeof TRACKING_STATES;

/** The tone shows who has to act, as at the desk. */
const STATE_STYLES: Record<TrackedState, readonly [tone: Tone, sign: SignName]> = {
  draft: ['brand', 'draft'],
  submitted: ['agency', 'agency'],
  'in-progress': ['agency', 'agency'],
  'documents-requested': ['citizen', 'papers'],
  'result-on-the-way': ['agency', 'agency'],
  ready: ['give', 'result'],
  rejected: ['trouble', 'refused'],
  'handed-over': ['none', 'ended'],
  closed: ['none', 'ended'],
  withdrawn: ['none', 'ended'],
  expired: ['none', 'ended'],
};

/** The state, what the holder has to do, and the dates. */
export function TrackingResult({ number, tracked }: { number: string; tracked: TrackedApplication }) {
  const { t, language } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  // Screen readers continue at the result.
  useEffect(() => heading.current?.focus(), [tracked]);
  const { state, training, submitTime, dueDate, answerBy, updateTime, eraseTime, passOnTime, expectedDecisionDate } =
    tracked;
  const { appealDeadline } = tracked;
  const shown = tracked.resultLocation === 'on-its-way' ? 'result-on-the-way' : state;
  const [tone, icon] = STATE_STYLES[shown];
  const now = today();
  const date = (civil: string) => <time dateTime={civil}>{longDate(civil, language, now)}</time>;
  const day = (instant: string) => date(toCivilDate(new Date(instant)));
  const isPassed = dueDate !== undefined && dueDate < now && ['submitted', 'in-progress'].includes(state);
  return (
    <section className={styles.told} aria-labelledby="state">
      {training && <Banner kind="practice">{t(TRAINING_TEXT)}</Banner>}
      <div className={`${styles.state} ${styles[tone]}`}>
        <StatusIcon name={icon} tone={tone} size={28} />
        <div>
          <p className={styles.number}>{number}</p>
          <h2 id="state" ref={heading} tabIndex={-1}>
            {t(TRACKING_STATES[shown].title)}
          </h2>
        </div>
      </div>
      <div className={styles.next}>
        <h3>{t(TRACKING.now)}</h3>
        <p>
          {eraseTime
            ? t(TRACKING.erased, { day: longDate(toCivilDate(new Date(eraseTime)), language, now) })
            : t(TRACKING_STATES[shown].next)}
        </p>
      </div>
      <dl className={styles.dates}>
        <Fact name={t(TRACKING.answerBy)}>{answerBy && date(answerBy)}</Fact>
        <Fact name={t(TRACKING.due)}>
          {dueDate && date(dueDate)}
          {isPassed && <span className={styles.passed}>{t(TRACKING.duePassed)}</span>}
        </Fact>
        <Fact name={t(TRACKING.contestBy)}>
          {appealDeadline && date(appealDeadline)}
          {appealDeadline && appealDeadline < now && <span className={styles.passed}>{t(TRACKING.duePassed)}</span>}
        </Fact>
        <Fact name={t(TRACKING.expected)}>
          {/* A day that has passed is no promise any longer. */}
          {expectedDecisionDate && expectedDecisionDate >= now && date(expectedDecisionDate)}
        </Fact>
        <Fact name={t(TRACKING.passedOn)}>{passOnTime && day(passOnTime)}</Fact>
        <Fact name={t(TRACKING.filed)}>{submitTime && day(submitTime)}</Fact>
        <Fact name={t(TRACKING.changed)}>{day(updateTime)}</Fact>
      </dl>
    </section>
  );
}
