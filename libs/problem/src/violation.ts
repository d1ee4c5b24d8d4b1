import { isRule, RULES } from './rules.ts';
import type { ParamsOf, Rule } from './rules.ts';

/** Where a field is, if it is not in the body. */
const PARAMETER_LOCATIONS = ['query', 'path', 'header'] as const;
export type ParameterLocation = (typeof PARAMETER_LOCATIONS)[number];

interface ViolationFor<R extends Rule> {
  /** A JSON pointer (RFC 6901) into the body, such as `/applicant/idnp`; `''` is the whole body. */
  field: string;
  /** Set when the field is not in the body: `/pageSize`, `/If-Match`. */
  in?: ParameterLocation;
  rule: R;
  /** Absent for a rule without parameters. */
  params?: ParamsOf<R>;
  /** One English sentence for developers. */
  message: string;
}

/** One invalid field, without its value. */
export type Violation = { [R in Rule]: ViolationFor<R> }[Rule];

type ParamsArgument<R extends Rule> = keyof ParamsOf<R> extends never ? [] : [params: ParamsOf<R>];

/**
 * Builds a violation: `violation('/applicant/givenName', 'MAX_LENGTH', { max: 100 })`.
 * @param field a JSON pointer, see {@link pointer}
 */
export function violation<R extends Rule>(field: string, rule: R, ...[params]: ParamsArgument<R>): Violation {
  const message = interpolate(RULES[rule].meaning, params ?? {});
  return (params === undefined ? { field, rule, message } : { field, rule, params, message }) as Violation;
}

/** Returns the violation with the location of its field. */
export function withLocation(location: ParameterLocation, original: Violation): Violation {
  return Object.assign({}, original, { in: location });
}

/** Returns the JSON pointer (RFC 6901) of a path of member names and item indexes. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A violation as received from another service, not yet validated. */
interface WireViolation {
  field: string;
  location: string;
  rule: string;
  params: Readonly<Record<string, unknown>>;
  message: string;
}

/**
 * Returns the violation that another service sent.
 * A rule that is unknown or lacks a parameter becomes `INVALID` and keeps its message.
 */
export function readViolation({ field, location, rule, params, message }: WireViolation): Violation {
  const known = isRule(rule) && hasRequiredParams(rule, params) ? rule : 'INVALID';
  const names = Object.keys(RULES[known].params);
  const result = { field, rule: known, message } as Violation;
  if (names.length > 0) {
    Object.assign(result, { params: Object.fromEntries(names.map((name) => [name, params[name]])) });
  }
  return isParameterLocation(location) ? withLocation(location, result) : result;
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

function interpolate(template: string, params: object): string {
  const values = params as Record<string, unknown>;
  return template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => [values[name]].flat().join(', '));
}
