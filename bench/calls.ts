import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateKeys } from '@cups/rpc';
import { createAuthority, issueCertificate } from '@cups/rpc/authority';
import { request } from './children.ts';
import type { CallLoad, CallLoadResult } from './calls/client.ts';
import { median } from './agencies/bench-platform.ts';

/**
 * Measures the CPU time of one gRPC call with mutual TLS in both processes, alternating between calls that are their own
 * RPCs and calls that may travel in bundles. Usage: node bench/calls.ts [--levels 1,16,64] [--seconds 2] [--rounds 5]
 */

const { values } = parseArgs({
  options: {
    levels: { type: 'string', default: '1,16,64' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
  },
});

const dir = mkdtempSync(join(tmpdir(), 'cups-calls-'));
try {
  await writeIdentities();
  const server = fork(join(import.meta.dirname, 'calls/server.ts'), [dir]);
  const client = fork(join(import.meta.dirname, 'calls/client.ts'), [dir]);
  const { port } = await request<{ port: number }>(server, {});
  for (const level of values.levels.split(',').map(Number)) await compare({ server, client, port, level });
  client.disconnect();
  server.disconnect();
} finally {
  rmSync(dir, { recursive: true });
}

interface Stage {
  server: ChildProcess;
  client: ChildProcess;
  port: number;
  level: number;
}

/** Alternates runs with and without bundles, and prints their medians. The first round warms up. */
async function compare({ server, client, port, level }: Stage): Promise<void> {
  const results: Record<'alone' | 'bundled', CallLoadResult[]> = { alone: [], bundled: [] };
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const kind of ['alone', 'bundled'] as const) {
      const load: CallLoad = { port, level, isBundled: kind === 'bundled', seconds: Number(values.seconds) };
      const before = await request<{ cpuUs: number }>(server, {});
      const result = await request<CallLoadResult>(client, load);
      const after = await request<{ cpuUs: number }>(server, {});
      result.serverUs = (after.cpuUs - before.cpuUs) / result.calls;
      if (round > 0) results[kind].push(result);
    }
  }
  for (const [kind, rows] of Object.entries(results)) print(level, kind, rows);
}

/** Writes keys and certificates of the two services. */
async function writeIdentities(): Promise<void> {
  generateKeys(join(dir, 'keys'), ['identity', 'gateway', 'intake']);
  const authority = await createAuthority({ now: Date.now(), days: 2 });
  for (const service of ['gateway', 'intake']) {
    const { certificate, key } = await issueCertificate(authority, service, { now: Date.now(), days: 1 });
    mkdirSync(join(dir, service));
    const texts = { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority.certificate };
    for (const [file, text] of Object.entries(texts)) writeFileSync(join(dir, service, file), text, { mode: 0o600 });
  }
}

function print(level: number, kind: string, rows: CallLoadResult[]): void {
  const of = (pick: (row: CallLoadResult) => number) => median(rows.map(pick)).toFixed(0);
  console.log(
    `${level} in flight, ${kind}: ${of((row) => row.clientUs)} µs of the client and ${of((row) => row.serverUs)} µs of ` +
      `the server a call, ${of((row) => row.calls / row.seconds)} calls/s, p50 ${of((row) => row.p50Ms)} ms`,
  );
}
