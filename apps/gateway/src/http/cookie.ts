/** The cookie in which a browser keeps its session. */

export interface SessionCookie {
  /** Set-Cookie that clears it. */
  cleared: string;
  /** Set-Cookie for a new session. */
  set(token: string, expires: Date): string;
  /** The token in the header of a request, or undefined. */
  read(header: string | undefined): string | undefined;
}

/** @param secure with an https origin it is Secure and carries the __Host- prefix */
export function sessionCookie(secure: boolean): SessionCookie {
  const name = secure ? '__Host-cups-session' : 'cups-session';
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    cleared: `${name}=; ${flags}; Max-Age=0`,
    set: (token, expires) => `${name}=${token}; ${flags}; Expires=${expires.toUTCString()}`,
    read(header = '') {
      const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
      return pair?.slice(pair.indexOf('=') + 1).trim() || undefined;
    },
  };
}
