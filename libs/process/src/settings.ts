import { resolve } from 'node:path';
import { watchFile, watchSecret } from './watch-file.ts';
import { SETTING_FORMATS } from './setting-formats.ts';
import type { SettingFormat } from './setting-formats.ts';
import { isSetting, listSettings } from './setting-types.ts';
import type { ConfigOf, Setting, Settings, StoreUriSetting } from './setting-types.ts';

export { listSettings } from './setting-types.ts';
export type * from './setting-types.ts';

/** The environment variables of a process, and whether it is in production. */
interface SettingSource {
  variables: Readonly<Record<string, string | undefined>>;
  production: boolean;
}

const MS = { ms: 1, minutes: 60_000, days: 86_400_000 } as const;

/**
 * Reads the settings of a table; only a `config.ts` calls it, with `process.env`. An empty variable counts as absent.
 * @throws Error, one sentence with the setting and without its value
 */
export function readSettings<const Table extends Settings>(
  table: Table,
  variables: SettingSource['variables'],
): ConfigOf<Table> {
  const environment = listSettings(table).find(({ type }) => type === 'environment');
  const production =
    environment !== undefined && resolveSetting(environment, { variables, production: false }) === 'production';
  return readTable(table, { variables, production }) as ConfigOf<Table>;
}

function readTable(table: Settings, source: SettingSource): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(table)) {
    values[key] = isSetting(one) ? resolveSetting(one, source) : readTable(one, source);
  }
  return values;
}

/** Converts a value: durations to milliseconds, paths to absolute ones, files to reader functions. */
function resolveSetting(setting: Setting, source: SettingSource): unknown {
  if (setting.type === 'store-uri') return resolveStoreUri(setting, source);
  const value = readValue(setting, source);
  if (value === undefined) return undefined;
  if (setting.type === 'number') return (value as number) * MS[setting.unit ?? 'ms'];
  if (setting.type === 'path') return resolve(value as string);
  if (setting.type === 'file') return watchFile(setting.name, value as string);
  if (setting.type === 'secret-file') return watchSecret(setting.name, value as string);
  return value;
}

const readText = (name: string, { variables }: SettingSource): string | undefined =>
  variables[name]?.trim() || undefined;

function readValue(setting: Setting, source: SettingSource): unknown {
  const { production } = source;
  const { describe, parse } = SETTING_FORMATS[setting.type] as SettingFormat<Setting>;
  const { name } = setting;
  const text = readText(name, source);
  if (text === undefined) {
    const fallback = resolveDefault(setting, source);
    const optional = 'optional' in setting && setting.optional && !(production && setting.requiredInProduction);
    if (fallback === undefined && !optional) throw new Error(`${name} is not set; it must be ${describe(setting)}.`);
    return fallback;
  }
  const value = parse(text, setting);
  if (value === undefined) throw new Error(`${name} must be ${describe(setting)}.`);
  return value;
}

function resolveDefault(setting: Setting, { production }: SettingSource): unknown {
  if (!production) return setting.default;
  return setting.requiredInProduction ? undefined : (setting.inProduction ?? setting.default);
}

function resolveStoreUri(setting: StoreUriSetting, source: SettingSource): unknown {
  const { name, file } = setting;
  const path = readText(file, source);
  if (path === undefined) return readValue(setting, source);
  if (readText(name, source)) throw new Error(`${name} and ${file} are both set; one must be.`);
  const uri = watchSecret(file, path)();
  if (!uri) throw new Error(`${file} names an empty file.`);
  return uri;
}
