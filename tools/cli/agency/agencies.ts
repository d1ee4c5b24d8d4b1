import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgencyParser, reservedCodeReason } from '@cups/registry';
import type { Agency } from '@cups/registry';
import { Document, parse } from 'yaml';
import { CommandError } from '../errors.ts';

/** The agency files of a data folder, and the files that reference them. */

export const fileOf = (data: string, code: string): string => join(data, 'agencies', `${code}.yaml`);

/** Reads all agency files, by code. @throws CommandError that names the invalid files */
export function readAgencies(data: string): ReadonlyMap<string, Agency> {
  const folder = join(data, 'agencies');
  if (!existsSync(folder)) throw new CommandError(`Folder ${folder} of agencies not found.`);
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
  const files = names.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const { entries, problems } = createAgencyParser()(files);
  if (problems.length > 0)
    throw new CommandError(...problems.map(({ file, message }) => `agencies/${file}: ${message}`));
  return entries;
}

/** Fields of a new agency; absent fields get defaults. */
export interface AgencyInput {
  ro?: string | undefined;
  ru?: string | undefined;
  en?: string | undefined;
  timeZone?: string | undefined;
  days?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  calendar?: string | undefined;
  foreignDocuments?: boolean | undefined;
  corrections?: boolean | undefined;
  /** Whether its clerks work in the agency's page, without Kafka. */
  page?: boolean | undefined;
  messages?: boolean | undefined;
  quota?: Record<string, number> | undefined;
}

/**
 * Returns the text of a new agency file.
 * @throws CommandError with every error
 */
export function buildAgencyFile(data: string, code: string, input: AgencyInput): string {
  const { ro = '', ru = '', en = '', timeZone = 'Europe/Chisinau', days = 'mon tue wed thu fri' } = input;
  const { from = '08:00', to = '17:00', calendar = 'holidays-md', quota } = input;
  const faults = validateCode(data, code);
  for (const [language, name] of Object.entries({ ro, ru, en })) {
    if (name.trim() === '') faults.push(`The name is missing: --${language} '…'.`);
  }
  if (!existsSync(join(data, 'calendars', `${calendar}.yaml`))) faults.push(`Calendar ${calendar} not found.`);
  const content = {
    code,
    name: { ro: ro.trim(), ru: ru.trim(), en: en.trim() },
    timeZone,
    workingTime: { days: days.split(/[\s,]+/), from, to },
    calendar,
    ...(input.page ? { channel: 'page' } : {}),
    ...(input.foreignDocuments ? { acceptsForeignDocuments: true } : {}),
    ...(input.corrections ? { acceptsCorrections: true } : {}),
    ...(input.messages ? { acceptsMessages: true } : {}),
    ...(quota && Object.keys(quota).length > 0 ? { quota } : {}),
  };
  const text = formatYaml(content);
  if (faults.length === 0) {
    const { problems } = createAgencyParser()([{ path: `${code}.yaml`, text }]);
    faults.push(...problems.map(({ message }) => `Invalid agency: ${message}.`));
  }
  if (faults.length > 0) throw new CommandError(...faults);
  return text;
}

/** Formats YAML as in the existing files. */
function formatYaml(content: object): string {
  const document = new Document(content);
  const at = (...path: string[]) => document.getIn(path, true) as { flow?: boolean; type?: string };
  at('workingTime').flow = true;
  for (const hour of ['from', 'to']) at('workingTime', hour).type = 'QUOTE_SINGLE';
  return document.toString({ lineWidth: 0 }).replace(/\[ (.*) \]/, '[$1]');
}

function validateCode(data: string, code: string): string[] {
  if (!/^[a-z][a-z0-9-]{1,19}$/.test(code)) {
    return [
      `Code ${code || '(empty)'} is invalid: use 2 to 20 lowercase letters a to z, digits and hyphens, a letter first. It names topics, user and groups for ever.`,
    ];
  }
  const reserved = reservedCodeReason(code);
  if (reserved) return [`${reserved.replace(/^the/, 'The')}.`];
  return existsSync(fileOf(data, code)) ? [`Agency ${code} exists: show ${code}.`] : [];
}

/** Writes the file atomically, so that a watcher never reads half of it. */
export function writeAgency(data: string, code: string, text: string): void {
  const beside = join(data, 'agencies', `.${code}.new`);
  writeFileSync(beside, text);
  renameSync(beside, fileOf(data, code));
}

export const removeAgency = (data: string, code: string): void => rmSync(fileOf(data, code));

/** Returns the codes of public services that it decides, and of centres that serve it. */
export function findReferences(data: string, code: string): { services: string[]; centres: string[] } {
  const those = (folder: string, names: (content: Record<string, unknown>) => boolean): string[] =>
    readdirSync(join(data, folder))
      .filter((name) => name.endsWith('.yaml'))
      .filter((name) => names(parse(readFileSync(join(data, folder, name), 'utf8')) as Record<string, unknown>))
      .map((name) => name.replace(/\.yaml$/, ''));
  return {
    services: those('public-services', (content) => JSON.stringify(content).includes(`"provider":"${code}"`)),
    centres: those('centres', ({ agencies }) => Array.isArray(agencies) && agencies.includes(code)),
  };
}
