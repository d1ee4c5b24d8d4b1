import { useQuery } from '@tanstack/react-query';
import type { Erasure } from '../api/types.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { ScrollRegion } from '../supervisor/scroll-region.tsx';
import styles from '../supervisor/supervisor.module.css';
import { DATA_END } from '../texts/data-end.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { erasuresQuery } from './queries.ts';

/** The report of erasures. It names no person. */
export function ErasureList() {
  const { t } = useLanguage();
  const list = useQuery(erasuresQuery);
  if (list.isError) return <LoadError error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton lines={2} />;
  return (
    <section>
      <h2>{t(DATA_END.list)}</h2>
      {list.data.length === 0 && <p className={styles.quiet}>{t(DATA_END.none)}</p>}
      {list.data.length > 0 && (
        <ScrollRegion label={t(DATA_END.list)}>
          <table className={styles.table}>
            <thead>
              <tr>
                {[SUPERVISOR.application, DATA_END.cause, DATA_END.erased, DATA_END.copies].map((head) => (
                  <th key={head.ro} scope="col">
                    {t(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.data.map((erasure) => (
                <ErasureRow key={erasure.application} erasure={erasure} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

function ErasureRow({ erasure: { application, cause, eraseTime, topicEnds = [] } }: { erasure: Erasure }) {
  const { t } = useLanguage();
  return (
    <tr>
      <th scope="row">{application.slice('applications/'.length)}</th>
      <td>{cause && t(DATA_END[cause])}</td>
      <td>{eraseTime ? formatDayAndTime(eraseTime) : t(DATA_END.erasing)}</td>
      <td>
        {topicEnds.map(({ topic, day }) => (
          <div key={topic}>{t(DATA_END.until, { topic, day: shortDate(day) })}</div>
        ))}
      </td>
    </tr>
  );
}
