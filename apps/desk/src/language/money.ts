/** An amount of the API: a whole number of minor units (bani, cents) with its currency. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/**
 * `70,00 MDL`, `1 250,00 MDL`: two decimals, a narrow no-break space between thousands, a no-break space before the currency;
 * the same in all three languages, as it stands on the receipts that people know.
 */
export function formatMoney({ amountMinor, currency }: Money): string {
  const whole = String(Math.floor(amountMinor / 100)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const minor = String(amountMinor % 100).padStart(2, '0');
  return `${whole},${minor}\u00a0${currency}`;
}

/** `70`, `70,5`, `1 250.00` as minor units; undefined for what is no amount. */
export function parseMinorUnits(text: string): number | undefined {
  const [, whole, part = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, '')) ?? [];
  if (whole === undefined) return undefined;
  const minor = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return minor > 0 ? minor : undefined;
}
