import { useState } from 'react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import type { StatisticsRow } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Choice } from '../parts/choice.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { durationText } from '../supervisor/duration.ts';
import { FigureList, OverdueFigure } from '../supervisor/figure-list.tsx';
import { PERIODS, resolvePeriod } from '../supervisor/period.ts';
import type { Period, PeriodName } from '../supervisor/period.ts';
import { CENTRE_FIGURES } from '../texts/centre-figures.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import styles from './centre-figures.module.css';

const MINUTE_MS = 60_000;

const centreStatisticsQuery = ({ from, to }: Period) =>
  queryOptions({
    queryKey: ['centre-statistics', from, to],
    queryFn: () => bodyOf(api.GET('/api/v1/centre-statistics', { params: { query: { from, to } } })),
    staleTime: MINUTE_MS,
  });

/** Counts and times of the own centre, for its managers. */
export default function CentreFigures() {
  const { t } = useLanguage();
  const [chosen, setChosen] = useState<PeriodName>('days30');
  const statistics = useQuery(centreStatisticsQuery(resolvePeriod(chosen, today())));
  return (
    <section className={styles.figures} aria-label={t(CENTRE_FIGURES.title)}>
      <h2>{t(CENTRE_FIGURES.title)}</h2>
      <Choice
        label={t(SUPERVISOR.period)}
        variant="segments"
        options={PERIODS.map((name) => ({ value: name, label: t(SUPERVISOR[name]) }))}
        value={chosen}
        onChange={setChosen}
      />
      {statistics.isPending && <Skeleton lines={2} />}
      {statistics.isError && <LoadError error={statistics.error} onRetry={() => void statistics.refetch()} />}
      {statistics.data && <Figures counts={statistics.data} />}
      <p className={styles.quiet}>{t(CENTRE_FIGURES.lead)}</p>
    </section>
  );
}

function Figures({ counts }: { counts: StatisticsRow }) {
  const { language } = useLanguage();
  const { filed, open, approved, rejected, overdue, toHandOver, deskSeconds, agencySeconds } = counts;
  const figures = [
    [SUPERVISOR.filed, filed],
    [SUPERVISOR.open, open],
    [CENTRE_FIGURES.decided, approved + rejected],
    [CENTRE_FIGURES.overdue, <OverdueFigure count={overdue} />],
    [CENTRE_FIGURES.toHandOver, toHandOver],
    [SUPERVISOR.desk, durationText(deskSeconds, language)],
    [SUPERVISOR.agency, durationText(agencySeconds, language)],
  ] as const;
  return <FigureList figures={figures} className={styles.facts} />;
}
