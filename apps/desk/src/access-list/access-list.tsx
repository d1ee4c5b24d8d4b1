import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { accessKindText } from '@cups/application/texts';
import { detailsQuery } from '../api/queries.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { nameActor } from '../application/operator-name.ts';
import { PrintError } from '../application/print-buttons.tsx';
import { formatWhen } from '../application/state-texts.ts';
import { agreeWithSubject } from '../application/timeline-entries.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import { Button } from '../parts/button.tsx';
import { printAccessLog } from '../print/print-on-demand.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { useCatalog } from '../session/catalog.ts';
import { ACCESS_LIST } from '../texts/access-list.ts';
import { APPLICATION } from '../texts/application.ts';
import { PRINTOUTS } from '../texts/printouts.ts';
import { KEYS } from '../texts/keys.ts';
import { ACCESS_LIST_HEADS, changeText, groupActs, positionsText } from './acts.ts';
import type { ActGroup, PositionCounts } from './acts.ts';
import { JournalState } from './journal-state.tsx';
import { useAccessList } from './use-access-list.ts';
import styles from './access-list.module.css';

/** Who read and changed an application, grouped by actor and 15 minutes, and where the journal has it. */
export default function AccessList({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const details = useQuery(detailsQuery(id));
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(APPLICATION.back)}</Link>
          <Title>{t(ACCESS_LIST.title)}</Title>
        </div>
        {details.isPending && <Skeleton />}
        {details.isError && <LoadError error={details.error} onRetry={() => void details.refetch()} />}
        {details.data && <LoadedList details={details.data} />}
      </div>
    </Screen>
  );
}

function LoadedList({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { id } = details.application;
  const { accesses, acts, wait, operators, journal } = useAccessList(details);
  if (accesses.isPending) return <Skeleton />;
  if (accesses.isError) return <LoadError error={accesses.error} onRetry={() => void accesses.refetch()} />;
  const groups = groupActs(acts);
  return (
    <>
      <PrintAccessListButton details={details} />
      <JournalState id={id} acts={acts} wait={wait} journal={journal} />
      {groups.length === 0 && <EmptyState>{t(ACCESS_LIST.none)}</EmptyState>}
      {groups.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {ACCESS_LIST_HEADS.map((head) => (
                <th key={head.ro} scope="col">
                  {t(head)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Row key={group.key} group={group} operators={operators} isChecking={journal === 'checking'} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

interface RowProps {
  group: ActGroup;
  operators: ApplicationDetails['operators'];
  /** The journal has not responded yet. */
  isChecking: boolean;
}

function Row({ group: { actor, first, last, reads, changes, count, positions }, operators, isChecking }: RowProps) {
  const { t, language } = useLanguage();
  const { long } = useAgencyNames();
  const when = (time: string) => formatWhen(time, { language, today: today() });
  const name = t(nameActor(actor, operators, (agency) => ({ ro: long(agency) })));
  const change = (action: string) =>
    actor.startsWith('operators/') ? t(changeText(action)) : agreeWithSubject(t(changeText(action)), name);
  return (
    <tr>
      <td data-head={t(ACCESS_LIST.first)}>{when(first)}</td>
      <td data-head={t(ACCESS_LIST.last)}>{when(last)}</td>
      <th scope="row">{name}</th>
      <td data-head={t(ACCESS_LIST.what)}>
        {reads.length > 0 && t(ACCESS_LIST.read, { what: reads.map((kind) => t(accessKindText(kind))).join(', ') })}
        {changes.map((action) => (
          <div key={action}>{change(action)}</div>
        ))}
      </td>
      <td data-head={t(ACCESS_LIST.count)}>{count}</td>
      <td data-head={t(ACCESS_LIST.position)}>{isChecking ? '…' : <PositionText positions={positions} />}</td>
    </tr>
  );
}

function PositionText({ positions: { recorded, waiting, absent, unknown } }: { positions: PositionCounts }) {
  const { t } = useLanguage();
  const parts = [
    positionsText(recorded),
    waiting > 0 && t(ACCESS_LIST.waiting, { n: waiting }),
    absent > 0 && t(ACCESS_LIST.absent, { n: absent }),
    unknown > 0 && t(ACCESS_LIST.unknown),
  ];
  return <>{parts.filter(Boolean).join('; ')}</>;
}

/** Prints the list for the applicant. */
function PrintAccessListButton({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const [error, setError] = useState<unknown>();
  const print = () => {
    setError(undefined);
    if (catalog) printAccessLog(details, catalog).catch(setError);
  };
  useKeys([catalog !== undefined && { code: 'KeyP', label: KEYS.print, run: print }]);
  if (!catalog) return null;
  return (
    <div>
      <Button icon={Printer} cap="KeyP" onClick={print}>
        {t(PRINTOUTS.accessLog)}
      </Button>
      {error !== undefined && <PrintError error={error} />}
    </div>
  );
}
