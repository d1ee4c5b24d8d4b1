import { afterAll, beforeAll } from '@jest/globals';
import { testRequiring } from '@cups/testing/programs';
import { pythonExample } from './example-agencies.ts';
import { SandboxFixture } from './sandbox-fixture.ts';

let fixture: SandboxFixture;
beforeAll(async () => void (fixture = await SandboxFixture.open(['python'])), 120_000);
afterAll(() => fixture?.close(), 60_000);

testRequiring('python', 'pip')(
  'the example agency in Python passes the check',
  async () => {
    const system = fixture.createAgencyProcess('python', await pythonExample());
    system.start();
    try {
      await fixture.expectPassed('python', fixture.check('python', [], { system }));
    } finally {
      await system.kill();
    }
  },
  300_000,
);
