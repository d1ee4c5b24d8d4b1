/**
 * Interrupted sessions and sign-ins in progress at another site. Both survive a reload or a redirect. They hold IDs
 * only.
 */

export type InterruptionReason = 'covered' | 'ended' | 'suspended' | 'revoked';

export interface InterruptedSession {
  why: InterruptionReason;
  operator: string;
  centre?: string | undefined;
  /** Latest expiry of that session, an instant. It identifies the session. */
  until: string;
}

/** Local storage: all windows of this browser share the lock. */
const INTERRUPTED_SESSION_KEY = 'cups-left';

export function saveInterruptedSession(interrupted: InterruptedSession | undefined): void {
  if (interrupted) localStorage.setItem(INTERRUPTED_SESSION_KEY, JSON.stringify(interrupted));
  else localStorage.removeItem(INTERRUPTED_SESSION_KEY);
}

export const readInterruptedSession = (): InterruptedSession | undefined =>
  parseJson<InterruptedSession>(localStorage.getItem(INTERRUPTED_SESSION_KEY));

/**
 * Calls a listener when another window locks the screen.
 * @returns a function that unsubscribes
 */
export function subscribeToLock(onLock: (locked: InterruptedSession) => void): () => void {
  const listener = ({ key }: StorageEvent) => {
    const interrupted = key === INTERRUPTED_SESSION_KEY ? readInterruptedSession() : undefined;
    if (interrupted?.why === 'covered') onLock(interrupted);
  };
  window.addEventListener('storage', listener);
  return () => window.removeEventListener('storage', listener);
}

/** Session storage: the path that this window left for the sign-in. */
const RETURN_PATH_KEY = 'cups-away-from';

interface SignInLinkOptions {
  language: string;
  /** Path of this page to return to. */
  returnTo: string;
  /** centres/{code} of the interrupted session. */
  centre?: string | undefined;
  /** Requires a new authentication, even with a session at the other site. */
  forceAuthn: boolean;
}

/**
 * Builds the URL of a sign-in at another site.
 * @param startPath path of the provider
 */
export function signInUrl(startPath: string, { language, returnTo, centre, forceAuthn }: SignInLinkOptions): string {
  const query = new URLSearchParams({ returnTo, language });
  if (centre) query.set('centre', centre.replace('centres/', ''));
  if (forceAuthn) query.set('forceAuthn', 'true');
  return `${startPath}?${query.toString()}`;
}

/** Saves the current path before a sign-in at another site. */
export function saveReturnPath(from: string): void {
  sessionStorage.setItem(RETURN_PATH_KEY, from);
}

/** The result of a sign-in at another site, read once. */
interface SignInReturn {
  from: string;
  /** Reason code of a failed sign-in. */
  refusalReason?: string | undefined;
}

export interface EntryState {
  interrupted: InterruptedSession | undefined;
  /** Absent if the window does not return from a sign-in. */
  signInReturn: SignInReturn | undefined;
}

/** Reads the state that a window opens with. Removes a reason code from the URL and restores the path. */
export function readEntryState(): EntryState {
  return {
    interrupted: readInterruptedSession(),
    signInReturn: takeSignInReturn(),
  };
}

function takeSignInReturn(): SignInReturn | undefined {
  const from = sessionStorage.getItem(RETURN_PATH_KEY);
  const refusalReason = new URLSearchParams(location.search).get('signIn') ?? undefined;
  sessionStorage.removeItem(RETURN_PATH_KEY);
  if (refusalReason !== undefined) history.replaceState(null, '', from ?? '/');
  return from === null && refusalReason === undefined ? undefined : { from: from ?? '/', refusalReason };
}

function parseJson<T>(text: string | null): T | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
