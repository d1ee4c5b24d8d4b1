import { useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { handInOwnWrites } from '../outbox/hand-in-own.ts';
import type { Write } from '../outbox/write.ts';
import { Button } from '../parts/button.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { offlineGrant } from '../session/offline-grant.ts';
import { UNSENT } from '../texts/unsent.ts';

interface HandInButtonProps {
  writes: readonly Write[];
  /** Whether it is the next step. */
  isMain: boolean;
  /** The supervisor has the acts. */
  onDone: () => void;
}

/** Gives acts to a supervisor, who decides about them: whether they were in time, or when the service resumes. */
export function HandInButton({ writes, isMain, onDone }: HandInButtonProps) {
  const { t } = useLanguage();
  const [failure, setFailure] = useState<ApiError>();
  const [handIn, busy] = useSingleFlight(async () => {
    const grant = writes.find((write) => write.grant !== undefined)?.grant ?? offlineGrant.current();
    setFailure(undefined);
    try {
      await handInOwnWrites({ writes, grant });
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  });
  return (
    <>
      <Button
        variant={isMain ? 'filled' : 'outlined'}
        onClick={() => void handIn()}
        busy={busy}
        busyText={t(UNSENT.handingIn)}
      >
        {t(UNSENT.handIn)}
      </Button>
      {failure && <p role="alert">{t(REASON_TEXTS[failure.reason])}</p>}
    </>
  );
}
