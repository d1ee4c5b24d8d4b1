import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { listSettings, readSettings } from '../src/settings.ts';
import type { Setting, Settings } from '../src/settings.ts';

const meaning = 'For a test.';

/** Returns the value of one setting in an environment. */
function read(setting: Setting, variables: Record<string, string> = {}): unknown {
  return readSettings({ one: setting }, variables)['one'];
}

const storeUri: Setting = {
  name: 'MONGODB_URI',
  file: 'MONGODB_URI_FILE',
  type: 'store-uri',
  default: 'mongodb://127.0.0.1:27017',
  secret: true,
  meaning,
};

describe('readSettings of a present variable', () => {
  test.each<[string, Setting, string, unknown]>([
    ['a text without surrounding spaces', { name: 'X', type: 'text', meaning }, ' x ', 'x'],
    ['an integer', { name: 'X', type: 'number', meaning }, '12', 12],
    ['a negative number', { name: 'X', type: 'number', min: -5, meaning }, '-5', -5],
    ['minutes in milliseconds', { name: 'X', type: 'number', unit: 'minutes', meaning }, '2', 120_000],
    ['days in milliseconds', { name: 'X', type: 'number', unit: 'days', meaning }, '1', 86_400_000],
    ['a port', { name: 'X', type: 'port', meaning }, '0', 0],
    ['an IP address', { name: 'X', type: 'ip', meaning }, '::', '::'],
    ['an address', { name: 'X', type: 'address', meaning }, 'intake:50051', 'intake:50051'],
    ['a name with several addresses', { name: 'X', type: 'address', meaning }, 'dns:///intake:1', 'dns:///intake:1'],
    ['an IPv6 address', { name: 'X', type: 'address', meaning }, '[::1]:1', '[::1]:1'],
    ['an origin', { name: 'X', type: 'origin', meaning }, 'https://cups.example', 'https://cups.example'],
    ['a list without its empty parts', { name: 'X', type: 'list', meaning }, 'a, b,,c ', ['a', 'b', 'c']],
    ['a flag', { name: 'X', type: 'flag', meaning }, 'false', false],
    ['a choice', { name: 'X', type: 'choice', choices: ['a', 'b'], meaning }, 'b', 'b'],
    ['an environment', { name: 'X', type: 'environment', meaning }, 'production', 'production'],
    ['a path, made absolute', { name: 'X', type: 'path', meaning }, 'data', join(process.cwd(), 'data')],
    ['the address of the store', storeUri, 'mongodb://store', 'mongodb://store'],
  ])('reads %s', (_what, setting, text, value) => {
    expect(read(setting, { [setting.name]: text })).toEqual(value);
  });
});

describe('readSettings of an invalid variable', () => {
  test.each<[string, Setting, string, string]>([
    ['an invalid number', { name: 'X', type: 'number', meaning }, '1e3', 'a whole number from 0 to 9007199254740991'],
    ['a number out of range', { name: 'X', type: 'number', max: 10, meaning }, '12', 'a whole number from 0 to 10'],
    ['a port', { name: 'X', type: 'port', meaning }, '70000', 'a port from 0 to 65535'],
    ['an IP address', { name: 'X', type: 'ip', meaning }, 'all', 'an IP address, such as 127.0.0.1 or ::'],
    [
      'an address',
      { name: 'X', type: 'address', meaning },
      'http://x:1',
      'host:port, or dns:///host:port for all addresses behind a name',
    ],
    [
      'an address with an authority',
      { name: 'X', type: 'address', meaning },
      'dns://8.8.8.8/x:1',
      'host:port, or dns:///host:port for all addresses behind a name',
    ],
    [
      'an origin with a path',
      { name: 'X', type: 'origin', meaning },
      'https://cups.example/app',
      'an origin such as https://cups.example, without a path',
    ],
    ['a flag', { name: 'X', type: 'flag', meaning }, 'yes', 'true or false'],
    ['the name of a method', { name: 'X', type: 'flag', meaning }, 'toString', 'true or false'],
    ['a choice', { name: 'X', type: 'choice', choices: ['info', 'warn'], meaning }, 'loud', 'one of info, warn'],
    ['an environment', { name: 'X', type: 'environment', meaning }, 'prod', 'one of development, production'],
    ['a secret file', { name: 'X', type: 'secret-file', meaning }, '/no/such/file', 'name a file that can be read'],
  ])('rejects %s in one sentence without its value', (_what, setting, text, form) => {
    const message = `X must ${form.startsWith('name ') ? '' : 'be '}${form}.`;
    expect(() => read(setting, { X: text })).toThrow(new Error(message));
  });
});

