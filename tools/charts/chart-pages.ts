import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../services.ts';
import { readme, valuesSchema, valuesYaml } from './pages.ts';
import type { Value } from './schema.ts';
import { AGENCIES, PLATFORM, valuesOf } from './values.ts';

const root = join(import.meta.dirname, '..', '..');

/** The files of all charts that are made from the values of their tables, by their paths. */
export function chartPages(): Map<string, string> {
  const pages = new Map<string, string>();
  const add = (chart: string, values: Value[]) => {
    const { description } = parse(readFileSync(join(root, 'helm', chart, 'Chart.yaml'), 'utf8')) as {
      description: string;
    };
    pages.set(`helm/${chart}/values.yaml`, valuesYaml(values));
    pages.set(`helm/${chart}/values.schema.json`, valuesSchema(chart, values));
    pages.set(`helm/${chart}/README.md`, readme(chart, description, values));
  };
  for (const service of SERVICES) add(service, valuesOf(service));
  add('platform', PLATFORM);
  add('centres', []);
  add('agencies', AGENCIES);
  return pages;
}
