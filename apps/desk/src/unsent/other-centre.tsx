import { useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError, isTransient } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { centreOfAct } from '../outbox/act-centre.ts';
import type { Write } from '../outbox/write.ts';
import { Button } from '../parts/button.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { useSession, useSignedIn } from '../session/session.tsx';
import { SESSION } from '../texts/session.ts';
import { UNSENT_LATER } from '../texts/unsent-later.ts';
import { HandInButton } from './hand-in-button.tsx';
import styles from './unsent.module.css';

interface OtherCentreProps {
  application: string;
  writes: readonly Write[];
}

/** Acts that were made at another centre of the operator wait for a session there. Those of an earlier release ask for theirs. */
export function OtherCentre({ application, writes }: OtherCentreProps) {
  const { t } = useLanguage();
  const { session, outbox } = useSignedIn();
  const { switchCentre } = useSession();
  const [fault, setFault] = useState('');
  const [work, busy] = useSingleFlight((name: string) =>
    switchCentre(name).catch((error: unknown) => {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      setFault(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
    }),
  );
  const centres = session.centres ?? [];
  const [head] = writes;
  const name = head && centreOfAct(head);
  const centre = centres.find((one) => one.name === name);
  if (name === undefined)
    return (
      <div className={styles.ways}>
        <p>{t(UNSENT_LATER.whichCentre)}</p>
        {centres.map((one) => (
          <Button key={one.name} onClick={() => outbox.assignCentre(application, one.name)}>
            {one.displayName}
          </Button>
        ))}
      </div>
    );
  const shown = centre?.displayName ?? name.replace('centres/', '');
  return (
    <div className={styles.ways}>
      <p>{t(UNSENT_LATER.waitsForCentre, { centre: shown })}</p>
      {centre && (
        <Button variant="filled" busy={busy} onClick={() => void work(centre.name)}>
          {t(UNSENT_LATER.workThere, { centre: shown })}
        </Button>
      )}
      {!centre && (
        <>
          <p>{t(UNSENT_LATER.leftCentre)}</p>
          <HandInButton
            writes={writes}
            isMain
            onDone={() =>
              outbox.withdrawWrites(
                application,
                writes.map(({ key }) => key),
              )
            }
          />
        </>
      )}
      {fault && <p role="alert">{fault}</p>}
    </div>
  );
}
