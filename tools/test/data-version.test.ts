import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { claimDataVersion, DATA_VERSION, stampDataVersion } from '../platform/data-version.ts';

/** Data from before migrations, or of a newer release, is refused in one sentence; other older data is migrated. */

const root = join(import.meta.dirname, '../..');
let parent: string;
let data: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cups-shape-'));
  data = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Runs a tool with the Node that runs the tests, and without the store and the Kafka that those share. */
function tool(name: string, ...args: string[]) {
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), name, ...args];
  const { MONGODB_URI: _store, MONGODB_URI_FILE: _file, KAFKA_BROKERS: _kafka, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000, env });
  return { status, said: `${stdout}${stderr}`.trim() };
}

function writeOlderData(): void {
  mkdirSync(join(data, 'store'), { recursive: true });
  writeFileSync(join(data, 'store', 'applications.h2'), 'of a release without a stamp');
}

describe('npm start on data of an older version', () => {
  test('refuses in one sentence with the wipe command', () => {
    writeOlderData();
    const { status, said } = tool('start', '--data', data, '--port', '0', '--no-sample-data');
    expect(status).toBe(1);
    const [sentence, ...rest] = said.split('\n');
    expect(sentence).toMatch(/^The data in \S+ has data version 1, from before migrations existed: /);
    expect(sentence).toMatch(/`npm run cups -- wipe --data \S+` removes it/);
    expect(rest.join('')).toBe('');
    expect(readdirSync(data)).toEqual(['store']);
  }, 60_000);

  test('starts after the named wipe', () => {
    writeOlderData();
    const { status } = tool('wipe', '--data', data);
    expect([status, existsSync(data)]).toEqual([0, false]);
    claimDataVersion(data, root);
    expect(readFileSync(join(data, 'shape'), 'utf8')).toBe(`${DATA_VERSION}\n`);
  }, 60_000);
});

describe('a data folder', () => {
  test('is stamped when empty and accepted afterwards', () => {
    claimDataVersion(data, root);
    writeOlderData();
    expect(() => claimDataVersion(data, root)).not.toThrow();
  });

  test('counts as empty with newly mounted volumes', () => {
    mkdirSync(join(data, 'store', 'lost+found'), { recursive: true });
    mkdirSync(join(data, 'kafka'));
    claimDataVersion(data, root);
    expect(readFileSync(join(data, 'shape'), 'utf8')).toBe(`${DATA_VERSION}\n`);
  });

  test('of an earlier release is copied before it is migrated, once', () => {
    writeOlderData();
    writeFileSync(join(data, 'shape'), '2\n');
    expect(claimDataVersion(data, root)).toBe('older');
    writeFileSync(join(data, 'store', 'applications.h2'), 'half migrated');
    expect(claimDataVersion(data, root)).toBe('older');
    expect(readFileSync(join(data, 'store-version-2', 'applications.h2'), 'utf8')).toBe('of a release without a stamp');
    expect(readFileSync(join(data, 'shape'), 'utf8')).toBe('2\n');
    stampDataVersion(data);
    expect(claimDataVersion(data, root)).toBe('current');
  });

  test('of a newer release is refused', () => {
    mkdirSync(data);
    writeFileSync(join(data, 'shape'), `${DATA_VERSION + 1}\n`);
    expect(() => claimDataVersion(data, root)).toThrow('a newer data version');
  });

  test('is wiped without a name if it is the default', () => {
    mkdirSync(join(parent, '.cups/data/kafka'), { recursive: true });
    writeFileSync(join(parent, '.cups/data/kafka', 'meta.properties'), '');
    expect(() => claimDataVersion(join(parent, '.cups/data'), parent)).toThrow(/`npm run cups -- wipe` removes it/);
  });
});
