import { isRule, RULES } from './rules.ts';
import type { ParamsOf, Rule } from './rules.ts';

/** Where a field stands that is not in the body. */
const PARAMETER_LOCATIONS = ['query', 'path', 'header'] as const;
export type ParameterLocation = (typeof PARAMETER_LOCATIONS)[number];

interface ViolationFor<R extends Rule> {
  /** A JSON pointer (RFC 6901) into the body, such as `/applicant/idnp`; `''` is the whole of it. */
  field: string;
  /** Where the field stands instead, when it is not in the body: `/pageSize`, `/If-Match`. */
  in?: ParameterLocation;
  rule: R;
  /** What the text of the rule needs; absent for a rule that has no parameters. */
  params?: ParamsOf<R>;
  /** One English sentence for developers. */
  message: string;
}

/** One wrong field, without its value. */
export type Violation = { [R in Rule]: ViolationFor<R> }[Rule];

type ParamsArgument<R extends Rule> = keyof ParamsOf<R> extends never ? [] : [params: ParamsOf<R>];

/**
 * A field that breaks a rule: `violation('/applicant/givenName', 'MAX_LENGTH', { most: 100 })`.
 * @param field a JSON pointer, see {@link pointer}
 */
export function violation<R extends Rule>(field: string, rule: R, ...[params]: ParamsArgument<R>): Violation {
  const message = interpolate(RULES[rule].meaning, params ?? {});
  return (params === undefined ? { field, rule, message } : { field, rule, params, message }) as Violation;
}

/** The same violation of a field that is not in the body. */
export function withLocation(location: ParameterLocation, original: Violation): Violation {
  return Object.assign({}, original, { in: location });
}

/** The JSON pointer (RFC 6901) of the names of members and numbers of items on the way to a field. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A violation as it came over a border, where nothing of it is certain. */
interface WireViolation {
  field: string;
  place: string;
  rule: string;
  params: Readonly<Record<string, unknown>>;
  message: string;
}

/**
 * A violation that another service found. A rule that is not known here, or that lacks a parameter, becomes `INVALID`; its
 * sentence stays.
 */
export function readViolation({ field, place, rule, params, message }: WireViolation): Violation {
  const known = isRule(rule) && hasRequiredParams(rule, params) ? rule : 'INVALID';
  const names = Object.keys(RULES[known].params);
  const result = { field, rule: known, message } as Violation;
  if (names.length > 0) {
    Object.assign(result, { params: Object.fromEntries(names.map((name) => [name, params[name]])) });
  }
  return isParameterLocation(place) ? withLocation(place, result) : result;
}

function hasRequiredParams(rule: Rule, params: WireViolation['params']): boolean {
  return Object.entries<string>(RULES[rule].params).every(([name, kind]) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (kind === 'words') return Array.isArray(value) && value.every((word) => typeof word === 'string');
    return typeof value === (kind === 'word' ? 'string' : 'number');
  });
}

function isParameterLocation(value: string): value is ParameterLocation {
  return (PARAMETER_LOCATIONS as readonly string[]).includes(value);
}

/** The sentence with its parameters in their places. */
function interpolate(template: string, params: object): string {
  const values = params as Record<string, unknown>;
  return template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => [values[name]].flat().join(', '));
}
