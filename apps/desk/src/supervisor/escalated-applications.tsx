import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ESCALATION_STEPS } from '@cups/application/escalation';
import { ESCALATION_STEP_TEXTS } from '@cups/application/texts';
import type { Centre, EscalatedApplication } from '../api/types.ts';
import { daysBetween, formatDayAndTime, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Field, Select } from '../parts/field.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { ESCALATED } from '../texts/escalated-applications.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { groupByAgency } from './escalated-groups.ts';
import type { AgencyGroup } from './escalated-groups.ts';
import { escalatedApplicationsQuery } from './queries.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

interface EscalatedApplicationsProps {
  centres: readonly Centre[];
  agencyOf: (name: string) => string;
}

/** Applications of silent agencies, by agency and step. A supervisor reads no application, so no link. */
export function EscalatedApplications({ centres, agencyOf }: EscalatedApplicationsProps) {
  const { t } = useLanguage();
  const [step, setStep] = useState('');
  const list = useQuery(escalatedApplicationsQuery);
  const rows = (list.data ?? []).filter((row) => step === '' || row.step === step);
  return (
    <section className={styles.section}>
      <h2>{t(ESCALATED.title)}</h2>
      {list.isError && <LoadError error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton lines={2} />}
      {list.data?.length === 0 && <p className={styles.quiet}>{t(ESCALATED.none)}</p>}
      {list.data && list.data.length > 0 && (
        <Field label={t(ESCALATED.step)}>
          <Select
            small
            value={step}
            onChange={setStep}
            empty={t(ESCALATED.allSteps)}
            options={ESCALATION_STEPS.map((value) => ({ value, label: t(ESCALATION_STEP_TEXTS[value]) }))}
          />
        </Field>
      )}
      {rows.length > 0 && (
        <ScrollRegion label={t(ESCALATED.title)}>
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
            {groupByAgency(rows).map((group) => (
              <GroupRows key={group.agency} group={group} centres={centres} name={agencyOf(group.agency)} />
            ))}
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

const HEADS = [
  SUPERVISOR.application,
  SUPERVISOR.centre,
  ESCALATED.step,
  ESCALATED.since,
  ESCALATED.due,
  ESCALATED.reminders,
  ESCALATED.lastReply,
  ESCALATED.complaint,
];

interface GroupRowsProps {
  group: AgencyGroup;
  centres: readonly Centre[];
  /** Name of the agency. */
  name: string;
}

function GroupRows({ group: { email, rows }, centres, name }: GroupRowsProps) {
  const { t } = useLanguage();
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={HEADS.length}>
          {name}
          <span>{[t(ESCALATED.count, { n: rows.length }), email ?? t(ESCALATED.noContact)].join(' · ')}</span>
        </th>
      </tr>
      {rows.map((row) => (
        <ApplicationRow key={row.application} row={row} centres={centres} />
      ))}
    </tbody>
  );
}

function ApplicationRow({ row, centres }: { row: EscalatedApplication; centres: readonly Centre[] }) {
  const { t } = useLanguage();
  const { application, centre, step, time, dueDate, reminders = 0, lastReplyTime, complaintDate } = row;
  const place = centres.find(({ name }) => name === centre)?.displayName;
  return (
    <tr>
      <th scope="row">{application.slice('applications/'.length)}</th>
      <td>{place ?? centre.slice('centres/'.length)}</td>
      <td className={step ? styles.late : undefined}>{step ? t(ESCALATION_STEP_TEXTS[step]) : '–'}</td>
      <td>{formatDayAndTime(time)}</td>
      <td>{dueDate ? shortDate(dueDate) : '–'}</td>
      <td className={styles.figure}>{reminders}</td>
      <td>{lastReplyTime ? formatDayAndTime(lastReplyTime) : t(ESCALATED.never)}</td>
      <td className={complaintDate ? styles.late : undefined}>
        {complaintDate ? t(ESCALATED.unanswered, { n: daysBetween(complaintDate, today()) }) : '–'}
      </td>
    </tr>
  );
}
