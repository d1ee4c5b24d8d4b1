import { generateKeyPairSync } from 'node:crypto';
import type { Forgery, WebhookCaller, WebhookMessage } from '../api/webhook-caller.ts';
import { decide } from './lifecycle-scenarios.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** The webhook of an agency that pulls. */

const HOUR_MS = 3_600_000;
const CALLS = 5;
/** At the first call, and again if a minute has passed. */
const MAX_KEY_READS = 2;

/** @throws Finding unless the call is answered 2xx */
async function assertAccepted(webhook: WebhookCaller, message: WebhookMessage, what: string): Promise<void> {
  const status = await webhook.call(message);
  if (typeof status === 'number' && status >= 200 && status < 300) return;
  throw new Finding('WEBHOOK', `Your system answered ${what} with ${status}.`);
}

const forgeries = (): [string, Forgery][] => [
  ['with another body', { body: '{"type":"cups.requests.available"}' }],
  ['signed by another key', { key: generateKeyPairSync('ed25519').privateKey }],
  ['of an hour ago', { time: new Date(Date.now() - HOUR_MS) }],
  ['of the next hour', { time: new Date(Date.now() + HOUR_MS) }],
  ['without a signature', { isUnsigned: true }],
];

/** The webhook of the system is called as the platform does it, and as a stranger does. */
export const WEBHOOK_SCENARIO: Scenario = {
  name: 'webhook',
  title: 'Calls of the platform are answered and cause a read, others are refused, and the keys are kept',
  channel: 'pull',
  async play(bench) {
    const { webhook } = bench.api!;
    if (!webhook) throw new ScenarioSkipped('--webhook is not set');
    const message = webhook.newMessage();
    await assertAccepted(webhook, message, 'a call of the platform');
    await assertAccepted(webhook, message, 'a repeat with the same webhook-id');
    const { keyReads } = webhook;
    for (let count = 0; count < CALLS; count++) {
      await assertAccepted(webhook, webhook.newMessage(), 'a call of the platform');
      for (const [what, forgery] of forgeries()) {
        const status = await webhook.call(webhook.newMessage(), forgery);
        if (typeof status === 'number' && status < 400)
          throw new Finding('SIGNATURE', `Your system answered a call ${what} with ${status}.`);
      }
    }
    const reads = webhook.keyReads - keyReads;
    if (reads > MAX_KEY_READS)
      throw new Finding(
        'WEBHOOK_KEYS',
        `The keys were read ${reads} times during ${CALLS * (forgeries().length + 1)} calls.`,
      );
    await decide(bench, bench.file());
  },
};
