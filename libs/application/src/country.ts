/** Names of regions; what is no region has none. Every browser and Node know them. */
const NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** Codes with a name that are no state: unions, unknown places, codes for tests. Moldova gives an IDNP. */
const NO_OTHER_STATE = ['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ', 'MD'];

/** Whether `code` is that of another state than Moldova, ISO 3166-1 alpha-2. */
export function isOtherState(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && !NO_OTHER_STATE.includes(code) && NAMES.of(code) !== undefined;
}
