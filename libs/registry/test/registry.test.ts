import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { watchRegistry } from '../src/index.ts';
import type { Registry, RegistryParser, RegistryProblem } from '../src/index.ts';
import { eventually, temporaryDir } from '@cups/testing';

/** Parses files of the form `code=value`. Codes must be unique. */
const parse: RegistryParser<string> = (files) => {
  const entries = new Map<string, string>();
  const problems: RegistryProblem[] = [];
  for (const { path, text } of files) {
    const [code, value] = text.split('=');
    if (!code || !value) problems.push({ file: path, message: 'must be code=value' });
    else if (entries.has(code)) problems.push({ file: path, message: 'duplicate code' });
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

describe('watchRegistry', () => {
  test('loads all files with its extension and reports them at the start', async () => {
    write('a.yaml', 'a=1');
    write('b.yaml', 'b=2');
    write('notes.txt', 'x');
    write('.hidden.yaml', 'x');
    await startRegistry();
    expect(entries()).toEqual({ a: '1', b: '2' });
    expect(changes).toEqual([[{ a: '1', b: '2' }, []]]);
    expect(registry?.generation).toBe(1);
  });

  test('waits for an optional folder, which the start of any other needs', async () => {
    const later = join(dir, 'later');
    await expect(startRegistry(later)).rejects.toThrow('later cannot be read');
    registry = await watchRegistry({ dir: later, isOptional: true, parse, pollMs: 50 });
    expect([entries(), problems()]).toEqual([{}, []]);
    mkdirSync(later);
    writeFileSync(join(later, 'a.yaml'), 'a=1');
    await eventually(() => entries()['a'] === '1');
    expect(problems()).toEqual([]);
    rmSync(later, { recursive: true });
    await eventually(() => problems().length > 0);
    expect(entries()).toEqual({ a: '1' });
  });

  test('loads a new and a changed file, each as a generation', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2');
    write('a.yaml', 'a=one');
    await eventually(() => entries()['a'] === 'one');
    expect(registry?.generation).toBe(3);
    expect(problems()).toEqual([]);
  });

  test('loads a new file through the file watch alone', async () => {
    write('a.yaml', 'a=1');
    await startRegistry(dir, 1e9);
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2');
  });

  test('keeps the last valid entry of an invalid file, while others change', async () => {
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

  test('leaves out a file that is invalid from the start', async () => {
    write('a.yaml', 'broken');
    write('b.yaml', 'b=2');
    await startRegistry();
    expect(entries()).toEqual({ b: '2' });
    expect(problems()).toEqual(['a.yaml: must be code=value']);
  });

  test('rejects a second file with the same code', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    write('b.yaml', 'a=2');
    await eventually(() => problems().length === 1);
    expect(entries()).toEqual({ a: '1' });
  });

  test('keeps the last valid set if old and new files conflict', async () => {
    write('a.yaml', 'x=1');
    write('b.yaml', 'y=2');
    await startRegistry();
    // Invalid b falls back to y, which the new a uses: the fallback must not lose an entry.
    write('a.yaml', 'y=1');
    write('b.yaml', 'broken');
    await eventually(() => problems().length > 0 && problems().some((line) => line.startsWith('b.yaml')));
    expect(entries()).toEqual({ x: '1', y: '2' });
  });

  test('reports a deleted file and keeps its entry until it returns', async () => {
    write('a.yaml', 'a=1');
    write('b.yaml', 'b=2');
    await startRegistry();
    rmSync(join(dir, 'a.yaml'));
    await eventually(() => problems().length === 1);
    expect(problems()).toEqual(['a.yaml: the file was deleted']);
    expect(entries()).toEqual({ a: '1', b: '2' });
    expect(registry?.generation).toBe(1);
    write('a.yaml', 'a=1');
    await eventually(() => problems().length === 0);
    expect(registry?.generation).toBe(1);
  });

  test('tolerates a folder that disappears briefly', async () => {
    write('a.yaml', 'a=1');
    await startRegistry();
    renameSync(dir, `${dir}-away`);
    expect(entries()).toEqual({ a: '1' });
    renameSync(`${dir}-away`, dir);
    write('b.yaml', 'b=2');
    await eventually(() => entries()['b'] === '2');
  });

  test('reports a folder that stays unreadable, until it returns', async () => {
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

  test('detects swapped symbolic links of a ConfigMap', async () => {
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

  test('has the same content hash on replicas with equal files', async () => {
    write('a.yaml', 'a=1');
    const first = await startRegistry();
    write('a.yaml', 'a=2');
    await eventually(() => entries()['a'] === '2');
    const second = await watchRegistry({ dir, parse });
    expect(second.contentHash).toBe(first.contentHash);
    expect(second.generation).not.toBe(first.generation);
    second.close();
  });

  test('throws at the start for a missing folder', async () => {
    await expect(watchRegistry({ dir: join(dir, 'none'), parse })).rejects.toThrow(
      /^REGISTRY_DIR must name a folder of data: .*none cannot be read\.$/,
    );
  });
});
