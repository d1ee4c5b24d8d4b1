import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { runKillRound, type Thing } from '../kill-rounds.ts';
import { startLocal, type LocalPlatform } from '../src/index.ts';
import { isProcessRunning, waitUntil, withFolder } from './folder.ts';

type Things = mongoose.mongo.Collection<Thing>;

async function withStore(work: (local: LocalPlatform, things: Things, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const local = await startLocal({ dataDir: folder, parts: ['store'] });
    try {
      await withClient(local, (things) => work(local, things, folder));
    } finally {
      await local.stop();
    }
  });
}

async function withClient(local: LocalPlatform, work: (things: Things) => Promise<void>): Promise<void> {
  const client = new mongoose.mongo.MongoClient(local.mongoUri, { serverSelectionTimeoutMS: 5000, retryWrites: false });
  try {
    await client.connect();
    const things = client.db('test').collection<Thing>('things');
    await things.createIndex({ key: 1 }, { unique: true });
    await work(things);
  } finally {
    await client.close(true);
  }
}

const createThing = (id: string): Thing => ({ _id: id, key: `key of ${id}`, revision: 1, parts: [] });

describe('Store', () => {
  test('keeps acknowledged writes and agreeing indexes after kill -9 under load', async () => {
    await withFolder(async (folder) => {
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      try {
        for (let round = 0; round < 6; round++) {
          const found = await runKillRound(local, round, 100 + round * 60);
          expect(found).toMatchObject({ lost: [], faults: [], missingEntries: 0, orphanEntries: 0 });
          expect(found.documents).toBeGreaterThanOrEqual(100);
          expect(found.entries).toBeGreaterThan(200);
        }
      } finally {
        await local.stop();
      }
    });
  });

  test('rejects a document over 16 MiB and keeps acknowledged writes after kill -9', async () => {
    await withStore(async (local, things) => {
      const text = 'x'.repeat(9 << 20);
      await things.insertOne({ ...createThing('big'), parts: [{ seq: 1, text }] });
      await expect(
        things.updateOne({ _id: 'big' }, { $set: { key: 'other' }, $push: { parts: { seq: 2, text } } }),
      ).rejects.toMatchObject({ code: 17419 });
      await things.insertMany([createThing('after'), { ...createThing('taker'), key: 'other' }]);
      await local.killStore();
      await local.restartStore();
      await withClient(local, async (again) => {
        const found = await again.find({}, { projection: { key: 1, 'parts.seq': 1 } }).toArray();
        expect(found).toEqual([
          { _id: 'after', key: 'key of after', parts: [] },
          { _id: 'big', key: 'key of big', parts: [{ seq: 1 }] },
          { _id: 'taker', key: 'other', parts: [] },
        ]);
        await expect(again.insertOne({ ...createThing('x'), key: 'key of big' })).rejects.toMatchObject({
          code: 11000,
        });
        expect(await again.findOne({ key: 'key of big' }, { projection: { _id: 1 } })).toEqual({ _id: 'big' });
      });
    });
  });

  test('accepts exactly one of many concurrent conditional updates', async () => {
    await withStore(async (_local, things) => {
      await things.insertOne(createThing('one'));
      for (let revision = 1; revision <= 50; revision++) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () =>
            things.findOneAndUpdate({ _id: 'one', revision }, { $inc: { revision: 1 } }, { returnDocument: 'after' }),
          ),
        );
        expect(answers.filter((answer) => answer !== null).map((answer) => answer.revision)).toEqual([revision + 1]);
      }
      const results = await Promise.all(
        Array.from({ length: 40 }, () =>
          things.findOneAndUpdate({ _id: 'one' }, { $inc: { revision: 1 } }, { returnDocument: 'after' }),
        ),
      );
      expect(results.map((answer) => answer?.revision).sort((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, n) => 52 + n),
      );
    });
  });

  test('keeps indexes and dropped collections after kill -9', async () => {
    await withStore(async (local, things) => {
      await things.insertMany([createThing('a'), createThing('b')]);
      const other = things.db.collection('others');
      await other.insertOne({ n: 1 });
      await other.drop();
      await local.killStore();
      await local.restartStore();
      await withClient(local, async (again) => {
        expect(await again.countDocuments()).toBe(2);
        expect((await again.indexes()).map((index) => index.name)).toEqual(expect.arrayContaining(['_id_', 'key_1']));
        expect((await again.db.listCollections().toArray()).map((collection) => collection.name)).toEqual(['things']);
      });
    });
  });

  test('rejects a unique index over duplicates, also after a restart', async () => {
    await withStore(async (local, things) => {
      const doubles = things.db.collection<Thing>('doubles');
      await doubles.insertMany(
        ['a', 'b', 'c'].map((id) => ({ ...createThing(id), key: id === 'c' ? 'other' : 'same' })),
      );
      const build = (of: mongoose.mongo.Collection<Thing>) =>
        of.createIndexes([{ key: { revision: 1 } }, { key: { key: 1 }, unique: true }]);
      const names = async (of: mongoose.mongo.Collection<Thing>) => (await of.indexes()).map(({ name }) => name);
      for (let time = 0; time < 3; time += 1) {
        await expect(build(doubles)).rejects.toMatchObject({ code: 11000, codeName: 'DuplicateKey' });
        expect(await names(doubles)).not.toContain('key_1');
      }
      await local.restartStore();
      await withClient(local, async (again) => {
        const same = again.db.collection<Thing>('doubles');
        await expect(build(same)).rejects.toMatchObject({ code: 11000 });
        await same.deleteOne({ _id: 'b' });
        await build(same);
        expect(await names(same)).toContain('key_1');
        for (const key of ['same', 'other'])
          await expect(same.insertOne({ ...createThing('d'), key })).rejects.toMatchObject({ code: 11000 });
        expect(await same.findOne({ key: 'other' })).toMatchObject({ _id: 'c' });
      });
    });
  });

  test('preserves every type of value across a restart', async () => {
    await withStore(async (local, things) => {
      const { Binary, Decimal128, Int32, Long, ObjectId } = mongoose.mongo.BSON;
      const all = {
        date: new Date('2026-03-01T10:00:00.123Z'),
        int: new Int32(7),
        long: Long.fromString('9007199254740993'),
        double: 1.5,
        decimal: Decimal128.fromString('10.25'),
        id: new ObjectId(),
        bytes: new Binary(Buffer.from([0, 255, 7])),
        nothing: null,
        yes: true,
        list: [1, 'ă', { deep: ['Я'] }, []],
        empty: {},
      };
      const collection = things.db.collection('kinds');
      await collection.insertOne(all);
      const before = await collection.findOne({}, { promoteValues: false });
      await local.restartStore();
      await withClient(local, async (again) => {
        expect(await again.db.collection('kinds').findOne({}, { promoteValues: false })).toEqual(before);
      });
    });
  });

  test('bounds its folder while documents change continuously', async () => {
    await withStore(async (_local, things, folder) => {
      const text = 'x'.repeat(3000);
      for (let round = 0; round < 60; round++) {
        await things.bulkWrite(
          Array.from({ length: 400 }, (_, n) => ({
            replaceOne: {
              filter: { _id: `id ${n}` },
              replacement: { key: `key ${n}`, revision: round, parts: [{ seq: round, text }] },
              upsert: true,
            },
          })),
        );
      }
      const store = join(folder, 'store');
      const sizes = await Promise.all((await readdir(store)).map(async (file) => (await stat(join(store, file))).size));
      const mib = sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
      expect(mib).toBeLessThan(48);
    });
  });

  test('answers an indexed query without a scan, with the same result', async () => {
    await withStore(async (local, things) => {
      type Due = { _id: string; timer?: { due: Date } | null; outbox: { time: Date }[]; text: string };
      const [plain, indexed] = ['plain', 'indexed'].map((name) => things.db.collection<Due>(name)) as [
        mongoose.mongo.Collection<Due>,
        mongoose.mongo.Collection<Due>,
      ];
      const day = (n: number) => new Date(Date.UTC(2026, 0, n));
      const documents = Array.from({ length: 4_000 }, (_, n): Due => ({
        _id: `${n}`,
        text: 'ș'.repeat(1_500),
        outbox: n % 500 === 0 ? [{ time: day(n / 100) }, { time: day(1 + n / 100) }] : [],
        ...(n % 400 === 0 ? { timer: { due: day(1 + n / 400) } } : n % 3 === 0 ? { timer: null } : {}),
      }));
      await plain.insertMany(documents);
      for (const field of ['timer.due', 'outbox.time']) await indexed.createIndex({ [field]: 1 }, { sparse: true });
      await indexed.insertMany(documents);
      for (const collection of [plain, indexed]) {
        await collection.updateOne({ _id: '400' }, { $unset: { timer: '' } });
        await collection.updateOne({ _id: '800' }, { $set: { timer: { due: day(28) } } });
        await collection.updateOne({ _id: '500' }, { $pull: { outbox: { time: day(5) } } });
        await collection.deleteOne({ _id: '1000' });
      }
      const queries = [
        { 'timer.due': { $lte: day(5) } },
        { 'timer.due': { $gt: day(2), $lt: day(6) }, text: { $exists: true } },
        { 'timer.due': day(28) },
        { 'timer.due': { $exists: true } },
        { 'timer.due': { $exists: false }, _id: { $lt: '11' } },
        { 'timer.due': null, _id: { $lt: '11' } },
        { 'outbox.time': { $lt: day(12) }, _id: { $gt: '' } },
        { 'outbox.time': { $exists: true } },
      ];
      const findIds = async (collection: mongoose.mongo.Collection<Due>, query: object) =>
        (await collection.find(query).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      const compare = async (a: typeof plain, b: typeof plain) => {
        for (const query of queries) expect(await findIds(b, query)).toEqual(await findIds(a, query));
      };
      await compare(plain, indexed);
      expect(await findIds(indexed, queries[0] as object)).toEqual(['0', '1200', '1600']);
      /** Returns the fastest of many alternating runs, in ms, so that other load does not count. */
      const quickest = async (queries: (() => Promise<unknown>)[]): Promise<number[]> => {
        const times = queries.map(() => Infinity);
        for (let turn = 0; turn < 30; turn += 1) {
          for (const [at, oneLook] of queries.entries()) {
            const startedAt = performance.now();
            await oneLook();
            times[at] = Math.min(times[at]!, performance.now() - startedAt);
          }
        }
        return times;
      };
      const due = { 'timer.due': { $lte: day(5) } };
      // The third query reads three documents by ID, which is the cost without the search.
      const [byIndex, byAll, byIds] = (await quickest([
        () => findIds(indexed, due),
        () => findIds(plain, due),
        () => findIds(indexed, { _id: { $in: ['0', '1200', '1600'] } }),
      ])) as [number, number, number];
      expect(byIndex - byIds).toBeLessThan((byAll - byIds) / 3);
      await local.killStore();
      await local.restartStore();
      await withClient(local, async (again) =>
        compare(again.db.collection<Due>('plain'), again.db.collection<Due>('indexed')),
      );
    });
  });

  test('accepts writes during a scan', async () => {
    await withStore(async (_local, things) => {
      const text = 'ș'.repeat(4_000);
      for (let n = 0; n < 8_000; n += 200)
        await things.insertMany(
          Array.from({ length: 200 }, (_, i) => ({ ...createThing(`${n + i}`), parts: [{ seq: 1, text }] })),
        );
      const ended: string[] = [];
      const looking = things.find({ 'parts.text': /nothing/ }).toArray();
      const writing = Array.from({ length: 20 }, (_, n) => things.insertOne(createThing(`new ${n}`)));
      await Promise.all([
        looking.then(() => ended.push('look')),
        ...writing.map((one) => one.then(() => ended.push('write'))),
      ]);
      // Blocked writers would all end after it; on a busy machine some may.
      expect(ended.indexOf('look')).toBeGreaterThanOrEqual(writing.length / 2);
    });
  }, 60_000);

  test('blocks neither index changes nor writes during an aggregation', async () => {
    await withStore(async (_local, things) => {
      await things.insertMany(Array.from({ length: 800 }, (_, n) => createThing(`${n}`)));
      const ended: string[] = [];
      const everyPair = { from: 'things', localField: 'revision', foreignField: 'nothing', as: 'found' };
      const summing = things.aggregate([{ $lookup: everyPair }, { $count: 'n' }]).toArray();
      const changeIndexes = async () => {
        // Index changes wait for writers, and all writers wait behind them.
        for (let n = 0; n < 3; n += 1) {
          await things.createIndex({ key: 1 }, { unique: true });
          await things.insertOne(createThing(`new ${n}`));
          ended.push('change');
        }
      };
      await Promise.all([summing.then(() => ended.push('sum')), changeIndexes()]);
      expect(ended.at(-1)).toBe('sum');
    });
  });

  test('accepts writes while it verifies itself, and finds no fault', async () => {
    await withStore(async (_local, things) => {
      await things.createIndexes([{ key: { revision: 1, key: -1 } }, { key: { 'parts.seq': 1 }, sparse: true }]);
      const documents = Array.from({ length: 20_000 }, (_, n) => ({
        ...createThing(`${n}`),
        parts: [1, 2, 3].map((seq) => ({ seq, text: 'ș'.repeat(50) })),
      }));
      await things.insertMany(documents);
      let isVerifying = true;
      let longest = 0;
      const measure = async (write: Promise<unknown>) => {
        const start = performance.now();
        await write;
        longest = Math.max(longest, performance.now() - start);
      };
      const writing = async () => {
        for (let n = 0; isVerifying; n = (n + 1) % 5_000) {
          await measure(things.updateOne({ _id: `${2 * n}` }, { $set: { parts: [{ seq: 9, text: '' }] } }));
          await measure(things.deleteOne({ _id: `${2 * n + 1}` }));
          await measure(things.insertOne(createThing(`${2 * n + 1}`)));
        }
      };
      const verifying = things.db.admin().command({ cupsVerify: 1 });
      const [found] = await Promise.all([verifying.finally(() => (isVerifying = false)), writing()]);
      // A blocked writer would wait for almost all of it.
      expect(longest).toBeLessThan(found['milliseconds'] / 2);
      expect(found).toMatchObject({ faults: [], missingEntries: 0, orphanEntries: 0 });
      expect(found['entries']).toBeGreaterThan(99_000);
    });
  }, 60_000);

  test('ends in order with open cursors under load, and has nothing to recover then', async () => {
    await withFolder(async (folder) => {
      const ends: [number | null, string | null][] = [];
      const onExit = (_part: string, code: number | null, signal: string | null) => ends.push([code, signal]);
      const local = await startLocal({ dataDir: folder, parts: ['store'], onExit });
      let inserted = 0;
      try {
        await withClient(local, async (things) => {
          await things.insertMany(Array.from({ length: 3_000 }, (_, n) => createThing(`${n}`)));
          const cursors = Array.from({ length: 8 }, () => things.find({}, { batchSize: 5 }));
          for (const cursor of cursors) await cursor.next();
          const untilItEnds = async (work: () => Promise<unknown>) => {
            while (ends.length === 0) await work().catch(() => {});
          };
          const load = [
            ...[0, 1, 2, 3].map((writer) =>
              untilItEnds(() => things.insertOne(createThing(`new ${writer} ${inserted}`)).then(() => (inserted += 1))),
            ),
            ...[0, 1].map(() => untilItEnds(() => things.find({ 'parts.text': /nothing/ }).toArray())),
          ];
          await waitUntil(() => inserted > 200, 'writes are under way');
          const start = performance.now();
          process.kill(local.pids.store, 'SIGTERM');
          await waitUntil(() => ends.length > 0, 'the store has ended');
          expect(performance.now() - start).toBeLessThan(5_000);
          expect(ends).toEqual([[0, null]]);
          await Promise.all([...load, ...cursors.map((cursor) => cursor.close().catch(() => {}))]);
        });
        await local.restartStore();
        await withClient(local, async (things) => {
          const status = await things.db.admin().command({ serverStatus: 1 });
          expect(status['store']).toMatchObject({ recoveredChanges: 0, discardedBytes: 0, damagedReads: 0 });
          expect(await things.countDocuments()).toBeGreaterThanOrEqual(3_000 + inserted);
        });
      } finally {
        await local.stop();
      }
      expect(await readFile(join(folder, 'store.log'), 'utf8')).toBe('');
    });
  }, 60_000);

  test('ends before it acknowledges what a full disk rejects, and keeps the rest', async () => {
    await withFolder(async (folder) => {
      const ended: (number | null)[] = [];
      const local = await startLocal({
        dataDir: folder,
        parts: ['store'],
        onExit: (_part, code) => ended.push(code),
      });
      const acknowledged: string[] = [];
      try {
        await withClient(local, async (things) => {
          // Limits the file size, which fails writes like a full disk.
          await promisify(execFile)('prlimit', [`--pid=${local.pids.store}`, `--fsize=${12 << 20}`]);
          const text = 'ș'.repeat(20_000);
          for (let n = 0; ended.length === 0 && n < 5_000; n += 1) {
            const one = { ...createThing(`${n}`), parts: [{ seq: 1, text }] };
            const isKept = await things.insertOne(one).then(
              () => true,
              () => false,
            );
            if (!isKept) break;
            acknowledged.push(`${n}`);
          }
        });
        await waitUntil(() => ended.length > 0, 'the store has ended by itself');
        expect(ended).toEqual([1]);
        expect(acknowledged.length).toBeGreaterThan(50);
        await local.restartStore();
        await withClient(local, async (things) => {
          const found = await things.find({}, { projection: { _id: 1 } }).toArray();
          expect(found.map(({ _id }) => _id)).toEqual(expect.arrayContaining(acknowledged));
          await things.insertOne(createThing('with room'));
        });
      } finally {
        await local.stop();
      }
    });
  }, 90_000);

  test('reports its end to its parent, and only then', async () => {
    await withFolder(async (folder) => {
      const deaths: string[] = [];
      const local = await startLocal({
        dataDir: folder,
        parts: ['store'],
        onExit: (part, _code, signal) => deaths.push(`${part} ${signal}`),
      });
      process.kill(local.pids.store, 'SIGKILL');
      await waitUntil(() => deaths.length > 0, 'the death is told');
      expect(local.pids.store).toBe(0);
      await local.restartStore();
      const { store } = local.pids;
      await local.stop();
      expect(isProcessRunning(store)).toBe(false);
      expect(deaths).toEqual(['store SIGKILL']);
    });
  });
});
