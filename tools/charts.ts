import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { dashboardJson } from './charts/dashboard.ts';
import { releasedText } from './charts/record.ts';
import { environmentFile, ENVIRONMENTS, renderText } from './charts/render.ts';

const HELP = `npm run charts [-- <command>]

Writes the dashboard of the platform, and renders the platform of every environment into k8s/rendered, so that a review
sees what a change of a chart does to a cluster.

  --check    write nothing; fail when something is stale
  released   at a release, after it: k8s/released.json says what of it the next one must leave as it is
  --help     this text
`;

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const stale: string[] = [];

/** Writes a file, or remembers that it should be written. */
function keep(file: string, wanted: string): void {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  stale.push(file);
  if (values.check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}

async function pretty(file: string, text: string): Promise<string> {
  const options = await resolveConfig(join(root, file));
  return format(text, Object.assign({ filepath: file }, options));
}

async function made(): Promise<void> {
  const dashboard = 'helm/platform/dashboard.json';
  keep(dashboard, await pretty(dashboard, dashboardJson()));
  for (const environment of ENVIRONMENTS) {
    keep(`k8s/rendered/${environment}.yaml`, renderText('platform', { files: [environmentFile(environment)] }));
  }
}

function report(): void {
  if (stale.length === 0) return console.log('everything that is made of its sources is as they say');
  if (!values.check) return console.log(`written: ${stale.join(', ')}`);
  console.error(`Stale: ${stale.join(', ')}. Look at what changes, then run \`npm run charts\`.`);
  process.exitCode = 1;
}

const [command = 'made', ...more] = positionals;
if (values.help) {
  console.log(HELP);
} else if (more.length > 0 || !['made', 'released'].includes(command)) {
  console.error(`There is no command ${positionals.join(' ')}: released; --help tells more.`);
  process.exitCode = 1;
} else {
  if (command === 'released') keep('k8s/released.json', await pretty('k8s/released.json', releasedText()));
  else await made();
  report();
}
