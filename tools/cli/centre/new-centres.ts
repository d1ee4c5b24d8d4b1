import schema from '@cups/identity/centre.schema.json' with { type: 'json' };
import { stringify } from 'yaml';
import { findClosest } from './closest.ts';
import type { CentreChange } from './transitions.ts';

/** Creates files of new centres from text fields. New centres are planned. */

/** Text fields of a new centre; absent ones have a default or are left out. */
export interface CentreFields {
  code?: string | undefined;
  name?: string | undefined;
  kind?: string | undefined;
  wave?: string | undefined;
  district?: string | undefined;
  country?: string | undefined;
  timeZone?: string | undefined;
  languages?: string | undefined;
  agencies?: string | undefined;
  openApplications?: string | undefined;
}
export const CENTRE_FIELDS: readonly (keyof CentreFields)[] = [
  'code',
  'name',
  'kind',
  'wave',
  'district',
  'country',
  'timeZone',
  'languages',
  'agencies',
  'openApplications',
];

/** Default in Moldova; a mission names its own. */
const DEFAULT_TIME_ZONE = 'Europe/Chisinau';
const DEFAULT_OPEN_APPLICATIONS = '500';

const { properties } = schema;
const NAME = new RegExp(properties.name.pattern, 'u');
const COUNTRY = new RegExp(properties.country.pattern, 'u');
const WAVE = new RegExp(properties.wave.pattern, 'u');

/** Fills in defaults. @param code the code assigned to the centre */
export function withDefaults(fields: CentreFields, code: string, agencies: readonly string[]): CentreFields {
  const isAbroad = fields.kind === 'mission';
  return {
    code,
    name: fields.name,
    kind: fields.kind,
    wave: fields.wave,
    district: fields.district,
    country: fields.country,
    timeZone: fields.timeZone ?? (isAbroad ? undefined : DEFAULT_TIME_ZONE),
    languages: fields.languages ?? properties.languages.items.enum.join(' '),
    agencies: fields.agencies ?? agencies.join(' '),
    openApplications: fields.openApplications ?? DEFAULT_OPEN_APPLICATIONS,
  };
}

/** Returns the errors of completed fields, one sentence each. */
export function validateFields(fields: CentreFields, agencies: readonly string[]): string[] {
  const { name = '', kind = '', wave = '', district, country, timeZone = '', openApplications = '' } = fields;
  const length = [...name].length;
  return [
    ...(length < 2 || length > 80 || !NAME.test(name) ? [`name ${quote(name)} is not a place name`] : []),
    ...validateChoices('kind', [kind], properties.kind.enum),
    ...(WAVE.test(wave)
      ? []
      : [`wave ${quote(wave)} is invalid: write pilot, a year (2023) or a part of one (2023-2)`]),
    ...(district === undefined ? [] : validateChoices('district', [district], properties.district.enum)),
    ...(district !== undefined && kind === 'mission' ? ['a mission has no district'] : []),
    ...(country === undefined || COUNTRY.test(country)
      ? []
      : [`country ${quote(country)} is invalid: write two capital letters (IT)`]),
    ...validateTimeZone(timeZone, kind),
    ...validateChoices('language', splitWords(fields.languages), properties.languages.items.enum),
    ...validateChoices('agency', splitWords(fields.agencies), agencies),
    ...(/^[1-9]\d{0,5}$/.test(openApplications) ? [] : [`openApplications ${quote(openApplications)} is not a number`]),
  ];
}

function validateTimeZone(timeZone: string, kind: string): string[] {
  if (timeZone === '') return [kind === 'mission' ? 'a mission needs a time zone' : 'time zone is missing'];
  const zones = Intl.supportedValuesOf('timeZone');
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return new RegExp(properties.timeZone.pattern, 'u').test(timeZone)
      ? []
      : validateChoices('time zone', [timeZone], zones);
  } catch {
    return validateChoices('time zone', [timeZone], zones);
  }
}

function validateChoices(what: string, given: readonly string[], known: readonly string[]): string[] {
  if (given.length === 0) return [`${what} is missing`];
  if (new Set(given).size < given.length) return [`${what}: one is listed twice`];
  return given
    .filter((word) => !known.includes(word))
    .map((word) => {
      if (word === '') return `${what} is missing`;
      const near = findClosest(word, known);
      const hint =
        near === undefined ? known.length < 10 && `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
      return `${what} ${quote(word)} is unknown${hint ? `: ${hint}` : ''}`;
    });
}

const quote = (word: string): string => JSON.stringify(word.slice(0, 60));
const splitWords = (list = ''): string[] => list.split(/[\s,;]+/).filter((word) => word !== '');

/** Creates the file of a new centre from valid fields. */
export function createCentre(fields: CentreFields): CentreChange {
  const { code = '', name = '', district, country } = fields;
  const scalar = (value: string): string => stringify(value, { singleQuote: true, lineWidth: 0 }).trimEnd();
  const lines = [
    `code: ${code}`,
    `name: ${scalar(name)}`,
    `kind: ${fields.kind}`,
    `wave: ${scalar(fields.wave ?? '')}`,
    'status: planned',
    ...(district === undefined ? [] : [`district: ${scalar(district)}`]),
    ...(country === undefined ? [] : [`country: ${country}`]),
    `timeZone: ${fields.timeZone}`,
    `languages: [${splitWords(fields.languages).join(', ')}]`,
    `agencies: [${splitWords(fields.agencies).join(', ')}]`,
    `limits: { openApplications: ${fields.openApplications} }`,
  ];
  return { code, name, district, to: 'planned', text: `${lines.join('\n')}\n` };
}
