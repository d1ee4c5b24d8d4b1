import { afterAll, beforeAll } from '@jest/globals';
import { testWith } from '@cups/testing/programs';
import { pythonExample } from './examples.ts';
import { Sandboxed } from './sandboxed.ts';

let place: Sandboxed;
beforeAll(async () => void (place = await Sandboxed.open(['python'])), 120_000);
afterAll(() => place?.close(), 60_000);

testWith('python', 'pip')(
  'the example agency in Python passes the check',
  async () => {
    const system = place.systemOf('python', await pythonExample());
    system.start();
    try {
      await place.expectPassed('python', place.check('python', [], { system }));
    } finally {
      await system.kill();
    }
  },
  300_000,
);
