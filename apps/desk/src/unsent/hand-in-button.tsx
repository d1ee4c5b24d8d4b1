import { useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { handInWrites } from '../outbox/hand-in.ts';
import type { Write } from '../outbox/write.ts';
import { Button } from '../parts/button.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { offlineGrant } from '../session/offline-grant.ts';
import { UNSENT } from '../texts/unsent.ts';

interface HandInButtonProps {
  write: Write;
  /** The supervisor has the act. */
  onDone: () => void;
}

/** Gives an act whose time nothing proves to a supervisor, who decides whether it was in time. */
export function HandInButton({ write, onDone }: HandInButtonProps) {
  const { t } = useLanguage();
  const [failure, setFailure] = useState<ApiError>();
  const [handIn, busy] = useSingleFlight(async () => {
    const grant = write.grant ?? offlineGrant.current();
    if (grant === undefined) return;
    setFailure(undefined);
    try {
      await handInWrites({ writes: [write], grant });
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  });
  return (
    <>
      <Button variant="filled" onClick={() => void handIn()} busy={busy} busyText={t(UNSENT.handingIn)}>
        {t(UNSENT.handIn)}
      </Button>
      {failure && <p role="alert">{t(REASON_TEXTS[failure.reason])}</p>}
    </>
  );
}
