import { describe, expect, test } from '@jest/globals';
import mongoose, { type mongo } from 'mongoose';
import type { StoredDocument } from '../src/documents/document.ts';
import { groupReads } from '../src/documents/grouped-reads.ts';
import { groupInserts, groupUpdates, type Replacement } from '../src/documents/grouped-writes.ts';

const { MongoBulkWriteError, MongoNetworkError } = mongoose.mongo;

type Call = [method: string, ids: string[]];
type Write = { insertOne?: { document: { _id: string } }; updateOne?: { filter: { _id: string } } };
interface Answers {
  bulk?: () => unknown;
  alone?: (id: string) => unknown;
  found?: () => object[];
}

/** A collection of the driver that records its calls and gives the answers of the test. */
function fakeCollection({ bulk = () => ({}), alone = () => ({}), found = () => [] }: Answers) {
  const calls: Call[] = [];
  const recorded = async (method: string, ids: string[], answer: () => unknown) => {
    calls.push([method, ids]);
    return answer();
  };
  const collection = {
    insertOne: ({ _id }: { _id: string }) => recorded('insertOne', [_id], () => alone(_id)),
    updateOne: ({ _id }: { _id: string }) => recorded('updateOne', [_id], () => alone(_id)),
    findOne: ({ _id }: { _id: string }) => recorded('findOne', [_id], () => found()[0]),
    bulkWrite: (writes: Write[]) =>
      recorded(
        'bulkWrite',
        writes.map(({ insertOne, updateOne }) => (insertOne?.document ?? updateOne!.filter)._id),
        bulk,
      ),
    find: ({ _id }: { _id: { $in: string[] } }) => ({ toArray: () => recorded('find', _id.$in, found) }),
  };
  return { driver: () => collection as unknown as mongo.Collection<StoredDocument>, calls };
}

/** The driver's error for writes of which some failed, or for a command that failed as a whole. */
function bulkError(writeErrors: { index: number; code: number }[], matchedCount = 0, concernError?: object): Error {
  const result = { matchedCount, getWriteConcernError: () => concernError };
  return new MongoBulkWriteError(
    { message: 'x', code: writeErrors[0]?.code ?? 0, writeErrors } as never,
    result as never,
  );
}
const networkError = () =>
  new MongoBulkWriteError(
    new MongoNetworkError('lost') as never,
    {
      matchedCount: 0,
      getWriteConcernError: () => undefined,
    } as never,
  );

const time = new Date(1_000);
const update = (id: string): Replacement => ({
  id,
  revision: 1,
  time,
  cause: { request: { id: `r-${id}`, key: 'k', fingerprint: 'f' } },
  operators: { $set: { revision: 2 } },
});
const stored = (id: string, more = {}) => ({
  _id: id,
  revision: 2,
  updateTime: time,
  requests: [{ id: `r-${id}`, key: 'k', fingerprint: 'f', time }],
  ...more,
});
const overtaken = (id: string) => stored(id, { updateTime: new Date(2_000), requests: [] });
/** `true`, `false`, or the code or class of the error. */
const outcomes = async <T>(all: Promise<T>[]) =>
  (await Promise.allSettled(all)).map((one) =>
    one.status === 'fulfilled' ? one.value : ((one.reason as { code?: number }).code ?? (one.reason as Error).name),
  );

