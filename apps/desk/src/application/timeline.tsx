import type { ApplicationDetails } from '../api/types.ts';
import { formatDayAndTime, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { APPLICATION } from '../texts/application.ts';
import { formatWhen } from './state-texts.ts';
import { buildTimeline } from './timeline-entries.ts';
import styles from './timeline.module.css';

/** The way of an application, newest first. */
export function Timeline({ details: file }: { details: ApplicationDetails }) {
  const { t, language } = useLanguage();
  const { long } = useAgencyNames();
  const entries = buildTimeline(file, { t, agency: long });
  return (
    <section className={styles.timeline}>
      <h2>{t(APPLICATION.way)}</h2>
      <ol>
        {entries.map(({ time: at, actor: who, action: did, detail: more }, index) => (
          <li key={`${at} ${index}`}>
            <time dateTime={at}>{formatWhen(at, { language, today: today() })}</time>
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
      {file.olderActions > 0 && <p className={styles.more}>{t(APPLICATION.older, { n: file.olderActions })}</p>}
    </section>
  );
}

/** The same in a pane: the last few, a line each. */
export function RecentTimeline({ details: file, max: most }: { details: ApplicationDetails; max: number }) {
  const { t } = useLanguage();
  const { short } = useAgencyNames();
  return (
    <ol className={styles.steps}>
      {buildTimeline(file, { t, agency: short })
        .slice(0, most)
        .map(({ time: at, actor: who, action: did }, index) => (
          <li key={`${at} ${index}`}>
            <time dateTime={at}>{formatDayAndTime(at)}</time>
            <span>
              {who} {did}
            </span>
          </li>
        ))}
    </ol>
  );
}
