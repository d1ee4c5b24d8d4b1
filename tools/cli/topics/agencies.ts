import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Quota } from '@cups/events';
import { createAgencyParser } from '@cups/registry';

/** Returns the codes of the agencies in a data folder. @throws Error when it has no folder `agencies` */
export const agenciesIn = (data: string): string[] =>
  readdirSync(join(data, 'agencies'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();

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
  const files = agenciesIn(data).map((code) => {
    const path = `${code}.yaml`;
    return { path, text: readFileSync(join(data, 'agencies', path), 'utf8') };
  });
  const { entries } = createAgencyParser()(files);
  return new Map([...entries].flatMap(([code, { quota }]) => (quota ? [[code, quota] as const] : [])));
}
