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

/** Seals the details for this mandate; the person's number finds them. */
export function sealDetails(persons: PersonNumbers, id: string, details: MandateDetails): Promise<SealedPersonNumber> {
  return persons.seal(JSON.stringify(details), resourceName('mandates', id), personKeyOf(details.person));
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

/** Returns the number by which sealed details are found. */
export const numberInDetails = (text: string): string => personKeyOf((JSON.parse(text) as MandateDetails).person)!;
