import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acknowledged, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

/** Settings for a handler that never ends, with a timeout longer than a partition may be blocked. */
let bridge: Bridge;
const gate = { hold: '', open: (): void => {} };
const opened = new Promise<void>((resolve) => (gate.open = resolve));

beforeAll(async () => {
  bridge = await startBridge({
    handler: (real) => async (event) => {
      if (event.id === gate.hold) await opened;
      return real(event);
    },
    retryPolicy: { maxAttempts: 2, handlerTimeoutMs: 3_600_000, releasePollIntervalMs: 1_000 },
    stuckMs: 2_000,
  });
}, 60_000);
afterAll(async () => {
  gate.open();
  await bridge.stop();
}, 60_000);

const ROOT = join(import.meta.dirname, '../../..');
/** Runs the ops CLI. */
async function cups(...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    KEYS_DIR: bridge.world.keys.dir,
    AGENCY_BRIDGE_ADDRESS: `127.0.0.1:${bridge.service.grpcPort}`,
  };
  const flags = [...args, '--service', 'agency-bridge'];
  const child = spawn(process.execPath, [join(ROOT, 'tools/cli/cups.ts'), ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}
const activity = async (agency: string) => {
  const clerk = bridge.world.client(bridge.service, { role: 'agency-clerk', agency: `agencies/${agency}` });
  return (await clerk.getAgencyActivity({ name: `agencies/${agency}` })).activity;
};

test('shows a blocked replies partition to administrators and its agency', async () => {
  const application = await bridge.sent();
  const before = Date.now();
  const hanging = acknowledged(application.name, 'hanging');
  gate.hold = 'hanging';
  await bridge.world.reply('asp', hanging);

  const operator = bridge.world.operator(bridge.service);
  const found = await eventually(
    async () => {
      const { partitions } = await operator.listStuckPartitions({});
      // A busy machine may delay the commits of another consumer for as long.
      return partitions.length === 1 && partitions[0]!.topic === 'agency.asp.replies' && partitions;
    },
    { timeoutMs: 60_000 },
  );
  expect(found).toMatchObject([{ topic: 'agency.asp.replies', group: 'agency-bridge-replies-asp', unreadCount: '1' }]);
  expect(Number(found[0]?.stuckTime?.seconds) * 1_000).toBeGreaterThan(before - 1_000);

  const pattern = new RegExp(`agency\\.asp\\.replies/${found[0]!.partition} +1 +\\d+ s +agency-bridge-replies-asp`);
  for (const list of ['stuck', 'parked', 'outbox', 'refused']) expect(await cups(list, 'list')).toMatch(pattern);
  expect(JSON.parse(await cups('stuck', 'list', '--json'))).toMatchObject([{ service: 'agency-bridge' }]);
  expect((await activity('asp'))?.stuckTime).toEqual(found[0]!.stuckTime);
  expect((await activity('cnas'))?.stuckTime).toBeNull();

  gate.open();
  await eventually(async () => (await operator.listStuckPartitions({})).partitions.length === 0, { timeoutMs: 60_000 });
  expect(await cups('stuck', 'list')).toBe('No consumer is stuck.\n');
  expect((await activity('asp'))?.stuckTime).toBeNull();
}, 240_000);
