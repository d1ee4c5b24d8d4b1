import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { agenciesQuery, centresQuery } from '../api/pagination.ts';
import { catalogQuery } from '../api/queries.ts';
import type { Centre, Catalog } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import { COPIES } from '../texts/copies.ts';
import { DATA_END } from '../texts/data-end.ts';
import { HOLDS } from '../texts/holds.ts';
import { UNDECIDED_AGENCIES } from '../texts/passing-on.ts';
import { QUARANTINE } from '../texts/quarantine.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { Controls } from './controls.tsx';
import { StatisticsTable } from './statistics-table.tsx';
import { centreLines, namedLines } from './statistics-lines.ts';
import { CentreMap } from './map.tsx';
import { Missions } from './missions.tsx';
import { resolvePeriod } from './period.ts';
import { statisticsQuery } from './queries.ts';
import type { GroupBy } from './queries.ts';
import { EscalatedApplications } from './escalated-applications.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { UncollectedResults } from './uncollected-results.tsx';
import { UnresponsiveAgencies } from './unresponsive-agencies.tsx';
import { Totals } from './totals.tsx';
import { Waves } from './waves.tsx';
import styles from './supervisor.module.css';

/** All centres: counts, durations, map and unresponsive agencies. No application content. */
export default function Centres() {
  const { t } = useLanguage();
  const centres = useQuery(centresQuery);
  const [marked, setMarked] = useState<string>();
  const [period, setPeriod] = useState(() => resolvePeriod('days30', today()));
  const [groupBy, setGroupBy] = useState<GroupBy>('centre');
  const perCentre = useQuery(statisticsQuery(period, 'centre'));
  const all = centres.data ?? [];
  const agencyOf = useAgencyName();
  return (
    <Screen
      sideWidth="narrow"
      side={
        <ScrollRegion label={t(SUPERVISOR.map)} variant="side">
          <CentreMap centres={all} rows={perCentre.data?.rows ?? []} marked={marked} onMark={setMarked} />
          <Missions centres={all} rows={perCentre.data?.rows ?? []} />
        </ScrollRegion>
      }
    >
      <div className={styles.page}>
        <div className={styles.head}>
          <Title>{t(SUPERVISOR.title)}</Title>
          <p>{t(SUPERVISOR.lead)}</p>
          <p>
            <Link href="/holds">{t(HOLDS.title)}</Link> · <Link href="/copies">{t(COPIES.title)}</Link> ·{' '}
            <Link href="/data-ends">{t(DATA_END.title)}</Link> · <Link href="/quarantine">{t(QUARANTINE.title)}</Link> ·{' '}
            <Link href="/undecided-agencies">{t(UNDECIDED_AGENCIES.title)}</Link>
          </p>
        </div>
        <Controls period={period} onPeriod={setPeriod} groupBy={groupBy} onGroupBy={setGroupBy} />
        {centres.isPending && <Skeleton />}
        {centres.isError && <LoadError error={centres.error} onRetry={() => void centres.refetch()} />}
        {centres.data && (
          <StatisticsSection centres={all} period={period} groupBy={groupBy} marked={marked} onMark={setMarked} />
        )}
        <UnresponsiveAgencies period={period} agencyOf={agencyOf} />
        <EscalatedApplications centres={all} agencyOf={agencyOf} />
        <UncollectedResults centres={all} agencyOf={agencyOf} />
        <Waves centres={all} />
      </div>
    </Screen>
  );
}

interface StatisticsSectionProps {
  centres: readonly Centre[];
  period: Parameters<typeof statisticsQuery>[0];
  groupBy: GroupBy;
  marked: string | undefined;
  onMark: (centre: string | undefined) => void;
}

function StatisticsSection({ centres, period, groupBy, marked, onMark }: StatisticsSectionProps) {
  const { t } = useLanguage();
  const [showsPlanned, setShowsPlanned] = useState(false);
  const statistics = useQuery(statisticsQuery(period, groupBy));
  const catalog = useAnyCatalog(centres);
  const titleOf = (name: string) =>
    t(catalog?.publicServices.find((service) => service.name === name)?.version?.title) || codeOf(name);
  const agencyOf = useAgencyName();
  if (statistics.isPending) return <Skeleton />;
  if (statistics.isError) return <LoadError error={statistics.error} onRetry={() => void statistics.refetch()} />;
  const { rows, total } = statistics.data;
  const lines =
    groupBy === 'centre'
      ? centreLines(centres, rows, showsPlanned)
      : namedLines(rows, groupBy === 'agency' ? agencyOf : titleOf);
  return (
    <>
      <Totals total={total} />
      {lines.length === 0 && <EmptyState>{t(SUPERVISOR.nothing)}</EmptyState>}
      {lines.length > 0 && <StatisticsTable lines={lines} groupBy={groupBy} marked={marked} onMark={onMark} />}
      {groupBy === 'centre' && (
        <label className={styles.check}>
          <input type="checkbox" checked={showsPlanned} onChange={(event) => setShowsPlanned(event.target.checked)} />
          {t(SUPERVISOR.showPlanned)}
        </label>
      )}
    </>
  );
}

/** Titles of services are the same at every centre. */
function useAnyCatalog(centres: readonly Centre[]): Catalog | undefined {
  const code = centres.find(({ status }) => status === 'active')?.code ?? '';
  return useQuery(Object.assign({ enabled: code !== '' }, catalogQuery(code))).data;
}

/** No centre works for all agencies, so their names come from the list of all. */
function useAgencyName(): (name: string) => string {
  const { t } = useLanguage();
  const { data: agencies } = useQuery(agenciesQuery);
  return (name) => t(agencies?.find((agency) => agency.name === name)?.displayName) || codeOf(name).toUpperCase();
}

const codeOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
