import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { centresRead } from '../api/pages.ts';
import { registryRead } from '../api/reads.ts';
import type { Centre, Registry } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Empty, Failed, Skeleton } from '../parts/waiting.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { Controls } from './controls.tsx';
import { FiguresTable } from './figures-table.tsx';
import { centreLines, namedLines } from './figures.ts';
import { CentreMap } from './map.tsx';
import { Missions } from './missions.tsx';
import { periodOf } from './period.ts';
import { statisticsRead } from './reads.ts';
import type { By } from './reads.ts';
import { Scrolled } from './scrolled.tsx';
import { Silent } from './silent.tsx';
import { Totals } from './totals.tsx';
import { Waves } from './waves.tsx';
import styles from './supervisor.module.css';

/** All centres: how many and how long, where they are, and which agencies are silent. Never content. */
export default function Centres() {
  const { t } = useLanguage();
  const centres = useQuery(centresRead);
  const [marked, setMarked] = useState<string>();
  const [period, setPeriod] = useState(() => periodOf('days30', today()));
  const [by, setBy] = useState<By>('centre');
  const perCentre = useQuery(statisticsRead(period, 'centre'));
  const all = centres.data ?? [];
  return (
    <Screen
      sideWidth="narrow"
      side={
        <Scrolled label={t(SUPERVISOR.map)} look="side">
          <CentreMap centres={all} rows={perCentre.data?.rows ?? []} marked={marked} onMark={setMarked} />
          <Missions centres={all} rows={perCentre.data?.rows ?? []} />
        </Scrolled>
      }
    >
      <div className={styles.page}>
        <div className={styles.head}>
          <Title>{t(SUPERVISOR.title)}</Title>
          <p>{t(SUPERVISOR.lead)}</p>
        </div>
        <Controls period={period} onPeriod={setPeriod} by={by} onBy={setBy} />
        {centres.isPending && <Skeleton />}
        {centres.isError && <Failed error={centres.error} onAgain={() => void centres.refetch()} />}
        {centres.data && <Figures centres={all} period={period} by={by} marked={marked} onMark={setMarked} />}
        <Silent period={period} agencyOf={useAgencyName(all)} />
        <Waves centres={all} />
      </div>
    </Screen>
  );
}

interface FiguresProps {
  centres: readonly Centre[];
  period: Parameters<typeof statisticsRead>[0];
  by: By;
  marked: string | undefined;
  onMark: (centre: string | undefined) => void;
}

function Figures({ centres, period, by, marked, onMark }: FiguresProps) {
  const { t } = useLanguage();
  const [planned, setPlanned] = useState(false);
  const statistics = useQuery(statisticsRead(period, by));
  const registry = useAnyRegistry(centres);
  const titleOf = (name: string) =>
    t(registry?.publicServices.find((one) => one.name === name)?.version?.title) || codeOf(name);
  const agencyOf = useAgencyName(centres);
  if (statistics.isPending) return <Skeleton />;
  if (statistics.isError) return <Failed error={statistics.error} onAgain={() => void statistics.refetch()} />;
  const { rows, total } = statistics.data;
  const lines =
    by === 'centre' ? centreLines(centres, rows, planned) : namedLines(rows, by === 'agency' ? agencyOf : titleOf);
  return (
    <>
      <Totals total={total} />
      {lines.length === 0 && <Empty>{t(SUPERVISOR.nothing)}</Empty>}
      {lines.length > 0 && <FiguresTable lines={lines} by={by} marked={marked} onMark={onMark} />}
      {by === 'centre' && (
        <label className={styles.check}>
          <input type="checkbox" checked={planned} onChange={(event) => setPlanned(event.target.checked)} />
          {t(SUPERVISOR.showPlanned)}
        </label>
      )}
    </>
  );
}

/** The names of services and agencies are the same at every centre. */
function useAnyRegistry(centres: readonly Centre[]): Registry | undefined {
  const code = centres.find(({ status }) => status === 'active')?.code ?? '';
  return useQuery(Object.assign({ enabled: code !== '' }, registryRead(code))).data;
}

function useAgencyName(centres: readonly Centre[]): (name: string) => string {
  const { t } = useLanguage();
  const registry = useAnyRegistry(centres);
  return (name) => t(registry?.agencies.find((one) => one.name === name)?.displayName) || codeOf(name).toUpperCase();
}

const codeOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
