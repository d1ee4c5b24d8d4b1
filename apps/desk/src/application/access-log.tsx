import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { groupAccessLog } from '@cups/application';
import { ACCESS_KIND_TEXTS } from '@cups/application/texts';
import { detailsQuery, accessLogQuery } from '../api/queries.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { Button } from '../parts/button.tsx';
import { printAccessLog } from '../print/print-on-demand.tsx';
import { APPLICATION } from '../texts/application.ts';
import { PRINTOUTS } from '../texts/printouts.ts';
import { KEYS } from '../texts/keys.ts';
import { PrintError } from './print-buttons.tsx';
import { useCatalog } from '../session/catalog.ts';
import { operatorName } from './operator-name.ts';
import { formatWhen } from './state-texts.ts';
import styles from './application.module.css';

const HEADS = [
  APPLICATION.accessLogFirst,
  APPLICATION.accessLogLast,
  APPLICATION.accessLogWho,
  APPLICATION.accessLogWhat,
  APPLICATION.accessLogCount,
];

/** The access log of an application, grouped by operator and 15 minutes. Every applicant may ask for it. */
export default function AccessLog({ id }: { id: string }) {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const accessLog = useQuery(accessLogQuery(id));
  const when = (time: string) => formatWhen(time, { language, today: today() });
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(APPLICATION.back)}</Link>
          <Title>{t(APPLICATION.accessLogTitle)}</Title>
        </div>
        <PrintAccessLogButton id={id} />
        {accessLog.isPending && <Skeleton />}
        {accessLog.isError && <LoadError error={accessLog.error} onRetry={() => void accessLog.refetch()} />}
        {accessLog.data && (
          <table className={styles.table}>
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head.ro} scope="col">
                    {t(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {groupAccessLog(accessLog.data.entries).map(({ first, last, count, kinds }) => (
                <tr key={`${last.operator} ${first.accessTime}`}>
                  <td data-head={t(APPLICATION.accessLogFirst)}>{when(first.accessTime)}</td>
                  <td data-head={t(APPLICATION.accessLogLast)}>{when(last.accessTime)}</td>
                  <th scope="row">{operatorName(accessLog.data.operators, last.operator, t)}</th>
                  <td data-head={t(APPLICATION.accessLogWhat)}>
                    {kinds.map((kind) => t(ACCESS_KIND_TEXTS[kind])).join(', ')}
                  </td>
                  <td data-head={t(APPLICATION.accessLogCount)}>{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Screen>
  );
}

/** Prints the access log for the applicant. */
function PrintAccessLogButton({ id }: { id: string }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const { data } = useQuery(detailsQuery(id));
  const [error, setError] = useState<unknown>();
  const print = () => {
    setError(undefined);
    if (data && catalog) printAccessLog(data.application, catalog).catch(setError);
  };
  const isLoaded = data !== undefined && catalog !== undefined;
  useKeys([isLoaded && { code: 'KeyP', label: KEYS.print, run: print }]);
  if (!isLoaded) return null;
  return (
    <div>
      <Button icon={Printer} cap="KeyP" onClick={print}>
        {t(PRINTOUTS.accessLog)}
      </Button>
      {error !== undefined && <PrintError error={error} />}
    </div>
  );
}
