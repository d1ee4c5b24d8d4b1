/** The cookie of a sign-in or sign-out through an identity provider. */

/** Lifetime of an attempt in identity. */
const MAX_AGE_SECONDS = 600;

export interface AttemptCookie {
  clearHeader: string;
  set(attempt: string): string;
  /** Returns the attempt from a Cookie header, or an empty string. */
  read(header: string | undefined): string;
}

/**
 * Creates the cookie. It is `SameSite=None`, because the provider's form post sends no `Lax` cookie.
 * It lives 10 minutes and grants no access by itself. Browsers accept `Secure` from localhost over HTTP too.
 * @param secure whether the origin is https; the name then has the __Host- prefix
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
