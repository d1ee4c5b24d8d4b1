import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { resolvePath } from '../program.ts';
import { SERVICES } from '../../platform/services.ts';
import { dashboardJson } from './dashboard.ts';
import { packageChart, buildProvenance } from './package.ts';
import { renderReleaseRecord } from './read-release.ts';
import { environmentFile, ENVIRONMENTS, renderText } from './render.ts';
import { readSigner } from './sign.ts';

const root = join(import.meta.dirname, '../../..');

export interface PackageOptions {
  out: string;
  key?: string;
  passphraseFile?: string;
}

/** Rendered environment that is committed for reviews. */
const COMMITTED_ENVIRONMENT = 'pilot';

/** Writes a stale file, unless it only checks. @returns its name when it was stale */
function writeIfStale(file: string, wanted: string, isCheck: boolean): string[] {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return [];
  if (!isCheck) writeFileAt(file, wanted);
  return [file];
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

/** Writes or checks the dashboard and the rendered charts. @returns the exit code */
export async function writeGenerated(isCheck: boolean): Promise<number> {
  const dashboard = 'helm/platform/dashboard.json';
  const stale = writeIfStale(dashboard, await pretty(dashboard, dashboardJson()), isCheck);
  for (const environment of ENVIRONMENTS) {
    const manifests = renderText('platform', { files: [environmentFile(environment)] });
    if (environment === COMMITTED_ENVIRONMENT) {
      stale.push(...writeIfStale(`k8s/rendered/${environment}.yaml`, manifests, isCheck));
    } else if (!isCheck) writeFileAt(`dist/rendered/${environment}.yaml`, manifests);
  }
  return reportStale(stale, isCheck);
}

/** Records what the next release must keep. @returns the exit code */
export async function writeReleaseRecord(isCheck: boolean): Promise<number> {
  const file = 'k8s/released.json';
  return reportStale(writeIfStale(file, await pretty(file, renderReleaseRecord()), isCheck), isCheck);
}

function reportStale(stale: string[], isCheck: boolean): number {
  if (stale.length > 0 && isCheck) {
    console.error(`Stale: ${stale.join(', ')}. Run \`npm run cups -- charts\` and review the changes.`);
    return 1;
  }
  console.log(stale.length === 0 ? 'all generated files are up to date' : `written: ${stale.join(', ')}`);
  return 0;
}

export async function packageCharts(values: PackageOptions): Promise<void> {
  const { key, passphraseFile: passphrase } = values;
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
