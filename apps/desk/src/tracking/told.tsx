import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { civilDay } from '@cups/application';
import type { State } from '@cups/application';
import type { Tracked } from '../api/types.ts';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Strip } from '../parts/strip.tsx';
import type { Sign as SignName, Tone } from '../queue/row-words.ts';
import { Sign } from '../queue/sign.tsx';
import { PRINT } from '../texts/print.ts';
import { TRACKED, TRACKING } from '../texts/tracking.ts';
import styles from './tracking.module.css';

/** Colour says who acts, as at the desk. */
const LOOKS: Record<State, readonly [tone: Tone, sign: SignName]> = {
  draft: ['brand', 'draft'],
  submitted: ['agency', 'agency'],
  'in-progress': ['agency', 'agency'],
  'documents-requested': ['citizen', 'papers'],
  ready: ['give', 'result'],
  rejected: ['trouble', 'refused'],
  'handed-over': ['none', 'ended'],
  closed: ['none', 'ended'],
  withdrawn: ['none', 'ended'],
  expired: ['none', 'ended'],
};

/** Where an application is, what its holder has to do, and the dates. */
export function Told({ number, tracked }: { number: string; tracked: Tracked }) {
  const { t, language } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever hears the page goes on with the answer.
  useEffect(() => heading.current?.focus(), [tracked]);
  const { state, training, submitTime, dueDate, answerBy, updateTime } = tracked;
  const [tone, sign] = LOOKS[state];
  const now = today();
  const date = (civil: string) => <time dateTime={civil}>{longDate(civil, language, now)}</time>;
  const day = (instant: string) => date(civilDay(new Date(instant)));
  const isPassed = dueDate !== undefined && dueDate < now && ['submitted', 'in-progress'].includes(state);
  return (
    <section className={styles.told} aria-labelledby="state">
      {training && <Strip kind="practice">{t(PRINT.practice)}</Strip>}
      <div className={`${styles.state} ${styles[tone]}`}>
        <Sign of={sign} tone={tone} size={28} />
        <div>
          <p className={styles.number}>{number}</p>
          <h2 id="state" ref={heading} tabIndex={-1}>
            {t(TRACKED[state].is)}
          </h2>
        </div>
      </div>
      <div className={styles.next}>
        <h3>{t(TRACKING.now)}</h3>
        <p>{t(TRACKED[state].next)}</p>
      </div>
      <dl className={styles.dates}>
        <Fact name={t(TRACKING.answerBy)}>{answerBy && date(answerBy)}</Fact>
        <Fact name={t(TRACKING.due)}>
          {dueDate && date(dueDate)}
          {isPassed && <span className={styles.passed}>{t(TRACKING.duePassed)}</span>}
        </Fact>
        <Fact name={t(TRACKING.filed)}>{submitTime && day(submitTime)}</Fact>
        <Fact name={t(TRACKING.changed)}>{day(updateTime)}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const isThere = Array.isArray(children) ? children.some(Boolean) : children;
  return (
    isThere && (
      <div>
        <dt>{name}</dt>
        <dd>{children}</dd>
      </div>
    )
  );
}
