import { describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../src/local-store/local-store.ts';
import type { LocalStore } from '../src/local-store/local-store.ts';
import { createActChain, readChainHead } from '../src/outbox/act-chain.ts';
import type { ActChain } from '../src/outbox/act-chain.ts';
import { createLocalLocks } from '../src/outbox/environment.ts';
import type { Write } from '../src/outbox/write.ts';

/** The chain of acts on one device: numbers, heads, and what claims report. */

const AT = Date.parse('2026-11-29T10:00:00Z');
const timeOf = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString();

interface Disk extends LocalStore {
  /** Kinds that the full disk refuses. */
  refused: Set<string>;
}

function newDisk({ isDurable = true } = {}): Disk {
  const store = createMemoryStore();
  const refused = new Set<string>();
  return {
    ...store,
    isDurable,
    refused,
    write: (kind, id, value, options) =>
      refused.has(kind) ? Promise.reject(new Error('full')) : store.write(kind, id, value, options),
  };
}

const open = async (disk: Disk, now = AT + 3_600_000): Promise<ActChain> =>
  createActChain(
    disk,
    { owner: 'operators/test', locks: createLocalLocks(), now: () => now },
    await disk.list<Write>('write'),
  );

let count = 0;
const newWrite = (minutes = 0): Write => ({
  key: `key-${(count += 1)}`,
  application: 'A',
  kind: 'notes',
  body: {},
  madeAt: timeOf(minutes),
});
async function append(chain: ActChain, write = newWrite()): Promise<Write> {
  await chain.store(write, () => true);
  return write;
}
const ANSWERED = { isAnswered: true, isClaimed: false };
const CLAIMED = { isAnswered: true, isClaimed: true };

describe('the chain of acts', () => {
  test('continues with its ID, number and act before over pages, also after a lost head', async () => {
    const disk = newDisk();
    const first = await append(await open(disk));
    const second = await append(await open(disk));
    expect(second).toMatchObject({ sequence: 2, previous: first.key, chain: first.chain });
    await disk.remove('chain', 'head');
    const third = await append(await open(disk));
    expect(third).toMatchObject({ sequence: 3, previous: second.key, chain: first.chain });
    expect(await readChainHead(disk)).toBe(third.key);
  });

  test('gives no number twice if a full disk refused the head and the act has gone', async () => {
    const disk = newDisk();
    const chain = await open(disk);
    disk.refused.add('chain');
    const first = await append(chain);
    disk.refused.delete('chain');
    await chain.end(first, CLAIMED);
    expect(await append(await open(disk))).toMatchObject({ sequence: 2, previous: first.key, chain: first.chain });
  });

  test('reports numbers without a claim as ranges, until a claim that names them is answered', async () => {
    const disk = newDisk();
    const chain = await open(disk);
    const writes = [];
    for (let n = 0; n < 6; n += 1) writes.push(await append(chain));
    for (const n of [0, 1, 3]) await chain.end(writes[n]!, ANSWERED);
    const reported = [...(await chain.unreported())];
    expect(reported).toEqual([
      { from: 1, to: 2 },
      { from: 4, to: 4 },
    ]);
    await chain.end(writes[4]!, ANSWERED);
    await chain.end(writes[2]!, { ...CLAIMED, reported });
    expect(await (await open(disk)).unreported()).toEqual([{ from: 5, to: 5 }]);
    expect(await disk.list<Write>('write')).toMatchObject([{ sequence: 6 }]);
  });

  test('starts with all numbers before it reported, after a release without chains', async () => {
    const disk = newDisk();
    await disk.write('chain', 'head', { sequence: 41, key: 'former' });
    const chain = await open(disk);
    expect(await append(chain)).toMatchObject({ sequence: 42, previous: 'former', chain: expect.any(String) });
    expect(await chain.unreported()).toEqual([{ from: 1, to: 41 }]);
  });

  test('is another one in a page that stores nothing, and leaves nothing behind', async () => {
    const disk = newDisk({ isDurable: false });
    const first = await append(await open(disk));
    const second = await append(await open(disk));
    expect(second.sequence).toBe(2);
    expect(second.chain).not.toBe(first.chain);
    expect(await disk.read('chain', 'head')).toBeUndefined();
  });

  test('dates an act that waited for the disk not before the act before it, unless the clock was set back', async () => {
    const late = newWrite(1);
    const chain = await open(newDisk());
    await append(chain, newWrite(5));
    expect(await append(chain, late)).toMatchObject({ sequence: 2, madeAt: timeOf(5) });
    const setBack = await open(newDisk(), AT);
    await append(setBack, newWrite(5));
    expect(await append(setBack, newWrite(1))).toMatchObject({ madeAt: timeOf(1) });
  });

  test('stores nothing of an act that was undone before its turn', async () => {
    const disk = newDisk();
    const chain = await open(disk);
    await chain.store(newWrite(), () => false);
    expect(await append(chain)).toMatchObject({ sequence: 1 });
  });
});
