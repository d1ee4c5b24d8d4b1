/**
 * Who left this desk without signing out, and whoever is on the way through a sign-in of another site. Both outlive the page: a
 * reload or a redirect changes nothing of what the desk knows. Ids only; they name nobody.
 */

export type InterruptionReason = 'covered' | 'ended' | 'suspended';

export interface InterruptedSession {
  why: InterruptionReason;
  operator: string;
  centre?: string | undefined;
  /** When that session ends at the latest; an instant, by which it is known again. */
  until: string;
}

/** Of this browser: each window knows that the screen was covered, so that nobody goes on as somebody else. */
const INTERRUPTED_SESSION_KEY = 'cups-left';

export function saveInterruptedSession(interrupted: InterruptedSession | undefined): void {
  if (interrupted) localStorage.setItem(INTERRUPTED_SESSION_KEY, JSON.stringify(interrupted));
  else localStorage.removeItem(INTERRUPTED_SESSION_KEY);
}

/** Of this window: where it was when it went to sign in elsewhere. */
const RETURN_PATH_KEY = 'cups-away-from';

interface SignInLinkOptions {
  language: string;
  /** Where the window goes on; a path of this page. */
  returnTo: string;
  /** centres/{code} where they were. */
  centre?: string | undefined;
  /** Whoever is signed in at the other site proves anew who they are. */
  forceAuthn: boolean;
}

/** @param startPath of a provider that has pages of its own */
export function signInUrl(startPath: string, { language, returnTo, centre, forceAuthn }: SignInLinkOptions): string {
  const query = new URLSearchParams({ returnTo, language });
  if (centre) query.set('centre', centre.replace('centres/', ''));
  if (forceAuthn) query.set('again', 'true');
  return `${startPath}?${query.toString()}`;
}

/** Before the window leaves for a sign-in elsewhere. */
export function saveReturnPath(from: string): void {
  sessionStorage.setItem(RETURN_PATH_KEY, from);
}

/** How a window came back from a sign-in elsewhere, told once. */
interface SignInReturn {
  from: string;
  /** The word of the platform on why nobody was let in. */
  refusalReason?: string | undefined;
}

export interface EntryState {
  interrupted: InterruptedSession | undefined;
  /** Absent where the window comes from no sign-in. */
  signInReturn: SignInReturn | undefined;
}

/** How a window opens. A refusal is taken off the address, and the window stands again where it was. */
export function readEntryState(): EntryState {
  return {
    interrupted: parseJson<InterruptedSession>(localStorage.getItem(INTERRUPTED_SESSION_KEY)),
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
