import { describe, expect, test } from '@jest/globals';
import { createGrouping } from '../src/documents/grouping.ts';

/** A grouping whose groups the test ends itself. */
function controlledGrouping(options = {}) {
  const groups: { items: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const call = createGrouping<number, number>((items) => {
    const { promise, resolve, reject } = Promise.withResolvers<PromiseSettledResult<number>[]>();
    const end = () =>
      resolve(
        items.map((item) =>
          item < 0
            ? { status: 'rejected', reason: new Error(`no ${item}`) }
            : { status: 'fulfilled', value: item * 10 },
        ),
      );
    groups.push({ items, end, fail: reject });
    return promise;
  }, options);
  return { call, groups };
}
/** Resolves in the next turn of the event loop. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
/** Resolves when a number of groups have started. */
async function started(groups: unknown[], count: number): Promise<void> {
  while (groups.length < count) await nextTurn();
}
const itemsOf = (groups: { items: number[] }[]) => groups.map(({ items }) => items);

describe('createGrouping', () => {
  test('runs a call alone in its turn', async () => {
    const { call, groups } = controlledGrouping();
    const result = call(1);
    await nextTurn();
    expect(itemsOf(groups)).toEqual([[1]]);
    groups[0]!.end();
    expect(await result).toBe(10);
  });

  test('runs the calls of one turn together', async () => {
    const { call, groups } = controlledGrouping();
    const results = [1, 2, 3].map(call);
    await nextTurn();
    expect(itemsOf(groups)).toEqual([[1, 2, 3]]);
    groups[0]!.end();
    expect(await Promise.all(results)).toEqual([10, 20, 30]);
  });

  test('runs calls that arrive during a group together after it', async () => {
    const { call, groups } = controlledGrouping();
    const first = call(1);
    await nextTurn();
    const others = [call(2)];
    await nextTurn();
    others.push(call(3));
    await nextTurn();
    expect(itemsOf(groups)).toEqual([[1]]);
    groups[0]!.end();
    await first;
    await started(groups, 2);
    expect(itemsOf(groups)).toEqual([[1], [2, 3]]);
    groups[1]!.end();
    expect(await Promise.all(others)).toEqual([20, 30]);
  });

  test('settles each call by its own outcome', async () => {
    const { call, groups } = controlledGrouping();
    const results = Promise.allSettled([1, -2, 3].map(call));
    await nextTurn();
    groups[0]!.end();
    expect(await results).toEqual([
      { status: 'fulfilled', value: 10 },
      { status: 'rejected', reason: new Error('no -2') },
      { status: 'fulfilled', value: 30 },
    ]);
  });

  test('rejects every call of a failed group and continues', async () => {
    const { call, groups } = controlledGrouping();
    const results = Promise.allSettled([1, 2].map(call));
    await nextTurn();
    groups[0]!.fail(new Error('lost'));
    expect((await results).map((one) => 'reason' in one && String(one.reason))).toEqual(['Error: lost', 'Error: lost']);
    const next = call(3);
    await started(groups, 2);
    groups[1]!.end();
    expect(await next).toBe(30);
  });

  test('limits the calls of a group and the groups under way', async () => {
    const { call, groups } = controlledGrouping({ maxUnderWay: 2 });
    const results = Promise.all(Array.from({ length: 250 }, (_, n) => call(n)));
    await nextTurn();
    expect(groups.map(({ items }) => items.length)).toEqual([100, 100]);
    groups[1]!.end();
    await started(groups, 3);
    expect(groups.map(({ items }) => items.length)).toEqual([100, 100, 50]);
    for (const { end } of groups) end();
    expect(await results).toEqual(Array.from({ length: 250 }, (_, n) => n * 10));
  });

  test('starts the next group when one stalls', async () => {
    const { call, groups } = controlledGrouping({ stallMs: 1 });
    const stalled = call(1);
    await nextTurn();
    const next = call(2);
    const result = next.then((value) => value);
    await started(groups, 2);
    groups[1]!.end();
    expect(await result).toBe(20);
    groups[0]!.end();
    expect(await stalled).toBe(10);
  });
});
