import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { SERVICES } from './services.ts';
import { dashboardJson } from './charts/dashboard.ts';
import { packageChart, buildProvenance } from './charts/package.ts';
import { renderReleaseRecord } from './charts/read-release.ts';
import { environmentFile, ENVIRONMENTS, renderText } from './charts/render.ts';
import { readSigner } from './charts/sign.ts';

const HELP = `npm run charts [-- <command> options]

Without a command it writes the dashboard of the platform and renders the pilot into k8s/rendered, so that a review sees
what a change of a chart does to a cluster. The other environments are rendered into dist/rendered, which is not committed.
With --check it writes nothing and fails when a committed file is stale.

  package    makes an archive of each chart; two of the same charts are equal to the byte
               --out <folder>             where to (default dist/charts)
               --key <file>               signs them with this private key of OpenPGP (armoured): a .prov beside each, and
                                          keyring.gpg, by which helm verify knows the key
               --passphrase-file <file>   of that key
  released   after a release: k8s/released.json says what of it the next one must leave as it is
  --help     this text
`;

const root = join(import.meta.dirname, '..');
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
/** The manifests that the repository keeps: one environment shows in a review what all of them get. */
const COMMITTED_ENVIRONMENT = 'pilot';
const stale: string[] = [];

/** Writes a file, or remembers that it should be written. */
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
  if (stale.length === 0) return console.log('everything that is made of its sources is as they say');
  if (!values.check) return console.log(`written: ${stale.join(', ')}`);
  console.error(`Stale: ${stale.join(', ')}. Look at what changes, then run \`npm run charts\`.`);
  process.exitCode = 1;
}

/** From where the person stands who typed the command: npm goes to the folder of its package.json. */
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
  console.error(`There is no command ${positionals.join(' ')}: package, released; --help tells more.`);
  process.exitCode = 1;
} else {
  try {
    await command();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
