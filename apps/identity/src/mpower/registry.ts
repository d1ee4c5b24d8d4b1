import { Problem } from '@cups/problem';

/** Access to MPower, the state's register of powers of representation. */

/** What the register says about a power at the time of the check. */
export interface PowerCheck {
  /** Type of the power, AT-nnnnnnn. */
  type: string;
  /** The register tells others only whether a power is valid: drafts, pending, suspended and cancelled ones are not. */
  state: 'Valid' | 'NotValid';
  /** Last moment of a valid power, RFC 3339; absent without an end. */
  endTime?: string;
}

export interface MPowerRegistry {
  /**
   * Reads a power of representation.
   * @param code of the power
   * @param person IDNP of the person who granted it
   * @param representative IDNP of the person who holds it; undefined if it is granted to the operator of the centres
   * @returns undefined if the register has no such power between these people
   * @throws Problem REGISTER_UNAVAILABLE if the register is not connected, does not answer or answers something else
   */
  check(code: string, person: string, representative: string | undefined): Promise<PowerCheck | undefined>;
}

export const registerUnavailable = (message: string): Problem =>
  new Problem({ reason: 'REGISTER_UNAVAILABLE', message, metadata: { register: 'mpower' } });

/** The registry of an installation that is not connected to MPower: no power is accepted. */
export const notConnected: MPowerRegistry = {
  check: () => Promise.reject(registerUnavailable('MPower is not connected.')),
};
