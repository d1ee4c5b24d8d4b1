/** Looks up region names; unknown codes have none. */
const REGION_NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** Named codes that are not foreign states: unions, unknown places, test codes, and Moldova itself. */
const NOT_FOREIGN = ['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ', 'MD'];

/** Returns whether `code` is the ISO 3166-1 alpha-2 code of a state other than Moldova. */
export function isForeignCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && !NOT_FOREIGN.includes(code) && REGION_NAMES.of(code) !== undefined;
}
