import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { AgencySearch } from '../agency-page/agency-search.tsx';
import { api } from '../api/client.ts';
import type { UndecidedAgency } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { useAgencyNames } from '../queue/agency-names.ts';
import { PASSING_ON_CAUSE_TEXTS, UNDECIDED_AGENCIES } from '../texts/passing-on.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { undecidedAgenciesQuery } from './queries.ts';
import { ScrollRegion } from './scroll-region.tsx';
import { ChangeOutcome, SupervisorScreen } from './supervisor-screen.tsx';
import styles from './supervisor.module.css';

/** Applications that an agency passed on, and for which a supervisor decides the agency. */
export default function UndecidedAgencies() {
  const { t } = useLanguage();
  const list = useQuery(undecidedAgenciesQuery);
  const change = useChange({ send: assign, queryKeys: [undecidedAgenciesQuery.queryKey] });
  const [done, setDone] = useState('');
  const send = async (application: string, agency: string) => {
    if (await change.submit({ application, agency })) setDone(t(UNDECIDED_AGENCIES.assigned));
  };
  return (
    <SupervisorScreen title={UNDECIDED_AGENCIES.title} lead={UNDECIDED_AGENCIES.lead}>
      <ChangeOutcome done={done} errorText={change.errorText} />
      {list.isPending && <Skeleton lines={2} />}
      {list.isError && <LoadError error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <p className={styles.quiet}>{t(UNDECIDED_AGENCIES.none)}</p>}
      {list.data && list.data.length > 0 && (
        <UndecidedTable rows={list.data} busy={change.busy} onAssign={(...chosen) => void send(...chosen)} />
      )}
    </SupervisorScreen>
  );
}

interface UndecidedTableProps {
  rows: readonly UndecidedAgency[];
  busy: boolean;
  onAssign: (application: string, agency: string) => void;
}

function UndecidedTable({ rows, busy, onAssign }: UndecidedTableProps) {
  const { t } = useLanguage();
  const heads = (['from', 'to', 'why', 'since', 'due', 'agency'] as const).map((name) => UNDECIDED_AGENCIES[name]);
  return (
    <ScrollRegion label={t(UNDECIDED_AGENCIES.title)}>
      <table className={styles.table}>
        <thead>
          <tr>
            {[SUPERVISOR.application, ...heads].map((head) => (
              <th key={head.ro} scope="col">
                {t(head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <UndecidedRow
              key={row.application}
              row={row}
              busy={busy}
              onAssign={(agency) => onAssign(row.application, agency)}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

interface UndecidedRowProps {
  row: UndecidedAgency;
  busy: boolean;
  /** @param agency agencies/{code} */
  onAssign: (agency: string) => void;
}

function UndecidedRow({ row, busy, onAssign }: UndecidedRowProps) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const [target, setTarget] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  const { application, agency, formerAgencies = [], competentAgency, cause, passTime, dueDate } = row;
  const chain = [...new Set([...formerAgencies.map((former) => former.agency), agency])];
  const submit = () => {
    setIsSubmitted(true);
    if (target !== '') onAssign(target);
  };
  return (
    <tr>
      <th scope="row">{application.slice('applications/'.length)}</th>
      <td>{chain.map(long).join(' → ')}</td>
      <td>{long(competentAgency)}</td>
      <td>{t(PASSING_ON_CAUSE_TEXTS[cause])}</td>
      <td>{formatDayAndTime(passTime)}</td>
      <td>{dueDate ? shortDate(dueDate) : '–'}</td>
      <td>
        <form onSubmit={(event) => (event.preventDefault(), submit())}>
          <AgencySearch
            label={t(UNDECIDED_AGENCIES.agency)}
            error={isSubmitted && target === '' ? t(UNDECIDED_AGENCIES.wrongAgency) : undefined}
            value={target}
            onChange={setTarget}
            small
          />
          <Button type="submit" busy={busy}>
            {t(UNDECIDED_AGENCIES.assign)} <span className="heard">{application.slice('applications/'.length)}</span>
          </Button>
        </form>
      </td>
    </tr>
  );
}

/** @throws ApiError, NetworkError */
async function assign(body: { application: string; agency: string }, key: string): Promise<true> {
  await api.POST('/api/v1/undecided-agencies', { params: { header: { 'Idempotency-Key': key } }, body });
  return true;
}
