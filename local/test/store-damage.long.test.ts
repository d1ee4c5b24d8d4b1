import { beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mongoose from 'mongoose';
import { startLocal, type LocalPlatform } from '../src/index.ts';
import { prepareStoreClassPath } from '../src/store.ts';

/** Damages every file of a store and checks that no damage stays silent. */

/** Number of places of each file; of files that are no different in the second case, only some. */
const PLACES = 100;
const SOME_PLACES = 20;

/** Number of folders that are verified at once. */
const THREADS = 3;

interface Person {
  _id: string;
  number: string;
  centre: string;
  rank: number;
  tags: string[];
  text: string;
}

/** A line of `cups.store.Verify`. */
interface VerifiedFolder {
  folder: string;
  refused?: string;
  documents?: number;
  faults?: string[];
  sum?: number;
  unreadable?: string;
  discardedBytes?: number;
}

const createPerson = (n: number): Person => ({
  _id: `person-${n}`,
  number: `N${(n * 7919) % 100_003}`,
  centre: `centre-${n % 26}`,
  rank: n % 977,
  tags: [`t${n % 5}`, `u${n % 7}`],
  text: `${'șțăâî'.repeat(n % 20)} ${n}`,
});

async function withClient<T>(
  local: LocalPlatform,
  work: (client: mongoose.mongo.MongoClient) => Promise<T>,
): Promise<T> {
  const client = new mongoose.mongo.MongoClient(local.mongoUri, { serverSelectionTimeoutMS: 5000, retryWrites: false });
  try {
    return await work(await client.connect());
  } finally {
    await client.close(true);
  }
}

const collectionsOf = (client: mongoose.mongo.MongoClient) =>
  [0, 1, 2].map((n) => client.db(n === 2 ? 'second' : 'first').collection<Person>(`people${n}`));

/** Writes thousands of documents: the older ones into SST files, the newest changes only into the log. */
async function fill(client: mongoose.mongo.MongoClient): Promise<Map<string, Person>> {
  const acknowledged = new Map<string, Person>();
  for (const people of collectionsOf(client)) {
    await people.createIndexes([
      { key: { number: 1 }, unique: true },
      { key: { centre: 1, rank: -1 } },
      { key: { tags: 1 } },
      { key: { rank: 1 }, partialFilterExpression: { rank: { $gt: 500 } } },
    ]);
  }
  const change = async (from: number, to: number): Promise<void> => {
    for (const people of collectionsOf(client)) {
      const added = Array.from({ length: to - from }, (_, n) => createPerson(from + n));
      await people.insertMany(added);
      for (const person of added) acknowledged.set(`${people.namespace} ${person._id}`, person);
      const ids = added.filter(({ rank }) => rank % 10 === 0).map(({ _id }) => _id);
      await people.updateMany({ _id: { $in: ids } }, { $set: { centre: 'moved' } });
      for (const _id of ids) acknowledged.get(`${people.namespace} ${_id}`)!.centre = 'moved';
      const removed = added.filter(({ rank }) => rank % 10 === 1).map(({ _id }) => _id);
      await people.deleteMany({ _id: { $in: removed } });
      for (const _id of removed) acknowledged.delete(`${people.namespace} ${_id}`);
    }
  };
  await change(0, 300);
  await client.db('admin').command({ fsync: 1 });
  await change(300, 600);
  await client.db('admin').command({ fsync: 1 });
  await change(600, 750);
  return acknowledged;
}

/** Answers what `cups.store.Verify` finds in folders, many in one process. */
class Verifier {
  readonly #java: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<string, (result: VerifiedFolder) => void>();
  errors = '';

  constructor(classPath: string) {
    this.#java = spawn('java', ['-Xmx512m', '-cp', classPath, 'cups.store.Verify', String(THREADS)]);
    this.#java.stderr.on('data', (text: Buffer) => (this.errors += text.toString()));
    createInterface(this.#java.stdout).on('line', (line) => {
      const result = JSON.parse(line) as VerifiedFolder;
      this.#waiting.get(result.folder)?.(result);
      this.#waiting.delete(result.folder);
    });
    this.#java.once('exit', () => {
      for (const [folder, done] of this.#waiting) done({ folder, unreadable: 'the process ended' });
    });
  }

  verify(folder: string): Promise<VerifiedFolder> {
    return new Promise((resolve) => {
      this.#waiting.set(folder, resolve);
      this.#java.stdin.write(`${folder}\n`);
    });
  }

  end(): void {
    this.#java.stdin.end();
  }
}

/** Copies a store's folder; files that the store only reads are shared. */
async function copyStore(from: string, to: string, except?: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (name === except || name === 'process.lock' || /^LO(CK|G)/.test(name)) continue;
    await (name === 'watermark' ? copyFile : link)(join(from, name), join(to, name));
  }
}

