import { useQueries, useQuery } from '@tanstack/react-query';
import { agenciesQuery } from '../api/pagination.ts';
import type { AgencyActivity, AgencyChannel } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { AGENCY_CHANNEL_TEXTS, AGENCY_FEED } from '../texts/agency-channel.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import type { Period } from './period.ts';
import { agencyActivityQuery, deliveriesQuery, refusedMessagesQuery, statisticsQuery } from './queries.ts';
import { computeBacklogs } from './agency-backlog.ts';
import type { AgencyBacklog } from './agency-backlog.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

const TEXT_HEADS: readonly Text[] = [SUPERVISOR.name, AGENCY_FEED.channel];
const HEADS: readonly Text[] = [
  ...TEXT_HEADS,
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
  const { channels, activities } = useChannels(backlogs);
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
                {HEADS.map((head) => (
                  <th key={head.ro} scope="col" className={TEXT_HEADS.includes(head) ? undefined : styles.figure}>
                    {t(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {backlogs.map((backlog) => (
                <BacklogRow
                  key={backlog.agency}
                  backlog={backlog}
                  name={agencyOf(backlog.agency)}
                  channel={channels.get(backlog.agency)}
                  activity={activities.get(backlog.agency)}
                />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

/** The channel of each agency, and how those in the table read their feeds. The table is complete without both. */
function useChannels(backlogs: readonly AgencyBacklog[]) {
  const agencies = useQuery(agenciesQuery);
  const all = agencies.data ?? [];
  // One request for each row, and none for the agencies that keep up.
  const pulling = all.filter(
    ({ name, channel }) => channel === 'pull' && backlogs.some(({ agency }) => agency === name),
  );
  const results = useQueries({ queries: pulling.map(({ code }) => agencyActivityQuery(code)) });
  return {
    channels: new Map(all.map(({ name, channel }) => [name, channel])),
    activities: new Map(pulling.map(({ name }, at) => [name, results[at]?.data])),
  };
}

interface BacklogRowProps {
  backlog: AgencyBacklog;
  name: string;
  channel: AgencyChannel | undefined;
  activity: AgencyActivity | undefined;
}

function BacklogRow({ backlog, name, channel, activity }: BacklogRowProps) {
  const { t } = useLanguage();
  const { overdue, unconfirmed, oldest, unsent, failed, refused } = backlog;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {channel ? t(AGENCY_CHANNEL_TEXTS[channel]) : '–'}
        {activity?.feed && <FeedState feed={activity.feed} />}
      </td>
      <Count value={overdue} />
      <Count value={unconfirmed} />
      <td className={styles.figure}>{oldest ? formatDayAndTime(oldest) : '–'}</td>
      <Count value={unsent} />
      <Count value={failed} />
      <Count value={refused} />
    </tr>
  );
}

function FeedState({ feed }: { feed: NonNullable<AgencyActivity['feed']> }) {
  const { t } = useLanguage();
  const { readTime, unreadCount, webhook } = feed;
  return (
    <>
      <p className={unreadCount > 0 ? styles.late : styles.quiet}>
        {readTime ? t(AGENCY_FEED.read, { time: formatDayAndTime(readTime) }) : t(AGENCY_FEED.neverRead)}
        {unreadCount > 0 && ` ${t(AGENCY_FEED.unread, { n: unreadCount })}`}
      </p>
      {webhook?.deadTime && (
        <p className={styles.late}>{t(AGENCY_FEED.webhookDead, { time: formatDayAndTime(webhook.deadTime) })}</p>
      )}
    </>
  );
}

function Count({ value }: { value: number }) {
  return <td className={value > 0 ? `${styles.figure} ${styles.late}` : styles.figure}>{value}</td>;
}
