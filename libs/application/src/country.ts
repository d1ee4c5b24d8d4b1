/** Names of regions; what is no region has none. Every browser and Node know them. */
const REGION_NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** Codes with a name that are no state: unions, unknown places, codes for tests. Moldova gives an IDNP. */
const NOT_FOREIGN = ['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ', 'MD'];

/** Whether `code` is that of another state than Moldova, ISO 3166-1 alpha-2. */
export function isForeignCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && !NOT_FOREIGN.includes(code) && REGION_NAMES.of(code) !== undefined;
}
