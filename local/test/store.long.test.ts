import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { startLocal, type LocalPlatform } from '../src/index.ts';
import { isProcessRunning, waitUntil, withFolder } from './folder.ts';

interface Thing {
  _id: string;
  key: string;
  revision: number;
  parts: { seq: number; text: string }[];
}

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

/** Writes continuously until the store is gone. Returns the acknowledged writes and the requested removals. */
async function writeUntilKilled(
  things: Things,
  writer: number,
  acknowledged: Map<string, number>,
  underWay: Set<string>,
): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${writer}-${n}`;
    try {
      await things.insertOne(createThing(id));
      acknowledged.set(id, 1);
      for (let revision = 1; revision <= 3; revision++) {
        // Every second one is large, so that checkpoints are written most of the time.
        const text = 'ș'.repeat(writer % 2 === 0 ? 500 : 2_500);
        const after = await things.findOneAndUpdate(
          { _id: id, revision },
          {
            $set: { key: `key ${revision} of ${id}` },
            $inc: { revision: 1 },
            $push: { parts: { seq: revision, text } },
          },
          { returnDocument: 'after' },
        );
        expect(after?.revision).toBe(revision + 1);
        acknowledged.set(id, revision + 1);
      }
      if (n % 5 === 4) {
        underWay.add(id);
        await things.deleteOne({ _id: id });
        acknowledged.set(id, 0);
      }
    } catch (error) {
      if (error instanceof mongoose.mongo.MongoError) return;
      throw error;
    }
  }
}

describe('Store', () => {
  test('keeps acknowledged writes and its unique index after kill -9 under load', async () => {
    await withStore(async (local) => {
      for (let round = 0; round < 6; round++) {
        const acknowledged = new Map<string, number>();
        const removals = new Set<string>();
        await withClient(local, async (things) => {
          const enough = 100 + round * 60;
          const writers = Array.from({ length: 16 }, (_, n) =>
            writeUntilKilled(things, round * 100 + n, acknowledged, removals),
          );
          await waitUntil(() => acknowledged.size >= enough, 'enough was written');
          await local.killStore();
          await Promise.all(writers);
        });
        await local.restartStore();
        await withClient(local, async (things) => {
          for (const [id, revision] of acknowledged) {
            const stored = await things.findOne({ _id: id });
            // The pending write at the kill may or may not exist.
            if (revision === 0) expect(stored).toBeNull();
            else if (stored === null) expect(removals).toContain(id);
            else expect([revision, revision + 1]).toContain(stored.revision);
          }
          for (const stored of await things.find().toArray()) {
            expect(stored.parts.map((part) => part.seq)).toEqual(stored.parts.map((_, n) => n + 1));
            expect(stored.parts).toHaveLength(stored.revision - 1);
            await expect(things.insertOne({ ...createThing('other'), key: stored.key })).rejects.toMatchObject({
              code: 11000,
            });
            expect(await things.findOne({ key: stored.key })).toMatchObject({ _id: stored._id });
          }
          // No index key without a document: only its holder can take a key.
          await things.deleteMany({});
          for (const id of acknowledged.keys()) await things.insertOne({ ...createThing(id), key: `key 3 of ${id}` });
          await things.deleteMany({});
        });
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

  test('bounds its file while documents change continuously', async () => {
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
      const mib = (await stat(join(folder, 'store', 'CURRENT'))).size / 2 ** 20;
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

  test('accepts writes during a scan and during a checkpoint', async () => {
    await withFolder(async (folder) => {
      const recording = join(folder, 'store.jfr');
      process.env['CUPS_STORE_JFR'] = recording;
      const local = await startLocal({ dataDir: folder, parts: ['store'] });
      delete process.env['CUPS_STORE_JFR'];
      try {
        await withClient(local, async (things) => {
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
      } finally {
        await local.stop();
      }
      const run = promisify(execFile);
      const shown = await run('jfr', ['print', '--json', '--events', 'cups.*', recording], { maxBuffer: 1 << 26 });
      type Event = { values: { what: string; duration: string } };
      const { events } = (JSON.parse(shown.stdout) as { recording: { events: Event[] } }).recording;
      const sum = (what: string) =>
        events
          .filter(({ values }) => values.what === what)
          .reduce((total, { values }) => total + Number(values.duration.slice(2, -1)), 0);
      expect(events.length).toBeGreaterThan(5);
      expect(sum('checkpoint')).toBeLessThan(sum('written') / 2);
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
