import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/**
 * `node libs/agency-kit/pack.ts` builds `dist/cups-agency-<version>.tgz` and its checksum: the kit in one file,
 * without dependencies, for Node 20.
 * `--out` names another folder, which is emptied. Builds are reproducible: npm gives every file the same time and
 * mode.
 */

const here = import.meta.dirname;
const root = join(here, '../..');
const { out: dist = join(here, 'dist') } = parseArgs({ options: { out: { type: 'string' } } }).values;
const { version, license } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Record<string, string>;

/** Files beside the bundle: the broker is compiled from source where the kit runs. */
const BROKER_FILES = ['Kafka.java', 'kafka.pom.xml', 'log4j2.properties'];

const folder = mkdtempSync(join(tmpdir(), 'cups-agency-'));
try {
  const packages = await bundle(join(folder, 'bin/cups-agency.mjs'));
  chmodSync(join(folder, 'bin/cups-agency.mjs'), 0o755);
  for (const file of BROKER_FILES) cpSync(join(root, 'local', file), join(folder, file));
  cpSync(join(here, 'README.md'), join(folder, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), packages.map(noticeOf).join('\n'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  pack();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function manifest() {
  return {
    name: 'cups-agency',
    version,
    description: 'Tests the system of an agency against the published contract by playing the platform.',
    license,
    type: 'module',
    bin: { 'cups-agency': 'bin/cups-agency.mjs' },
    engines: { node: '>=20.11' },
  };
}

/**
 * Builds the bundle.
 * @returns folders of the packages in it
 */
async function bundle(outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(here, 'src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    // CommonJS packages need a require function.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const files = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)![0]);
  return [...new Set(folders)].sort();
}

function noticeOf(packagePath: string): string {
  const packageFolder = join(root, packagePath);
  const about = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as Record<string, string>;
  const notices = readdirSync(packageFolder)
    .filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name))
    .sort();
  const texts = notices.map((name) => readFileSync(join(packageFolder, name), 'utf8').trim());
  return [`${about['name']} ${about['version']} (${about['license']})`, ...texts, ''].join('\n\n');
}

function pack(): void {
  mkdirSync(dist, { recursive: true });
  // Files of an older version would be published too.
  for (const old of readdirSync(dist)) rmSync(join(dist, old));
  const name = `cups-agency-${version}.tgz`;
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dist, folder], { stdio: 'pipe' });
  const sum = createHash('sha256')
    .update(readFileSync(join(dist, name)))
    .digest('hex');
  writeFileSync(join(dist, `${name}.sha256`), `${sum}  ${name}\n`);
}
