import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDocumentsPlatform } from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { raceDeletions } from './scan-races.ts';
import type { RaceOrder } from './scan-races.ts';

/** No submission loses its scan to a deletion, with and without Kafka. */

const RACES = 250;

let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform({ own: true });
}, 120_000);
afterAll(() => running?.stop(), 60_000);

const run = (order: RaceOrder, first: number) => {
  const { desk, platform } = running;
  return raceDeletions({ desk, url: platform.url, cookie: desk.cookie }, { first, count: RACES, order });
};

test('1,000 races leave no submission without its scan, also while Kafka is stopped', async () => {
  const local = running.platform.local!;
  for (const [index, kafka] of ['running', 'stopped'].entries()) {
    if (kafka === 'stopped') await local.killKafka();
    const after = await run('after', 20_000 + index * 1_000);
    const together = await run('together', 20_500 + index * 1_000);
    console.log(JSON.stringify({ kafka, after, together }));
    if (kafka === 'stopped') await local.restartKafka();
    expect(after).toEqual({ submitted: RACES, deleted: 0, violations: [] });
    expect(together).toMatchObject({ violations: [] });
    expect(Math.min(together.submitted, together.deleted)).toBeGreaterThan(0);
  }
}, 1_200_000);
