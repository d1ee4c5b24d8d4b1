import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageChart } from './package.ts';
import { extractImmutableFields, extractValuePaths } from './release-record.ts';
import type { ImmutableFields, ReleaseRecord, ValuesSchema } from './release-record.ts';
import { environmentFile, ENVIRONMENTS, render } from './render.ts';

/** The record of the last release, in `k8s/released.json`. */

const root = join(import.meta.dirname, '../../..');

/** Renders every release from the present charts, by the titles of the record. */
export function renderImmutableFields(charts?: string): Record<string, ImmutableFields> {
  const where = charts === undefined ? {} : { charts };
  const platforms = ENVIRONMENTS.map((environment): [string, ImmutableFields] => {
    const files = [environmentFile(environment)];
    return [`platform ${environment}`, extractImmutableFields(render('platform', Object.assign({ files }, where)))];
  });
  const others = ['centres', 'agencies'].map((chart): [string, ImmutableFields] => [
    chart,
    extractImmutableFields(render(chart, where)),
  ]);
  return Object.fromEntries([...platforms, ...others]);
}

/**
 * Returns the sorted paths of all values that an administrator of these charts may set, from their schemas.
 * @param charts folder of the charts
 */
export function readValuePaths(charts = join(root, 'helm')): string[] {
  const schemaOf = (chart: string) => join(charts, chart, 'values.schema.json');
  const read = (chart: string) => JSON.parse(readFileSync(schemaOf(chart), 'utf8')) as ValuesSchema;
  const services = readdirSync(charts).filter((name) => existsSync(join(charts, name, 'service.yaml')));
  const paths = [
    ...extractValuePaths(read('platform')),
    // `global` is that of the platform.
    ...services.flatMap((name) => extractValuePaths(read(name), `${name}.`).filter((one) => !one.includes('.global.'))),
  ];
  return [...new Set(paths)].sort();
}

/** Returns the SHA-256 of the platform chart's archive, subcharts included. */
export const computePlatformDigest = (): string => packageChart(join(root, 'helm/platform')).digest;

/** Returns the record of a release as JSON. */
export function renderReleaseRecord(): string {
  const { version } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as { version: string };
  return JSON.stringify({
    version,
    digest: computePlatformDigest(),
    values: readValuePaths(),
    renders: renderImmutableFields(),
  } satisfies ReleaseRecord);
}

/** Returns the record of the last release. */
export function readReleaseRecord(): ReleaseRecord {
  return JSON.parse(readFileSync(join(root, 'k8s/released.json'), 'utf8')) as ReleaseRecord;
}
