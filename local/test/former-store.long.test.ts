import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliDecompressSync } from 'node:zlib';
import mongoose from 'mongoose';
import { findRunningProcess, startLocal } from '../src/index.ts';
import { startParent, withFolder } from './folder.ts';

/**
 * Moves a folder that the former store of commit 2b41eb02 wrote and that was killed: the redo log is ahead of the last
 * checkpoint, and `expected.json` has what the former store returned just before.
 */
const FIXTURE = join(import.meta.dirname, 'fixtures/former-store.tar.br');

const { EJSON } = mongoose.mongo.BSON;

interface Content {
  indexes: Record<string, unknown>[];
  documents: mongoose.mongo.Document[];
}

/** Indexes and documents as text, by collection. */
type Comparable = Record<string, { indexes: string[]; documents: string[] }>;

async function withFormerFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    execFileSync('tar', ['-xf', '-', '-C', folder], { input: brotliDecompressSync(readFileSync(FIXTURE)) });
    await work(folder);
  });
}

/** Starts the store in a folder, reads everything as the fixture describes it, and stops the store. */
async function readStore(folder: string, onProgress: (line: string) => void = () => {}): Promise<Comparable> {
  const local = await startLocal({ dataDir: folder, parts: ['store'], onProgress });
  const client = new mongoose.mongo.MongoClient(local.mongoUri, { promoteValues: false, retryWrites: false });
  try {
    await client.connect();
    const found: Record<string, Content> = {};
    for (const database of ['one', 'two']) {
      for (const { name } of await client.db(database).listCollections().toArray()) {
        const collection = client.db(database).collection(String(name));
        found[`${database}.${String(name)}`] = {
          indexes: await collection.listIndexes().toArray(),
          documents: await collection.find().sort({ _id: 1 }).toArray(),
        };
      }
    }
    expect(await client.db('admin').command({ cupsverify: 1 })).toMatchObject({ ok: expect.anything() });
    return normalize(found);
  } finally {
    await client.close(true);
    await local.stop();
  }
}

/** Sorts indexes and documents, whose order is not part of the move. */
function normalize(content: Record<string, Content>): Comparable {
  const text = (value: object): string => EJSON.stringify(value, { relaxed: false });
  const sorted = Object.entries(content).map(([name, { indexes, documents }]) => [
    name,
    { indexes: indexes.map(text).sort(), documents: documents.map(text).sort() },
  ]);
  return Object.fromEntries(sorted) as Comparable;
}

async function expectedContent(folder: string): Promise<Comparable> {
  const text = await readFile(join(folder, 'expected.json'), 'utf8');
  return normalize(EJSON.parse(text, { relaxed: false }) as Record<string, Content>);
}

