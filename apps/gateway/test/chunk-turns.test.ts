import { expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { createChunkTurns } from '../src/transfers/chunk-turns.ts';
import { freeBuffer } from '../src/transfers/free-buffers.ts';

/** Turns of chunks that are stored, and the memory of received bytes. */

test('no more chunks than allowed are stored at once, in the order of their arrival', async () => {
  const turns = createChunkTurns(createMetrics('gateway'), { maxStoring: 2 });
  const log: string[] = [];
  const begin = async (name: string) => {
    const end = await turns.begin();
    log.push(name);
    return end;
  };
  const [first, second] = [await begin('first'), await begin('second')];
  const [third, fourth] = [begin('third'), begin('fourth')];
  await Promise.resolve();
  expect(log).toEqual(['first', 'second']);
  first();
  const endThird = await third;
  expect(log).toEqual(['first', 'second', 'third']);
  second();
  (await fourth)();
  endThird();
  const [fifth] = await Promise.all([begin('fifth'), begin('sixth')]);
  fifth();
  expect(log.slice(3)).toEqual(['fourth', 'fifth', 'sixth']);
});

test('a chunk that waits too long is refused and counted, and takes no turn', async () => {
  const metrics = createMetrics('gateway');
  const turns = createChunkTurns(metrics, { maxStoring: 1, maxWaitMs: 10 });
  const end = await turns.begin();
  await expect(turns.begin()).rejects.toMatchObject({ reason: 'OVERLOADED' });
  end();
  (await turns.begin())();
  expect(await metrics.registry.metrics()).toMatch(/http_upload_chunks_late_total{.*} 1/);
});

test('a buffer is freed unless it shares its memory', () => {
  const own = Buffer.from(new ArrayBuffer(8));
  const shared = own.buffer.slice(0);
  const part = Buffer.from(shared, 0, 4);
  freeBuffer(own);
  freeBuffer(part);
  expect([own.length, part.length]).toEqual([0, 4]);
});
