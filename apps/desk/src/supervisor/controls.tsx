import { useState } from 'react';
import { Download } from 'lucide-react';
import { today } from '../language/dates.ts';
import { fetchContent } from '../documents/documents-api.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { DayInput } from '../parts/day-input.tsx';
import { Field, Select } from '../parts/field.tsx';
import { LoadError } from '../parts/load-states.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { saveFile } from './person-copy.ts';
import { isValidPeriod, PERIODS, resolvePeriod } from './period.ts';
import type { PeriodName, Period } from './period.ts';
import type { GroupBy } from './queries.ts';
import styles from './supervisor.module.css';

/** How long the download may take, in ms. */
const DOWNLOAD_TIMEOUT_MS = 60_000;

interface ControlsProps {
  period: Period;
  onPeriod: (period: Period) => void;
  groupBy: GroupBy;
  onGroupBy: (groupBy: GroupBy) => void;
}

/** Period and grouping, with a CSV download. */
export function Controls({ period, onPeriod, groupBy, onGroupBy }: ControlsProps) {
  const { t } = useLanguage();
  const query = new URLSearchParams({ from: period.from, to: period.to, groupBy });
  return (
    <div className={styles.controls}>
      <PeriodChoice period={period} onPeriod={onPeriod} />
      <Choice
        label={t(SUPERVISOR.by)}
        variant="segments"
        options={[
          { value: 'centre', label: t(SUPERVISOR.byCentre) },
          { value: 'public-service', label: t(SUPERVISOR.byService) },
          { value: 'agency', label: t(SUPERVISOR.byAgency) },
        ]}
        value={groupBy}
        onChange={onGroupBy}
      />
      <CsvDownload path={`/api/v1/statistics.csv?${query.toString()}`} />
    </div>
  );
}

/** Not a link: requests of the session carry its key. */
function CsvDownload({ path }: { path: string }) {
  const { t } = useLanguage();
  const [error, setError] = useState<unknown>();
  const [load, busy] = useSingleFlight(async () => {
    setError(undefined);
    try {
      const table = await fetchContent('', AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), path);
      saveFile('statistics.csv', table, 'text/csv');
    } catch (failure) {
      setError(failure);
    }
  });
  return (
    <>
      <Button variant="text" icon={Download} busy={busy} onClick={() => void load()}>
        {t(SUPERVISOR.csv)}
      </Button>
      {error !== undefined && <LoadError error={error} onRetry={() => void load()} />}
    </>
  );
}

function PeriodChoice({ period, onPeriod }: Pick<ControlsProps, 'period' | 'onPeriod'>) {
  const { t } = useLanguage();
  const [name, setName] = useState<PeriodName | 'other'>('days30');
  const [typed, setTyped] = useState(period);
  const choose = (chosen: string) => {
    const preset = PERIODS.find((period) => period === chosen);
    setName(preset ?? 'other');
    setTyped(period);
    if (preset) onPeriod(resolvePeriod(preset, today()));
  };
  const type = (change: Partial<Period>) => {
    const next = Object.assign({}, typed, change);
    setTyped(next);
    if (isValidPeriod(next)) onPeriod(next);
  };
  const options = [...PERIODS, 'other' as const].map((value) => ({ value, label: t(SUPERVISOR[value]) }));
  return (
    <div className={styles.period}>
      <Field label={t(SUPERVISOR.period)}>
        <Select small value={name} onChange={choose} options={options} />
      </Field>
      {name === 'other' && (
        <>
          <Field label={t(SUPERVISOR.from)} error={isValidPeriod(typed) ? undefined : t(SUPERVISOR.wrongPeriod)}>
            <DayInput value={typed.from} onChange={(from) => type({ from })} />
          </Field>
          <Field label={t(SUPERVISOR.to)}>
            <DayInput value={typed.to} onChange={(to) => type({ to })} />
          </Field>
        </>
      )}
    </div>
  );
}