describe('groupUpdates', () => {
  test('sends an update alone as a command of its own', async () => {
    const { driver, calls } = fakeCollection({ alone: () => ({ matchedCount: 1 }) });
    expect(await groupUpdates(driver)(update('a'))).toBe(true);
    expect(calls).toEqual([['updateOne', ['a']]]);
  });

  test.each<[string, Answers, unknown[], Call[]]>([
    ['all match', { bulk: () => ({ matchedCount: 3 }) }, [true, true, true], []],
    ['none match', { bulk: () => ({ matchedCount: 0 }) }, [false, false, false], []],
    [
      'one was overtaken',
      { bulk: () => ({ matchedCount: 2 }), found: () => [stored('a'), overtaken('b'), stored('c')] },
      [true, false, true],
      [['find', ['a', 'b', 'c']]],
    ],
    [
      'one was overtaken, and the read fails',
      {
        bulk: () => ({ matchedCount: 2 }),
        found: () => {
          throw new MongoNetworkError('lost');
        },
      },
      [false, false, false],
      [['find', ['a', 'b', 'c']]],
    ],
    [
      'one fails, and the others match',
      {
        bulk: () => {
          throw bulkError([{ index: 1, code: 11_000 }], 2);
        },
      },
      [true, 11_000, true],
      [],
    ],
    [
      'one fails, and one was overtaken',
      {
        bulk: () => {
          throw bulkError([{ index: 0, code: 10_334 }], 1);
        },
        found: () => [stored('b'), overtaken('c')],
      },
      [10_334, true, false],
      [['find', ['b', 'c']]],
    ],
    [
      'the connection is lost',
      {
        bulk: () => {
          throw networkError();
        },
      },
      ['MongoBulkWriteError', 'MongoBulkWriteError', 'MongoBulkWriteError'],
      [],
    ],
    [
      'the write concern fails',
      {
        bulk: () => {
          throw bulkError([{ index: 0, code: 11_000 }], 2, { code: 64 });
        },
      },
      [64, 64, 64],
      [],
    ],
    [
      'the driver cannot build one',
      {
        bulk: () => {
          throw new TypeError('cyclic');
        },
        alone: (id) => {
          if (id === 'b') throw new TypeError('cyclic');
          return { matchedCount: id === 'a' ? 1 : 0 };
        },
      },
      [true, 'TypeError', false],
      [
        ['updateOne', ['a']],
        ['updateOne', ['b']],
        ['updateOne', ['c']],
      ],
    ],
  ])('settles each update of a command: %s', async (_name, answers, expected, further) => {
    const { driver, calls } = fakeCollection(answers);
    const replace = groupUpdates(driver);
    expect(await outcomes(['a', 'b', 'c'].map((id) => replace(update(id))))).toEqual(expected);
    expect(calls).toEqual([['bulkWrite', ['a', 'b', 'c']], ...further]);
  });
});

describe('groupInserts', () => {
  const insertAll = (driver: Parameters<typeof groupInserts>[0], ids: string[]) => {
    const insert = groupInserts(driver);
    return outcomes(ids.map((_id) => insert({ _id } as StoredDocument).then(() => true)));
  };

  test('sends an insert alone as a command of its own', async () => {
    const { driver, calls } = fakeCollection({});
    expect(await insertAll(driver, ['a'])).toEqual([true]);
    expect(calls).toEqual([['insertOne', ['a']]]);
  });

  test.each<[string, Answers, unknown[]]>([
    ['all are inserted', {}, [true, true, true]],
    [
      'one ID is taken',
      {
        bulk: () => {
          throw bulkError([{ index: 1, code: 11_000 }]);
        },
      },
      [true, 11_000, true],
    ],
    [
      'the connection is lost',
      {
        bulk: () => {
          throw networkError();
        },
      },
      ['MongoBulkWriteError', 'MongoBulkWriteError', 'MongoBulkWriteError'],
    ],
    [
      'the write concern fails beside a taken ID',
      {
        bulk: () => {
          throw bulkError([{ index: 0, code: 11_000 }], 0, { code: 64 });
        },
      },
      [64, 64, 64],
    ],
  ])('settles each insert of a command: %s', async (_name, answers, expected) => {
    const { driver, calls } = fakeCollection(answers);
    expect(await insertAll(driver, ['a', 'b', 'c'])).toEqual(expected);
    expect(calls).toEqual([['bulkWrite', ['a', 'b', 'c']]]);
  });
});

describe('groupReads', () => {
  const read = (id: string, centre?: string) => ({
    id,
    scope: centre === undefined ? ('service' as const) : { centre },
    filter: { _id: id },
  });

  test('reads waiting IDs by one command, and each within its scope', async () => {
    const { driver, calls } = fakeCollection({
      found: () => [
        { _id: 'a', centre: 'x' },
        { _id: 'b', centre: 'x' },
      ],
    });
    const get = groupReads(driver);
    const found = await Promise.all([read('a'), read('b', 'x'), read('b', 'y'), read('c'), read('a', 'x')].map(get));
    expect(found.map((one) => one?._id)).toEqual(['a', 'b', undefined, undefined, 'a']);
    expect(calls).toEqual([['find', ['a', 'b', 'c']]]);
    expect((await get(read('a')))?._id).toBe('a');
    expect(calls.at(-1)).toEqual(['findOne', ['a']]);
  });

  test('never joins a read that began before the call', async () => {
    let version = 1;
    const gate = Promise.withResolvers<void>();
    const collection = {
      async findOne() {
        const answer = { _id: 'a', version };
        await gate.promise;
        return answer;
      },
    };
    const get = groupReads(() => collection as unknown as mongo.Collection<StoredDocument>);
    const early = get(read('a'));
    await new Promise((resolve) => setImmediate(resolve));
    version = 2;
    const late = get(read('a'));
    gate.resolve();
    expect(await Promise.all([early, late])).toMatchObject([{ version: 1 }, { version: 2 }]);
  });
});
