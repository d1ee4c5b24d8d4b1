import type { StatisticsRow } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import styles from './supervisor.module.css';

export function NeedMetRate({ counts: { needMet, needNotMet } }: { counts: StatisticsRow }) {
  const { t } = useLanguage();
  return (
    <>
      {needMet}
      {needNotMet > 0 && <span className={styles.late}> · {t(SUPERVISOR.notMet, { n: needNotMet })}</span>}
    </>
  );
}
