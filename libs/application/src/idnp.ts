/**
 * The check digit of a personal number: weights 7, 3, 1 repeated over the first 12 digits, sum mod 10. (The variant
 * "10 - sum mod 10" that one official page prints is wrong.)
 * @throws RangeError unless `first12` is exactly 12 digits
 */
export function computeIdnpCheckDigit(first12: string): number {
  if (!/^[0-9]{12}$/.test(first12)) throw new RangeError('the first 12 digits of an IDNP are needed');
  const weights = [7, 3, 1];
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (first12.charCodeAt(i) - 48) * (weights[i % 3] as number);
  return sum % 10;
}

/** Whether `idno`, the number of an organisation, is 13 digits, starts with 1, and its check digit, that of an IDNP, is right. */
export function isValidIdno(idno: string): boolean {
  return /^1[0-9]{12}$/.test(idno) && computeIdnpCheckDigit(idno.slice(0, 12)) === idno.charCodeAt(12) - 48;
}

/** Whether `idnp` is 13 digits, starts with 0 or 2, and its check digit is right. */
export function isValidIdnp(idnp: string): boolean {
  return /^[02][0-9]{12}$/.test(idnp) && computeIdnpCheckDigit(idnp.slice(0, 12)) === idnp.charCodeAt(12) - 48;
}
