import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { connect, openKeys, openTls } from '@cups/rpc';
import type { Client } from '@cups/rpc';

/** The calling process of bench/calls.ts: a gateway that reads submissions. */

export interface CallLoad {
  port: number;
  /** Number of calls in flight. */
  level: number;
  seconds: number;
  /** Whether the calls may travel in bundles. */
  isBundled: boolean;
}

export interface CallLoadResult {
  calls: number;
  seconds: number;
  /** CPU time of the client a call, in microseconds. */
  clientUs: number;
  /** CPU time of the server a call, in microseconds; the parent process sets it. */
  serverUs: number;
  p50Ms: number;
}

const SESSIONS = 8;
const NAME = 'cups.intake.v1.IntakeService';
const [dir = ''] = process.argv.slice(2);
const keys = openKeys({ dir: join(dir, 'keys'), service: 'gateway' });
const tls = openTls({ dir: join(dir, 'gateway'), service: 'gateway' });
const identity = openKeys({ dir: join(dir, 'keys'), service: 'identity' });
const expires = new Date(Date.now() + 3_600_000);
const sessions = Array.from({ length: SESSIONS }, (_, n) =>
  identity.signSession({ operator: `operators/cu-001.${n}`, roles: ['specialist'], sid: `s${n}`, expires }),
);
let client: Client<IntakeServiceDefinition> | undefined;

async function run({ port, level, seconds, isBundled }: CallLoad): Promise<CallLoadResult> {
  client ??= connect<IntakeServiceDefinition>(NAME, {
    address: `127.0.0.1:${port}`,
    keys,
    tls,
    service: 'intake',
    timeoutMs: 20_000,
  });
  const { GetSubmission } = loadService<Record<string, { options: Record<string, unknown> }>>(NAME);
  GetSubmission!.options['(cups.rpc.v1.bundled)'] = isBundled;
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const worker = async (_: unknown, n: number) => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const sentAt = performance.now();
      await client!.getSubmission({}, { sessionToken: sessions[n % SESSIONS]! });
      times.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: level }, worker));
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    calls: times.length,
    seconds: (performance.now() - startedAt) / 1_000,
    clientUs: (user + system) / times.length,
    serverUs: 0,
    p50Ms: times.sort((one, other) => one - other)[times.length >> 1]!,
  };
}

process.on('message', (load: CallLoad) => void run(load).then((result) => process.send!(result)));
process.on('disconnect', () => process.exit(0));
