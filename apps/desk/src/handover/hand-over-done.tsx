import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Printer } from 'lucide-react';
import { useLocation } from 'wouter';
import { personName } from '../language/person-name.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { usePrintout } from '../print/printing.tsx';
import { HAND_OVER } from '../texts/hand-over.ts';
import { COLLECTIONS } from '../texts/collections.ts';
import { KEYS } from '../texts/keys.ts';
import { useHandOverPrintout } from './printout-preview.tsx';
import type { HandOverForm, HandOverPlace, HandOverSubject } from './hand-over-form.ts';
import { ResultSummary } from './result-summary.tsx';
import styles from './hand-over.module.css';

interface HandOverDoneProps {
  subject: HandOverSubject;
  place: HandOverPlace;
  form: HandOverForm;
  outcome: 'closed' | 'open';
}

/** The result was handed over, or the write is pending. Prints the confirmation to sign. */
export function HandOverDone({ subject, place, form, outcome }: HandOverDoneProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const queryClient = useQueryClient();
  const { pending } = useSyncStatus(subject.id);
  const isPending = pending.length > 0;
  useEffect(() => {
    if (!isPending) void queryClient.invalidateQueries();
  }, [isPending, queryClient]);
  const print = usePrintout(useHandOverPrintout(subject, form));
  const isCorrected = form.needMet === 'no';
  const following = place === 'collecting-centre' ? '/collections' : '/';
  const next = () => go(isCorrected ? `/visits/correct/${subject.id}` : following);
  const nextText = place === 'collecting-centre' ? COLLECTIONS.toList : HAND_OVER.toQueue;
  useKeys([
    { code: 'Enter', label: KEYS.main, run: next },
    { code: 'KeyP', label: KEYS.print, run: print },
  ]);
  return (
    <Screen
      sideWidth="wide"
      isSideFocusable
      side={<ResultSummary subject={subject} form={form} />}
      footer={
        <>
          <Button variant="filled" large cap="Enter" onClick={next}>
            {t(isCorrected ? HAND_OVER.correct : nextText)}
          </Button>
          <Button large icon={Printer} cap="KeyP" onClick={print}>
            {t(HAND_OVER.print)}
          </Button>
        </>
      }
    >
      <div className={styles.done}>
        <CircleCheck size={40} aria-hidden="true" />
        <Title>{t(outcome === 'closed' ? HAND_OVER.done : HAND_OVER.doneOpen)}</Title>
        <p>{[personName(subject.applicant), t(subject.serviceTitle)].join(' · ')}</p>
        {isPending && <p role="status">{t(HAND_OVER.doneWaits)}</p>}
      </div>
    </Screen>
  );
}