/** Returns the content of all files of a folder, by name. */
function readFiles(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

const storeFolders = (folder: string): string[] => readdirSync(folder).filter((name) => /^store(?!\.log)/.test(name));

describe('data of the former store', () => {
  test('moves with all documents, value types and indexes, and stays beside', async () => {
    await withFormerFolder(async (folder) => {
      const before = readFiles(join(folder, 'store'));
      const lines: string[] = [];
      expect(await readStore(folder, (line) => lines.push(line))).toEqual(await expectedContent(folder));
      expect(lines).toContain('store: moved; the former data (17 MiB) stays in store-h2 until you remove it');
      expect(lines.filter((line) => /^store: moving .*: \d+ documents$/.test(line)).length).toBeGreaterThan(0);
      expect(readFiles(join(folder, 'store-h2'))).toEqual(before);
      expect(storeFolders(folder)).toEqual(['store', 'store-h2']);
      const again: string[] = [];
      expect(await readStore(folder, (line) => again.push(line))).toEqual(await expectedContent(folder));
      expect(again.filter((line) => line.includes('mov'))).toEqual([]);
    });
  });

  test('enforces the unique indexes that it moved', async () => {
    await withFormerFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      const client = new mongoose.mongo.MongoClient(local.mongoUri, { retryWrites: false });
      try {
        await client.connect();
        const things = client.db('one').collection<{ _id: string; [field: string]: unknown }>('things');
        const insert = (fields: object) => things.insertOne({ _id: 'new', centre: 'none', ...fields });
        await expect(insert({ key: 'other key' })).rejects.toMatchObject({ code: 11000 });
        await expect(insert({ key: 'new', centre: 1, number: 7 })).rejects.toMatchObject({ code: 11000 });
        await expect(insert({ key: 'new', optional: 'o12' })).rejects.toMatchObject({ code: 11000 });
        // The redo log freed this value.
        await insert({ key: 'key 50', optional: 'o4' });
        const plan = await things.find({ 'tags.name': 'a1' }).explain();
        expect(JSON.stringify(plan)).toContain('tags.name_1');
      } finally {
        await client.close(true);
        await local.stop();
      }
    });
  });

  test('opens after its move was killed several times', async () => {
    await withFormerFolder(async (folder) => {
      const before = readFiles(join(folder, 'store'));
      const exists = (name: string) => existsSync(join(folder, name));
      const hasOpenCopy = () => {
        try {
          return readdirSync(join(folder, 'store.part')).some((name) => exists(`store.part/${name}/CURRENT`));
        } catch {
          // The next start has just removed it.
          return false;
        }
      };
      const points: [string, () => boolean][] = [
        ['the copy began', () => exists('store.part')],
        ['the importer opened the copy', hasOpenCopy],
        ['the copy was complete', () => exists('store.new') || exists('store-h2')],
        ['the former folder was renamed', () => exists('store-h2')],
      ];
      for (const [what, isReached] of points) {
        const parent = startParent({ dataDir: folder, parts: ['store'] });
        const ended = new Promise((resolve) => parent.once('exit', resolve));
        await pollUntil(isReached, what);
        parent.kill('SIGKILL');
        await ended;
        if (!exists('store-h2')) expect(readFiles(join(folder, 'store'))).toEqual(before);
        while ((await findRunningProcess(folder)) !== undefined) await nextTurn();
      }
      expect(await readStore(folder)).toEqual(await expectedContent(folder));
      expect(storeFolders(folder)).toEqual(['store', 'store-h2']);
      expect(readFiles(join(folder, 'store-h2'))).toEqual(before);
    });
  });

  test('continues between its steps', async () => {
    await withFormerFolder(async (folder) => {
      const path = (name: string) => join(folder, name);
      const expected = await expectedContent(folder);
      // Killed while it copied.
      await mkdir(path('store.part/copy-1'), { recursive: true });
      await writeFile(path('store.part/copy-1/CURRENT'), 'half');
      expect(await readStore(folder)).toEqual(expected);
      expect(storeFolders(folder)).toEqual(['store', 'store-h2']);
      // Killed before the first rename; the former release may have written since then.
      await rename(path('store'), path('store.new'));
      await writeFile(path('store.new/CURRENT'), 'older');
      await rename(path('store-h2'), path('store'));
      expect(await readStore(folder)).toEqual(expected);
      expect(storeFolders(folder)).toEqual(['store', 'store-h2']);
      // Killed between the renames.
      await rename(path('store'), path('store.new'));
      expect(await readStore(folder)).toEqual(expected);
      expect(storeFolders(folder)).toEqual(['store', 'store-h2']);
      // A restored copy of the former data moves again.
      await rm(path('store'), { recursive: true });
      await cp(path('store-h2'), path('store'), { recursive: true });
      expect(await readStore(folder)).toEqual(expected);
      expect(storeFolders(folder)).toEqual(['store', 'store-h2', 'store-h2-2']);
    });
  });

  test.each<[string, string, (store: string) => Promise<void>]>([
    ['store.mv without its second half', 'store.mv is', async (store) => cut(join(store, 'store.mv'), 0.5)],
    ['store.mv without its last byte', 'store.mv is cut', async (store) => shorten(join(store, 'store.mv'), 1)],
    ['an empty store.mv', 'store.mv is unreadable', async (store) => cut(join(store, 'store.mv'), 0)],
    ['no store.mv', 'store.mv is missing', (store) => rm(join(store, 'store.mv'))],
    ['a cut redo log', 'redo-[01].log is cut', async (store) => cut(join(store, await newestLog(store)), 0.9)],
    ['no redo log', 'redo-[01].log is missing', async (store) => rm(join(store, await newestLog(store)))],
    [
      'a redo log with a flipped byte',
      'redo-[01].log has an unreadable change',
      async (store) => flip(join(store, await newestLog(store)), 100),
    ],
  ])('is refused and left alone with %s', async (_what, fault, damage) => {
    await withFormerFolder(async (folder) => {
      const store = join(folder, 'store');
      await damage(store);
      const before = readFiles(store);
      const sentence = `^The data in ${store} cannot be moved to the store's new format: ${fault}.*\\. Nothing was changed: restore a backup`;
      for (let round = 0; round < 2; round += 1) await expect(readStore(folder)).rejects.toThrow(new RegExp(sentence));
      expect(readFiles(store)).toEqual(before);
      expect(storeFolders(folder)).toEqual(['store']);
    });
  });

  test('reports an incomplete last change, which was not acknowledged', async () => {
    await withFormerFolder(async (folder) => {
      const log = join(folder, 'store', await newestLog(join(folder, 'store')));
      const bytes = await readFile(log);
      let end = 0;
      const generation = bytes.readBigInt64BE(8);
      while (bytes.readBigInt64BE(end + 8) === generation) end += 16 + bytes.readInt32BE(end);
      // The header of a record without its content.
      bytes.copy(bytes, end, 0, 16);
      await writeFile(log, bytes);
      const lines: string[] = [];
      expect(await readStore(folder, (line) => lines.push(line))).toEqual(await expectedContent(folder));
      expect(lines).toContainEqual(
        expect.stringMatching(/^store: the log ends with an incomplete change of \d+ bytes/),
      );
    });
  });

  test('moves all documents without the last block of store.mv, and reports it', async () => {
    await withFormerFolder(async (folder) => {
      await shorten(join(folder, 'store', 'store.mv'), 4096);
      const lines: string[] = [];
      const found = await readStore(folder, (line) => lines.push(line));
      const expected = await expectedContent(folder);
      const documents = (content: typeof found) => Object.values(content).map((one) => one.documents);
      expect(documents(found)).toEqual(documents(expected));
      expect(lines).toContainEqual(expect.stringContaining('store.mv ends before its last checkpoint'));
    });
  });

  test('is copied to a disk with room only', async () => {
    await withFormerFolder(async (folder) => {
      // A sparse file, larger than any disk of a test.
      await writeFile(join(folder, 'store', 'large'), '');
      await truncate(join(folder, 'store', 'large'), 2 ** 43);
      await expect(readStore(folder)).rejects.toThrow(/free disk space, and start again\.$/);
      expect(storeFolders(folder)).toEqual(['store']);
    });
  });
});

/** Waits for a state that may last a few milliseconds. */
async function pollUntil(isReached: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isReached()) {
    if (Date.now() > deadline) throw new Error(`waited 30 s until ${what}`);
    await nextTurn();
  }
}

async function shorten(file: string, bytes: number): Promise<void> {
  await truncate(file, (await stat(file)).size - bytes);
}

async function cut(file: string, share: number): Promise<void> {
  await truncate(file, Math.floor((await stat(file)).size * share));
}

async function flip(file: string, position: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, position);
    await handle.write(Buffer.from([byte[0]! ^ 0x41]), 0, 1, position);
  } finally {
    await handle.close();
  }
}

/** Returns the name of the redo log with the newest generation. */
async function newestLog(store: string): Promise<string> {
  const names = ['redo-0.log', 'redo-1.log'];
  const generations = await Promise.all(
    names.map(async (name) => (await readFile(join(store, name))).readBigInt64BE(8)),
  );
  return names[generations[0]! > generations[1]! ? 0 : 1]!;
}
