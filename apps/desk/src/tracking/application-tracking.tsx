import { useCallback, useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { Search } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { TRACKING } from '../texts/tracking.ts';
import { trackApplication } from './track-application.ts';
import type { TrackingOutcome } from './track-application.ts';
import { TrackingAlerts } from './tracking-alerts.tsx';
import { TrackingResult } from './tracking-result.tsx';
import styles from './tracking.module.css';

const FIELD_ID = 'number';

/**
 * Tracks an application: one field.
 * @param scanned a number from a QR code; tracked immediately
 */
export function ApplicationTracking({ scanned }: { scanned: string }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(scanned);
  const { outcome, isLoading, find } = useTracking(scanned);
  useEffect(() => {
    document.title = t(TRACKING.page);
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(typed);
  };
  return (
    <>
      <h1>{t(TRACKING.title)}</h1>
      <form onSubmit={submit} className={styles.form} noValidate>
        <Field id={FIELD_ID} label={t(TRACKING.label)} help={t(TRACKING.help)} error={fieldError(outcome, t)}>
          <TextInput value={typed} onChange={setTyped} digits autoCapitalize="characters" maxLength={64} />
        </Field>
        <Button type="submit" variant="filled" large wide icon={Search} busy={isLoading} busyText={t(TRACKING.asking)}>
          {t(TRACKING.ask)}
        </Button>
      </form>
      <TrackingAlerts outcome={outcome} />
      {outcome?.kind === 'found' && <TrackingResult number={outcome.number} tracked={outcome.tracked} />}
      <p className={styles.secret}>{t(TRACKING.secret)}</p>
    </>
  );
}

/** Tracks the scanned number and each number entered later. A late response never replaces a newer one. */
function useTracking(scanned: string) {
  const [outcome, setOutcome] = useState<TrackingOutcome>();
  const [isLoading, setIsLoading] = useState(scanned !== '');
  const latest = useRef(0);
  const load = useCallback(async (number: string) => {
    const attempt = ++latest.current;
    const result = await trackApplication(number);
    if (attempt !== latest.current) return;
    setIsLoading(false);
    setOutcome(result);
    if (result.kind === 'empty' || result.kind === 'malformed' || result.kind === 'unknown') {
      document.getElementById(FIELD_ID)?.focus();
    }
  }, []);
  useEffect(() => {
    if (scanned !== '') void load(scanned);
  }, [scanned, load]);
  const find = (number: string) => {
    setIsLoading(true);
    void load(number);
  };
  return { outcome, isLoading, find };
}

function fieldError(outcome: TrackingOutcome | undefined, t: ReturnType<typeof useLanguage>['t']): string | undefined {
  if (outcome?.kind === 'empty') return t(TRACKING.noNumber);
  if (outcome?.kind === 'malformed') return t(TRACKING.misread);
  return outcome?.kind === 'unknown' ? t(TRACKING.unknown) : undefined;
}
