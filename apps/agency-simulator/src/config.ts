import { join } from 'node:path';
import type { Access } from 'cups-agency/sign-in';
import type { PlatformAccess } from './documents.ts';
import { parseRules } from './domain/behaviour.ts';
import type { Rules } from './domain/behaviour.ts';

/**
 * The settings of the simulator, as data: in the form that the services of the platform use, of which it imports
 * nothing, so that they are drawn into docs/reference/settings.md with theirs.
 */
export const settings = {
  brokers: {
    name: 'KAFKA_BROKERS',
    type: 'list',
    default: ['localhost:9092'],
    meaning: 'Kafka brokers, each host:port.',
  },
  caFile: {
    name: 'KAFKA_TLS_CA_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the authorities (PEM) of the broker certificates. It enables TLS to Kafka. Read for each connection.',
  },
  username: {
    name: 'KAFKA_SASL_USERNAME',
    type: 'text',
    default: '',
    meaning: 'Kafka user of the simulator (SCRAM-SHA-512), over TLS only; empty: no sign-in.',
  },
  passwordFile: {
    name: 'KAFKA_SASL_PASSWORD_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with the password of the Kafka user. Read for each connection.',
  },
  prefix: {
    name: 'CUPS_PREFIX',
    type: 'text',
    default: '',
    meaning: 'Prefix of topics and of the consumer group.',
  },
  agencies: {
    name: 'SIMULATOR_AGENCIES',
    type: 'list',
    default: [],
    meaning: 'Codes of the simulated agencies; none: those of `REGISTRY_DIR`, including later ones.',
  },
  dataDir: {
    name: 'REGISTRY_DIR',
    type: 'path',
    default: 'data',
    meaning: 'Folder of data files. Only the file names in `agencies` are used.',
  },
  topics: {
    name: 'SIMULATOR_TOPICS',
    type: 'choice',
    choices: ['all', 'agency', 'training'],
    default: 'all',
    meaning:
      'Topics to answer: `agency` (topics of the simulated agencies), `training` (requests of centres in training), or both. Use `training` where agencies are real.',
  },
  seed: {
    name: 'SIMULATOR_SEED',
    type: 'text',
    default: '1',
    meaning: 'Random seed. The same seed yields the same replies.',
  },
  rules: {
    name: 'SIMULATOR_BEHAVIOUR',
    type: 'text',
    default: 'realistic',
    meaning: 'Behaviour for deliveries: one for all, or a list of rules.',
  },
  hourMs: {
    name: 'SIMULATOR_DELAY_MS',
    type: 'number',
    default: 500,
    meaning: 'Milliseconds of one working hour of an agency; 0: replies immediately.',
  },
  answerDays: {
    name: 'SIMULATOR_ANSWER_DAYS',
    type: 'number',
    default: 14,
    meaning: 'Days that an agency allows for documents.',
  },
  platformUrl: {
    name: 'SIMULATOR_PLATFORM_URL',
    type: 'text',
    default: '',
    meaning:
      'Address of the platform, such as `https://cups.example.md`. With it, agencies fetch and verify scanned copies and upload documents of electronic results; empty: they do neither.',
  },
  keysDir: {
    name: 'SIMULATOR_KEYS_DIR',
    type: 'path',
    default: 'keys/agencies',
    meaning: 'Folder with the private key `<code>.key.jwk` of each agency, for the agency API.',
  },
  webhookPort: {
    name: 'SIMULATOR_WEBHOOK_PORT',
    type: 'port',
    default: 0,
    meaning:
      'Port of `/webhooks/<code>`, where agencies with `channel: pull` are woken; 0: they only poll. A port that is taken is reported once, and they poll.',
  },
  httpPort: {
    name: 'HTTP_PORT',
    type: 'port',
    default: 0,
    meaning: 'Port of `/healthz`, `/readyz` and `/metrics`; 0 takes any free port.',
  },
  host: {
    name: 'LISTEN_HOST',
    type: 'ip',
    default: '127.0.0.1',
    meaning: 'Listen address of the ports.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    type: 'text',
    default: 'info',
    meaning: 'Lowest level of logged lines; from `warn` on, warnings only.',
  },
} as const;

/** Topics of the simulated agencies, of trainings, or both. */
export type TopicSelection = (typeof settings.topics.choices)[number];

export type Config = {
  brokers: string[];
  access: Access;
  prefix: string;
  agencies: string[];
  /** Topics to answer. */
  topics: TopicSelection;
  /** Folder with a file `<code>.yaml` per agency. */
  agenciesDir: string;
  seed: string;
  rules: Rules;
  hourMs: number;
  answerDays: number;
  /** Access to the agency API; undefined: it is not used. */
  platform: PlatformAccess | undefined;
  /** Port where agencies that pull are woken; 0 for none. */
  webhookPort: number;
  httpPort: number;
  host: string;
  /** Logs only warnings and errors. */
  quiet: boolean;
};

type Variables = Record<string, string | undefined>;

/**
 * Reads the settings from the environment.
 * @throws Error that names the invalid setting
 */
export function readConfig(variables: Variables): Config {
  const text = (setting: { name: string; default: string }) => variables[setting.name] || setting.default;
  return {
    brokers: parseList(settings.brokers, variables),
    access: {
      caFile: variables[settings.caFile.name] || undefined,
      username: text(settings.username),
      passwordFile: variables[settings.passwordFile.name] || undefined,
    },
    prefix: text(settings.prefix),
    agencies: parseAgencyCodes(variables),
    topics: parseTopicSelection(variables),
    agenciesDir: join(text(settings.dataDir), 'agencies'),
    seed: text(settings.seed),
    rules: parseRulesSetting(text(settings.rules)),
    hourMs: parseCount(settings.hourMs, variables),
    answerDays: parseCount(settings.answerDays, variables),
    platform: text(settings.platformUrl)
      ? { url: text(settings.platformUrl), keysDir: text(settings.keysDir) }
      : undefined,
    webhookPort: parseCount(settings.webhookPort, variables),
    httpPort: parseCount(settings.httpPort, variables),
    host: text(settings.host),
    quiet: ['warn', 'error', 'fatal', 'silent'].includes(text(settings.logLevel)),
  };
}

function parseList(setting: { name: string; default: readonly string[] }, variables: Variables): string[] {
  const given = variables[setting.name];
  if (!given) return [...setting.default];
  const items = given.split(',').map((item) => item.trim());
  if (items.includes('')) throw new Error(`${setting.name}: an empty item in the list`);
  return items;
}

function parseCount(setting: { name: string; default: number }, variables: Variables): number {
  const given = variables[setting.name];
  const value = given ? Number(given) : setting.default;
  if (!Number.isFinite(value) || value < 0) throw new Error(`${setting.name}: not a number from 0 up`);
  return value;
}

function parseAgencyCodes(variables: Variables): string[] {
  const codes = parseList(settings.agencies, variables);
  if (codes.some((code) => !/^[a-z][a-z0-9-]*$/.test(code))) throw new Error(`${settings.agencies.name}: not a code`);
  return [...new Set(codes)];
}

function parseTopicSelection(variables: Variables): TopicSelection {
  const { name, choices, default: fallback } = settings.topics;
  const given = variables[name] || fallback;
  const choice = choices.find((option) => option === given);
  if (!choice) throw new Error(`${name}: one of ${choices.join(', ')}`);
  return choice;
}

function parseRulesSetting(text: string): Rules {
  try {
    return parseRules(text);
  } catch (error) {
    throw new Error(`${settings.rules.name}: ${(error as Error).message}`, { cause: error });
  }
}
