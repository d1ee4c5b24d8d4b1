import { useQuery } from '@tanstack/react-query';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import type { Period } from './period.ts';
import { deliveriesQuery, refusedMessagesQuery, statisticsQuery } from './queries.ts';
import { computeBacklogs } from './agency-backlog.ts';
import type { AgencyBacklog } from './agency-backlog.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

const HEADS: readonly Text[] = [
  SUPERVISOR.agency,
  SUPERVISOR.overdue,
  SUPERVISOR.unconfirmed,
  SUPERVISOR.oldest,
  SUPERVISOR.unsent,
  SUPERVISOR.failed,
  SUPERVISOR.refused,
];

/** Agencies that miss deadlines, do not acknowledge deliveries or send invalid messages. */
export function UnresponsiveAgencies({ period, agencyOf }: { period: Period; agencyOf: (name: string) => string }) {
  const { t } = useLanguage();
  const counts = useQuery(statisticsQuery(period, 'agency'));
  const deliveries = useQuery(deliveriesQuery);
  const refused = useQuery(refusedMessagesQuery);
  const failed = [counts, deliveries, refused].find(({ isError }) => isError);
  const retry = () => void Promise.all([counts.refetch(), deliveries.refetch(), refused.refetch()]);
  const isLoaded = counts.data && deliveries.data && refused.data;
  const backlogs = isLoaded ? computeBacklogs(counts.data.rows, deliveries.data, refused.data) : [];
  return (
    <section className={styles.section}>
      <h2>{t(SUPERVISOR.silent)}</h2>
      {failed && <LoadError error={failed.error} onRetry={retry} />}
      {!failed && !isLoaded && <Skeleton lines={2} />}
      {isLoaded && backlogs.length === 0 && <p className={styles.quiet}>{t(SUPERVISOR.silentNone)}</p>}
      {backlogs.length > 0 && (
        <ScrollRegion label={t(SUPERVISOR.silent)}>
          <table className={styles.table}>
            <thead>
              <tr>
                {HEADS.map((head, i) => (
                  <th key={head.ro} scope="col" className={i === 0 ? undefined : styles.figure}>
                    {t(i === 0 ? SUPERVISOR.name : head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {backlogs.map((backlog) => (
                <BacklogRow key={backlog.agency} backlog={backlog} name={agencyOf(backlog.agency)} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

function BacklogRow({ backlog, name }: { backlog: AgencyBacklog; name: string }) {
  const { overdue, unconfirmed, oldest, unsent, failed, refused } = backlog;
  return (
    <tr>
      <th scope="row">{name}</th>
      <Count value={overdue} />
      <Count value={unconfirmed} />
      <td className={styles.figure}>{oldest ? formatDayAndTime(oldest) : '–'}</td>
      <Count value={unsent} />
      <Count value={failed} />
      <Count value={refused} />
    </tr>
  );
}

function Count({ value }: { value: number }) {
  return <td className={value > 0 ? `${styles.figure} ${styles.late}` : styles.figure}>{value}</td>;
}
