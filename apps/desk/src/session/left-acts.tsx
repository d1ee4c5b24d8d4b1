import { useEffect, useState } from 'react';
import { isTransient } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { countSealedActs } from '../outbox/hand-in-sealed.ts';
import { RetryDelay } from '../outbox/retry-delay.ts';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { handInLeftActs } from './revocation.ts';

interface Progress {
  /** Acts that wait for the platform. */
  waiting?: number;
  handedIn?: number;
  refused?: number;
}

/**
 * Unsent acts of operators whose work on this PC has ended. The platform opens them: they are handed in for a supervisor
 * as soon as it responds.
 */
export default function LeftActs({ locked }: { locked: string | undefined }) {
  const { t } = useLanguage();
  const { waiting, handedIn, refused } = useHandIn(locked);
  return (
    <>
      {handedIn ? <p role="status">{t(OFFLINE_ACCESS.leftHandedIn, { n: handedIn })}</p> : null}
      {refused ? <p role="alert">{t(OFFLINE_ACCESS.leftRefused, { n: refused })}</p> : null}
      {waiting ? <p role="status">{t(OFFLINE_ACCESS.leftWaiting, { n: waiting })}</p> : null}
    </>
  );
}

/** @param locked operators/{id} behind the locked screen, who continues here */
function useHandIn(locked: string | undefined): Progress {
  const [progress, setProgress] = useState<Progress>({});
  useEffect(() => {
    const includes = (owner: string) => owner !== locked;
    const retryDelay = new RetryDelay();
    let timer: ReturnType<typeof setTimeout>;
    let isStopped = false;
    const handIn = async () => {
      try {
        const { handedIn, refused } = await handInLeftActs({ includes });
        if (!isStopped) setProgress({ handedIn, refused });
      } catch (error) {
        // Without storage nothing was left. A refusal of the whole request ends with a later release.
        if (isStopped || !isTransient(error)) return;
        setProgress({ waiting: await countSealedActs(includes) });
        timer = setTimeout(() => void handIn(), retryDelay.next(error));
      }
    };
    void handIn();
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }, [locked]);
  return progress;
}
