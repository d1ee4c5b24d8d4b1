import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { AgencyDelivery } from '../api/types.ts';
import { operatorName } from '../application/operator-name.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, Select } from '../parts/field.tsx';
import { AGENCY_WORKLOAD } from '../texts/agency-workload.ts';
import { agencyWorkloadQuery } from './queries.ts';
import styles from './agency-page.module.css';

interface GiveToColleagueProps {
  delivery: AgencyDelivery;
  busy: boolean;
  /** Receives operators/{id}. */
  onGive: (assignee: string) => void;
}

/** For managers: gives a delivery to another clerk, shown with what the clerk has to do already. */
export function GiveToColleague({ delivery, busy, onGive }: GiveToColleagueProps) {
  const { t } = useLanguage();
  const [chosen, setChosen] = useState('');
  const { data } = useQuery(agencyWorkloadQuery);
  const options = (data?.workloads ?? []).flatMap(({ assignee, isActive, open }) =>
    assignee && isActive && assignee !== delivery.assignee
      ? [{ value: assignee, label: `${operatorName(data?.operators, assignee, t)} (${open})` }]
      : [],
  );
  return (
    <div className={styles.give}>
      <Field label={t(AGENCY_WORKLOAD.giveTo)}>
        <Select value={chosen} empty={t(AGENCY_WORKLOAD.choose)} options={options} onChange={setChosen} />
      </Field>
      <Button onClick={() => chosen !== '' && onGive(chosen)} busy={busy}>
        {t(AGENCY_WORKLOAD.give)}
      </Button>
    </div>
  );
}
