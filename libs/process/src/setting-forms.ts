import { isIP } from 'node:net';
import type { Environment, NumberSetting, Setting } from './setting.ts';

/** How one type of setting is written, and what its text says; undefined where it says nothing of that form. */
export interface Form<One extends Setting> {
  /** For the sentence of a refusal: `<NAME> must be <form>.` */
  form(setting: One): string;
  parse(text: string, setting: One): unknown;
}

type FormOf<Type extends Setting['type']> = Form<Extract<Setting, { type: Type }>>;

const words = (choices: readonly string[]) => `one of ${choices.join(', ')}`;
const matching = (form: RegExp) => (text: string) => (form.test(text) ? text : undefined);

function whole(text: string, min: number, max: number): number | undefined {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

const limitsOf = ({ min = 0, max = Number.MAX_SAFE_INTEGER }: NumberSetting) => ({ min, max });

const number: FormOf<'number'> = {
  form(setting) {
    const { min, max } = limitsOf(setting);
    return `a whole number from ${min} to ${max}`;
  },
  parse(text, setting) {
    const { min, max } = limitsOf(setting);
    return whole(text, min, max);
  },
};

const list: FormOf<'list'> = {
  form: () => 'a comma-separated list',
  parse: (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
};

const choice: FormOf<'choice'> = {
  form: ({ choices }) => words(choices),
  parse: (text, { choices }) => choices.find((one) => one === text),
};

const ENVIRONMENTS: readonly Environment[] = ['development', 'production'];

const environment: FormOf<'environment'> = {
  form: () => words(ENVIRONMENTS),
  parse: (text) => ENVIRONMENTS.find((one) => one === text),
};

const origin: FormOf<'origin'> = {
  form: () => 'an origin such as https://cups.example, without a path',
  parse: (text) => (URL.parse(text)?.origin === text ? text : undefined),
};

/** One for each type of setting. */
export const FORMS: { readonly [Type in Setting['type']]: FormOf<Type> } = {
  text: { form: () => 'a text', parse: (text) => text },
  number,
  port: { form: () => 'a port from 0 to 65535', parse: (text) => whole(text, 0, 65535) },
  ip: {
    form: () => 'an IP address, such as 127.0.0.1 or ::',
    parse: (text) => (isIP(text) ? text : undefined),
  },
  address: {
    form: () => 'host:port, or dns:///host:port for all addresses behind a name',
    parse: matching(/^(?:dns:\/\/\/)?(?:[^\s:/]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/),
  },
  origin,
  list,
  flag: {
    form: () => 'true or false',
    parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  },
  choice,
  environment,
  path: { form: () => 'a path', parse: (text) => text },
  file: { form: () => 'a path', parse: (text) => text },
  'secret-file': { form: () => 'a path', parse: (text) => text },
  'store-uri': { form: () => 'a text', parse: (text) => text },
};
