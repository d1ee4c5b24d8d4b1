import {
  isCivilDate,
  isPersonName,
  isTheme,
  isValidIdnp,
  MANDATE_GROUNDS,
  MANDATE_TERMS,
  personKeyOf,
} from '@cups/application';
import type { Language, MandateGround, MandateTerm } from '@cups/application';
import type { Text } from '@cups/application/texts';
import { isResourceName, isClientUlid, parseResourceName, resourceName } from '@cups/contracts';
import type { CreateMandateRequest__Output as CreateRequest } from '@cups/contracts/gen/cups/identity/v1/CreateMandateRequest.ts';
import type { MandatePerson__Output as PersonIn } from '@cups/contracts/gen/cups/identity/v1/MandatePerson.ts';
import type { MandateScope__Output as ScopeIn } from '@cups/contracts/gen/cups/identity/v1/MandateScope.ts';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { MAX_SCOPE_SERVICES, MAX_SCOPE_THEMES } from '../domain/mandate.ts';
import type { MandateScope } from '../domain/mandate.ts';
import { TEXT_LANGUAGES } from './details.ts';
import type { MandatePerson } from './details.ts';

/** Validation of requests about mandates. Violations name fields, never values. */

/** A valid request for a mandate. */
export interface NewMandate {
  /** ULID set by the client. */
  id?: string;
  person: MandatePerson;
  representative?: MandatePerson;
  scope: MandateScope;
  titles: Record<string, Text>;
  term: MandateTerm;
  application?: string;
  ground: MandateGround;
  reference: string;
  date?: string;
  notary?: string;
  language: Language;
  /** SHA-256 of the text that was shown; empty if the caller did not say. */
  textSha256: string;
}

const MAX_NAME_LENGTH = 100;
const MAX_REFERENCE_LENGTH = 200;
const MAX_TITLE_LENGTH = 300;
/** A single line without control characters. */
const LINE = /^[^\p{Cc}\u2028\u2029]*$/u;
/** Grounds that say by themselves that somebody else is present. */
const REPRESENTED_GROUNDS: readonly MandateGround[] = ['guardianship', 'kinship'];

/** @throws Problem INVALID_ARGUMENT with all violations; IDNP_INVALID if only numbers are wrong */
export function parseNewMandate(request: CreateRequest, now: Date): NewMandate {
  const violations: Violation[] = [
    ...(request.id === '' || isClientUlid(request.id, now) ? [] : [violation('/id', 'ULID')]),
    ...validatePerson(request.person, '/person'),
    ...validateScope(request.scope, '/scope'),
    ...validateTerm(request),
    ...validateGround(request),
    ...validateRepresentative(request),
    ...validateTitles(request),
  ];
  if (!(TEXT_LANGUAGES as readonly string[]).includes(request.language))
    violations.push(violation('/language', 'ONE_OF', { choices: TEXT_LANGUAGES }));
  if (violations.length > 0) {
    const reason = violations.every(({ rule }) => rule === 'IDNP') ? 'IDNP_INVALID' : 'INVALID_ARGUMENT';
    throw new Problem({ reason, message: 'The data of the mandate is invalid.', violations });
  }
  return toNewMandate(request);
}

/** Converts a request without violations. */
function toNewMandate(request: CreateRequest): NewMandate {
  const { person, representative, scope, titles, application, language } = request;
  const { kind, reference, date, notary } = request.ground!;
  const result: NewMandate = {
    person: toPerson(person!),
    scope: toScope(scope),
    titles: {},
    term: fromProtoEnum('MANDATE_TERM_', request.term) as MandateTerm,
    ground: fromProtoEnum('MANDATE_GROUND_', kind) as MandateGround,
    reference: reference.trim(),
    language: language as Language,
    textSha256: request.textSha256,
  };
  for (const { publicService, title } of titles)
    if (title) result.titles[parseResourceName('publicServices', publicService)] = { ...title };
  if (request.id) result.id = request.id;
  if (representative) result.representative = toPerson(representative);
  if (application) result.application = application;
  if (date) result.date = date;
  if (notary.trim()) result.notary = notary.trim();
  return result;
}

function toPerson({ idnp, givenName, familyName, foreignDocument }: PersonIn): MandatePerson {
  const names = { givenName: givenName.trim(), familyName: familyName.trim() };
  return idnp ? { idnp, ...names } : { foreignDocument: { ...foreignDocument! }, ...names };
}

/** Returns the codes of a valid scope without duplicates; empty without one. */
function toScope(scope: ScopeIn | null): MandateScope {
  const { publicServices = [], themes = [] } = scope ?? {};
  const codes = publicServices.map((name, at) =>
    parseResourceName('publicServices', name, `/scope/publicServices/${at}`),
  );
  return { publicServices: [...new Set(codes)], themes: [...new Set(themes)] };
}

/** Returns the part of a revocation. @throws Problem INVALID_ARGUMENT */
export function parsePart(scope: ScopeIn | null): MandateScope {
  const violations = scope ? validateScopeItems(scope, '/scope') : [];
  if (violations.length > 0)
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The part of the mandate is invalid.', violations });
  return toScope(scope);
}

function validatePerson(person: PersonIn | null, at: string): Violation[] {
  if (!person) return [violation(at, 'REQUIRED')];
  const { idnp, foreignDocument: document } = person;
  const names = [
    ...validateName(person.givenName, `${at}/givenName`),
    ...validateName(person.familyName, `${at}/familyName`),
  ];
  if ((idnp !== '') === (document !== null))
    return [...names, violation(at, 'EXACTLY_ONE', { names: ['idnp', 'foreignDocument'] })];
  if (!document) return isValidIdnp(idnp) ? names : [...names, violation(`${at}/idnp`, 'IDNP')];
  const isCountry = /^[A-Z]{2}$/.test(document.country) && document.country !== 'MD';
  return [
    ...names,
    ...(isCountry ? [] : [violation(`${at}/foreignDocument/country`, 'COUNTRY')]),
    ...validateLine(document.number, `${at}/foreignDocument/number`, MAX_NAME_LENGTH, true),
  ];
}

