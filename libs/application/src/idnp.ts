/**
 * Computes the check digit of an IDNP: weights 7, 3, 1 over the first 12 digits, sum mod 10. The variant "10 - sum
 * mod 10" on one official page is wrong.
 * @throws RangeError unless `first12` is exactly 12 digits
 */
export function computeIdnpCheckDigit(first12: string): number {
  if (!/^[0-9]{12}$/.test(first12)) throw new RangeError('An IDNP check digit needs exactly 12 digits.');
  const weights = [7, 3, 1];
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (first12.charCodeAt(i) - 48) * (weights[i % 3] as number);
  return sum % 10;
}

/**
 * Returns whether `idno`, the number of an organisation, has 13 digits, starts with 1 and has the check digit of an
 * IDNP.
 */
export function isValidIdno(idno: string): boolean {
  return /^1[0-9]{12}$/.test(idno) && computeIdnpCheckDigit(idno.slice(0, 12)) === idno.charCodeAt(12) - 48;
}

/** Returns whether `idnp` has 13 digits, starts with 0 or 2 and has a correct check digit. */
export function isValidIdnp(idnp: string): boolean {
  return /^[02][0-9]{12}$/.test(idnp) && computeIdnpCheckDigit(idnp.slice(0, 12)) === idnp.charCodeAt(12) - 48;
}
