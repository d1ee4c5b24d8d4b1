/**
 * The offline grant of this device and operator: identity's statement of the last contact. It is renewed at each
 * contact. An act made without a line carries the grant that was current then.
 */

let current: string | undefined;

/** The current grant. */
export const offlineGrant = {
  /** Returns the grant of the last contact, a JWS; undefined before the first contact and after sign-out. */
  current: (): string | undefined => current,
  set(grant: string | undefined): void {
    current = grant;
  },
};
