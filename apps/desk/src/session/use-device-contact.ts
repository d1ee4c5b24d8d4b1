import { useEffect, useRef } from 'react';
import { readChainHead } from '../outbox/act-chain.ts';
import { useConnectivity } from './connectivity.ts';
import { canContact, contactDevice, isRevocation } from './device.ts';
import type { Contact, RevocationReason } from './device.ts';
import { adoptKey, recordLater } from './session-lifecycle.ts';
import type { SessionState, SignedInState } from './session.tsx';

/** How often a signed-in device is in contact, in ms. */
const CONTACT_INTERVAL_MS = 5 * 60_000;
/** Delay of the first and of the longest retry while the key share is missing, in ms. */
const INITIAL_RETRY_DELAY_MS = 5_000;
const MAX_RETRY_DELAY_MS = 60_000;

interface ContactHandlers {
  setState: (state: SessionState) => void;
  /** The operator was suspended, or the device revoked. */
  onRevoked: (reason: RevocationReason) => void;
}

/**
 * Keeps a signed-in device in contact: renews its grant, and fetches the key share that was missing when the page opened.
 */
export function useDeviceContact(state: SessionState, { setState, onRevoked }: ContactHandlers): void {
  const { isReachable } = useConnectivity();
  const signedIn = state.kind === 'signedIn' && !state.isOffline && canContact(state.session) ? state : undefined;
  const last = useRef<{ at: number; centre: string | undefined }>(undefined);
  useEffect(() => {
    if (!signedIn) last.current = undefined;
    if (!signedIn || !isReachable) return undefined;
    const { centre } = signedIn.session;
    let isStopped = false;
    let timer: ReturnType<typeof setTimeout>;
    let retryDelay = INITIAL_RETRY_DELAY_MS;
    const plan = (delay: number) => {
      if (!isStopped) timer = setTimeout(() => void contact(), Math.max(0, delay));
    };
    // The operator may leave while the store opens: their data must not show again.
    const setStateUnlessStopped = (next: SessionState) => {
      if (!isStopped) return setState(next);
      if (next.kind === 'signedIn') stopSending(next);
    };
    const contact = async () => {
      try {
        const head = await readChainHead(signedIn.localStore).catch(() => undefined);
        const made = await contactDevice(head);
        last.current = { at: Date.now(), centre };
        if (!isStopped) await takeContact(signedIn, made, setStateUnlessStopped);
        plan(CONTACT_INTERVAL_MS);
      } catch (error) {
        if (isRevocation(error) && !isStopped) return onRevoked(error.reason);
        plan(signedIn.isKeyMissing ? retryDelay : CONTACT_INTERVAL_MS);
        retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY_MS);
      }
    };
    // The page was in contact when it opened.
    last.current ??= { at: Date.now(), centre };
    // A grant names the centre.
    const isDue = signedIn.isKeyMissing === true || last.current.centre !== centre;
    plan(isDue ? 0 : last.current.at + CONTACT_INTERVAL_MS - Date.now());
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }, [signedIn, isReachable, setState, onRevoked]);
}

function stopSending({ outbox, uploads }: SignedInState): void {
  outbox.stop();
  uploads.stop();
}

async function takeContact(
  state: SignedInState & { isNew: boolean },
  contact: Contact,
  setState: (state: SessionState) => void,
): Promise<void> {
  if (state.isKeyMissing) setState(await adoptKey(state, contact));
  else recordLater(state.localStore, state.session, contact);
  // Also finds what another window stored and did not tell.
  state.outbox.resume();
}
