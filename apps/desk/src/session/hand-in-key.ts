import type { HandInKey } from '@cups/application/sealed-act';

/**
 * The public key of the platform to which this device seals unsent acts, from the last contact. It is stored sealed only:
 * nobody replaces it in a browser profile.
 */

let current: HandInKey | undefined;
let onKey: () => void;
/** Resolves once the device has the key. */
const known = new Promise<void>((resolve) => (onKey = resolve));

export const handInKey = {
  current: (): HandInKey | undefined => current,
  /** @param key undefined if the platform could not read it: the former one still opens */
  set(key: HandInKey | undefined): void {
    if (!key) return;
    current = key;
    onKey();
  },
  known,
};
