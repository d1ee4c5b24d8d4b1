import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { DocumentHold } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { HOLD_REASON_TEXTS, HOLDS } from '../texts/holds.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { ApplicationField } from './application-field.tsx';
import { parseApplicationName } from './application-name.ts';
import { documentHoldsQuery } from './queries.ts';
import { ScrollRegion } from './scroll-region.tsx';
import { ChangeOutcome, SupervisorScreen } from './supervisor-screen.tsx';
import { useHoldChange } from './use-hold-change.ts';
import type { HoldChangeState } from './use-hold-change.ts';
import styles from './supervisor.module.css';

/** Applications whose documents are not erased: who holds them, why and since when. For supervisors. */
export default function Holds({ application = '' }: { application?: string | undefined }) {
  const { t } = useLanguage();
  const change = useHoldChange();
  const [done, setDone] = useState('');
  return (
    <SupervisorScreen title={HOLDS.title} lead={HOLDS.lead}>
      <HoldForm initial={application} change={change} onDone={() => setDone(t(HOLDS.held))} />
      <ChangeOutcome done={done} errorText={change.errorText} />
      <HoldList change={change} onDone={() => setDone(t(HOLDS.released))} />
    </SupervisorScreen>
  );
}

interface HoldFormProps {
  /** ID of an application, from a link. */
  initial: string;
  change: HoldChangeState;
  onDone: () => void;
}

function HoldForm({ initial, change, onDone }: HoldFormProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(initial);
  const [reason, setReason] = useState<DocumentHold['reason']>();
  const [isSubmitted, setIsSubmitted] = useState(false);
  const application = parseApplicationName(typed);
  const hold = async () => {
    setIsSubmitted(true);
    if (!application || !reason || !(await change.submit({ kind: 'set', application, reason }))) return;
    setTyped('');
    setReason(undefined);
    setIsSubmitted(false);
    onDone();
  };
  const options = (['court', 'complaint', 'audit'] as const).map((value) => ({
    value,
    label: t(HOLD_REASON_TEXTS[value]),
  }));
  return (
    <form className={styles.hold} onSubmit={(event) => (event.preventDefault(), void hold())}>
      <ApplicationField value={typed} onChange={setTyped} isSubmitted={isSubmitted} />
      <Choice
        label={t(HOLDS.reason)}
        variant="segments"
        options={options}
        value={reason}
        onChange={setReason}
        error={isSubmitted && !reason ? t(HOLDS.noReason) : undefined}
      />
      <div>
        <Button type="submit" variant="filled" busy={change.busy}>
          {t(HOLDS.hold)}
        </Button>
      </div>
    </form>
  );
}

function HoldList({ change, onDone }: Omit<HoldFormProps, 'initial'>) {
  const { t } = useLanguage();
  const list = useQuery(documentHoldsQuery);
  const [asked, setAsked] = useState<string>();
  useCloseKey(asked !== undefined, () => setAsked(undefined));
  const release = async (application: string) => {
    if (!(await change.submit({ kind: 'clear', application }))) return;
    setAsked(undefined);
    onDone();
  };
  if (list.isError) return <LoadError error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton lines={2} />;
  if (list.data.holds.length === 0) return <p className={styles.quiet}>{t(HOLDS.none)}</p>;
  const nameOf = (operator: string) => list.data.names.get(operator) ?? operator.replace('operators/', '');
  return (
    <ScrollRegion label={t(HOLDS.title)}>
      <table className={styles.table}>
        <thead>
          <tr>
            {[SUPERVISOR.application, HOLDS.reason, HOLDS.operator, HOLDS.since].map((head) => (
              <th key={head.ro} scope="col">
                {t(head)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {list.data.holds.map((hold) => (
            <HoldRow
              key={hold.application}
              hold={hold}
              operator={nameOf(hold.operator)}
              isAsked={asked === hold.application}
              onAsk={(isAsked) => setAsked(isAsked ? hold.application : undefined)}
              onRelease={() => void release(hold.application)}
              busy={change.busy}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

interface HoldRowProps {
  hold: DocumentHold;
  /** Display name. */
  operator: string;
  /** Whether the release waits for its confirmation. */
  isAsked: boolean;
  onAsk: (isAsked: boolean) => void;
  onRelease: () => void;
  busy: boolean;
}

function HoldRow({ hold, operator, isAsked, onAsk, onRelease, busy }: HoldRowProps) {
  const { t } = useLanguage();
  const { application, reason, holdTime } = hold;
  const id = application.slice('applications/'.length);
  return (
    <tr>
      <th scope="row">{id}</th>
      <td>{t(HOLD_REASON_TEXTS[reason])}</td>
      <td>{operator}</td>
      <td>{formatDayAndTime(holdTime)}</td>
      <td>
        {isAsked ? (
          <div className={styles.release}>
            <p>{t(HOLDS.releaseMore)}</p>
            <Button variant="danger" busy={busy} onClick={onRelease}>
              {t(HOLDS.release)} <span className="heard">{id}</span>
            </Button>
            <Button onClick={() => onAsk(false)}>{t(HOLDS.keep)}</Button>
          </div>
        ) : (
          <Button variant="text" onClick={() => onAsk(true)}>
            {t(HOLDS.release)} <span className="heard">{id}</span>
          </Button>
        )}
      </td>
    </tr>
  );
}
