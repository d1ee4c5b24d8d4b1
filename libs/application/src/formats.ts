import { format } from '@cfworker/json-schema';
import type { PlainRule } from '@cups/problem';
import { isValidIBAN } from 'ibantools';
import { isForeignCountry } from './country.ts';
import { isCivilDate } from './dates.ts';
import { isEmailAddress } from './email.ts';
import { isValidIdno, isValidIdnp } from './idnp.ts';
import { isPersonName } from './person-name.ts';

type FormatCheck = (text: string) => boolean;

const CHECKS = {
  date: isCivilDate,
  'date-time': format['date-time'] as FormatCheck,
  time: format['time'] as FormatCheck,
  email: isEmailAddress,
  uri: format['uri'] as FormatCheck,
  uuid: format['uuid'] as FormatCheck,
  idnp: isValidIdnp,
  idno: isValidIdno,
  country: isForeignCountry,
  // Without spaces, which the desk removes.
  iban: isValidIBAN as FormatCheck,
  'person-name': isPersonName,
};

/** Formats that our schemas may use. An unlisted format would check nothing. */
export const FORMATS: Readonly<Record<string, FormatCheck>> = CHECKS;
Object.assign(format, FORMATS);

/** The rule for a text that does not match the format. */
export const FORMAT_RULES: Readonly<Record<keyof typeof CHECKS, PlainRule>> = {
  date: 'DATE',
  'date-time': 'DATE_TIME',
  time: 'TIME',
  email: 'EMAIL',
  uri: 'URI',
  uuid: 'UUID',
  idnp: 'IDNP',
  idno: 'IDNO',
  country: 'COUNTRY',
  iban: 'IBAN',
  'person-name': 'PERSON_NAME',
};
