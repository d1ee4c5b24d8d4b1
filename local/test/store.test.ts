import { describe, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { startLocal, type LocalPlatform } from '../src/index.ts';
import { runs, until, withFolder } from './folder.ts';

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

const thing = (id: string): Thing => ({ _id: id, key: `key of ${id}`, revision: 1, parts: [] });

/** Writes without pause until the store is gone. Tells what was acknowledged, and which removals were asked for. */
async function writeUntilKilled(
  things: Things,
  writer: number,
  acknowledged: Map<string, number>,
  underWay: Set<string>,
): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${writer}-${n}`;
    try {
      await things.insertOne(thing(id));
      acknowledged.set(id, 1);
      for (let revision = 1; revision <= 3; revision++) {
        const text = 'ș'.repeat(500);
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

describe('the embedded store', () => {
  test('has after a kill -9 under load what it had acknowledged, with its unique index, six times over', async () => {
    await withStore(async (local) => {
      for (let round = 0; round < 6; round++) {
        const acknowledged = new Map<string, number>();
        const removals = new Set<string>();
        await withClient(local, async (things) => {
          const enough = 100 + round * 60;
          const writers = Array.from({ length: 16 }, (_, n) =>
            writeUntilKilled(things, round * 100 + n, acknowledged, removals),
          );
          await until(() => acknowledged.size >= enough, 'enough was written');
          await local.killStore();
          await Promise.all(writers);
        });
        await local.restartStore();
        await withClient(local, async (things) => {
          for (const [id, revision] of acknowledged) {
            const stored = await things.findOne({ _id: id });
            // The write that was under way when the store died may be there or not.
            if (revision === 0) expect(stored).toBeNull();
            else if (stored === null) expect(removals).toContain(id);
            else expect([revision, revision + 1]).toContain(stored.revision);
          }
          for (const stored of await things.find().toArray()) {
            expect(stored.parts.map((part) => part.seq)).toEqual(stored.parts.map((_, n) => n + 1));
            expect(stored.parts).toHaveLength(stored.revision - 1);
            await expect(things.insertOne({ ...thing('other'), key: stored.key })).rejects.toMatchObject({
              code: 11000,
            });
            expect(await things.findOne({ key: stored.key })).toMatchObject({ _id: stored._id });
          }
          // No key of a document that is not there: every key can be taken by exactly who holds it.
          await things.deleteMany({});
          for (const id of acknowledged.keys()) await things.insertOne({ ...thing(id), key: `key 3 of ${id}` });
          await things.deleteMany({});
        });
      }
    });
  });

  test('lets exactly one of many concurrent conditional updates win, and answers with its own state', async () => {
    await withStore(async (_local, things) => {
      await things.insertOne(thing('one'));
      for (let revision = 1; revision <= 50; revision++) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () =>
            things.findOneAndUpdate({ _id: 'one', revision }, { $inc: { revision: 1 } }, { returnDocument: 'after' }),
          ),
        );
        expect(answers.filter((answer) => answer !== null).map((answer) => answer.revision)).toEqual([revision + 1]);
      }
      const seen = await Promise.all(
        Array.from({ length: 40 }, () =>
          things.findOneAndUpdate({ _id: 'one' }, { $inc: { revision: 1 } }, { returnDocument: 'after' }),
        ),
      );
      expect(seen.map((answer) => answer?.revision).sort((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, n) => 52 + n),
      );
    });
  });

  test('keeps indexes and dropped collections as they were through a kill -9', async () => {
    await withStore(async (local, things) => {
      await things.insertMany([thing('a'), thing('b')]);
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

  test('refuses a unique index over duplicates as often as it is asked, also after a restart, and builds it once they are gone', async () => {
    await withStore(async (local, things) => {
      const doubles = things.db.collection<Thing>('doubles');
      await doubles.insertMany(['a', 'b', 'c'].map((id) => ({ ...thing(id), key: id === 'c' ? 'other' : 'same' })));
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
          await expect(same.insertOne({ ...thing('d'), key })).rejects.toMatchObject({ code: 11000 });
        expect(await same.findOne({ key: 'other' })).toMatchObject({ _id: 'c' });
      });
    });
  });

  test('stores every kind of value so that it reads the same after a restart', async () => {
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

  test('keeps its file within bounds while documents change for ever', async () => {
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
      const mib = (await stat(join(folder, 'store', 'store.mv'))).size / 2 ** 20;
      expect(mib).toBeLessThan(48);
    });
  });

  test('tells whoever started it when it dies, and only then', async () => {
    await withFolder(async (folder) => {
      const deaths: string[] = [];
      const local = await startLocal({
        dataDir: folder,
        parts: ['store'],
        onExit: (part, _code, signal) => deaths.push(`${part} ${signal}`),
      });
      process.kill(local.pids.store, 'SIGKILL');
      await until(() => deaths.length > 0, 'the death is told');
      expect(local.pids.store).toBe(0);
      await local.restartStore();
      const { store } = local.pids;
      await local.stop();
      expect(runs(store)).toBe(false);
      expect(deaths).toEqual(['store SIGKILL']);
    });
  });
});
