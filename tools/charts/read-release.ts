import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageChart } from './package.ts';
import { extractImmutableFields } from './release-record.ts';
import type { ImmutableFields, ReleaseRecord } from './release-record.ts';
import { environmentFile, ENVIRONMENTS, render } from './render.ts';

/** The record of the last release, in `k8s/released.json`. */

const root = join(import.meta.dirname, '..', '..');

/** What every release is made of as the charts are now, by the title that the record knows it by. */
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

/** SHA-256 of the archive of the platform's chart, with all charts within. */
export const computePlatformDigest = (): string => packageChart(join(root, 'helm/platform')).digest;

/** What is written down at a release, as JSON. */
export function renderReleaseRecord(): string {
  const { version } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as { version: string };
  return JSON.stringify({
    version,
    digest: computePlatformDigest(),
    renders: renderImmutableFields(),
  } satisfies ReleaseRecord);
}

/** What was written down at the last release. */
export function readReleaseRecord(): ReleaseRecord {
  return JSON.parse(readFileSync(join(root, 'k8s/released.json'), 'utf8')) as ReleaseRecord;
}
