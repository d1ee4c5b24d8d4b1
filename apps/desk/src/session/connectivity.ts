import { useEffect, useSyncExternalStore } from 'react';
import { subscribeToOutcomes } from '../api/client.ts';
import { fetchOverLine, isLineCut, subscribeToLine } from '../api/line.ts';
import { areRequestsHeld } from '../api/session-hold.ts';

/**
 * Whether the platform is reachable, by the last request. While it is not, a probe retries with backoff. The first
 * response of any request notifies all listeners.
 */

export interface Connectivity {
  isReachable: boolean;
  /** Time of the last response, in ms. */
  lastResponseAt: number | undefined;
}

/** Delay of the first and of the longest retry, in ms. */
const INITIAL_RETRY_DELAY_MS = 500;
const MAX_RETRY_DELAY_MS = 5_000;
/** Timeout of one probe, in ms. */
const PROBE_TIMEOUT_MS = 5_000;

let connectivity: Connectivity = { isReachable: true, lastResponseAt: undefined };
let retryDelay = INITIAL_RETRY_DELAY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();
const recoveryListeners = new Set<() => void>();

/** Confirms the session of a page that was opened without the platform. */
let confirmSession: (() => Promise<boolean>) | undefined;

/**
 * Sets a condition of recovery. While requests are held, a response alone does not mean that the platform is reachable.
 * @param confirm resolves to true once the session is confirmed
 * @returns a function that removes it
 */
export function setRecoveryCondition(confirm: () => Promise<boolean>): () => void {
  confirmSession = confirm;
  void probe();
  return () => {
    if (confirmSession === confirm) confirmSession = undefined;
    void probe();
  };
}

function update(isReachable: boolean): void {
  const isRecovered = isReachable && !connectivity.isReachable;
  connectivity = { isReachable, lastResponseAt: isReachable ? Date.now() : connectivity.lastResponseAt };
  listeners.forEach((listener) => listener());
  if (isRecovered) recoveryListeners.forEach((onRecovered) => onRecovered());
}

subscribeToOutcomes((outcome) => {
  if (outcome === 'silence') return recordSilence();
  if (areRequestsHeld()) return;
  retryDelay = INITIAL_RETRY_DELAY_MS;
  clearTimeout(timer);
  update(true);
});

// A cut shows immediately, and a restored line sends what waits.
subscribeToLine(() => (isLineCut() ? recordSilence() : void probe()));

function recordSilence(): void {
  const isNew = connectivity.isReachable;
  update(false);
  if (isNew) scheduleProbe();
}

/** The delay resets only after an API response: a ready gateway may still lack its upstream services. */
function scheduleProbe(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void probe(), retryDelay);
  retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY_MS);
}

async function probe(): Promise<void> {
  clearTimeout(timer);
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const isReady = await fetchOverLine('/readyz', { cache: 'no-store', signal }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (connectivity.isReachable) return;
  if (isReady && ((await confirmSession?.()) ?? true)) update(true);
  else scheduleProbe();
}

/** Whether the platform is reachable, outside React. */
export const isReachable = (): boolean => connectivity.isReachable;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/**
 * Returns the connectivity.
 * @param onRecovered called when the platform is reachable again
 */
export function useConnectivity(onRecovered?: () => void): Connectivity {
  const current = useSyncExternalStore(subscribe, () => connectivity);
  const { isReachable } = current;
  useEffect(() => {
    if (!onRecovered) return;
    recoveryListeners.add(onRecovered);
    return () => void recoveryListeners.delete(onRecovered);
  }, [onRecovered]);
  useEffect(() => {
    if (isReachable) return;
    const probeNow = () => void probe();
    window.addEventListener('online', probeNow);
    document.addEventListener('visibilitychange', probeNow);
    return () => {
      window.removeEventListener('online', probeNow);
      document.removeEventListener('visibilitychange', probeNow);
    };
  }, [isReachable]);
  return current;
}
