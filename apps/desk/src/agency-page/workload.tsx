import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { AGENCY_PAGE } from '../texts/agency-page.ts';
import { AGENCY_WORKLOAD } from '../texts/agency-workload.ts';
import { KEYS } from '../texts/keys.ts';
import { operatorName } from '../application/operator-name.ts';
import applicationStyles from '../application/application.module.css';
import { agencyWorkloadQuery } from './queries.ts';
import styles from './agency-page.module.css';

/** For managers: what each clerk of the agency has to do, how old it is, and how long decisions take. */
export default function AgencyWorkloadScreen() {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const query = useQuery(agencyWorkloadQuery);
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/') }]);
  if (!query.data) return <LoadScreen error={query.error} onRetry={() => void query.refetch()} />;
  const { workloads, periodDays, truncated, operators = [] } = query.data;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return (
    <Screen>
      <div className={applicationStyles.head}>
        <nav aria-label={t(AGENCY_PAGE.title)}>
          <Link href="/">{t(AGENCY_PAGE.title)}</Link>
        </nav>
        <Title>{t(AGENCY_WORKLOAD.title)}</Title>
      </div>
      {truncated && <Banner kind="away">{t(AGENCY_WORKLOAD.truncated)}</Banner>}
      <table className={styles.workload}>
        <thead>
          <tr>
            <th scope="col">{t(AGENCY_WORKLOAD.clerk)}</th>
            <th scope="col">{t(AGENCY_WORKLOAD.open)}</th>
            <th scope="col">{t(AGENCY_WORKLOAD.overdue)}</th>
            <th scope="col">{t(AGENCY_WORKLOAD.oldest)}</th>
            <th scope="col">{t(AGENCY_WORKLOAD.decided, { days: periodDays })}</th>
            <th scope="col">{t(AGENCY_WORKLOAD.median)}</th>
          </tr>
        </thead>
        <tbody>
          {workloads.map(({ assignee = '', isActive, open, overdue, oldestTime, decided, medianDays }) => (
            <tr key={assignee}>
              <th scope="row">
                {assignee === '' ? t(AGENCY_WORKLOAD.nobody) : operatorName(operators, assignee, t)}
                {assignee !== '' && !isActive && ` (${t(AGENCY_WORKLOAD.left)})`}
              </th>
              <td data-label={t(AGENCY_WORKLOAD.open)}>{open}</td>
              <td data-label={t(AGENCY_WORKLOAD.overdue)}>{overdue}</td>
              <td data-label={t(AGENCY_WORKLOAD.oldest)}>{oldestTime ? shortDate(oldestTime.slice(0, 10)) : '–'}</td>
              <td data-label={t(AGENCY_WORKLOAD.decided, { days: periodDays })}>{decided}</td>
              <td data-label={t(AGENCY_WORKLOAD.median)}>
                {medianDays === undefined ? '–' : number.format(medianDays)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Screen>
  );
}
