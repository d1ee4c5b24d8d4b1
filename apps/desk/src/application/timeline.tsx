import type { ApplicationFile } from '../api/types.ts';
import { dayAndClock, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { useAgencies } from '../queue/agencies.ts';
import { FILE } from '../texts/application.ts';
import { whenOf } from './state-words.ts';
import { stepsOf } from './timeline.ts';
import styles from './timeline.module.css';

/** The way of an application, newest first. */
export function Timeline({ file }: { file: ApplicationFile }) {
  const { t, language } = useLanguage();
  const { long } = useAgencies();
  const steps = stepsOf(file, { t, agency: long });
  return (
    <section className={styles.timeline}>
      <h2>{t(FILE.way)}</h2>
      <ol>
        {steps.map(({ at, who, did, more }, place) => (
          <li key={`${at} ${place}`}>
            <time dateTime={at}>{whenOf(at, { language, today: today() })}</time>
            <span className={styles.dot} aria-hidden="true" />
            <div>
              <p>
                <strong>{who}</strong> {did}
              </p>
              {more && <p className={styles.more}>{more}</p>}
            </div>
          </li>
        ))}
      </ol>
      {file.olderActions > 0 && <p className={styles.more}>{t(FILE.older, { n: file.olderActions })}</p>}
    </section>
  );
}

/** The same in a pane: the last few, a line each. */
export function Steps({ file, most }: { file: ApplicationFile; most: number }) {
  const { t } = useLanguage();
  const { short } = useAgencies();
  return (
    <ol className={styles.steps}>
      {stepsOf(file, { t, agency: short })
        .slice(0, most)
        .map(({ at, who, did }, place) => (
          <li key={`${at} ${place}`}>
            <time dateTime={at}>{dayAndClock(at)}</time>
            <span>
              {who} {did}
            </span>
          </li>
        ))}
    </ol>
  );
}
