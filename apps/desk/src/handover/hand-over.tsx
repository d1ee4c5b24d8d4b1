import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { detailsQuery } from '../api/queries.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { personName } from '../language/person-name.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorSummary } from '../parts/error-summary.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { EmptyState } from '../parts/load-states.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { ALL_CONTROLS_SELECTOR, useEnterToNext } from '../parts/enter-to-next.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { useConnectivity } from '../session/connectivity.ts';
import { useSignedIn } from '../session/session.tsx';
import { HAND_OVER } from '../texts/hand-over.ts';
import { COLLECTIONS } from '../texts/collections.ts';
import { KEYS } from '../texts/keys.ts';
import { SESSION } from '../texts/session.ts';
import { HandOverDone } from './hand-over-done.tsx';
import { validateHandOver, initialHandOverForm, toWrites } from './hand-over-form.ts';
import type { HandOverForm, HandOverPlace, HandOverSubject } from './hand-over-form.ts';
import { ResultSummary } from './result-summary.tsx';
import { HandOverError, withdrawHandOver } from './hand-over-error.tsx';
import { OutcomeQuestion, IdDocumentQuestion, CollectorQuestion } from './questions.tsx';
import styles from './hand-over.module.css';

/** Without a line a result is handed over only if it was known to be current in the last 24 hours. */
const MAX_RESULT_AGE_MS = 24 * 60 * 60_000;

/**
 * Returns a check of whether the result may have been revoked or handed over elsewhere meanwhile.
 * @param knownAt when it was last known to be current, in ms; undefined once it was handed over here
 */
function useAgeCheck(knownAt: number | undefined): () => boolean {
  const { isReachable } = useConnectivity();
  return () => knownAt !== undefined && !isReachable && Date.now() - knownAt > MAX_RESULT_AGE_MS;
}

/** Hands over the result and asks whether it met the need, on one screen. */
export default function HandOver({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const details = useQuery(Object.assign({ refetchOnMount: 'always' as const }, detailsQuery(id)));
  // Keeps the details on the screen after the application has moved on.
  const [start, setStart] = useState<ApplicationDetails>();
  const shown = start ?? details.data;
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go(`/applications/${id}`) }]);
  if (!shown) return <LoadScreen error={details.error} onRetry={() => void details.refetch()} />;
  // A copy was read from the disk just now, and may be days old.
  const knownAt = shown.copyTime === undefined ? details.dataUpdatedAt : Date.parse(shown.copyTime);
  return (
    <HandOverContent
      subject={shown.application}
      place="own-centre"
      knownAt={start ? undefined : knownAt}
      onHandedOver={() => setStart(shown)}
    >
      <Link href="/">{t(SESSION.queue)}</Link> ›{' '}
      <Link href={`/applications/${id}`}>{personName(shown.application.applicant)}</Link>
    </HandOverContent>
  );
}

interface HandOverContentProps {
  subject: HandOverSubject;
  place: HandOverPlace;
  /** When the subject was last known to be current, in ms; undefined once it was handed over here. */
  knownAt: number | undefined;
  /** The platform or the outbox has it: the subject must stay as it is shown. */
  onHandedOver: () => void;
  /** Links to the screens before. */
  children: ReactNode;
}

/** The questions of a hand-over. The collecting centre leaves the last one to the centre of the application. */
export function HandOverContent({ subject, place, knownAt, onHandedOver, children }: HandOverContentProps) {
  const { outbox } = useSignedIn();
  const [form, setForm, forget] = usePersistentState('hand-over', subject.id, () => initialHandOverForm(subject));
  const [attempt, setAttempt] = useState(0);
  const [result, setResult] = useState<'closed' | 'open'>();
  const { refusal } = useSyncStatus(subject.id);
  const { t } = useLanguage();
  const isTooOld = useAgeCheck(knownAt);
  const asksOutcome = place === 'own-centre';
  const isOutcomeOnly = asksOutcome && subject.state === 'handed-over';
  const errors = attempt > 0 ? validateHandOver(form, { isOutcomeOnly, isOutcomeLater: !asksOutcome }, t) : [];
  const update = (change: Partial<HandOverForm>) => setForm(Object.assign({}, form, change));
  const submit = (isOutcomeLater: boolean) => {
    setAttempt(attempt + 1);
    if (isTooOld() || validateHandOver(form, { isOutcomeOnly, isOutcomeLater }, t).length > 0) return;
    onHandedOver();
    // The new attempt has the values of the rejected one.
    if (refusal) withdrawHandOver(outbox, subject.id);
    for (const { kind, body } of toWrites(form, { isOutcomeOnly, isOutcomeLater }, place)) {
      // The outbox keeps the rejection; HandOverError shows it.
      outbox.put({ application: subject.id, kind, body }).catch(() => undefined);
    }
    forget();
    setResult(isOutcomeLater ? 'open' : 'closed');
  };
  const main = () => submit(!asksOutcome);
  const formRef = useEnterToNext<HTMLFormElement>(main, ALL_CONTROLS_SELECTOR);
  useKeys([result === undefined && { code: 'Ctrl+Enter', label: KEYS.main, run: main }]);
  if (result && !refusal) return <HandOverDone {...{ subject, place, form }} outcome={result} />;
  if (isTooOld()) return <TooOld />;
  const question = { subject, form, onChange: update, errors };
  return (
    <Screen
      sideWidth="wide"
      isSideFocusable
      side={<ResultSummary subject={subject} form={form} />}
      footer={
        <>
          <Button variant="filled" large cap="Ctrl+Enter" onClick={main}>
            {t(asksOutcome ? (form.needMet === 'no' ? HAND_OVER.submitCorrect : HAND_OVER.submit) : COLLECTIONS.submit)}
          </Button>
          {asksOutcome && !isOutcomeOnly && (
            <Button large onClick={() => submit(true)}>
              {t(HAND_OVER.later)}
            </Button>
          )}
        </>
      }
    >
      <form ref={formRef} className={styles.page} onSubmit={(event) => event.preventDefault()} noValidate>
        <HandOverHeader subject={subject}>{children}</HandOverHeader>
        <HandOverError application={subject.id} {...(result && { onRetry: () => setResult(undefined) })} />
        <ErrorSummary errors={errors} attempt={attempt} />
        {!isOutcomeOnly && <CollectorQuestion {...question} />}
        {!isOutcomeOnly && <IdDocumentQuestion {...question} />}
        {asksOutcome && <OutcomeQuestion {...question} number={isOutcomeOnly ? 1 : 3} />}
      </form>
    </Screen>
  );
}

function TooOld() {
  const { t } = useLanguage();
  return (
    <Screen>
      <EmptyState>{t(HAND_OVER.tooOld)}</EmptyState>
    </Screen>
  );
}

function HandOverHeader({ subject, children }: { subject: HandOverSubject; children: ReactNode }) {
  const { t } = useLanguage();
  const { state, applicant, serviceTitle, trackingNumber, decision } = subject;
  return (
    <div className={styles.head}>
      <nav aria-label={t(SESSION.queue)}>{children}</nav>
      <Title focus={false}>{t(state === 'rejected' ? HAND_OVER.titleDecision : HAND_OVER.title)}</Title>
      <p>{[personName(applicant), t(serviceTitle), trackingNumber].filter(Boolean).join(' · ')}</p>
      {decision?.awaitsArrival && <Banner kind="news">{t(HAND_OVER.notArrived)}</Banner>}
    </div>
  );
}
