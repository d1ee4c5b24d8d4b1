import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { filing } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { openDesk } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { withMandate } from '@cups/tools/mandates';
import { startPlatform } from '@cups/tools/platform';

/**
 * `node chaos/rotation.ts`: rotates every key of a running platform with `npm run cups -- keys`, in the steps and times of
 * docs/how-to/rotate-keys.md, while desks file applications without retries. No call may fail. Then it revokes a stolen key.
 * Takes 17 minutes. The old session keys (identity, cookie) stay for eight hours, so the run does not retire them.
 */

const root = join(import.meta.dirname, '..');
const MINUTE = 60_000;
const SIGNERS = ['catalog', 'intake', 'agency-bridge', 'notifications', 'journal', 'gateway', 'ops'];
/** Enough that no centre reaches its daily limit. */
const CENTRES = 12;
const PAUSE_MS = 800;

interface CallStatistics {
  calls: number;
  failed: string[];
  slowest: number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'cups-rotation-'));
const platform = await startPlatform({ port: 0, dataDir, prefix: `rotation-${process.pid}-` });
const load: CallStatistics = { calls: 0, failed: [], slowest: 0 };
let isOpen = true;
try {
  const { centres } = (await (await fetch(`${platform.url}/api/v1/centres?pageSize=200`)).json()) as {
    centres: Centre[];
  };
  const townHalls = centres.filter(({ kind, status }) => kind === 'town-hall' && status === 'active').slice(0, CENTRES);
  const desks = await Promise.all(
    townHalls.map(({ code }) => openDesk(platform.url, `${code.toLowerCase()}-specialist`, { tries: 1 })),
  );
  const working = desks.map((desk, at) => runDesk(desk, at));
  await rotateKeys();
  await testStolenKey();
  isOpen = false;
  await Promise.all(working);
} finally {
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
for (const sentence of load.failed.slice(0, 20)) console.log(sentence);
process.exitCode = load.failed.length === 0 ? 0 : 1;

async function rotateKeys(): Promise<void> {
  const started = Date.now();
  const until = (minutes: number) => pause(Math.max(0, started + minutes * MINUTE - Date.now()));
  await step('certificates', 'renew', 'all');
  await step('published', 'publish', ...SIGNERS, 'identity', 'cookie', 'authority');
  await until(5.2);
  await step('activated', 'activate', ...SIGNERS, 'identity', 'cookie', 'authority');
  await until(15.4);
  await step('retired', 'retire', ...SIGNERS, 'authority');
  await until(16.4);
  printStatus('over');
}

/** Removing the public half of a stolen ops key revokes it. The key's own calls may take longer to fail. */
async function testStolenKey(): Promise<void> {
  if ((await callAsOperatorTool()) !== 0) throw new Error('the ops key is refused before its removal');
  rmSync(join(dataDir, 'keys/public/ops.jwk'));
  const removed = Date.now();
  if ((await callAsOperatorTool()) === 0) throw new Error('a stolen key is still accepted');
  const lines = readFileSync(join(dataDir, 'logs/identity.log'), 'utf8').split('\n');
  const line = lines.find((one) => one.includes('"key-trust-ended"'))!;
  printStatus(`a stolen key is refused after ${Date.parse((JSON.parse(line) as { time: string }).time) - removed} ms`);
}

/** Returns the exit code of a call that only the ops CLI may make. */
function callAsOperatorTool(): Promise<number | null> {
  const keys = join(dataDir, 'keys');
  const env = {
    KEYS_DIR: keys,
    GRPC_TLS_DIR: join(keys, 'tls/ops'),
    IDENTITY_ADDRESS: platform.addresses()['identity'],
  };
  return run('staff', ['list'], { env, stdio: 'ignore' });
}

/** Runs one step of `npm run cups -- keys`, as a platform administrator does. */
async function step(name: string, ...words: string[]): Promise<void> {
  const given = [...words, '--dir', join(dataDir, 'keys')];
  const code = await run('keys', given, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (code !== 0) throw new Error(`npm run cups -- keys ${words.join(' ')} ended with ${code}`);
  printStatus(name);
}

/** Returns the exit code of a project tool. */
function run(tool: string, words: string[], options: SpawnOptions): Promise<number | null> {
  const script = join(root, 'tools/cli/cups.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, tool, ...words], options);
  return new Promise((resolve) => child.once('close', resolve));
}

function printStatus(after: string): void {
  const { calls, failed, slowest } = load;
  console.log(`${after}: ${calls} calls, ${failed.length} failed, the slowest ${Math.round(slowest)} ms`);
}

/** Runs a desk that drafts, submits and reads applications. */
async function runDesk(desk: Desk, at: number): Promise<void> {
  for (let n = at; isOpen; n += CENTRES) {
    const path = '/applications';
    const made = await call(async () => {
      const body = await withMandate(desk, filing(n, 'ZQ'));
      return desk.call<Application>('POST', path, { body });
    });
    await call(() => desk.call('POST', `${path}/${made?.id}/submit`));
    await call(() => desk.call('GET', `${path}/${made?.id}`));
    await call(() => desk.call('GET', `${path}/${made?.id}/notices`));
  }
}

async function call<T>(made: () => Promise<{ body: T; ms: number }>): Promise<T | undefined> {
  load.calls += 1;
  const [answer] = await Promise.all([made().catch(recordFailure), pause(PAUSE_MS)]);
  if (answer) load.slowest = Math.max(load.slowest, answer.ms);
  return answer?.body;
}

function recordFailure(error: Error): undefined {
  // A notice appears shortly after its event.
  if (/notices: 404/.test(error.message)) return;
  load.failed.push(`${new Date().toISOString()} ${error.message}`);
}
