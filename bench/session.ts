import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sessions } from '@cups/gateway/sessions';
import { COOKIE_KEY_SET, watchKeySet, generateKeys, openKeys } from '@cups/rpc';

/**
 * Measures a request's session cost at the gateway: reading, opening and verifying the cookie, and checking the cached session state.
 * Compares it with the minimum, one SHA-256 over the cookie. `node bench/session.ts`.
 */

const REQUESTS = 200_000;
const SESSIONS = 500;

const dir = mkdtempSync(join(tmpdir(), 'cups-session-'));
try {
  await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<void> {
  generateKeys(dir, ['gateway', 'identity']);
  const hour = 3_600_000;
  const sessions = new Sessions({
    keys: openKeys({ dir, service: 'gateway' }),
    cookieKeys: watchKeySet({ file: join(dir, COOKIE_KEY_SET), name: 'cookie' }),
    // No sign-outs, and identity is called once in two minutes: neither is part of a request.
    signOuts: { add: () => Promise.resolve(), isPending: () => false },
    fetchSession: () => Promise.resolve({ assertion: '' }),
    checkIntervalMs: hour,
    idleMs: hour,
    secure: false,
    now: () => new Date(),
  });
  const identity = openKeys({ dir, service: 'identity' });
  const expires = new Date(Date.now() + 3_600_000);
  const headers: string[] = [];
  for (let n = 0; n < SESSIONS; n += 1) {
    const sid = `s${n}`;
    const roles = ['specialist' as const];
    const session = { operator: `operators/o${n}`, roles, centre: 'centres/CU-001', sid, expires };
    const set = await sessions.begin(session, identity.signSession(session));
    headers.push(`theme=light; ${set.split(';')[0]}`);
  }
  const context = { requestId: 'r', traceparent: '', deadline: expires, signal: new AbortController().signal };
  const options = { endsSession: false, sessionKey: undefined, isBackground: false };
  const ours = (header: string) =>
    sessions.authenticate(sessions.cookieOf(header), Object.assign({}, context), options);
  const raw = async (header: string) => createHash('sha256').update(header).digest('base64');
  const first = await micros(headers, SESSIONS, ours);
  await micros(headers, REQUESTS, raw);
  await micros(headers, REQUESTS, ours);
  const [bare, whole] = [await micros(headers, REQUESTS, raw), await micros(headers, REQUESTS, ours)];
  console.log(`SHA-256 of the cookie alone ${bare.toFixed(1)} µs; the session ${whole.toFixed(1)} µs a request,`);
  console.log(`${first.toFixed(0)} µs at its first one; ${(whole / bare).toFixed(1)} times the hash`);
}

/** Microseconds a request, one after the other. */
async function micros(headers: string[], count: number, work: (header: string) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < count; n += 1) await work(headers[n % headers.length]!);
  return ((performance.now() - began) * 1000) / count;
}
