import schema from '@cups/identity/centre.schema.json' with { type: 'json' };
import { stringify } from 'yaml';
import { closest } from './closest.ts';
import type { Change } from './moves.ts';

/** Centres that are new: from fields as a person writes them to the text of a file. They begin as planned. */

/** The fields of a new centre, as words; what is absent has a default or is left out. */
export interface Fields {
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
export const FIELDS: readonly (keyof Fields)[] = [
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

/** In Moldova; a mission says its own. */
const HOME_ZONE = 'Europe/Chisinau';
const LIMIT = '500';

const { properties } = schema;
const NAME = new RegExp(properties.name.pattern, 'u');
const COUNTRY = new RegExp(properties.country.pattern, 'u');
const WAVE = new RegExp(properties.wave.pattern, 'u');

/** The fields with what is not said filled in; `code` is the one that the centre gets. */
export function completed(fields: Fields, code: string, agencies: readonly string[]): Fields {
  const isAbroad = fields.kind === 'mission';
  return {
    code,
    name: fields.name,
    kind: fields.kind,
    wave: fields.wave,
    district: fields.district,
    country: fields.country,
    timeZone: fields.timeZone ?? (isAbroad ? undefined : HOME_ZONE),
    languages: fields.languages ?? properties.languages.items.enum.join(' '),
    agencies: fields.agencies ?? agencies.join(' '),
    openApplications: fields.openApplications ?? LIMIT,
  };
}

/** What is wrong with completed fields, a sentence each. */
export function faultsOfFields(fields: Fields, agencies: readonly string[]): string[] {
  const { name = '', kind = '', wave = '', district, country, timeZone = '', openApplications = '' } = fields;
  const length = [...name].length;
  return [
    ...(length < 2 || length > 80 || !NAME.test(name) ? [`name ${shown(name)} is not the name of a place`] : []),
    ...among('kind', [kind], properties.kind.enum),
    ...(WAVE.test(wave) ? [] : [`wave ${shown(wave)} is none: write pilot, a year (2023) or a part of one (2023-2)`]),
    ...(district === undefined ? [] : among('district', [district], properties.district.enum)),
    ...(district !== undefined && kind === 'mission' ? ['a mission has no district'] : []),
    ...(country === undefined || COUNTRY.test(country)
      ? []
      : [`country ${shown(country)} is none: write two capital letters (IT)`]),
    ...faultsOfZone(timeZone, kind),
    ...among('language', words(fields.languages), properties.languages.items.enum),
    ...among('agency', words(fields.agencies), agencies),
    ...(/^[1-9]\d{0,5}$/.test(openApplications) ? [] : [`openApplications ${shown(openApplications)} is no number`]),
  ];
}

function faultsOfZone(timeZone: string, kind: string): string[] {
  if (timeZone === '') return [kind === 'mission' ? 'a mission needs a time zone' : 'time zone is missing'];
  const zones = Intl.supportedValuesOf('timeZone');
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return new RegExp(properties.timeZone.pattern, 'u').test(timeZone) ? [] : among('time zone', [timeZone], zones);
  } catch {
    return among('time zone', [timeZone], zones);
  }
}

function among(what: string, given: readonly string[], known: readonly string[]): string[] {
  if (given.length === 0) return [`${what} is missing`];
  if (new Set(given).size < given.length) return [`${what}: one is named twice`];
  return given
    .filter((word) => !known.includes(word))
    .map((word) => {
      if (word === '') return `${what} is missing`;
      const near = closest(word, known);
      const hint =
        near === undefined ? known.length < 10 && `it is one of ${known.join(', ')}` : `did you mean ${near}?`;
      return `${what} ${shown(word)} is unknown${hint ? `: ${hint}` : ''}`;
    });
}

const shown = (word: string): string => JSON.stringify(word.slice(0, 60));
const words = (list = ''): string[] => list.split(/[\s,;]+/).filter((word) => word !== '');

/** The file of a new centre, from fields without a fault. */
export function newcomer(fields: Fields): Change {
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
    `languages: [${words(fields.languages).join(', ')}]`,
    `agencies: [${words(fields.agencies).join(', ')}]`,
    `limits: { openApplications: ${fields.openApplications} }`,
  ];
  return { code, name, district, to: 'planned', text: `${lines.join('\n')}\n` };
}
