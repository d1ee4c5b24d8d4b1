/** The cookie of a sign-in, or a sign-out, that goes by way of an identity provider. */

/** As long as identity keeps an attempt. */
const MAX_AGE_SECONDS = 600;

export interface AttemptCookie {
  clearHeader: string;
  set(attempt: string): string;
  /** The attempt in the header of a request; empty where there is none. */
  read(header: string | undefined): string;
}

/**
 * A provider answers with a form that it lets the browser post here, to which no cookie goes that is `Lax`: this one is `None`, lives
 * for ten minutes, and opens nothing by itself. Browsers take `Secure` from this machine over http as well.
 * @param secure with an https origin it carries the __Host- prefix
 */
export function createAttemptCookie(secure: boolean): AttemptCookie {
  const name = secure ? '__Host-cups-attempt' : 'cups-attempt';
  const flags = 'Path=/; HttpOnly; Secure; SameSite=None';
  return {
    clearHeader: `${name}=; ${flags}; Max-Age=0`,
    set: (attempt) => `${name}=${attempt}; ${flags}; Max-Age=${MAX_AGE_SECONDS}`,
    read(header = '') {
      const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
      const value = pair?.slice(pair.indexOf('=') + 1).trim() ?? '';
      return /^[\w-]{1,100}$/.test(value) ? value : '';
    },
  };
}
