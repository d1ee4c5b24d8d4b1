/** Lists that identity, the desk and the catalog share about mandates. */

/** Grounds on which a centre acts for a person. */
export const MANDATE_GROUNDS = ['present-and-signing', 'mpower', 'notarial', 'guardianship', 'kinship'] as const;
export type MandateGround = (typeof MANDATE_GROUNDS)[number];

export const MANDATE_TERMS = ['this-application', 'days-31', 'days-182', 'days-365'] as const;
export type MandateTerm = (typeof MANDATE_TERMS)[number];

/** Days of each term. A mandate for one application ends with it, and at the latest after these days. */
export const MANDATE_TERM_DAYS: Readonly<Record<MandateTerm, number>> = {
  'this-application': 365,
  'days-31': 31,
  'days-182': 182,
  'days-365': 365,
};

/**
 * Themes of public services (CPSV-AP 3: thematic area). A mandate can cover a theme instead of single services. A
 * project list: no official one of the country was found.
 */
export const THEMES = [
  'civil-status',
  'identity-and-residence',
  'property',
  'family-benefits',
  'pensions-and-disability',
  'justice-records',
  'transport',
  'permits',
] as const;
export type Theme = (typeof THEMES)[number];

/** Returns whether a code is a listed theme. */
export const isTheme = (code: string): code is Theme => (THEMES as readonly string[]).includes(code);

/** The current wording of the text that a person signs. A changed text gets a new version; mandates keep theirs. */
export const MANDATE_TEXT_VERSION = '2026-12';