interface Damage {
  kind: 'flipped' | 'cut' | 'removed';
  file: string;
  at: number;
}

/** Lists the damages of a file: one byte flipped or everything after it cut, at places over its whole length. */
function listDamages(file: string, size: number, wanted: number): Damage[] {
  const count = Math.min(wanted, size);
  const places = Array.from({ length: count }, (_, n) => Math.floor((n * size) / count));
  // The last bytes are the most likely ones to be cut.
  if (size > wanted) places.push(size - 1);
  const both = places.flatMap((at): Damage[] => ['flipped', 'cut'].map((kind) => ({ kind, file, at }) as Damage));
  return [...both, { kind: 'removed', file, at: 0 }];
}

async function applyDamage(from: string, to: string, { kind, file, at }: Damage): Promise<void> {
  await copyStore(from, to, file);
  if (kind === 'removed') return;
  const target = join(to, file);
  await copyFile(join(from, file), target);
  if (kind === 'cut') return truncate(target, at);
  const bytes = await readFile(target);
  bytes[at] = bytes[at]! ^ (1 << (at % 8));
  await writeFile(target, bytes);
}

type Outcome = 'refused' | 'reported' | 'harmless' | 'silent';

/** Returns the outcome of one damage. `silent` must never be: an error is missing. */
function classify(result: VerifiedFolder, intact: VerifiedFolder): Outcome {
  if (result.refused) return IS_REFUSAL.test(result.refused) ? 'refused' : 'silent';
  if (result.unreadable) return 'reported';
  if (result.sum !== intact.sum) return 'silent';
  return result.faults!.length > 0 ? 'reported' : 'harmless';
}

const IS_REFUSAL = /^The data in \S+ is damaged \(.+\): restore a backup with `npm run cups -- restore`\.$/;

