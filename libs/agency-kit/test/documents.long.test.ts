import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';
import { AgencyApi, parseAgencyKey } from '../src/http/agency-api.ts';
import { startFaultyAgency } from './faulty-agency.ts';
import type { AgencyFault } from './faulty-agency.ts';
import { SandboxFixture } from './sandbox-fixture.ts';

/** Plays the scenarios of documents against systems that use the agency API well, badly and not at all. */

const CASES: { fault: AgencyFault; usesApi: boolean; expected: object[] }[] = [
  { fault: 'none', usesApi: true, expected: [{ outcome: 'passed' }, { outcome: 'passed' }] },
  {
    fault: 'trusts-copies',
    usesApi: true,
    expected: [{ outcome: 'failed', rule: 'VERIFY' }, { outcome: 'passed' }],
  },
  {
    fault: 'invents-documents',
    usesApi: true,
    expected: [{ outcome: 'passed' }, { outcome: 'failed', rule: 'RESULT_DOCUMENT_INVALID' }],
  },
  { fault: 'wrong-key', usesApi: false, expected: [{ outcome: 'failed', rule: 'FETCH' }, {}] },
];
let fixture: SandboxFixture;
beforeAll(async () => void (fixture = await SandboxFixture.open(CASES.map(({ fault }) => fault))), 120_000);
afterAll(() => fixture.close());

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = (key: typeof publicKey) => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k' });

test.each(CASES)(
  'evaluates a system with fault $fault',
  async ({ fault, usesApi, expected }) => {
    const server = new AgencyApiServer(fault, parseRegisteredKey(jwk(publicKey)));
    await server.start(0);
    const api = new AgencyApi({ url: server.origin, code: fault, key: parseAgencyKey(jwk(privateKey)) });
    const stop = await startFaultyAgency(fixture.sandbox, fault, usesApi ? { api } : {});
    try {
      const timeoutMs = usesApi ? 30_000 : 5_000;
      const options = { api: server, timeoutMs, settleMs: 100 };
      expect(await fixture.check(fault, ['copies', 'results'], options)).toMatchObject(expected);
      if (usesApi) return;
      const skipped = await fixture.check(fault, ['copies', 'results'], { settleMs: 100 });
      expect(skipped).toMatchObject([{ outcome: 'skipped' }, { outcome: 'skipped' }]);
    } finally {
      await stop();
      await server.stop();
    }
  },
  90_000,
);
