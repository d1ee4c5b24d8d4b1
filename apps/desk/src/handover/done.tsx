import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Printer } from 'lucide-react';
import { useLocation } from 'wouter';
import type { ApplicationFile } from '../api/types.ts';
import { nameOfPerson } from '../language/people.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { usePassage } from '../outbox/use-outbox.ts';
import { usePaper } from '../print/printing.tsx';
import { HAND } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { useHandOverPaper } from './confirmation.tsx';
import type { Handing } from './handing.ts';
import { Given } from './given.tsx';
import styles from './hand-over.module.css';

interface DoneProps {
  file: ApplicationFile;
  handing: Handing;
  outcome: 'closed' | 'open';
}

/** It is done, or waits to be sent; the paper to sign is printed from here. */
export function Done({ file, handing, outcome }: DoneProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const reads = useQueryClient();
  const { application } = file;
  const { waiting } = usePassage(application.id);
  const away = waiting.length > 0;
  useEffect(() => {
    if (!away) void reads.invalidateQueries();
  }, [away, reads]);
  const print = usePaper(useHandOverPaper(file, handing));
  const next = () => go(handing.needMet === 'no' ? `/visits/correct/${application.id}` : '/');
  useKeys([
    { code: 'Enter', says: KEYS.main, does: next },
    { code: 'KeyP', says: KEYS.print, does: print },
  ]);
  return (
    <Screen
      sideWidth="wide"
      sideIsRead
      side={<Given file={file} handing={handing} />}
      footer={
        <>
          <Button look="filled" large cap="Enter" onClick={next}>
            {t(handing.needMet === 'no' ? HAND.correct : HAND.toQueue)}
          </Button>
          <Button large icon={Printer} cap="KeyP" onClick={print}>
            {t(HAND.print)}
          </Button>
        </>
      }
    >
      <div className={styles.done}>
        <CircleCheck size={40} aria-hidden="true" />
        <Title>{t(outcome === 'closed' ? HAND.done : HAND.doneOpen)}</Title>
        <p>{[nameOfPerson(application.applicant), t(application.serviceTitle)].join(' · ')}</p>
        {away && <p role="status">{t(HAND.doneWaits)}</p>}
      </div>
    </Screen>
  );
}
