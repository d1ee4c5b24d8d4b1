/**
 * Settings are data: the `config.ts` of each service declares name, type, default and meaning. `readSettings` reads
 * them at the start, and docs/reference/settings.md is generated from them. Nothing here opens anything.
 */

interface SettingDeclaration<Type extends string, Given> {
  /** Environment variable. */
  readonly name: string;
  readonly type: Type;
  /** Description for administrators, one or two sentences. */
  readonly meaning: string;
  /** Value if the variable is absent or empty; without a default it is mandatory. */
  readonly default?: Given;
  /** Replaces `default` in production. */
  readonly inProduction?: Given;
  /** Has no default in production. */
  readonly requiredInProduction?: true;
  /** Never displayed; comes from a secret. */
  readonly secret?: true;
}

export type TextSetting = SettingDeclaration<'text', string>;

/** An integer. With a unit it is a duration, which the service gets in milliseconds. */
export interface NumberSetting extends SettingDeclaration<'number', number> {
  /** @default 0 */
  readonly min?: number;
  /** @default Number.MAX_SAFE_INTEGER */
  readonly max?: number;
  readonly unit?: 'ms' | 'minutes' | 'days';
}

/** A share from 0 to 1. */
export type RatioSetting = SettingDeclaration<'ratio', number>;

/** 0 (any free port) to 65535. */
export type PortSetting = SettingDeclaration<'port', number>;

/** An IP address to listen on. */
export type IpSetting = SettingDeclaration<'ip', string>;

/** host:port, or dns:///host:port for all addresses of a name. */
export type AddressSetting = SettingDeclaration<'address', string>;

/** scheme://host with an optional port, without a path. */
export type OriginSetting = SettingDeclaration<'origin', string>;

/** Comma-separated; empty parts are dropped. */
export type ListSetting = SettingDeclaration<'list', readonly string[]>;

export type FlagSetting = SettingDeclaration<'flag', boolean>;

export interface ChoiceSetting extends SettingDeclaration<'choice', string> {
  readonly choices: readonly string[];
}

/**
 * Development or production. No default: development allows what production must reject, so a forgotten setting must
 * not select it.
 */
export type EnvironmentSetting = SettingDeclaration<'environment', never>;

/** A file or folder, relative to the working directory; its existence is not checked. */
export interface PathSetting extends SettingDeclaration<'path', string> {
  /** It is optional, in production only without `requiredInProduction`. */
  readonly optional?: true;
}

/** Path of a file without secrets, such as a certificate. The service gets a function that rereads a changed file. */
export interface FileSetting extends SettingDeclaration<'file', string> {
  /** It is optional, in production only without `requiredInProduction`. */
  readonly optional?: true;
}

/** Path of a file with a secret. The service gets a function that rereads a changed file. */
export interface SecretFileSetting extends SettingDeclaration<'secret-file', string> {
  readonly optional?: true;
}

/** URI of the store without a database, in the variable or in the file that the variable `file` names. */
export interface StoreUriSetting extends SettingDeclaration<'store-uri', string> {
  readonly file: string;
}

export type Setting =
  | TextSetting
  | NumberSetting
  | RatioSetting
  | PortSetting
  | IpSetting
  | AddressSetting
  | OriginSetting
  | ListSetting
  | FlagSetting
  | ChoiceSetting
  | EnvironmentSetting
  | PathSetting
  | FileSetting
  | SecretFileSetting
  | StoreUriSetting;

/** The settings of a service; tables may be nested. */
export interface Settings {
  readonly [key: string]: Setting | Settings;
}

export type Environment = 'development' | 'production';

type ValueOf<One> = One extends { type: 'number' | 'ratio' | 'port' }
  ? number
  : One extends { type: 'list' }
    ? string[]
    : One extends { type: 'flag' }
      ? boolean
      : One extends { type: 'choice'; choices: readonly (infer Choice)[] }
        ? Choice
        : One extends { type: 'environment' }
          ? Environment
          : One extends { type: 'file' | 'secret-file'; optional: true }
            ? (() => string) | undefined
            : One extends { type: 'file' | 'secret-file' }
              ? () => string
              : One extends { type: 'path'; optional: true }
                ? string | undefined
                : string;

/** The configuration type of a table. */
export type ConfigOf<Table> = {
  -readonly [Key in keyof Table]: Table[Key] extends Setting ? ValueOf<Table[Key]> : ConfigOf<Table[Key]>;
};

export const isSetting = (one: Setting | Settings): one is Setting => typeof one['type'] === 'string';

/** Returns all settings of a table and its nested tables, in order. */
export function listSettings(table: Settings): Setting[] {
  return Object.values(table).flatMap((one) => (isSetting(one) ? [one] : listSettings(one)));
}
