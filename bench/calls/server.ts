import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadService } from '@cups/contracts/proto';
import { createLog, createMetrics } from '@cups/process';
import { openKeys, openTls, serveGrpc } from '@cups/rpc';
import type { AccessRow } from '@cups/rpc';

/** The called process of bench/calls.ts: an intake that answers each call after 3 ms with 3 KB. Reports its CPU time. */

const HANDLER_MS = 3;
const [dir = ''] = process.argv.slice(2);
const row: AccessRow = { callers: ['gateway'], roles: 'none', tenancy: 'service', personalData: true };
const response = { submission: { content: { answers: Buffer.alloc(3_000, 'x') } } };
const definition = loadService<Record<string, never>>('cups.intake.v1.IntakeService');
const forAll = <Value>(value: Value) =>
  Object.fromEntries(Object.keys(definition).map((method) => [method, value])) as Record<string, never>;

const server = await serveGrpc({
  name: 'intake',
  keys: openKeys({ dir: join(dir, 'keys'), service: 'intake' }),
  tls: openTls({ dir: join(dir, 'intake'), service: 'intake' }),
  port: 0,
  log: createLog({ service: 'intake', destination: { write: () => true } }),
  metrics: createMetrics('intake'),
  maxInFlight: 256,
  definition,
  rpcs: forAll(() => pause(HANDLER_MS, response)),
  access: forAll(row),
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ port: server.port, cpuUs: user + system });
});
process.on('disconnect', () => process.exit(0));
