/** The header with the key of the session. The tracking page sends requests without it, and need not load its storage. */

const SESSION_KEY_HEADER = 'Cups-Session-Key';

/** Undefined before it was read, and where the browser stores nothing: the session then has no key. */
let current: string | undefined;

export const currentSessionKey = (): string | undefined => current;

export const setSessionKey = (key: string | undefined): void => void (current = key);

/** Returns the header of requests to the API, if there is a key. */
export const sessionKeyHeaders = (): Record<string, string> =>
  current === undefined ? {} : { [SESSION_KEY_HEADER]: current };
