import type { ForeignDocument } from './content.ts';

/**
 * Returns the text that identifies a person: the IDNP, or country and number of a foreign document. Undefined without
 * both. Keyed hashes of this text are equal in all services; the text itself is never stored or sent for comparison.
 */
export function personKeyOf(person: {
  idnp?: string | undefined;
  foreignDocument?: Pick<ForeignDocument, 'country' | 'number'> | undefined;
}): string | undefined {
  const { idnp, foreignDocument } = person;
  if (idnp) return idnp;
  if (!foreignDocument?.number) return undefined;
  // Letter case, spaces and dashes differ between two readings of one document.
  const number = foreignDocument.number.toUpperCase().replace(/[\s\-\u2010-\u2015]/g, '');
  return `${foreignDocument.country}:${number}`;
}
