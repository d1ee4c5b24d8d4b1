/** An amount of the API: whole minor units (bani, cents) with a currency. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/**
 * Returns `1 250,00 MDL`: two decimals, a narrow no-break space between thousands and a no-break space before the
 * currency. The same in all languages, as on receipts.
 */
export function formatMoney({ amountMinor, currency }: Money): string {
  const whole = String(Math.floor(amountMinor / 100)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const minor = String(amountMinor % 100).padStart(2, '0');
  return `${whole},${minor}\u00a0${currency}`;
}

/** Parses `70`, `70,5` or `1 250.00` to minor units; undefined if invalid or zero. */
export function parseMinorUnits(text: string): number | undefined {
  const [, whole, part = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, '')) ?? [];
  if (whole === undefined) return undefined;
  const minor = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return minor > 0 ? minor : undefined;
}
