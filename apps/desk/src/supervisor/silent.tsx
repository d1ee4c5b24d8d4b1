import { useQuery } from '@tanstack/react-query';
import { dayAndClock } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/text.ts';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import type { Period } from './period.ts';
import { deliveriesRead, refusedRead, statisticsRead } from './reads.ts';
import { silencesOf } from './silence.ts';
import type { Silence } from './silence.ts';
import { Scrolled } from './scrolled.tsx';
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

/** Agencies that do not answer in time, do not confirm what was sent, or say what cannot be understood. */
export function Silent({ period, agencyOf }: { period: Period; agencyOf: (name: string) => string }) {
  const { t } = useLanguage();
  const counts = useQuery(statisticsRead(period, 'agency'));
  const deliveries = useQuery(deliveriesRead);
  const refused = useQuery(refusedRead);
  const failed = [counts, deliveries, refused].find(({ isError }) => isError);
  const again = () => void Promise.all([counts.refetch(), deliveries.refetch(), refused.refetch()]);
  const known = counts.data && deliveries.data && refused.data;
  const silences = known ? silencesOf(counts.data.rows, deliveries.data, refused.data) : [];
  return (
    <section className={styles.section}>
      <h2>{t(SUPERVISOR.silent)}</h2>
      {failed && <Failed error={failed.error} onAgain={again} />}
      {!failed && !known && <Skeleton lines={2} />}
      {known && silences.length === 0 && <p className={styles.quiet}>{t(SUPERVISOR.silentNone)}</p>}
      {silences.length > 0 && (
        <Scrolled label={t(SUPERVISOR.silent)}>
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
              {silences.map((silence) => (
                <SilentRow key={silence.agency} silence={silence} name={agencyOf(silence.agency)} />
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
    </section>
  );
}

function SilentRow({ silence, name }: { silence: Silence; name: string }) {
  const { overdue, unconfirmed, oldest, unsent, failed, refused } = silence;
  return (
    <tr>
      <th scope="row">{name}</th>
      <Count of={overdue} />
      <Count of={unconfirmed} />
      <td className={styles.figure}>{oldest ? dayAndClock(oldest) : '–'}</td>
      <Count of={unsent} />
      <Count of={failed} />
      <Count of={refused} />
    </tr>
  );
}

function Count({ of }: { of: number }) {
  return <td className={of > 0 ? `${styles.figure} ${styles.late}` : styles.figure}>{of}</td>;
}
