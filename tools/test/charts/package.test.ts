import { cpSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { generateKey } from 'openpgp';
import { packageChart } from '../../cli/charts/package.ts';
import { environmentFile, helm, renderText } from '../../cli/charts/render.ts';

/** Charts as archives: the same for everybody, installed by Helm, signed by a key that is made here and thrown away. */

const root = join(import.meta.dirname, '..', '..', '..');
const work = temporaryDir();
const at = (...names: string[]) => join(work.dir, ...names);
const PASSPHRASE = 'correct horse';
const platformArchive = packageChart(join(root, 'helm/platform')).file;

function charts(...args: string[]) {
  const program = join(root, 'node_modules/.bin/node');
  const flags = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'charts', 'package'];
  return spawnSync(program, [...flags, ...args], { cwd: root, encoding: 'utf8' });
}

const verify = (archive: string, keyring: string) => helm(['verify', at('signed', archive), '--keyring', keyring]);

beforeAll(async () => {
  for (const [name, passphrase] of [
    ['charts', PASSPHRASE],
    ['other', ''],
  ] as const) {
    const { privateKey } = await generateKey({
      userIDs: [{ name: 'Charts', email: `${name}@cups.example` }],
      ...(passphrase && { passphrase }),
    });
    writeFileSync(at(`${name}.asc`), privateKey);
  }
  writeFileSync(at('passphrase'), `${PASSPHRASE}\n`);
  writeFileSync(at('wrong'), 'horse\n');
  const { status, stderr } = charts(
    '--out',
    at('signed'),
    '--key',
    at('charts.asc'),
    '--passphrase-file',
    at('passphrase'),
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
afterAll(() => work.remove());

const archives = () => readdirSync(at('signed')).filter((name) => name.endsWith('.tgz'));

test('writes an archive and a provenance of every chart', () => {
  expect(archives()).toHaveLength(readdirSync(join(root, 'helm')).length);
  for (const name of archives()) expect(statSync(at('signed', `${name}.prov`)).size).toBeGreaterThan(0);
});

test('writes reproducible archives', () => {
  const copy = at('helm');
  cpSync(join(root, 'helm'), copy, { recursive: true, verbatimSymlinks: true });
  cpSync(join(root, 'data'), at('data'), { recursive: true });
  utimesSync(join(copy, 'platform', 'rules.yaml'), 1, 1);
  for (const name of ['platform', 'centres', 'agencies']) {
    const { file, content } = packageChart(join(copy, name));
    expect(content.equals(readFileSync(at('signed', file)))).toBe(true);
  }
});

test('renders an archive as its folder', () => {
  const environment = environmentFile('production');
  const { stdout } = helm(['template', 'cups', at('signed', platformArchive), '-n', 'cups', '-f', environment]);
  expect(stdout).toBe(renderText('platform', { files: [environment] }));
  const centres = helm(['template', 'cups', at('signed', 'centres-0.1.0.tgz'), '-n', 'cups']);
  expect(centres.stdout).toBe(renderText('centres'));
});

describe('helm verify', () => {
  test('accepts every archive with the signer’s keyring', () => {
    for (const name of archives()) {
      const { status, stdout, stderr } = verify(name, at('signed', 'keyring.gpg'));
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
      expect(stdout).toMatch(/Signed by: ?Charts <charts@cups\.example>/);
    }
  });

  test('refuses another key and a changed archive', () => {
    expect(charts('--out', at('others'), '--key', at('other.asc')).status).toBe(0);
    expect(verify(platformArchive, at('others', 'keyring.gpg')).status).not.toBe(0);
    const centres = readFileSync(at('signed', 'centres-0.1.0.tgz'));
    writeFileSync(at('signed', 'centres-0.1.0.tgz'), readFileSync(at('signed', 'common-0.1.0.tgz')));
    expect(verify('centres-0.1.0.tgz', at('signed', 'keyring.gpg')).stderr).toMatch(/sha256/);
    writeFileSync(at('signed', 'centres-0.1.0.tgz'), centres);
  });
});

test('reports an unusable key in one sentence', () => {
  const refused = (...args: string[]) => charts('--out', at('refused'), ...args).stderr.trim();
  const key = at('charts.asc');
  expect(refused('--key', at('passphrase'))).toBe(`${at('passphrase')} holds no private key of OpenPGP in armour.`);
  expect(refused('--key', key)).toBe(`The key of ${key} has a passphrase: name its file.`);
  expect(refused('--key', key, '--passphrase-file', at('wrong'))).toBe(
    `The passphrase of ${at('wrong')} does not open the key of ${key}.`,
  );
});
