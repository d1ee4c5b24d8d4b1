import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { SERVICES } from '../../platform/services.ts';
import { dashboardJson } from './dashboard.ts';
import { packageChart, buildProvenance } from './package.ts';
import { renderReleaseRecord } from './read-release.ts';
import { environmentFile, ENVIRONMENTS, renderText } from './render.ts';
import { readSigner } from './sign.ts';

const HELP = `npm run charts [-- <command> options]

Without a command it writes the dashboard and renders the pilot into k8s/rendered, so that a review shows
what a change of a chart does to a cluster. It renders the other environments into dist/rendered, which is not committed.
With --check it writes nothing and fails when a committed file is stale.

  package    writes a reproducible archive of each chart
               --out <folder>             output folder (default dist/charts)
               --key <file>               signs them with this armoured OpenPGP private key: a .prov beside each, and
                                          keyring.gpg for helm verify
               --passphrase-file <file>   passphrase of that key
  released   after a release: records in k8s/released.json what the next one must keep
  --help     prints this text
`;

const root = join(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist/charts' },
    key: { type: 'string' },
    'passphrase-file': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
/** Rendered environment that is committed for reviews. */
const COMMITTED_ENVIRONMENT = 'pilot';
const stale: string[] = [];

/** Writes a file, or with `--check` records it as stale. */
function writeIfStale(file: string, wanted: string): void {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  stale.push(file);
  if (!values.check) writeFileAt(file, wanted);
}

function writeFileAt(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function pretty(file: string, text: string): Promise<string> {
  const options = await resolveConfig(join(root, file));
  return format(text, Object.assign({ filepath: file }, options));
}

async function writeGenerated(): Promise<void> {
  const dashboard = 'helm/platform/dashboard.json';
  writeIfStale(dashboard, await pretty(dashboard, dashboardJson()));
  for (const environment of ENVIRONMENTS) {
    const manifests = renderText('platform', { files: [environmentFile(environment)] });
    if (environment === COMMITTED_ENVIRONMENT) writeIfStale(`k8s/rendered/${environment}.yaml`, manifests);
    else if (!values.check) writeFileAt(`dist/rendered/${environment}.yaml`, manifests);
  }
  reportStale();
}

async function writeReleaseRecord(): Promise<void> {
  const file = 'k8s/released.json';
  writeIfStale(file, await pretty(file, renderReleaseRecord()));
  reportStale();
}

function reportStale(): void {
  if (stale.length === 0) return console.log('all generated files are up to date');
  if (!values.check) return console.log(`written: ${stale.join(', ')}`);
  console.error(`Stale: ${stale.join(', ')}. Run \`npm run charts\` and review the changes.`);
  process.exitCode = 1;
}

// npm changes to the folder of package.json; INIT_CWD is where the user typed the command.
const resolvePath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

async function packageCharts(): Promise<void> {
  const { key, 'passphrase-file': passphrase } = values;
  const signer =
    key === undefined ? undefined : await readSigner(resolvePath(key), passphrase && resolvePath(passphrase));
  const out = resolvePath(values.out);
  mkdirSync(out, { recursive: true });
  for (const name of ['platform', 'centres', 'agencies', ...SERVICES, 'common']) {
    const archive = packageChart(join(root, 'helm', name));
    writeFileSync(join(out, archive.file), archive.content);
    if (signer) writeFileSync(join(out, `${archive.file}.prov`), await signer.sign(buildProvenance(archive)));
    console.log(`${archive.digest}  ${archive.file}`);
  }
  if (signer) writeFileSync(join(out, 'keyring.gpg'), signer.keyring());
  console.log(signer ? `signed with the key ${signer.fingerprint}` : 'not signed: name a key with --key');
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  made: writeGenerated,
  package: packageCharts,
  released: writeReleaseRecord,
};

const [name = 'made', ...more] = positionals;
const command = more.length === 0 ? COMMANDS[name] : undefined;
if (values.help) {
  console.log(HELP);
} else if (!command) {
  console.error(`Command ${positionals.join(' ')} not found. Commands: package, released. See --help.`);
  process.exitCode = 1;
} else {
  try {
    await command();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
