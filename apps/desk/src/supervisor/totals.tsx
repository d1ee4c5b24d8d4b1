import type { StatisticsRow } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { durationText } from './duration.ts';
import { NeedMetRate } from './need-met-rate.tsx';
import styles from './supervisor.module.css';

export function Totals({ total }: { total: StatisticsRow }) {
  const { t, language } = useLanguage();
  const facts = [
    [SUPERVISOR.filed, total.filed],
    [SUPERVISOR.open, total.open],
    [SUPERVISOR.overdue, <span className={total.overdue > 0 ? styles.late : undefined}>{total.overdue}</span>],
    [SUPERVISOR.desk, durationText(total.deskSeconds, language)],
    [SUPERVISOR.agency, durationText(total.agencySeconds, language)],
    [SUPERVISOR.citizen, durationText(total.citizenSeconds, language)],
    [SUPERVISOR.met, <NeedMetRate counts={total} />],
  ] as const;
  return (
    <dl className={styles.totals}>
      {facts.map(([name, value]) => (
        <div key={name.ro}>
          <dt>{t(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
