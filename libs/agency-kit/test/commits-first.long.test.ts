import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SandboxFixture } from './sandbox-fixture.ts';

const AGENCY = 'commits-first';

let fixture: SandboxFixture;
beforeAll(async () => void (fixture = await SandboxFixture.open([AGENCY])), 120_000);
afterAll(() => fixture?.close(), 60_000);

test('check fails an agency that commits a request before processing it', async () => {
  const program = join(import.meta.dirname, 'faulty-program.ts');
  const flags = '--disable-warning=ExperimentalWarning';
  const system = fixture.createAgencyProcess(AGENCY, `exec '${process.execPath}' ${flags} '${program}' ${AGENCY}`);
  system.start();
  try {
    const [result] = await fixture.check(AGENCY, ['restart'], { system, timeoutMs: 20_000 });
    expect(result).toMatchObject({ scenario: 'restart', outcome: 'failed', rule: 'SURVIVE' });
    expect(result?.note).toMatch(/^No reply within/);
  } finally {
    await system.kill();
  }
}, 120_000);
