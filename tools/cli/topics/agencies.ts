import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Quota } from '@cups/events';
import { createAgencyParser, hasTopics } from '@cups/registry';
import type { Agency } from '@cups/registry';

/**
 * Returns the codes of the agencies in a data folder that have topics, which includes those with an invalid file.
 * @throws Error when it has no folder `agencies`
 */
export function agenciesIn(data: string): string[] {
  const { codes, agencies } = readAgencies(data);
  return codes.filter((code) => hasTopics(agencies.get(code) ?? {}));
}

/** Returns the codes of the agencies in a data folder whose system calls the agency API: with topics, or by pulling. */
export function agenciesWithKeys(data: string): string[] {
  const { codes, agencies } = readAgencies(data);
  return codes.filter((code) => agencies.get(code)?.channel !== 'page');
}

/** Returns the agencies that the simulator replaces, by the settings of the topics job. */
export function selectSimulatedAgencies(
  { simulatorTopics, simulatorAgencies }: { simulatorTopics: string; simulatorAgencies: readonly string[] },
  agencies: string[],
): string[] {
  if (simulatorTopics === 'training') return [];
  return simulatorAgencies.length > 0 ? [...simulatorAgencies] : agencies;
}

/** Returns the quotas of agency files by code; an invalid file has none. */
export function readQuotas(data: string): ReadonlyMap<string, Partial<Quota>> {
  const { agencies } = readAgencies(data);
  return new Map([...agencies].flatMap(([code, { quota }]) => (quota ? [[code, quota] as const] : [])));
}

/** Returns the codes of all files, in their order, and the agencies of the valid ones. */
function readAgencies(data: string): { codes: string[]; agencies: ReadonlyMap<string, Agency> } {
  const folder = join(data, 'agencies');
  const paths = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const files = paths.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const { entries } = createAgencyParser()(files);
  return { codes: paths.map((path) => basename(path, '.yaml')).sort(), agencies: entries };
}
