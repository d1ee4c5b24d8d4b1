/**
 * Settings are data: a table in the `config.ts` of each service says what each one is called, what it may be, what it is
 * without being set, and what it means. The same tables are read at the start (`readSettings`), drawn into
 * docs/reference/settings.md, and read by whoever deploys. Nothing here opens anything.
 */

interface SettingDeclaration<Type extends string, Given> {
  /** The variable of the environment. */
  readonly name: string;
  readonly type: Type;
  /** For whoever runs the platform: one or two sentences. */
  readonly meaning: string;
  /** What counts where the variable is absent or empty; without one it must be set. */
  readonly default?: Given;
  /** What counts instead of `default` in production. */
  readonly inProduction?: Given;
  /** In production there is no default. */
  readonly requiredInProduction?: true;
  /** Its value is shown nowhere, and comes from a secret. */
  readonly secret?: true;
}

export type TextSetting = SettingDeclaration<'text', string>;

/** A whole number. One with a unit is a time: it reaches the service in milliseconds. */
export interface NumberSetting extends SettingDeclaration<'number', number> {
  /** @default 0 */
  readonly min?: number;
  /** @default the largest whole number */
  readonly max?: number;
  readonly unit?: 'ms' | 'minutes' | 'days';
}

/** 0 (any free one) to 65535. */
export type PortSetting = SettingDeclaration<'port', number>;

/** An IP address to listen on. */
export type IpSetting = SettingDeclaration<'ip', string>;

/** host:port, or dns:///host:port: a name behind which there are many. */
export type AddressSetting = SettingDeclaration<'address', string>;

/** scheme://host, with a port where it is not the usual one, and without a path. */
export type OriginSetting = SettingDeclaration<'origin', string>;

/** Separated by commas; empty parts are left out. */
export type ListSetting = SettingDeclaration<'list', readonly string[]>;

/** true or false. */
export type FlagSetting = SettingDeclaration<'flag', boolean>;

export interface ChoiceSetting extends SettingDeclaration<'choice', string> {
  readonly choices: readonly string[];
}

/**
 * Where the process runs: development or production. It has no default: development opens doors that production must keep
 * shut, and a setting that was forgotten must not open them.
 */
export type EnvironmentSetting = SettingDeclaration<'environment', never>;

/** A file or folder, relative to the folder in which the process was started; whether it exists is not looked at. */
export interface PathSetting extends SettingDeclaration<'path', string> {
  /** It may be left out, in production only where it is not required there. */
  readonly optional?: true;
}

/** The path of a file that holds no secret, such as a certificate; the service gets a reader that sees a changed file at its next call. */
export interface FileSetting extends SettingDeclaration<'file', string> {
  /** It may be left out, in production only where it is not required there. */
  readonly optional?: true;
}

/** The path of a file that holds a secret; the service gets a reader that sees a changed file at its next call. */
export interface SecretFileSetting extends SettingDeclaration<'secret-file', string> {
  /** It may be left out. */
  readonly optional?: true;
}

/** URI of the store without a database, in the variable itself or in the file that the variable `file` names. */
export interface StoreUriSetting extends SettingDeclaration<'store-uri', string> {
  readonly file: string;
}

export type Setting =
  | TextSetting
  | NumberSetting
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

/** The settings of a service, by their place in its configuration; a table may hold tables. */
export interface Settings {
  readonly [key: string]: Setting | Settings;
}

export type Environment = 'development' | 'production';

type ValueOf<One> = One extends { type: 'number' | 'port' }
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

/** What a service gets of its table: a value in each place. */
export type ConfigOf<Table> = {
  -readonly [Key in keyof Table]: Table[Key] extends Setting ? ValueOf<Table[Key]> : ConfigOf<Table[Key]>;
};

/** Whether a place of a table holds a setting, and no further table. */
export const isSetting = (one: Setting | Settings): one is Setting => typeof one['type'] === 'string';

/** All settings of a table and of those within it, in their order. */
export function listSettings(table: Settings): Setting[] {
  return Object.values(table).flatMap((one) => (isSetting(one) ? [one] : listSettings(one)));
}
