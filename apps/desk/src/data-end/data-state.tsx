import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ERASURE_REASONS, RESTRICTION_REASONS, toCivilDate } from '@cups/application';
import { STATE_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import { ApiError } from '../api/client.ts';
import type { DataState as DataStateJson } from '../api/types.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Facts } from '../parts/facts.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { ChangeOutcome } from '../supervisor/supervisor-screen.tsx';
import styles from '../supervisor/supervisor.module.css';
import { DATA_END, ERASURE_REASON_TEXTS, RESTRICTION_REASON_TEXTS } from '../texts/data-end.ts';
import { HOLDS } from '../texts/holds.ts';
import { dataStateQuery } from './queries.ts';
import { useDataChange } from './use-data-change.ts';
import type { DataChange } from './use-data-change.ts';

/** What becomes of the data of one application, and what its person asked for. */
export function DataState({ id }: { id: string }) {
  const { t } = useLanguage();
  const state = useQuery(dataStateQuery(id));
  const change = useDataChange(id);
  const [done, setDone] = useState('');
  if (state.error instanceof ApiError && state.error.reason === 'NOT_FOUND')
    return <p role="alert">{t(DATA_END.notFound)}</p>;
  if (state.isError) return <LoadError error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return <Skeleton lines={3} />;
  const { erasure, restriction, refusal } = state.data;
  const submit = async (asked: DataChange) => {
    if (await change.submit(asked)) setDone(t(DATA_END.done));
  };
  return (
    <section className={styles.page} aria-label={id}>
      <Facts facts={factsOf(state.data, t)} />
      {!erasure && refusal && (
        <div>
          <h2>{t(DATA_END.refused)}</h2>
          <p>{t(refusal.sentence)}</p>
        </div>
      )}
      {!erasure && (
        <div className={styles.controls}>
          {restriction ? (
            <Button busy={change.busy} onClick={() => void submit({ kind: 'unrestrict' })}>
              {t(DATA_END.unrestrict)}
            </Button>
          ) : (
            <AskedForm
              ask={DATA_END.restrict}
              more={DATA_END.restrictMore}
              confirm={DATA_END.restrict}
              reasons={RESTRICTION_REASONS}
              texts={RESTRICTION_REASON_TEXTS}
              busy={change.busy}
              onConfirm={(reason) => void submit({ kind: 'restrict', reason })}
            />
          )}
          {!refusal && (
            <AskedForm
              ask={DATA_END.erase}
              more={DATA_END.eraseMore}
              confirm={DATA_END.eraseYes}
              reasons={ERASURE_REASONS}
              texts={ERASURE_REASON_TEXTS}
              busy={change.busy}
              onConfirm={(reason) => void submit({ kind: 'erase', reason })}
            />
          )}
        </div>
      )}
      <ChangeOutcome done={done} errorText={change.errorText} />
    </section>
  );
}

function factsOf(
  { state, expireTime, restriction, erasure }: DataStateJson,
  t: (text: Partial<Text> | undefined) => string,
): (readonly [string, string])[] {
  const day = (time: string) => shortDate(toCivilDate(new Date(time)));
  const facts: (readonly [string, string])[] = [[t(DATA_END.state), t(STATE_TEXTS[state])]];
  if (erasure) {
    const when = erasure.eraseTime ? day(erasure.eraseTime) : t(DATA_END.erasing);
    return [...facts, [t(DATA_END.erased), when]];
  }
  facts.push([t(DATA_END.ends), expireTime ? day(expireTime) : t(DATA_END.notEnded)]);
  if (restriction) {
    const { restrictTime, reason } = restriction;
    facts.push([t(DATA_END.restricted), `${formatDayAndTime(restrictTime)}: ${t(RESTRICTION_REASON_TEXTS[reason])}`]);
  }
  return facts;
}

interface AskedFormProps<Reason extends string> {
  ask: Text;
  /** What follows. */
  more: Text;
  confirm: Text;
  reasons: readonly Reason[];
  texts: Record<Reason, Text>;
  busy: boolean;
  onConfirm: (reason: Reason) => void;
}

/** A button that first says what follows and asks for the reason. */
function AskedForm<Reason extends string>(props: AskedFormProps<Reason>) {
  const { ask, more, confirm, reasons, texts, busy, onConfirm } = props;
  const { t } = useLanguage();
  const [isAsked, setIsAsked] = useState(false);
  useCloseKey(isAsked, () => setIsAsked(false));
  const [reason, setReason] = useState<Reason>();
  const [isSubmitted, setIsSubmitted] = useState(false);
  if (!isAsked) return <Button onClick={() => setIsAsked(true)}>{t(ask)}</Button>;
  const submit = () => {
    setIsSubmitted(true);
    if (reason) onConfirm(reason);
  };
  return (
    <form className={styles.hold} onSubmit={(event) => (event.preventDefault(), submit())}>
      <p>{t(more)}</p>
      <Choice
        label={t(DATA_END.reason)}
        options={reasons.map((value) => ({ value, label: t(texts[value]) }))}
        value={reason}
        onChange={setReason}
        error={isSubmitted && !reason ? t(HOLDS.noReason) : undefined}
      />
      <div className={styles.release}>
        <Button type="submit" variant="danger" busy={busy}>
          {t(confirm)}
        </Button>
        <Button onClick={() => setIsAsked(false)}>{t(DATA_END.keep)}</Button>
      </div>
    </form>
  );
}
