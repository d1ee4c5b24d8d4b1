import { join } from 'node:path';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import schema from './agency.schema.json' with { type: 'json' };
import type { RegistryParser } from './files.ts';
import { watchRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { createYamlParser } from './yaml.ts';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** One file of data/agencies; its shape is agency.schema.json. */
export interface Agency {
  /** Lower-case kebab, for ever; the file is named after it. */
  code: string;
  name: { ro: string; ru: string; en: string };
  /** IANA name of the zone in which its working time stands. */
  timeZone: string;
  /** Hours of the day, HH:mm. */
  workingTime: { days: Weekday[]; from: string; to: string };
  /** Code of the file of data/calendars that holds its days off. */
  calendar: string;
  /** It takes people without IDNP, by a document of another state; absent means that it does not. */
  acceptsForeignDocuments?: boolean;
  /** What its user may take of Kafka, so far as it differs from others. */
  quota?: { producerBytesPerSecond?: number; consumerBytesPerSecond?: number; requestPercent?: number };
}

/** Makes the parser of data/agencies. */
export const createAgencyParser = (): RegistryParser<Agency> =>
  createYamlParser<Agency>({ schema, validate: validateAgency });

/**
 * Why a code cannot be an agency's although it looks like one; undefined when it can. Its groups begin with the code and a dot, and
 * those of the services with their own names.
 */
export const reservedCodeReason = (code: string): string | undefined =>
  /^(?:agency-bridge|agency-simulator)/.test(code) || RESERVED_CODES.has(code)
    ? `the code ${code} is taken: a part of the platform is called so`
    : undefined;

const RESERVED_CODES = new Set(
  ['agency', 'training', 'cups', 'admin', 'controller', 'kafka-lag', 'operator'].concat([
    'catalog',
    'identity',
    'intake',
    'notifications',
    'gateway',
    'desk',
  ]),
);

/** What the schema cannot say. */
function validateAgency({ code, timeZone, workingTime: { from, to } }: Agency): string[] {
  const reserved = reservedCodeReason(code);
  const errors: string[] = reserved ? [reserved] : [];
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    errors.push(`time zone ${timeZone} is unknown`);
  }
  if (from >= to) errors.push(`working time ends at ${to}, before it begins`);
  return errors;
}

/**
 * The agencies of a folder of data files, by code, also those that come later: the one list that everybody follows. A file that is
 * wrong or that vanished leaves its agency as it was, one log line and the gauge `agency_file_problems`.
 * @param onChange called with the agencies after each change, and once at the start
 * @throws Error, one sentence, when the folder cannot be read at the start
 */
export function watchAgencies(options: {
  /** Folder of data files; the agencies are in its folder agencies. */
  dataDir: string;
  log: Log;
  metrics: Metrics;
  /** Is told which content is in force here. */
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
