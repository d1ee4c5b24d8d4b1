import { useCallback, useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { CircleAlert, Search } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LanguageChoice } from '../session/language-choice.tsx';
import { SECONDS, TRACKING } from '../texts/tracking.ts';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';
import { takeNumber } from './number.ts';
import { Told } from './told.tsx';
import styles from './tracking.module.css';

const FIELD = 'number';

/**
 * Where an application is, for whoever holds its tracking number: one field, no sign-in, nothing kept.
 * @param scanned what a QR code brought; asked for at once
 */
export function Tracking({ scanned }: { scanned: string }) {
  const { t, language } = useLanguage();
  const [typed, setTyped] = useState(scanned);
  const { answer, asking, find } = useAnswer(scanned, setTyped);
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
          <Field id={FIELD} label={t(TRACKING.label)} help={t(TRACKING.help)} error={fieldError(answer, t)}>
            <TextInput value={typed} onChange={setTyped} digits autoCapitalize="characters" maxLength={64} />
          </Field>
          <Button type="submit" look="filled" large wide icon={Search} busy={asking} doing={t(TRACKING.asking)}>
            {t(TRACKING.ask)}
          </Button>
        </form>
        <div role="alert" className={styles.alerts}>
          {answer?.is === 'tooMany' && (
            <Trouble>{t(TRACKING.tooMany, { wait: plural(answer.seconds, language, SECONDS) })}</Trouble>
          )}
          {answer?.is === 'away' && <Trouble>{t(TRACKING.away)}</Trouble>}
        </div>
        {answer?.is === 'told' && <Told number={answer.number} tracked={answer.tracked} />}
        <p className={styles.secret}>{t(TRACKING.secret)}</p>
      </main>
    </div>
  );
}

/** Asks for the number that was scanned, and for each that is scanned or typed after it; an earlier answer never comes over a later one. */
function useAnswer(scanned: string, setTyped: (number: string) => void) {
  const [answer, setAnswer] = useState<Answer>();
  const [asking, setAsking] = useState(scanned !== '');
  const latest = useRef(0);
  const look = useCallback(async (number: string) => {
    const mine = ++latest.current;
    const found = await ask(number);
    if (mine !== latest.current) return;
    setAsking(false);
    setAnswer(found);
    if (found.is === 'missing' || found.is === 'misread' || found.is === 'unknown') {
      document.getElementById(FIELD)?.focus();
    }
  }, []);
  const find = useCallback(
    (number: string) => {
      setAsking(true);
      void look(number);
    },
    [look],
  );
  useEffect(() => {
    if (scanned !== '') void look(scanned);
    const again = () => {
      const number = takeNumber();
      if (number === '') return;
      setTyped(number);
      find(number);
    };
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, [scanned, look, find, setTyped]);
  return { answer, asking, find };
}

function fieldError(answer: Answer | undefined, t: ReturnType<typeof useLanguage>['t']): string | undefined {
  if (answer?.is === 'missing') return t(TRACKING.noNumber);
  if (answer?.is === 'misread') return t(TRACKING.misread);
  return answer?.is === 'unknown' ? t(TRACKING.unknown) : undefined;
}

function Trouble({ children }: { children: string }) {
  return (
    <p className={styles.alert}>
      <CircleAlert size={20} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
