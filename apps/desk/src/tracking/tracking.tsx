import { useCallback, useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { CircleAlert, Search } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LanguageChoice } from '../session/language-choice.tsx';
import { SECONDS, TRACKING } from '../texts/tracking.ts';
import { trackApplication } from './track-application.ts';
import type { TrackingOutcome } from './track-application.ts';
import { takeTrackingNumber } from './tracking-number.ts';
import { TrackingResult } from './tracking-result.tsx';
import styles from './tracking.module.css';

const FIELD_ID = 'number';

/**
 * The public tracking page: one field, no sign-in, nothing stored.
 * @param scanned a number from a QR code; tracked immediately
 */
export function Tracking({ scanned }: { scanned: string }) {
  const { t, language } = useLanguage();
  const [typed, setTyped] = useState(scanned);
  const { outcome, isLoading, find } = useTracking(scanned, setTyped);
  useEffect(() => {
    document.title = t(TRACKING.page);
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(typed);
  };
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <p className={styles.who}>
          <strong>CUPS</strong>
          <span>{t(TRACKING.centres)}</span>
        </p>
        <LanguageChoice />
      </header>
      <main className={styles.main}>
        <h1>{t(TRACKING.title)}</h1>
        <form onSubmit={submit} className={styles.form} noValidate>
          <Field id={FIELD_ID} label={t(TRACKING.label)} help={t(TRACKING.help)} error={fieldError(outcome, t)}>
            <TextInput value={typed} onChange={setTyped} digits autoCapitalize="characters" maxLength={64} />
          </Field>
          <Button
            type="submit"
            variant="filled"
            large
            wide
            icon={Search}
            busy={isLoading}
            busyText={t(TRACKING.asking)}
          >
            {t(TRACKING.ask)}
          </Button>
        </form>
        <div role="alert" className={styles.alerts}>
          {outcome?.kind === 'rateLimited' && (
            <Alert>{t(TRACKING.tooMany, { wait: plural(outcome.seconds, language, SECONDS) })}</Alert>
          )}
          {outcome?.kind === 'unavailable' && <Alert>{t(TRACKING.away)}</Alert>}
        </div>
        {outcome?.kind === 'found' && <TrackingResult number={outcome.number} tracked={outcome.tracked} />}
        <p className={styles.secret}>{t(TRACKING.secret)}</p>
      </main>
    </div>
  );
}

/** Tracks the scanned number and each number entered later. A late response never replaces a newer one. */
function useTracking(scanned: string, setTyped: (number: string) => void) {
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
  const find = useCallback(
    (number: string) => {
      setIsLoading(true);
      void load(number);
    },
    [load],
  );
  useEffect(() => {
    if (scanned !== '') void load(scanned);
    const onHashChange = () => {
      const number = takeTrackingNumber();
      if (number === '') return;
      setTyped(number);
      find(number);
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, [scanned, load, find, setTyped]);
  return { outcome, isLoading, find };
}

function fieldError(outcome: TrackingOutcome | undefined, t: ReturnType<typeof useLanguage>['t']): string | undefined {
  if (outcome?.kind === 'empty') return t(TRACKING.noNumber);
  if (outcome?.kind === 'malformed') return t(TRACKING.misread);
  return outcome?.kind === 'unknown' ? t(TRACKING.unknown) : undefined;
}

function Alert({ children }: { children: string }) {
  return (
    <p className={styles.alert}>
      <CircleAlert size={20} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
