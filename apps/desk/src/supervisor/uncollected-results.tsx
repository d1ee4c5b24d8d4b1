import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { toCivilDate } from '@cups/application';
import type { Centre, UncollectedResult } from '../api/types.ts';
import { daysBetween, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { HOLDS } from '../texts/holds.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { uncollectedResultsQuery } from './queries.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

interface UncollectedResultsProps {
  centres: readonly Centre[];
  agencyOf: (name: string) => string;
}

/** Applications with a result that nobody collected within the term. A supervisor reads no application, so no link. */
export function UncollectedResults({ centres, agencyOf }: UncollectedResultsProps) {
  const { t } = useLanguage();
  const results = useQuery(uncollectedResultsQuery);
  const rows = results.data ?? [];
  return (
    <section className={styles.section}>
      <h2>{t(SUPERVISOR.uncollected)}</h2>
      {results.isError && <LoadError error={results.error} onRetry={() => void results.refetch()} />}
      {results.isPending && <Skeleton lines={2} />}
      {results.data && rows.length === 0 && <p className={styles.quiet}>{t(SUPERVISOR.uncollectedNone)}</p>}
      {rows.length > 0 && (
        <ScrollRegion label={t(SUPERVISOR.uncollected)}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t(SUPERVISOR.application)}</th>
                <th scope="col">{t(SUPERVISOR.centre)}</th>
                <th scope="col">{t(SUPERVISOR.decidedBy)}</th>
                <th scope="col" className={styles.figure}>
                  {t(SUPERVISOR.days)}
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <ResultRow key={row.application} row={row} centres={centres} agencyOf={agencyOf} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

function ResultRow({ row, centres, agencyOf }: { row: UncollectedResult } & UncollectedResultsProps) {
  const { application, centre, agency, resultTime, reportTime } = row;
  const { t } = useLanguage();
  const id = application.slice('applications/'.length);
  const name = centres.find((one) => one.name === centre)?.displayName;
  return (
    <tr>
      <th scope="row">{id}</th>
      <td>{name ?? centre.slice('centres/'.length)}</td>
      <td>{agency ? agencyOf(agency) : '–'}</td>
      <td className={styles.figure}>{daysBetween(toCivilDate(new Date(resultTime ?? reportTime)), today())}</td>
      <td>
        <Link href={`/holds/${id}`}>
          {t(HOLDS.hold)} <span className="heard">{id}</span>
        </Link>
      </td>
    </tr>
  );
}
