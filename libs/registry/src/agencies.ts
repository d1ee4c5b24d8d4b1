import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import schema from './agency.schema.json' with { type: 'json' };
import { validateAgencyKeys } from './agency-keys.ts';
import type { AgencyJwk } from './agency-keys.ts';
import type { RegistryParser } from './files.ts';
import { watchRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { createYamlParser } from './yaml.ts';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/**
 * `kafka`: its system reads and writes topics. `pull`: its system calls the agency API. `page`: its clerks work in the agency's
 * page. Only `kafka` has topics.
 */
export type AgencyChannel = 'kafka' | 'pull' | 'page';

/** Where letters to an office go, and their languages. */
export interface AgencyContact {
  email: string;
  /** Each letter has a text in each of them. */
  languages: ('ro' | 'ru' | 'en')[];
}

/** One file of data/agencies, see agency.schema.json. */
export interface Agency {
  /** Kebab case; never changes. The file has the same name. */
  code: string;
  name: { ro: string; ru: string; en: string };
  /** IANA time zone of the working time. */
  timeZone: string;
  /** Times of day, HH:mm. */
  workingTime: { days: Weekday[]; from: string; to: string };
  /** Code of the calendar of its days off. */
  calendar: string;
  /** How it receives applications and answers. @default kafka */
  channel?: AgencyChannel;
  /** Where its system is woken when its feed has new messages. Only for `pull`. */
  webhook?: { url: string };
  /** Whether it accepts people without an IDNP by a foreign document. @default false */
  acceptsForeignDocuments?: boolean;
  /** Whether its system handles corrections of filed applications, md.cups.application.corrected.v1. @default false */
  acceptsCorrections?: boolean;
  /** Whether its system handles reminders, md.cups.application.reminded.v1. @default false */
  acceptsReminders?: boolean;
  /** The office that receives letters about silent applications. @default none */
  contact?: AgencyContact;
  /** What happens when it is silent, by step. @default the rules of the platform */
  escalation?: Record<string, { workingHours?: number; actions: string[] }>;
  /** Hosts, lower-case, at which anybody can verify its results. Other addresses are text, never a link. @default none */
  verificationHosts?: string[];
  /** Whether its system handles messages of desks, md.cups.application.message-sent.v1. @default false */
  acceptsMessages?: boolean;
  /** Kafka quotas that differ from the defaults. */
  quota?: { producerBytesPerSecond?: number; consumerBytesPerSecond?: number; requestPercent?: number };
  /** Public keys with which its system gets access tokens. @default none */
  keys?: AgencyJwk[];
}

/** Returns whether the agency has topics, a Kafka user and a quota. */
export const hasTopics = ({ channel = 'kafka' }: Pick<Agency, 'channel'>): boolean => channel === 'kafka';

/** Returns whether desks may write to an agency. Clerks who work in the agency's page always read messages. */
export const isWritable = ({ channel = 'kafka', acceptsMessages = false }: Agency): boolean =>
  channel === 'page' || acceptsMessages;

export const createAgencyParser = (): RegistryParser<Agency> =>
  createYamlParser<Agency>({ schema, validate: validateAgency });

/**
 * Returns why a well-formed code cannot name an agency, or undefined.
 * Kafka consumer groups start with the code, so it must not clash with a service.
 */
export const reservedCodeReason = (code: string): string | undefined =>
  /^(?:agency-bridge|agency-simulator)/.test(code) || RESERVED_CODES.has(code)
    ? `the code ${code} is reserved for a part of the platform`
    : undefined;

const RESERVED_CODES = new Set(
  ['agency', 'training', 'cups', 'admin', 'controller', 'kafka-lag', 'ops'].concat([
    'catalog',
    'identity',
    'intake',
    'documents',
    'notifications',
    'gateway',
    'desk',
  ]),
);

/** Returns the errors that the schema cannot express. */
function validateAgency({ code, timeZone, workingTime: { from, to }, keys = [], channel, webhook }: Agency): string[] {
  const reserved = reservedCodeReason(code);
  const errors: string[] = reserved ? [reserved] : [];
  errors.push(...validateAgencyKeys(keys));
  if (webhook) errors.push(...validateWebhook(webhook.url, channel));
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    errors.push(`time zone ${timeZone} is unknown`);
  }
  if (from >= to) errors.push(`working time ends at ${to}, before it starts`);
  return errors;
}

const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];

/** Returns the errors of a webhook. The bridge also checks where its name leads, each time it connects. */
function validateWebhook(text: string, channel: AgencyChannel | undefined): string[] {
  if (channel !== 'pull') return ['only an agency with the channel pull has a webhook'];
  if (!URL.canParse(text)) return ['the webhook has no valid URL'];
  const url = new URL(text);
  const errors: string[] = [];
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    errors.push('the URL of the webhook has a user, a password or a fragment');
  // Plain HTTP and other ports are for tests on one machine, which the bridge must be set to allow.
  if (LOOPBACK_HOSTS.includes(url.hostname)) return errors;
  if (url.protocol !== 'https:') errors.push('the URL of the webhook is not https');
  if (url.port !== '') errors.push('the URL of the webhook names another port than 443');
  return errors;
}

/**
 * Watches the agencies of a data folder. An invalid or deleted file leaves its agency unchanged, is logged, and is
 * counted by the gauge `agency_file_problems`.
 * @param options.onChange called at the start and after each change
 * @throws Error if the folder cannot be read at the start
 */
export function watchAgencies(options: {
  /** Data folder with a subfolder `agencies`. */
  dataDir: string;
  log: Log;
  metrics: Metrics;
  /** Receives the hash of the content in force. */
  versions?: DataVersions;
  onChange?: (agencies: ReadonlyMap<string, Agency>) => void;
}): Promise<Registry<Agency>> {
  const { dataDir, log, metrics, versions, onChange } = options;
  const gauge = metrics.gauge('agency_file_problems', 'ALARM: files of agencies that are refused or gone');
  return watchRegistry<Agency>({
    dir: join(dataDir, 'agencies'),
    parse: createAgencyParser(),
    onContent: (hash) => versions?.inForce('agencies', hash),
    onChange(agencies, problems) {
      gauge.set(problems.length);
      for (const { file, message } of problems) log.error({ event: 'agency-file-refused', file, reason: message });
      onChange?.(agencies);
    },
  });
}
