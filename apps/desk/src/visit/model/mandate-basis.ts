import { parseIdnp } from '../inputs/idnp.ts';
import { normalizeName } from '../inputs/names.ts';
import type { FormValues } from './form-values.ts';

/** The values of a draft that belong to its mandate. */

/**
 * Returns what a recorded mandate depends on: people, ground and document. Another value needs another mandate, because
 * the person signed a text that names them.
 */
export function mandateBasis(values: FormValues): string {
  const text = (pointer: string) =>
    String(values[pointer] ?? '')
      .replace(/\s+/g, ' ')
      .trim();
  const person = (pointer: string) => [
    values[`${pointer}/without`] === true
      ? [text(`${pointer}/foreignDocument/country`), text(`${pointer}/foreignDocument/number`)]
      : parseIdnp(text(`${pointer}/idnp`)).digits,
    normalizeName(text(`${pointer}/familyName`)),
    normalizeName(text(`${pointer}/givenName`)),
  ];
  if (values['/behalf'] !== 'other') return JSON.stringify([person('/applicant')]);
  const ground = ['/mandate/kind', '/mandate/reference', '/mandate/date'].map(text);
  return JSON.stringify([person('/applicant'), person('/represented'), ground]);
}

/** Returns the values without what belongs to one mandate, for another application. */
export function withoutMandateName(values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([at]) => !/^\/mandate\/(name|services|themes)$/.test(at)));
}
