import { format } from '@cfworker/json-schema';
import type { PlainRule } from '@cups/problem';
import { isValidIBAN } from 'ibantools';
import { isOtherState } from './country.ts';
import { isCivilDate } from './dates.ts';
import { isEmailAddress } from './email.ts';
import { checkIdno, checkIdnp } from './idnp.ts';
import { isPersonName } from './person-name.ts';

type Check = (text: string) => boolean;

const CHECKS = {
  date: isCivilDate,
  'date-time': format['date-time'] as Check,
  time: format['time'] as Check,
  email: isEmailAddress,
  uri: format['uri'] as Check,
  uuid: format['uuid'] as Check,
  idnp: checkIdnp,
  idno: checkIdno,
  country: isOtherState,
  // Without spaces, as it is sent; a desk takes them out.
  iban: isValidIBAN as Check,
  'person-name': isPersonName,
};

/** The formats that schemas of ours may name, each with its check. One that is not here would check nothing. */
export const FORMATS: Readonly<Record<string, Check>> = CHECKS;
Object.assign(format, FORMATS);

/** The rule that a text breaks which is not of the format. */
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
