import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { dashboardJson } from './charts/dashboard.ts';
import { environmentFile, ENVIRONMENTS, renderText } from './charts/render.ts';

/**
 * Writes the dashboard of the platform, and renders the platform of every environment into k8s/rendered, so that a review
 * sees what a change of a chart does to a cluster. `npm run charts` writes them; with `--check` it fails when one is stale.
 */

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale: string[] = [];

/** Writes a file, or remembers that it should be written. */
function keep(file: string, wanted: string): void {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  stale.push(file);
  if (check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}

const dashboard = 'helm/platform/dashboard.json';
const options = await resolveConfig(join(root, dashboard));
keep(dashboard, await format(dashboardJson(), Object.assign({ filepath: dashboard }, options)));
for (const environment of ENVIRONMENTS) {
  keep(`k8s/rendered/${environment}.yaml`, renderText('platform', { files: [environmentFile(environment)] }));
}

if (stale.length === 0) {
  console.log('the dashboard and k8s/rendered hold what is made of their sources');
} else if (check) {
  console.error(`Stale: ${stale.join(', ')}. Look at what changes, then run \`npm run charts\`.`);
  process.exitCode = 1;
} else {
  console.log(`written: ${stale.join(', ')}`);
}