describe('readSettings of an absent variable', () => {
  test.each<[string, Record<string, string>]>([
    ['absent', {}],
    ['empty', { X: '' }],
    ['blank', { X: ' ' }],
  ])('returns the default if it is %s', (_what, variables) => {
    expect(read({ name: 'X', type: 'text', default: 'd', meaning }, variables)).toBe('d');
    expect(read({ name: 'X', type: 'number', default: 1, unit: 'minutes', meaning }, variables)).toBe(60_000);
    expect(read({ name: 'X', type: 'list', default: ['a'], meaning }, variables)).toEqual(['a']);
    expect(read({ name: 'X', type: 'flag', default: false, meaning }, variables)).toBe(false);
    expect(read({ name: 'X', type: 'path', default: 'data', meaning }, variables)).toBe(join(process.cwd(), 'data'));
    expect(() => read({ name: 'X', type: 'text', meaning }, variables)).toThrow('X is not set; it must be a text.');
  });

  test('accepts an absent optional secret file', () => {
    expect(read({ name: 'X', type: 'secret-file', optional: true, meaning })).toBeUndefined();
    expect(() => read({ name: 'X', type: 'secret-file', meaning })).toThrow('X is not set; it must be a path.');
  });

  test('accepts an absent setting in development only if production requires it', () => {
    const table = {
      environment: { name: 'CUPS_ENV', type: 'environment', meaning },
      dir: { name: 'X', type: 'path', optional: true, requiredInProduction: true, meaning },
    } as const satisfies Settings;
    expect(() => readSettings(table, {})).toThrow(/^CUPS_ENV is not set/);
    expect(readSettings(table, { CUPS_ENV: 'development' }).dir).toBeUndefined();
    expect(() => readSettings(table, { CUPS_ENV: 'production' })).toThrow('X is not set; it must be a path.');
  });

  test.each([
    ['development', '127.0.0.1', ''],
    ['production', '::', undefined],
  ])('returns the default of its environment: %s', (environment, host, origin) => {
    const table = {
      environment: { name: 'CUPS_ENV', type: 'environment', meaning },
      host: { name: 'HOST', type: 'text', default: '127.0.0.1', inProduction: '::', meaning },
      within: { origin: { name: 'ORIGIN', type: 'origin', default: '', requiredInProduction: true, meaning } },
    } as const satisfies Settings;
    const read = () => readSettings(table, { CUPS_ENV: environment });
    if (origin === undefined) expect(read).toThrow(/^ORIGIN is not set; it must be an origin/);
    else expect(read()).toEqual({ environment, host, within: { origin } });
    const named = readSettings(table, { CUPS_ENV: environment, ORIGIN: 'https://cups.example' });
    expect(named).toEqual({ environment, host, within: { origin: 'https://cups.example' } });
  });
});

test('listSettings returns all settings, including those of nested tables', () => {
  const [one, other] = [{ name: 'A', type: 'text', meaning } as const, { name: 'B', type: 'flag', meaning } as const];
  expect(listSettings({ one, within: { other } })).toEqual([one, other]);
});

test('a file without secrets is reloaded on change, may be public and may be absent', () => {
  const { dir, remove } = temporaryDir();
  const file = join(dir, 'ca.crt');
  writeFileSync(file, 'one\n', { mode: 0o644 });
  const table = { ca: { name: 'CA', type: 'file', optional: true, meaning } } as const satisfies Settings;
  const { ca } = readSettings(table, { CA: file });
  expect(ca?.()).toBe('one');
  writeFileSync(file, 'two, longer\n');
  expect(ca?.()).toBe('two, longer');
  remove();
  expect(ca?.()).toBe('two, longer');
  expect(readSettings(table, {})).toEqual({ ca: undefined });
  expect(() => readSettings(table, { CA: file })).toThrow('CA must name a file that can be read.');
});

describe('a secret file', () => {
  test('is reloaded on change, and its last content stays while it is missing', () => {
    const { dir, remove } = temporaryDir();
    const file = join(dir, 'secret');
    writeFileSync(file, 'one\n', { mode: 0o600 });
    const { secret } = readSettings({ secret: { name: 'SECRET', type: 'secret-file', meaning } }, { SECRET: file });
    expect(secret()).toBe('one');
    writeFileSync(file, 'two, longer\n');
    expect(secret()).toBe('two, longer');
    remove();
    expect(secret()).toBe('two, longer');
  });

  test.each([
    [0o600, true],
    [0o400, true],
    [0o440, true],
    [0o640, true],
    [0o644, false],
    [0o604, false],
    [0o660, false],
    [0o602, false],
  ])('with mode %o is accepted: %s', (mode, isAccepted) => {
    const { dir, remove } = temporaryDir();
    const file = join(dir, 'secret');
    writeFileSync(file, 'mongodb://user:password@store');
    chmodSync(file, mode);
    const message = 'The file of MONGODB_URI_FILE must be readable by its owner only';
    if (isAccepted) expect(read(storeUri, { MONGODB_URI_FILE: file })).toBe('mongodb://user:password@store');
    else expect(() => read(storeUri, { MONGODB_URI_FILE: file })).toThrow(message);
    remove();
  });
});

test('the store URI comes from its variable, a file or the default', () => {
  const { dir, remove } = temporaryDir();
  const file = join(dir, 'uri');
  writeFileSync(file, '\n', { mode: 0o600 });
  expect(read(storeUri)).toBe('mongodb://127.0.0.1:27017');
  const both = { MONGODB_URI: 'mongodb://store', MONGODB_URI_FILE: file };
  expect(() => read(storeUri, both)).toThrow('MONGODB_URI and MONGODB_URI_FILE are both set; one must be.');
  expect(() => read(storeUri, { MONGODB_URI_FILE: file })).toThrow('MONGODB_URI_FILE names an empty file.');
  remove();
});
