import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { watchRegistry } from '../src/index.ts';
import type { Registry, RegistryParser, RegistryProblem } from '../src/index.ts';
import { eventually, temporaryDir } from '@cups/testing';

/** Files of the form `code=value`; two files may not claim one code. */
const parse: RegistryParser<string> = (files) => {
  const entries = new Map<string, string>();
  const problems: RegistryProblem[] = [];
  for (const { path, text } of files) {
    const [code, value] = text.split('=');
    if (!code || !value) problems.push({ file: path, message: 'must be code=value' });
    else if (entries.has(code)) problems.push({ file: path, message: 'the code is taken' });
    else entries.set(code, value);
  }
  return { entries, problems };
};

let dir: string;
let remove: () => void;
let registry: Registry<string> | undefined;
let changes: [Record<string, string>, string[]][];

beforeEach(() => {
  ({ dir, remove } = temporaryDir());
  changes = [];
});
afterEach(() => {
  registry?.close();
  remove();
});

const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
async function startRegistry(folder = dir, pollMs = 50): Promise<Registry<string>> {
  return (registry = await watchRegistry({
    dir: folder,
    parse,
    pollMs,
    onChange: (entries, problems) =>
      void changes.push([Object.fromEntries(entries), problems.map(({ file, message }) => `${file}: ${message}`)]),
  }));
}
const entries = () => Object.fromEntries(registry?.current() ?? []);
const problems = () => (registry?.problems() ?? []).map(({ file, message }) => `${file}: ${message}`);

describe('a registry', () => {
  test('holds the entries of its files, of its ending only, and tells them at the start', async () => {
    write('a.yaml', 'a=1');
    write('b.yaml', 'b=2');
    write('notes.txt', 'x');
    write('.hidden.yaml', 'x');
    await startRegistry();
    expect(entries()).toEqual({ a: '1', b: '2' });
    expect(changes).toEqual([[{ a: '1', b: '2' }, []]]);
    expect(registry?.generation).toBe(1);
  });

  test('takes a new and a changed file, each a generation', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2');
    write('a.yaml', 'a=one');
    await eventually(() => entries()['a'] === 'one');
    expect(registry?.generation).toBe(3);
    expect(problems()).toEqual([]);
  });

  test('takes a new file within a moment by its watch alone', async () => {
    write('a.yaml', 'a=1');
    await startRegistry(dir, 1e9);
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2', { timeoutMs: 2_000 });
  });

  test('keeps the last good entry of a broken file, while others change', async () => {
    write('a.yaml', 'a=1');
    write('b.yaml', 'b=2');
    await startRegistry();
    write('a.yaml', 'broken');
    await eventually(() => problems().length === 1);
    write('b.yaml', 'b=3');
    await eventually(() => entries()['b'] === '3');
    expect(entries()).toEqual({ a: '1', b: '3' });
    expect(problems()).toEqual(['a.yaml: must be code=value']);
    write('a.yaml', 'a=4');
    await eventually(() => entries()['a'] === '4');
    expect(problems()).toEqual([]);
  });

  test('leaves out a file that was broken from the start, and only that one', async () => {
    write('a.yaml', 'broken');
    write('b.yaml', 'b=2');
    await startRegistry();
    expect(entries()).toEqual({ b: '2' });
    expect(problems()).toEqual(['a.yaml: must be code=value']);
  });

  test('refuses a second file with the code of another', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    write('b.yaml', 'a=2');
    await eventually(() => problems().length === 1);
    expect(entries()).toEqual({ a: '1' });
  });

  test('keeps the whole last good set where good and new files do not go together', async () => {
    write('a.yaml', 'x=1');
    write('b.yaml', 'y=2');
    await startRegistry();
    // b is broken and would fall back to y, which the new a claims: the fall-back must not lose an entry.
    write('a.yaml', 'y=1');
    write('b.yaml', 'broken');
    await eventually(() => problems().length > 0 && problems().some((line) => line.startsWith('b.yaml')));
    expect(entries()).toEqual({ x: '1', y: '2' });
  });

  test('a vanished file is a problem, and its entry stays; its return ends the problem', async () => {
    write('a.yaml', 'a=1');
    write('b.yaml', 'b=2');
    await startRegistry();
    rmSync(join(dir, 'a.yaml'));
    await eventually(() => problems().length === 1);
    expect(problems()).toEqual(['a.yaml: the file has vanished']);
    expect(entries()).toEqual({ a: '1', b: '2' });
    expect(registry?.generation).toBe(1);
    write('a.yaml', 'a=1');
    await eventually(() => problems().length === 0);
    expect(registry?.generation).toBe(1);
  });

  test('a folder that vanishes and comes back harms nothing', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    renameSync(dir, `${dir}-away`);
    expect(entries()).toEqual({ a: '1' });
    renameSync(`${dir}-away`, dir);
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2');
  });

  test('a folder that stays unreadable is a problem, until it is there again', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    renameSync(dir, `${dir}-away`);
    await eventually(() => problems().join() === '.: the folder cannot be read');
    expect(changes.at(-1)).toEqual([{ a: '1' }, ['.: the folder cannot be read']]);
    renameSync(`${dir}-away`, dir);
    await eventually(() => problems().length === 0);
    expect(entries()).toEqual({ a: '1' });
    expect(registry?.generation).toBe(1);
  });

  test('follows symbolic links that are swapped, as a ConfigMap does', async () => {
    const version = (name: string, files: Record<string, string>) => {
      mkdirSync(join(dir, name));
      for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, name, file), text);
      symlinkSync(name, join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
    };
    version('..2025_01', { 'a.yaml': 'a=1' });
    symlinkSync(join('..data', 'a.yaml'), join(dir, 'a.yaml'));
    await startRegistry();
    expect(entries()).toEqual({ a: '1' });
    version('..2025_02', { 'a.yaml': 'a=2', 'b.yaml': 'b=2' });
    symlinkSync(join('..data', 'b.yaml'), join(dir, 'b.yaml'));
    rmSync(join(dir, '..2025_01'), { recursive: true });
    await eventually(() => entries()['a'] === '2' && entries()['b'] === '2');
    expect(problems()).toEqual([]);
  });

  test('two replicas that see equal files have the same hash of the content, whatever came before', async () => {
    write('a.yaml', 'a=1');
    const first = await startRegistry();
    write('a.yaml', 'a=2');
    await eventually(() => entries()['a'] === '2');
    const second = await watchRegistry({ dir, parse });
    expect(second.contentHash).toBe(first.contentHash);
    expect(second.generation).not.toBe(first.generation);
    second.close();
  });

  test('a folder that is not there is an error at the start', async () => {
    await expect(watchRegistry({ dir: join(dir, 'none'), parse })).rejects.toThrow(
      /^CUPS_DATA must name a folder of data: .*none cannot be read\.$/,
    );
  });
});
