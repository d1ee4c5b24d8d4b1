import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { fileRead } from '../api/reads.ts';
import type { ApplicationFile } from '../api/types.ts';
import { nameOfPerson } from '../language/people.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorSummary } from '../parts/error-summary.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { useKept } from '../keeping/use-kept.ts';
import { ALL, useTurns } from '../parts/turn.ts';
import { usePassage } from '../outbox/use-outbox.ts';
import { useSignedIn } from '../session/session.tsx';
import { HAND } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { SESSION } from '../texts/session.ts';
import { Done } from './done.tsx';
import { faultsOf, startOf, writesOf } from './handing.ts';
import type { Handing } from './handing.ts';
import { Given } from './given.tsx';
import { Refused } from './refused.tsx';
import { Outcome, Paper, Who } from './questions.tsx';
import styles from './hand-over.module.css';

/** Give the result, and ask whether it helped: one screen. */
export default function HandOver({ id }: { id: string }) {
  const [, go] = useLocation();
  const file = useQuery(Object.assign({ refetchOnMount: 'always' as const }, fileRead(id)));
  // What was handed over stays on the screen, though the application has moved on.
  const [start, setStart] = useState<ApplicationFile>();
  const shown = start ?? file.data;
  useKeys([{ code: 'Escape', says: KEYS.back, does: () => go(`/applications/${id}`) }]);
  if (!shown) {
    return file.isPending ? <Skeleton /> : <Failed error={file.error} onAgain={() => void file.refetch()} />;
  }
  return <Known file={shown} onHanded={() => setStart(shown)} />;
}

function Known({ file, onHanded }: { file: ApplicationFile; onHanded: () => void }) {
  const { t } = useLanguage();
  const { application } = file;
  const { outbox } = useSignedIn();
  const [handing, setHanding, forget] = useKept('hand-over', application.id, () => startOf(application));
  const [attempt, setAttempt] = useState(0);
  const [handed, setHanded] = useState<'closed' | 'open'>();
  const { refusal } = usePassage(application.id);
  const onlyOutcome = application.state === 'handed-over';
  const faults = attempt > 0 ? faultsOf(handing, { onlyOutcome, later: false }, t) : [];
  const say = (more: Partial<Handing>) => setHanding(Object.assign({}, handing, more));
  const hand = (later: boolean) => {
    setAttempt(attempt + 1);
    if (faultsOf(handing, { onlyOutcome, later }, t).length > 0) return;
    onHanded();
    // What was refused before is said anew.
    if (refusal) outbox.drop(application.id);
    for (const { kind, body } of writesOf(handing, { onlyOutcome, later })) {
      // The outbox tells of a refusal; the screen shows it.
      outbox.put({ application: application.id, kind, body }).catch(() => undefined);
    }
    forget();
    setHanded(later ? 'open' : 'closed');
  };
  const main = () => hand(false);
  const form = useTurns<HTMLFormElement>(main, ALL);
  useKeys([handed === undefined && { code: 'Ctrl+Enter', says: KEYS.main, does: main }]);
  if (handed && !refusal) return <Done file={file} handing={handing} outcome={handed} />;
  return (
    <Screen
      sideWidth="wide"
      sideIsRead
      side={<Given file={file} handing={handing} />}
      footer={
        <>
          <Button look="filled" large cap="Ctrl+Enter" onClick={main}>
            {t(handing.needMet === 'no' ? HAND.submitCorrect : HAND.submit)}
          </Button>
          {!onlyOutcome && (
            <Button large onClick={() => hand(true)}>
              {t(HAND.later)}
            </Button>
          )}
        </>
      }
    >
      <form ref={form} className={styles.page} onSubmit={(event) => event.preventDefault()} noValidate>
        <Head file={file} />
        <Refused application={application.id} onRetry={() => setHanded(undefined)} />
        <ErrorSummary faults={faults} attempt={attempt} />
        {!onlyOutcome && <Who application={application} handing={handing} onSay={say} faults={faults} />}
        {!onlyOutcome && <Paper application={application} handing={handing} onSay={say} faults={faults} />}
        <Outcome handing={handing} onSay={say} faults={faults} number={onlyOutcome ? 1 : 3} />
      </form>
    </Screen>
  );
}

function Head({ file: { application } }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const { id, state, applicant, serviceTitle, trackingNumber } = application;
  return (
    <div className={styles.head}>
      <nav aria-label={t(SESSION.queue)}>
        <Link href="/">{t(SESSION.queue)}</Link> › <Link href={`/applications/${id}`}>{nameOfPerson(applicant)}</Link>
      </nav>
      <Title focus={false}>{t(state === 'rejected' ? HAND.titleDecision : HAND.title)}</Title>
      <p>{[nameOfPerson(applicant), t(serviceTitle), trackingNumber].filter(Boolean).join(' · ')}</p>
    </div>
  );
}