function validateName(name: string, at: string): Violation[] {
  const violations = validateLine(name, at, MAX_NAME_LENGTH, true);
  return violations.length > 0 || isPersonName(name) ? violations : [violation(at, 'PERSON_NAME')];
}

function validateLine(text: string, at: string, max: number, isRequired = false): Violation[] {
  if (text.trim() === '') return isRequired ? [violation(at, 'REQUIRED')] : [];
  if (text.length > max) return [violation(at, 'MAX_LENGTH', { max })];
  return LINE.test(text) ? [] : [violation(at, 'CONTROL_CHARACTERS')];
}

function validateScope(scope: ScopeIn | null, at: string): Violation[] {
  if (!scope || scope.publicServices.length + scope.themes.length === 0) return [violation(at, 'REQUIRED')];
  return validateScopeItems(scope, at);
}

function validateScopeItems({ publicServices, themes }: ScopeIn, at: string): Violation[] {
  const violations: Violation[] = [];
  if (publicServices.length > MAX_SCOPE_SERVICES)
    violations.push(violation(`${at}/publicServices`, 'MAX_ITEMS', { max: MAX_SCOPE_SERVICES }));
  if (themes.length > MAX_SCOPE_THEMES)
    violations.push(violation(`${at}/themes`, 'MAX_ITEMS', { max: MAX_SCOPE_THEMES }));
  publicServices.forEach((name, i) => {
    if (!isResourceName('publicServices', name))
      violations.push(violation(`${at}/publicServices/${i}`, 'RESOURCE_NAME', { form: 'publicServices/{id}' }));
  });
  themes.forEach((code, i) => {
    if (!isTheme(code)) violations.push(violation(`${at}/themes/${i}`, 'UNKNOWN_VALUE'));
  });
  return violations;
}

function validateTerm({ term, application }: CreateRequest): Violation[] {
  const code = fromProtoEnum('MANDATE_TERM_', term);
  if (code === '') return [violation('/term', 'ONE_OF', { choices: MANDATE_TERMS })];
  if (code !== 'this-application') return application ? [violation('/application', 'NOT_ALLOWED')] : [];
  if (!application) return [violation('/application', 'REQUIRED')];
  const isName = isResourceName('applications', application);
  return isName ? [] : [violation('/application', 'RESOURCE_NAME', { form: 'applications/{id}' })];
}

function validateGround({ ground, person }: CreateRequest): Violation[] {
  const kind = fromProtoEnum('MANDATE_GROUND_', ground?.kind ?? 'MANDATE_GROUND_UNSPECIFIED');
  if (!ground || kind === '') return [violation('/ground/kind', 'ONE_OF', { choices: MANDATE_GROUNDS })];
  const { reference, date, notary } = ground;
  const violations = [
    ...validateLine(reference, '/ground/reference', MAX_REFERENCE_LENGTH, kind !== 'present-and-signing'),
    ...validateLine(notary, '/ground/notary', MAX_REFERENCE_LENGTH),
  ];
  if (kind === 'present-and-signing' && reference) violations.push(violation('/ground/reference', 'NOT_ALLOWED'));
  if (notary && kind !== 'notarial') violations.push(violation('/ground/notary', 'NOT_ALLOWED'));
  if (date && !isCivilDate(date)) violations.push(violation('/ground/date', 'DATE'));
  // MPower identifies people by IDNP only.
  if (kind === 'mpower' && person?.foreignDocument) violations.push(violation('/person/idnp', 'REQUIRED'));
  return violations;
}

function validateRepresentative({ ground, person, representative }: CreateRequest): Violation[] {
  const kind = fromProtoEnum('MANDATE_GROUND_', ground?.kind ?? 'MANDATE_GROUND_UNSPECIFIED') as MandateGround | '';
  if (!representative) {
    const isMissing = kind !== '' && REPRESENTED_GROUNDS.includes(kind);
    return isMissing ? [violation('/representative', 'REQUIRED')] : [];
  }
  if (kind === 'present-and-signing') return [violation('/representative', 'NOT_ALLOWED')];
  const violations = validatePerson(representative, '/representative');
  const [one, other] = [personKeyOf(toKeyed(person)), personKeyOf(toKeyed(representative))];
  if (one !== undefined && one === other)
    violations.push(violation('/representative', 'CONTRADICTION', { other: '/person' }));
  return violations;
}

const toKeyed = (person: PersonIn | null) => ({
  idnp: person?.idnp,
  foreignDocument: person?.foreignDocument ?? undefined,
});

function validateTitles({ titles, scope }: CreateRequest): Violation[] {
  const named = new Set(scope?.publicServices);
  return titles.flatMap(({ publicService, title }, i) => {
    if (!named.has(publicService)) return [violation(`/titles/${i}/publicService`, 'NOT_ALLOWED')];
    const texts = Object.entries({ ro: title?.ro ?? '', ru: title?.ru ?? '', en: title?.en ?? '' });
    return texts.flatMap(([language, text]) =>
      validateLine(text, `/titles/${i}/title/${language}`, MAX_TITLE_LENGTH, language === 'ro'),
    );
  });
}

/** Returns `publicServices/{code}` for codes. */
export const toServiceNames = (codes: readonly string[]): string[] =>
  codes.map((code) => resourceName('publicServices', code));