describe('A damaged store', () => {
  let folder: string;
  let verifier: Verifier;
  const acknowledged = new Map<string, Map<string, Person>>();

  beforeAll(async () => {
    // Each of the thousands of starts syncs files; in memory that takes no time.
    folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cups-damage-'));
    for (const end of ['killed', 'stopped']) {
      const local = await startLocal({ dataDir: join(folder, end), parts: ['store'] });
      try {
        acknowledged.set(end, await withClient(local, fill));
        if (end === 'killed') await local.killStore();
      } finally {
        await local.stop();
      }
    }
    verifier = new Verifier(await prepareStoreClassPath(() => {}));
  });

  afterAll(async () => {
    verifier.end();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(['killed', 'stopped'])(
    'is refused or reports the damage, whatever file it is in (%s)',
    async (end) => {
      const store = join(folder, end, 'store');
      const copy = join(folder, `${end}-intact`);
      await copyStore(store, copy);
      const intact = await verifier.verify(copy);
      expect(intact).toMatchObject({ faults: [], documents: expect.any(Number), sum: expect.any(Number) });
      const table: Record<string, Partial<Record<string, number>>> = {};
      const silent: object[] = [];
      for (const file of await readdir(store)) {
        if (file === 'process.lock' || /^LO(CK|G)/.test(file)) continue;
        const row = (table[file] = {} as Partial<Record<string, number>>);
        const wanted = end === 'stopped' && /sst$|^OPTIONS|^IDENTITY/.test(file) ? SOME_PLACES : PLACES;
        const damages = listDamages(file, (await stat(join(store, file))).size, wanted);
        const check = async (damage: Damage, n: number): Promise<void> => {
          const damaged = join(folder, `${file}-${n}`);
          await applyDamage(store, damaged, damage);
          const result = await verifier.verify(damaged);
          const outcome = classify(result, intact);
          const name = `${damage.kind} ${outcome}`;
          row[name] = (row[name] ?? 0) + 1;
          if (outcome === 'silent') silent.push({ damage, result });
          await rm(damaged, { recursive: true });
        };
        const rest = damages.entries();
        const worker = async (): Promise<void> => {
          for (const [n, damage] of rest) await check(damage, n);
        };
        await Promise.all(Array.from({ length: 2 * THREADS }, worker));
      }
      console.table(table);
      expect(silent).toEqual([]);
      const unexpected = verifier.errors
        .split('\n')
        .filter((line) => line && !/^The store (found|discarded) .+\.$/.test(line));
      expect(unexpected).toEqual([]);
    },
    180_000,
  );

  /** Starts the store on a damaged copy of the killed one. */
  async function withDamaged(
    damage: (store: string, files: string[]) => Promise<void>,
    work: (local: LocalPlatform, log: () => Promise<string[]>) => Promise<void>,
  ): Promise<void> {
    const dataDir = await mkdtemp(join(folder, 'server-'));
    const store = join(dataDir, 'store');
    await cp(join(folder, 'killed', 'store'), store, { recursive: true });
    await damage(store, await readdir(store));
    const log = async () => (await readFile(join(dataDir, 'store.log'), 'utf8')).split('\n').filter(Boolean);
    const local = await startLocal({ dataDir, parts: ['store'] });
    try {
      await work(local, log);
    } finally {
      await local.stop();
    }
  }

  const readAll = async (client: mongoose.mongo.MongoClient): Promise<Map<string, Person>> => {
    const found = new Map<string, Person>();
    for (const people of collectionsOf(client)) {
      for (const person of await people.find().toArray()) found.set(`${people.namespace} ${person._id}`, person);
    }
    return found;
  };

  const readStatus = async (client: mongoose.mongo.MongoClient) =>
    (await client.db('admin').command({ serverStatus: 1 }))['store'] as Record<string, number>;

  test('has every acknowledged document without damage, also after kill -9', async () => {
    await withDamaged(
      async () => {},
      async (local, log) => {
        await withClient(local, async (client) => {
          expect(await readAll(client)).toEqual(acknowledged.get('killed'));
          expect(await readStatus(client)).toEqual({
            syncs: expect.any(Number),
            recoveredChanges: expect.any(Number),
            discardedBytes: 0,
            damagedReads: 0,
            pendingErasures: 0,
            oldestErasureSeconds: 0,
          });
          expect((await readStatus(client))['recoveredChanges']).toBeGreaterThan(1_000);
        });
        expect(await log()).toEqual([]);
      },
    );
  });

  test('does not start, and says why in one sentence', async () => {
    const cutLog = withDamaged(
      async (store, files) => {
        const log = files.filter((name) => name.endsWith('.log')).at(-1)!;
        await truncate(join(store, log), (await stat(join(store, log))).size - 1);
      },
      async () => {},
    );
    await expect(cutLog).rejects.toThrow(
      /^The data in \S+ is damaged \(the log ends at change \d+, but change \d+ was acknowledged: the file \d+\.log is cut, damaged or missing\): restore a backup with `npm run cups -- restore`\.$/,
    );
  });

  test('names the log file with damage before its end', async () => {
    const store = join(folder, 'killed', 'store');
    const file = (await readdir(store)).filter((name) => name.endsWith('.log')).at(-1)!;
    const at = (await stat(join(store, file))).size >> 1;
    await applyDamage(store, join(folder, 'flipped-log'), { kind: 'flipped', file, at });
    const { refused } = await verifier.verify(join(folder, 'flipped-log'));
    expect(refused).toContain(`is damaged (checksum mismatch in the file ${file}): `);
  });

  test('refuses a whole last change with a wrong checksum, which may have been acknowledged', async () => {
    const copy = join(folder, 'torn-log');
    const file = (await readdir(join(folder, 'killed', 'store'))).filter((name) => name.endsWith('.log')).at(-1)!;
    await copyStore(join(folder, 'killed', 'store'), copy, file);
    await copyFile(join(folder, 'killed', 'store', file), join(copy, file));
    // A header that announces 50 bytes, and all of them.
    await appendFile(join(copy, file), Buffer.from([1, 2, 3, 4, 50, 0, 1, ...Buffer.alloc(50, 7)]));
    const { refused } = await verifier.verify(copy);
    expect(refused).toContain(`is damaged (checksum mismatch in the file ${file}): `);
  });

  test('reports an unfinished change that it discards', async () => {
    await withDamaged(
      async (store, files) => {
        const log = join(store, files.filter((name) => name.endsWith('.log')).at(-1)!);
        // A header that announces 1,000 bytes, and only some of them.
        await appendFile(log, Buffer.from([1, 2, 3, 4, 0xe8, 3, 1, ...Buffer.alloc(50, 7)]));
      },
      async (local, log) => {
        await withClient(local, async (client) => {
          expect(await readAll(client)).toEqual(acknowledged.get('killed'));
          expect(await readStatus(client)).toMatchObject({ discardedBytes: 57 });
        });
        expect(await log()).toEqual([
          expect.stringMatching(
            /^The store discarded 57 bytes at the end of the file \d+\.log after change \d+: an unfinished change, which was not acknowledged\.$/,
          ),
        ]);
        // What was recovered from a log that was cut short is whole again.
        await local.killStore();
        await local.restartStore();
        await withClient(local, async (client) => {
          expect(await readAll(client)).toEqual(acknowledged.get('killed'));
        });
      },
    );
  });

  test('answers a read of a damaged block with an error, logs it once, and serves on', async () => {
    await withDamaged(
      async (store, files) => {
        const tables = files.filter((name) => name.endsWith('.sst')).map((name) => join(store, name));
        for (const table of tables) {
          const bytes = await readFile(table);
          // The smallest ones hold the catalog, without which the store does not start.
          if (bytes.length > 20_000) bytes[bytes.length >> 1]! ^= 1;
          await writeFile(table, bytes);
        }
      },
      async (local, log) => {
        await withClient(local, async (client) => {
          for (let time = 0; time < 3; time += 1) {
            await expect(readAll(client)).rejects.toThrow(/block checksum mismatch/);
          }
          expect((await readStatus(client))['damagedReads']).toBeGreaterThanOrEqual(3);
          const { faults } = (await client.db('admin').command({ cupsVerify: 1 })) as unknown as { faults: string[] };
          expect(faults.length).toBeGreaterThan(0);
          for (const fault of faults) expect(fault).toMatch(/^block checksum mismatch: .+\.sst offset \d+ size \d+$/);
          const people = collectionsOf(client)[0]!;
          await people.insertOne(createPerson(100_000));
          expect(await people.findOne({ _id: 'person-100000' })).toEqual(createPerson(100_000));
        });
        const lines = await log();
        expect(lines.length).toBeGreaterThan(0);
        expect(new Set(lines).size).toBe(lines.length);
        for (const line of lines) {
          expect(line).toMatch(
            /^The store found damaged data \(block checksum mismatch: [^()]+\): stop it, and restore a backup with `npm run cups -- restore`\.$/,
          );
        }
        await local.restartStore();
      },
    );
  });

  test('rejects writes after a compaction read a damaged block, and neither ends nor forgets', async () => {
    await withDamaged(
      async (store, files) => {
        for (const name of files.filter((file) => file.endsWith('.sst'))) {
          const bytes = await readFile(join(store, name));
          if (bytes.length > 20_000) bytes[bytes.length >> 1]! ^= 1;
          await writeFile(join(store, name), bytes);
        }
      },
      async (local, log) => {
        const { store } = local.pids;
        const stored: string[] = [];
        const writeUntilRejected = (client: mongoose.mongo.MongoClient) => async () => {
          const people = collectionsOf(client)[0]!;
          // Each flush adds a file, and four files begin a compaction.
          for (let n = 200_000 + stored.length; n < 200_100; n += 1) {
            await people.insertOne(createPerson(n));
            stored.push(`person-${n}`);
            await client.db('admin').command({ fsync: 1 });
          }
        };
        await withClient(local, async (client) => {
          await expect(writeUntilRejected(client)()).rejects.toThrow(/block checksum mismatch/);
          await expect(collectionsOf(client)[1]!.insertOne(createPerson(300_000))).rejects.toThrow(/checksum mismatch/);
        });
        const expectStored = () =>
          withClient(local, async (client) => {
            const found = await collectionsOf(client)[0]!
              .find({ _id: { $in: stored } })
              .toArray();
            expect(found.map(({ _id }) => _id).sort()).toEqual([...stored].sort());
          });
        await expectStored();
        expect(local.pids.store).toBe(store);
        for (const line of await log()) expect(line).toMatch(/^The store found damaged data \(/);
        await local.restartStore();
        await expectStored();
      },
    );
  });

  test('refuses an older log that is cut or missing, although the newest one is whole', async () => {
    const dataDir = join(folder, 'logs');
    const local = await startLocal({ dataDir, parts: ['store'] });
    try {
      await withClient(local, async (client) => {
        const people = client.db('first').collection<Person>('people');
        await people.createIndex({ number: 1 });
        // More than one write buffer of documents, while the buffers of the catalog and the index are not full.
        for (let from = 0; from < 5_000; from += 500) {
          const text = 'ș'.repeat(2_000);
          await people.insertMany(Array.from({ length: 500 }, (_, n) => ({ ...createPerson(from + n), text })));
        }
      });
      await local.killStore();
    } finally {
      await local.stop();
    }
    const store = join(dataDir, 'store');
    const logs = (await readdir(store)).filter((name) => name.endsWith('.log')).sort();
    expect(logs.length).toBeGreaterThan(1);
    const intact = join(folder, 'logs-intact');
    await copyStore(store, intact);
    expect(await verifier.verify(intact)).toMatchObject({ faults: [], sum: expect.any(Number) });
    const file = logs[0]!;
    const { size } = await stat(join(store, file));
    const cuts = [0, size >> 2, size >> 1, size - 1].map((at): Damage => ({ kind: 'cut', file, at }));
    for (const damage of [...cuts, { kind: 'removed', file, at: 0 } satisfies Damage]) {
      const damaged = join(folder, `logs-${damage.kind}-${damage.at}`);
      await applyDamage(store, damaged, damage);
      const { refused = JSON.stringify(damage) } = await verifier.verify(damaged);
      expect(refused).toMatch(IS_REFUSAL);
      await rm(damaged, { recursive: true });
    }
  });
});
