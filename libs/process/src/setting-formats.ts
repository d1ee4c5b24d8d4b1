import { isIP } from 'node:net';
import type { Environment, NumberSetting, Setting } from './setting-types.ts';

/** Format of one type of setting. `parse` returns undefined for an invalid text. */
export interface SettingFormat<One extends Setting> {
  /** Completes the error message: `<NAME> must be <form>.` */
  describe(setting: One): string;
  parse(text: string, setting: One): unknown;
}

type FormatOf<Type extends Setting['type']> = SettingFormat<Extract<Setting, { type: Type }>>;

const describeChoices = (choices: readonly string[]) => `one of ${choices.join(', ')}`;
const parseMatching = (form: RegExp) => (text: string) => (form.test(text) ? text : undefined);

function parseInteger(text: string, min: number, max: number): number | undefined {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

const resolveLimits = ({ min = 0, max = Number.MAX_SAFE_INTEGER }: NumberSetting) => ({ min, max });

const number: FormatOf<'number'> = {
  describe(setting) {
    const { min, max } = resolveLimits(setting);
    return `a whole number from ${min} to ${max}`;
  },
  parse(text, setting) {
    const { min, max } = resolveLimits(setting);
    return parseInteger(text, min, max);
  },
};

const list: FormatOf<'list'> = {
  describe: () => 'a comma-separated list',
  parse: (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
};

const choice: FormatOf<'choice'> = {
  describe: ({ choices }) => describeChoices(choices),
  parse: (text, { choices }) => choices.find((one) => one === text),
};

const ENVIRONMENTS: readonly Environment[] = ['development', 'production'];

const environment: FormatOf<'environment'> = {
  describe: () => describeChoices(ENVIRONMENTS),
  parse: (text) => ENVIRONMENTS.find((one) => one === text),
};

const origin: FormatOf<'origin'> = {
  describe: () => 'an origin such as https://cups.example, without a path',
  parse: (text) => (URL.parse(text)?.origin === text ? text : undefined),
};

export const SETTING_FORMATS: { readonly [Type in Setting['type']]: FormatOf<Type> } = {
  text: { describe: () => 'a text', parse: (text) => text },
  number,
  ratio: {
    describe: () => 'a share from 0 to 1, such as 0.1',
    parse: (text) => (/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(text) ? Number(text) : undefined),
  },
  port: { describe: () => 'a port from 0 to 65535', parse: (text) => parseInteger(text, 0, 65535) },
  ip: {
    describe: () => 'an IP address, such as 127.0.0.1 or ::',
    parse: (text) => (isIP(text) ? text : undefined),
  },
  address: {
    describe: () => 'host:port, or dns:///host:port for all addresses behind a name',
    parse: parseMatching(/^(?:dns:\/\/\/)?(?:[^\s:/]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/),
  },
  origin,
  list,
  flag: {
    describe: () => 'true or false',
    parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  },
  choice,
  environment,
  path: { describe: () => 'a path', parse: (text) => text },
  file: { describe: () => 'a path', parse: (text) => text },
  'secret-file': { describe: () => 'a path', parse: (text) => text },
  'store-uri': { describe: () => 'a text', parse: (text) => text },
};
