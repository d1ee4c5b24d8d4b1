import { Problem } from '@cups/problem';

/** Access to MPower, the state's register of powers of representation. */

/** What the register says about a power. */
export interface PowerCheck {
  /** Type of the power, AT-nnnnnnn. */
  type: string;
  /** State at the time of the check. Only a valid power is a ground. */
  state: PowerState;
}

export const POWER_STATES = ['Draft', 'PendingAcceptance', 'Pending', 'Valid', 'Suspended', 'Canceled'] as const;
export type PowerState = (typeof POWER_STATES)[number];

export interface MPowerRegistry {
  /**
   * Reads a power of representation.
   * @param code of the power
   * @param person IDNP of the person who granted it
   * @param representative IDNP of the person who holds it; undefined if it is granted to the centre
   * @returns undefined if the register has no such power between these people
   * @throws Problem REGISTER_UNAVAILABLE if the register is not connected, does not answer or answers something else
   */
  check(code: string, person: string, representative: string | undefined): Promise<PowerCheck | undefined>;
}

const registerUnavailable = (message: string): Problem =>
  new Problem({ reason: 'REGISTER_UNAVAILABLE', message, metadata: { register: 'mpower' } });

/** The registry of an installation that is not connected to MPower: no power is accepted. */
export const notConnected: MPowerRegistry = {
  check: () => Promise.reject(registerUnavailable('MPower is not connected.')),
};
