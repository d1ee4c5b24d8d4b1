/**
 * Who left this desk without signing out, and whoever is on the way through a sign-in of another site. Both outlive the page: a
 * reload or a redirect changes nothing of what the desk knows. Ids only; they name nobody.
 */

export type Why = 'covered' | 'ended' | 'suspended';

export interface Left {
  why: Why;
  operator: string;
  centre?: string | undefined;
  /** When that session ends at the latest; an instant, by which it is known again. */
  until: string;
}

/** Of this browser: each window knows that the screen was covered, so that nobody goes on as somebody else. */
const LEFT = 'cups-left';

export function rememberLeft(left: Left | undefined): void {
  if (left) localStorage.setItem(LEFT, JSON.stringify(left));
  else localStorage.removeItem(LEFT);
}

/** Of this window: where it was when it went to sign in elsewhere. */
const AWAY_FROM = 'cups-away-from';

interface StartOptions {
  language: string;
  /** Where the window goes on; a path of this page. */
  returnTo: string;
  /** centres/{code} where they were. */
  centre?: string | undefined;
  /** Whoever is signed in at the other site proves anew who they are. */
  again: boolean;
}

/** @param startPath of a provider that has pages of its own */
export function startOf(startPath: string, { language, returnTo, centre, again }: StartOptions): string {
  const query = new URLSearchParams({ returnTo, language });
  if (centre) query.set('centre', centre.replace('centres/', ''));
  if (again) query.set('again', 'true');
  return `${startPath}?${query.toString()}`;
}

/** Before the window leaves for a sign-in elsewhere. */
export function goesAway(from: string): void {
  sessionStorage.setItem(AWAY_FROM, from);
}

/** How a window came back from a sign-in elsewhere, told once. */
interface Return {
  from: string;
  /** The word of the platform on why nobody was let in. */
  refused?: string | undefined;
}

export interface Arrival {
  left: Left | undefined;
  /** Absent where the window comes from no sign-in. */
  back: Return | undefined;
}

/** How a window opens. A refusal is taken off the address, and the window stands again where it was. */
export function arrive(): Arrival {
  return { left: parsed<Left>(localStorage.getItem(LEFT)), back: comesBack() };
}

function comesBack(): Return | undefined {
  const from = sessionStorage.getItem(AWAY_FROM);
  const refused = new URLSearchParams(location.search).get('signIn') ?? undefined;
  sessionStorage.removeItem(AWAY_FROM);
  if (refused !== undefined) history.replaceState(null, '', from ?? '/');
  return from === null && refused === undefined ? undefined : { from: from ?? '/', refused };
}

function parsed<T>(text: string | null): T | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
