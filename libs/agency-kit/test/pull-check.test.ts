import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '@cups/testing';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';
import { WebhookCaller } from '../src/api/webhook-caller.ts';
import { AgencyProcess } from '../src/check/agency-process.ts';
import { runScenarios, scenariosOf } from '../src/check/run.ts';
import type { ScenarioResult } from '../src/check/run.ts';
import { DOCUMENT_KINDS } from '../src/document-kinds.ts';
import { EXAMPLES } from './document-example.ts';
import type { PullFault } from './faulty-puller.ts';

/** Plays the pull scenarios against the example of the contract, and against systems with one fault each. */

const folder = mkdtempSync(join(tmpdir(), 'pull-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = (key: KeyObject): string => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k' });
const keyFile = join(folder, 'key');
writeFileSync(keyFile, jwk(privateKey));

interface CheckOptions {
  name: string;
  /** Shell command; `$WEBHOOK_PORT` is the port of the webhook. */
  command: string;
  scenarios?: string[];
  timeoutMs?: number;
  hasWebhook?: boolean;
  isRestarted?: boolean;
}

/** Starts a system and checks it. */
async function check(options: CheckOptions): Promise<ScenarioResult[]> {
  const { name, command, scenarios = [], timeoutMs = 20_000, hasWebhook = false, isRestarted = true } = options;
  const api = new AgencyApiServer('demo', parseRegisteredKey(jwk(publicKey)));
  await api.start(0);
  const port = hasWebhook ? await findFreePort() : undefined;
  if (port !== undefined) api.webhook = new WebhookCaller('demo', `http://127.0.0.1:${port}/`);
  const settings = {
    CUPS_URL: api.origin,
    CUPS_AGENCY: 'demo',
    CUPS_KEY_FILE: keyFile,
    CUPS_STATE_FILE: join(folder, `${name}.cursor`),
    ...(port !== undefined && { WEBHOOK_PORT: String(port) }),
  };
  const exports = Object.entries(settings).map(([variable, value]) => `export ${variable}='${value}'; `);
  const system = new AgencyProcess(exports.join('') + command, join(folder, `${name}.log`));
  system.start();
  try {
    return await runScenarios({
      target: { agency: 'demo' },
      documentKinds: DOCUMENT_KINDS,
      scenarios,
      timeoutMs,
      settleMs: 500,
      ...(isRestarted && { system }),
      api,
      onProgress: () => {},
    });
  } finally {
    await system.kill();
    await api.stop();
  }
}

const NODE = `exec '${process.execPath}'`;
const EXAMPLE = join(EXAMPLES, 'javascript/pull.mjs');
const FAULTY = join(import.meta.dirname, 'faulty-puller.ts');
/** Allowed: the example decides without requesting documents. */
const SKIPPED = ['documents', 'expired'];
const expectedOf = (...skipped: string[]) =>
  scenariosOf('pull')
    .filter(({ isOnRequest }) => !isOnRequest)
    .map(({ name }) => [name, skipped.includes(name) ? 'skipped' : 'passed']);
const outcomesOf = (results: ScenarioResult[]) => results.map(({ scenario, outcome }) => [scenario, outcome]);

describe('the example of the contract', () => {
  test('passes the check while it follows', async () => {
    const results = await check({ name: 'follow', command: `${NODE} '${EXAMPLE}' follow` });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ scenario, note }) => [scenario, note])).toEqual([]);
    expect(outcomesOf(results)).toEqual(expectedOf(...SKIPPED, 'webhook'));
    // An engineer reads there why a reply was refused.
    expect(readFileSync(join(folder, 'follow.log'), 'utf8')).toMatch(/refused: acknowledged .* CONTENT_INVALID/);
  }, 120_000);

  test('passes the check of its webhook', async () => {
    const command = `${NODE} '${EXAMPLE}' serve $WEBHOOK_PORT`;
    const results = await check({ name: 'serve', command, scenarios: ['decides', 'webhook'], hasWebhook: true });
    expect(results.map(({ scenario, outcome, note }) => [scenario, outcome, note])).toEqual([
      ['decides', 'passed', undefined],
      ['webhook', 'passed', undefined],
    ]);
  }, 60_000);
});

/** Fault, the scenario that fails, and the rule. */
const CASES: [PullFault, string, string, Partial<CheckOptions>?][] = [
  ['no-cursor', 'cursor', 'CURSOR', { timeoutMs: 2_000 }],
  ['forgets-cursor', 'cursor', 'CURSOR'],
  ['new-ids', 'repeated', 'DEDUPLICATE'],
  ['new-id-per-try', 'retries', 'RETRY'],
  ['impatient', 'retries', 'RETRY'],
  ['no-repeat', 'retries', 'RETRY', { timeoutMs: 3_000 }],
  ['insists', 'refusals', 'GO_ON', { timeoutMs: 3_000 }],
  ['insists-shortly', 'refusals', 'REFUSAL'],
  ['ignores-cause', 'refusals', 'PASSED_ON'],
  ['stuck-cursor', 'overtaken', 'OVERTAKEN', { timeoutMs: 3_000 }],
  ['new-ids', 'overtaken', 'OVERTAKEN'],
  ['busy', 'pace', 'PACE'],
  ['many-connections', 'pace', 'PACE'],
  ['token-per-request', 'tokens', 'TOKEN'],
  ['keeps-token', 'tokens', 'TOKEN', { timeoutMs: 3_000 }],
  ['long-reason', 'decides', 'TEXT_CUT'],
  ['size-limit', 'large', 'SIZE', { timeoutMs: 3_000 }],
  ['trusts-webhooks', 'webhook', 'SIGNATURE', { hasWebhook: true }],
  ['old-webhooks', 'webhook', 'SIGNATURE', { hasWebhook: true }],
  ['fetches-keys', 'webhook', 'WEBHOOK_KEYS', { hasWebhook: true }],
  ['refuses-repeats', 'webhook', 'WEBHOOK', { hasWebhook: true }],
  ['deaf', 'webhook', 'WEBHOOK', { hasWebhook: true }],
];

describe('the check of a system that pulls', () => {
  const run = (fault: PullFault, scenario: string, more: Partial<CheckOptions> = {}) =>
    check({
      name: `${fault}-${scenario}`,
      command: `${NODE} '${FAULTY}' ${fault}`,
      scenarios: more.hasWebhook ? ['decides', scenario] : [scenario],
      ...more,
    });

  test.each(['cursor', 'repeated', 'retries', 'refusals', 'overtaken', 'pace', 'tokens', 'decides', 'large'])(
    'passes a system without a fault in %s',
    async (scenario) => {
      expect(await run('none', scenario)).toMatchObject([{ scenario, outcome: 'passed' }]);
    },
    60_000,
  );

  test('passes the webhook of a system without a fault', async () => {
    const results = await run('none', 'webhook', { hasWebhook: true });
    expect(results.map(({ outcome, note }) => [outcome, note])).toEqual([
      ['passed', undefined],
      ['passed', undefined],
    ]);
  }, 60_000);

  test.each(CASES.map(([fault, scenario, rule, more]) => ({ fault, scenario, rule, more })))(
    'fails a system with fault $fault in $scenario by $rule',
    async ({ fault, scenario, rule, more }) => {
      const results = await run(fault, scenario, more);
      expect(results.at(-1)).toMatchObject({ scenario, outcome: 'failed', rule, remedy: expect.any(String) });
    },
    60_000,
  );
});
