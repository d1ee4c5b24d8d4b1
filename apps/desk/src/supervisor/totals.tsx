import type { StatisticsRow } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { durationText } from './duration.ts';
import { FigureList, OverdueFigure } from './figure-list.tsx';
import { NeedMetRate } from './need-met-rate.tsx';
import styles from './supervisor.module.css';

export function Totals({ total }: { total: StatisticsRow }) {
  const { language } = useLanguage();
  const figures = [
    [SUPERVISOR.filed, total.filed],
    [SUPERVISOR.open, total.open],
    [SUPERVISOR.overdue, <OverdueFigure count={total.overdue} />],
    [SUPERVISOR.desk, durationText(total.deskSeconds, language)],
    [SUPERVISOR.agency, durationText(total.agencySeconds, language)],
    [SUPERVISOR.citizen, durationText(total.citizenSeconds, language)],
    [SUPERVISOR.met, <NeedMetRate counts={total} />],
  ] as const;
  return <FigureList figures={figures} className={styles.totals} />;
}
