import { captureLog, testInfrastructure, eventually } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RefusedMessage } from '@cups/contracts';
import { openRefusals, openStore, type Store } from '../src/index.ts';

const here = testInfrastructure();
let store: Store;
beforeAll(async () => {
  store = openStore({ uri: here.mongoUri, database: `${here.prefix}cups-refusals`, log: captureLog().log });
  await eventually(() => store.ready());
});
afterAll(() => store.close());

let clock = Date.now();
const refusals = () => openRefusals(store, { now: () => new Date((clock += 1)) });
const at = (topic: string, offset: number, more: Partial<RefusedMessage> = {}): RefusedMessage => ({
  topic,
  partition: 0,
  offset: String(offset),
  lastOffset: String(offset),
  cause: 'CONTENT_INVALID',
  fields: [`field${offset}`],
  ...more,
});
const listRefusals = async (topic: string) => (await refusals().list({ topic, pageSize: 50, pageToken: '' })).refusals;

describe('openRefusals', () => {
  test('keeps one document per topic, partition and cause, with first, last and count', async () => {
    await refusals().keep([
      at('a', 7),
      at('a', 9),
      at('a', 8),
      at('a', 9, { cause: 'OTHER' }),
      at('a', 9, { partition: 1 }),
    ]);
    await refusals().keep([at('a', 12)]);
    const found = await listRefusals('a');
    expect(found).toHaveLength(3);
    const content = found.find(({ cause, partition }) => cause === 'CONTENT_INVALID' && partition === 0);
    expect(content).toMatchObject({ firstOffset: 7, lastOffset: 12, count: 4, fields: ['field12'] });
    expect((await refusals().list({ topic: 'a', pageSize: 50, pageToken: '' })).totalSize).toBe(6);
  });

  test('counts repeats after a crash once, also mixed with new messages', async () => {
    await refusals().keep([at('b', 1), at('b', 2)]);
    await refusals().keep([at('b', 1), at('b', 2)]);
    await refusals().keep([at('b', 2), at('b', 3)]);
    expect(await listRefusals('b')).toMatchObject([{ count: 3, firstOffset: 1, lastOffset: 3 }]);
  });

  test('counts all messages of a skipped batch', async () => {
    await refusals().keep([at('c', 10, { lastOffset: '309', cause: 'BATCH_TOO_LARGE', fields: [] })]);
    expect(await listRefusals('c')).toMatchObject([{ count: 300, firstOffset: 10, lastOffset: 309 }]);
  });

  test('counts each message once across concurrent members', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, n) => refusals().keep([at('d', 1), at('d', 2, { partition: n })])));
    const found = await listRefusals('d');
    expect(found.find(({ partition }) => partition === 0)).toMatchObject({ count: 2, lastOffset: 2 });
    expect(found).toHaveLength(8);
    expect(found.every(({ partition, count }) => partition === 0 || count === 1)).toBe(true);
  });

  test('stores 5,000 refusals in one document with few writes', async () => {
    await refusals().keep(Array.from({ length: 5_000 }, (_, n) => at('e', n)));
    expect(await listRefusals('e')).toMatchObject([{ count: 5_000, firstOffset: 0, lastOffset: 4_999 }]);
  });

  test('keeps few and short field names', async () => {
    await refusals().keep([at('f', 1, { fields: Array.from({ length: 500 }, () => 'x'.repeat(5_000)) })]);
    const [found] = await listRefusals('f');
    expect(found?.fields).toHaveLength(20);
    expect(found?.fields[0]).toHaveLength(100);
  });

  test('lists pages, newest first', async () => {
    for (const partition of [0, 1, 2]) await refusals().keep([at('g', 1, { partition })]);
    const first = await refusals().list({ topic: 'g', pageSize: 2, pageToken: '' });
    const second = await refusals().list({ topic: 'g', pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.refusals, ...second.refusals].map(({ partition }) => partition)).toEqual([2, 1, 0]);
    expect(second.nextPageToken).toBe('');
    await expect(refusals().list({ topic: 'a', pageSize: 2, pageToken: first.nextPageToken })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    });
  });
});
