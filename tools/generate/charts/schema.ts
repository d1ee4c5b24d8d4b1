import type { Setting } from '@cups/process/settings';

/** The subset of JSON Schema that the charts use. */
export interface Schema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  pattern?: string;
  items?: Schema;
  uniqueItems?: boolean;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
}

/** A value of a chart with path, schema, default and description. */
export interface Value {
  /** Keys from the root, joined by dots. */
  path: string;
  schema: Schema;
  default: unknown;
  meaning: string;
}

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
export const ratio: Schema = { type: 'number', minimum: 0, maximum: 1 };
export const integer = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
export const choice = (...words: string[]): Schema => ({ type: 'string', enum: words });
export const matchingPattern = (pattern: string): Schema => ({ type: 'string', pattern });
export const listOf = (items: Schema): Schema => ({ type: 'array', items, uniqueItems: true });
/** Labels, annotations and the like. */
export const stringMap: Schema = { type: 'object', additionalProperties: text };
/** An object that the API server validates. */
export const anyObject: Schema = { type: 'object' };

/** Name of a Kubernetes object, or empty. */
export const objectName = matchingPattern('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$');
/** Quantity of memory or storage. */
export const bytes = matchingPattern('^[0-9]+(Ki|Mi|Gi)$');
/** Quantity of CPU. */
export const cpu = matchingPattern('^([0-9]+m|[0-9]+(\\.[0-9]+)?)$');

/** Returns the schema of a service's setting. */
export function settingSchema(setting: Setting): Schema {
  switch (setting.type) {
    case 'number':
      return { type: 'integer', minimum: setting.min ?? 0, ...(setting.max !== undefined && { maximum: setting.max }) };
    case 'ratio':
      return ratio;
    case 'port':
      return integer(0, 65_535);
    case 'flag':
      return flag;
    case 'list':
      return listOf(text);
    case 'choice':
      return choice(...setting.choices);
    default:
      return text;
  }
}

/** Combines values into one closed schema, which reports unknown keys with their path. */
export function valuesSchemaOf(values: Value[]): Schema {
  const root: Schema = closeObject();
  for (const { path, schema, meaning } of values) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce((at, key) => (at.properties![key] ??= closeObject()), root);
    parent.properties![last] = Object.assign({ description: meaning }, schema);
  }
  return root;
}

const closeObject = (): Schema => ({ type: 'object', additionalProperties: false, properties: {} });

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4_RANGE = `(${OCTET}[.]){3}${OCTET}/(3[0-2]|[12]?[0-9])`;
const IPV6_RANGE = '([0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])';
/** CIDR range. Checked here because the API server would refuse it only after the jobs have run. */
export const range = matchingPattern(`^(${IPV4_RANGE}|${IPV6_RANGE})$`);
