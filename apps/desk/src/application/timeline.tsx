import { useInfiniteQuery } from '@tanstack/react-query';
import { isTransient } from '../api/client.ts';
import { earlierActionsQuery } from '../api/queries.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { useCentreNames } from '../collections/centre-names.ts';
import { ResultDocuments } from '../documents/lazy-result-documents.tsx';
import { formatDayAndTime, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useAgencyNames } from '../queue/agency-names.ts';
import { useCatalog } from '../session/catalog.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { PARTS } from '../texts/parts.ts';
import { formatWhen } from './state-texts.ts';
import { buildTimeline } from './timeline-entries.ts';
import styles from './timeline.module.css';

export function Timeline({ details: shown }: { details: ApplicationDetails }) {
  const { t, language } = useLanguage();
  const { details, olderActions, earlier } = useEarlierActions(shown);
  const { long } = useAgencyNames();
  const centre = useCentreNames(details.history.some((entry) => entry.centre !== undefined));
  const catalog = useCatalog();
  const evidence = (kind: string) => t(evidenceTitle(catalog, kind));
  const entries = buildTimeline(details, { t, agency: long, centre, evidence });
  return (
    <section className={styles.timeline}>
      <h2>{t(APPLICATION_FACTS.way)}</h2>
      <ol>
        {entries.map(({ time: at, actor, action, detail, times, release, superseded }, index) => (
          <li key={`${at} ${index}`}>
            <time dateTime={at}>{formatWhen(at, { language, today: today() })}</time>
            <span className={styles.dot} aria-hidden="true" />
            <div>
              <p>
                <strong>{actor}</strong> {action}
              </p>
              {detail && <p className={styles.more}>{detail}</p>}
              {times && <p className={styles.more}>{times}</p>}
              {release && <p className={styles.more}>{release}</p>}
              {superseded && (
                <ResultDocuments
                  application={details.application}
                  result={superseded.result}
                  number={superseded.result.number}
                  replacement={superseded.replacement}
                />
              )}
            </div>
          </li>
        ))}
      </ol>
      {olderActions > 0 && (
        <div>
          <p className={styles.more}>{t(APPLICATION_FACTS.older, { n: olderActions })}</p>
          {earlier.isError && (
            <p className={styles.more} role="alert">
              {t(isTransient(earlier.error) ? PARTS.awayRead : PARTS.failed)}
            </p>
          )}
          <Button onClick={() => void earlier.fetchNextPage()} busy={earlier.isFetching}>
            {t(APPLICATION_FACTS.showEarlier)}
          </Button>
        </div>
      )}
    </section>
  );
}

/** The details with the earlier steps that were loaded, and the number of those that were not. */
function useEarlierActions(details: ApplicationDetails) {
  const earlier = useInfiniteQuery(earlierActionsQuery(details.application.id, details.olderActions));
  const pages = earlier.data?.pages ?? [];
  const older = [...pages].reverse();
  return {
    details: {
      ...details,
      history: [...older.flatMap(({ actions }) => actions), ...details.history],
      operators: [...(details.operators ?? []), ...older.flatMap(({ operators = [] }) => operators)],
    },
    olderActions: pages.at(-1)?.olderActions ?? details.olderActions,
    earlier,
  };
}

/** The latest entries of the history, one line each, for a pane. */
export function RecentTimeline({ details, max }: { details: ApplicationDetails; max: number }) {
  const { t } = useLanguage();
  const { short } = useAgencyNames();
  return (
    <ol className={styles.steps}>
      {buildTimeline(details, { t, agency: short, centre: String, evidence: String })
        .slice(0, max)
        .map(({ time: at, actor, action }, index) => (
          <li key={`${at} ${index}`}>
            <time dateTime={at}>{formatDayAndTime(at)}</time>
            <span>
              {actor} {action}
            </span>
          </li>
        ))}
    </ol>
  );
}
