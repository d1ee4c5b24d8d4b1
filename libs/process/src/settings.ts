import { resolve } from 'node:path';
import { followFile, followSecret } from './secret-file.ts';
import { FORMS } from './setting-forms.ts';
import type { Form } from './setting-forms.ts';
import { isSetting, listSettings } from './setting.ts';
import type { ConfigOf, Setting, Settings, StoreUriSetting } from './setting.ts';

export { listSettings } from './setting.ts';
export type * from './setting.ts';

/** The environment of a process, and whether it says production. */
interface Source {
  variables: Readonly<Record<string, string | undefined>>;
  production: boolean;
}

const MS = { ms: 1, minutes: 60_000, days: 86_400_000 } as const;

/**
 * Reads the settings of a table from `variables`, which is `process.env` in a service; only a `config.ts` calls it. An empty
 * variable counts as not set.
 * @throws Error, one sentence that names the setting and never repeats its value
 */
export function readSettings<const Table extends Settings>(
  table: Table,
  variables: Source['variables'],
): ConfigOf<Table> {
  const environment = listSettings(table).find(({ type }) => type === 'environment');
  const production =
    environment !== undefined && valueOf(environment, { variables, production: false }) === 'production';
  return readTable(table, { variables, production }) as ConfigOf<Table>;
}

function readTable(table: Settings, source: Source): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(table)) {
    values[key] = isSetting(one) ? valueOf(one, source) : readTable(one, source);
  }
  return values;
}

/** What the service gets: of a time its milliseconds, of a path where it leads, of a secret a reader. */
function valueOf(setting: Setting, source: Source): unknown {
  if (setting.type === 'store-uri') return storeUri(setting, source);
  const given = givenOf(setting, source);
  if (given === undefined) return undefined;
  if (setting.type === 'number') return (given as number) * MS[setting.unit ?? 'ms'];
  if (setting.type === 'path') return resolve(given as string);
  if (setting.type === 'file') return followFile(setting.name, given as string);
  if (setting.type === 'secret-file') return followSecret(setting.name, given as string);
  return given;
}

const textOf = (name: string, { variables }: Source): string | undefined => variables[name]?.trim() || undefined;

/** What the variable says, or the default. */
function givenOf(setting: Setting, source: Source): unknown {
  const { production } = source;
  const { form, parse } = FORMS[setting.type] as Form<Setting>;
  const { name } = setting;
  const text = textOf(name, source);
  if (text === undefined) {
    const fallback = defaultOf(setting, source);
    const optional = 'optional' in setting && setting.optional && !(production && setting.requiredInProduction);
    if (fallback === undefined && !optional) throw new Error(`${name} is not set; it must be ${form(setting)}.`);
    return fallback;
  }
  const value = parse(text, setting);
  if (value === undefined) throw new Error(`${name} must be ${form(setting)}.`);
  return value;
}

function defaultOf(setting: Setting, { production }: Source): unknown {
  if (!production) return setting.default;
  return setting.requiredInProduction ? undefined : (setting.inProduction ?? setting.default);
}

function storeUri(setting: StoreUriSetting, source: Source): unknown {
  const { name, file } = setting;
  const path = textOf(file, source);
  if (path === undefined) return givenOf(setting, source);
  if (textOf(name, source)) throw new Error(`${name} and ${file} are both set; one must be.`);
  const uri = followSecret(file, path)();
  if (!uri) throw new Error(`${file} names an empty file.`);
  return uri;
}
