import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Quota } from '@cups/events';
import { createAgencyParser } from '@cups/registry';

/** Codes of the agencies that have a file in a folder of data. @throws Error when it has no folder `agencies` */
export const agenciesIn = (data: string): string[] =>
  readdirSync(join(data, 'agencies'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();

/** In whose place the simulator stands, as the settings of the job of topics say. */
export function selectSimulatedAgencies(
  { simulatorTopics, simulatorAgencies }: { simulatorTopics: string; simulatorAgencies: readonly string[] },
  agencies: string[],
): string[] {
  if (simulatorTopics === 'training') return [];
  return simulatorAgencies.length > 0 ? [...simulatorAgencies] : agencies;
}

/** What the files of agencies say of their quotas, by code; a file that cannot be understood says nothing. */
export function readQuotas(data: string): ReadonlyMap<string, Partial<Quota>> {
  const files = agenciesIn(data).map((code) => {
    const path = `${code}.yaml`;
    return { path, text: readFileSync(join(data, 'agencies', path), 'utf8') };
  });
  const { entries } = createAgencyParser()(files);
  return new Map([...entries].flatMap(([code, { quota }]) => (quota ? [[code, quota] as const] : [])));
}
