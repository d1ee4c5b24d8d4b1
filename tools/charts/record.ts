import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageChart } from './package.ts';
import { lastingOf } from './released.ts';
import type { Lasting, Released } from './released.ts';
import { environmentFile, ENVIRONMENTS, render } from './render.ts';

/** The record of the last release, in `k8s/released.json`. */

const root = join(import.meta.dirname, '..', '..');

/** What every release is made of as the charts are now, by the title that the record knows it by. */
export function lastingNow(charts?: string): Record<string, Lasting> {
  const where = charts === undefined ? {} : { charts };
  const platforms = ENVIRONMENTS.map((environment): [string, Lasting] => {
    const files = [environmentFile(environment)];
    return [`platform ${environment}`, lastingOf(render('platform', Object.assign({ files }, where)))];
  });
  const others = ['centres', 'agencies'].map((chart): [string, Lasting] => [chart, lastingOf(render(chart, where))]);
  return Object.fromEntries([...platforms, ...others]);
}

/** SHA-256 of the archive of the platform's chart, with all charts within. */
export const platformDigest = (): string => packageChart(join(root, 'helm/platform')).digest;

/** What is written down at a release, as JSON. */
export function releasedText(): string {
  const { version } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as { version: string };
  return JSON.stringify({ version, digest: platformDigest(), renders: lastingNow() } satisfies Released);
}

/** What was written down at the last release. */
export function readReleased(): Released {
  return JSON.parse(readFileSync(join(root, 'k8s/released.json'), 'utf8')) as Released;
}
