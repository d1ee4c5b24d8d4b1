import { personKeyOf } from '@cups/application';
import type { Language } from '@cups/application';
import type { Text } from '@cups/application/texts';
import { resourceName } from '@cups/contracts';
import type { SealedPersonNumber } from '../domain/staff.ts';
import type { PowerCheck } from '../mpower/registry.ts';
import type { PersonNumbers } from '../person-numbers.ts';

/** A person of a mandate, as in the identity document; with an IDNP or a foreign document. */
export interface MandatePerson {
  idnp?: string;
  foreignDocument?: { country: string; number: string };
  givenName: string;
  familyName: string;
}

/** The personal part of a mandate, which is stored sealed. */
export interface MandateDetails {
  person: MandatePerson;
  /** Who is present instead of the person. */
  representative?: MandatePerson;
  /** Code or number of the document behind the mandate; empty for a person who is present. */
  reference: string;
  /** Its date of issue, yyyy-MM-dd. */
  date?: string;
  notary?: string;
  /** What MPower answered, and when (RFC 3339). */
  mpower?: PowerCheck & { checkTime: string };
  /** Titles of public services by code, as the text shows them. */
  titles: Record<string, Text>;
  /** The exact text that was shown, and the Romanian one beside it. */
  text: string;
  romanianText: string;
}

/** Languages of the text, the default first. */
export const TEXT_LANGUAGES: readonly Language[] = ['ro', 'ru', 'en'];

/** Sealed details, with the keyed hashes that find both people. */
export interface SealedDetails extends SealedPersonNumber {
  /** Absent without a representative. */
  representativeHash?: string[];
}

/** Seals the details for this mandate; the numbers of its people find them. */
export async function sealDetails(persons: PersonNumbers, id: string, details: MandateDetails): Promise<SealedDetails> {
  const sealed = await persons.seal(JSON.stringify(details), resourceName('mandates', id), personKeyOf(details.person));
  const representative = details.representative && personKeyOf(details.representative);
  return representative ? { ...sealed, representativeHash: persons.hashes(representative) } : sealed;
}

/** What is shown of a mandate whose data key was destroyed. */
const ERASED_DETAILS: MandateDetails = {
  person: { givenName: '', familyName: '' },
  reference: '',
  titles: {},
  text: '',
  romanianText: '',
};

/** @throws Error if no key opens them, or they were sealed for another mandate */
export async function openDetails(
  persons: PersonNumbers,
  { _id, person }: { _id: string; person: Partial<Pick<SealedPersonNumber, 'sealed'>> },
): Promise<MandateDetails> {
  if (person.sealed === undefined) return ERASED_DETAILS;
  const { sealed } = person;
  return JSON.parse(await persons.open({ sealed }, resourceName('mandates', _id))) as MandateDetails;
}

/** Returns unsealed details without the mandate's own code, which releases before schema version 3 kept in them. */
export function withoutOwnCode(text: string): string {
  const { code: _code, ...details } = JSON.parse(text) as MandateDetails & { code?: string };
  return JSON.stringify(details);
}

/** Seals details of any release again, as this one stores them. */
export const resealDetails = (persons: PersonNumbers, id: string, text: string): Promise<SealedDetails> =>
  sealDetails(persons, id, JSON.parse(withoutOwnCode(text)) as MandateDetails);

/** What replaces the number of another person in a text. */
const HIDDEN = '•••';

/**
 * Returns the details for the copy of a person's data: the other person keeps the names only (GDPR, article 15,
 * paragraph 4).
 */
export function withoutOthers(details: MandateDetails, idnp: string): MandateDetails {
  const { person, representative } = details;
  const others = [person, representative].filter((one) => one !== undefined && one.idnp !== idnp) as MandatePerson[];
  const numbers = others.flatMap((one) => one.idnp ?? one.foreignDocument?.number ?? []);
  const hide = (text: string): string => numbers.reduce((shown, number) => shown.replaceAll(number, HIDDEN), text);
  const shownTo = (one: MandatePerson): MandatePerson =>
    one.idnp === idnp ? one : { givenName: one.givenName, familyName: one.familyName };
  return {
    ...details,
    person: shownTo(person),
    ...(representative && { representative: shownTo(representative) }),
    text: hide(details.text),
    romanianText: hide(details.romanianText),
  };
}
