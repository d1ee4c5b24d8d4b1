import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, platform as parts, temporaryDir } from '@cups/testing';
import type { Application } from '@cups/tools/desk';
import { idnp } from '@cups/tools/filings';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { Browser } from './browser.ts';
import type { Answer, Page } from './browser.ts';
import { filing } from './filing.ts';
import { openFront } from './front.ts';
import type { Front } from './front.ts';
import { openLine } from './line.ts';
import type { Line } from './line.ts';

/**
 * The platform as a ministry runs it: in production, behind TLS, with MPass alone and nobody in it. A supervisor is appointed by the
 * command, people are invited one by another, sign in by SAML and work; and all of it goes on while identity, its store or the
 * provider is away.
 */

const root = join(import.meta.dirname, '../..');
const folder = temporaryDir();
const NUMBERS = { supervisor: idnp(9001), manager: idnp(9002), specialist: idnp(9003), colleague: idnp(9004) };
/** A name that is nobody else's, to be looked for where it must not be. */
const FAMILY = 'Zbarneanu';
let fronts: { desk: Front; idp: Front };
let line: Line;
let platform: Platform;
/** Who works, each in a browser of their own. */
const at: Record<keyof typeof NUMBERS, Browser> = {} as never;

beforeAll(async () => {
  fronts = { desk: await openFront('cups.test'), idp: await openFront('mpass.test') };
  const { mongoUri } = parts();
  line = await openLine(Number(new URL(mongoUri).port));
  const idpPort = await freePort();
  platform = await startPlatform({
    port: 0,
    dataDir: folder.dir,
    prefix: parts().prefix,
    testIdp: { port: idpPort, url: fronts.idp.origin },
    env: { CUPS_ENV: 'production', PUBLIC_ORIGIN: fronts.desk.origin, TRUST_PROXY: '1' },
    envOf: {
      gateway: { SESSION_CHECK_MS: '500', GATEWAY_HOST: '127.0.0.1' },
      identity: { CUPS_IDENTITY_PROVIDERS: 'mpass', MONGODB_URI: `mongodb://127.0.0.1:${line.port}` },
    },
  });
  fronts.desk.to(Number(new URL(platform.url).port));
  fronts.idp.to(idpPort);
  for (const who of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) at[who] = newBrowser();
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await Promise.all([fronts.desk.close(), fronts.idp.close(), line.close()]);
  folder.remove();
});

const newBrowser = () => new Browser([fronts.desk.certificate, fronts.idp.certificate]);
const originOf = () => fronts.desk.origin;

/** Somebody signs in at MPass with a number, and with a second factor unless not. */
async function signIn(browser: Browser, number: string, more: { weak?: boolean; centre?: string } = {}): Promise<Page> {
  const query = new URLSearchParams({ returnTo: '/', ...(more.centre && { centre: more.centre }) });
  const asked = await browser.open(`${originOf()}/auth/mpass/start?${query}`);
  // Whoever is signed in there comes back without being asked.
  if (!asked.url.startsWith(fronts.idp.origin)) return asked;
  return browser.submit(asked, { person: '', typed: number, ...(more.weak ? {} : { strong: 'yes' }) });
}
const reasonOf = ({ url }: Page) => new URL(url).searchParams.get('signIn');

/** What a page asks for its user, who may. @throws Error with the answer where it is refused */
async function ask<T>(browser: Browser, method: string, path: string, given: { body?: unknown; etag?: string } = {}) {
  const answer = await browser.call<T>(originOf(), method, path, given);
  if (answer.status < 300) return answer;
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
const refusal = async (browser: Browser, method: string, path: string, body?: unknown) => {
  const { status, body: said } = await browser.call<{ reason?: string }>(originOf(), method, path, { body });
  return `${status} ${said.reason ?? ''}`.trim();
};

interface Member {
  name: string;
  status: string;
  roles: string[];
}
interface Who {
  operator: { name: string; centre?: string; roles: string[] };
}

const person = (who: keyof typeof NUMBERS, roles: string[]) => ({
  idnp: NUMBERS[who],
  givenName: 'Ana',
  familyName: FAMILY,
  roles,
});
const invite = (browser: Browser, centre: string, who: keyof typeof NUMBERS, roles: string[]) =>
  ask<Member>(browser, 'POST', `/centres/${centre}/operators`, { body: person(who, roles) });
const idOf = async (who: keyof typeof NUMBERS) =>
  (await ask<Who>(at[who], 'GET', '/sessions/current')).body.operator.name.replace('operators/', '');

/** `npm run operator`, as somebody with the tool's key and certificate runs it. */
function operator(words: string[], input: string): Promise<string> {
  const keys = join(folder.dir, 'keys');
  const script = join(root, 'tools/operator.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...words], {
    env: {
      CUPS_KEYS: keys,
      GRPC_TLS_DIR: join(keys, 'tls/operator'),
      IDENTITY_ADDRESS: platform.addresses()['identity'],
    },
  });
  let said = '';
  for (const out of [child.stdout, child.stderr]) out.on('data', (data) => (said += data));
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve(`${said.trim()} (${code})`)));
}
const appoint = () => {
  const words = ['--given-name', 'Ana', '--family-name', FAMILY, '--why', 'Order 12', '--by', 'devops'];
  return operator(['appoint-supervisor', ...words], `${NUMBERS.supervisor}\n`);
};

/** What is typed is kept at each pause, as the page does. */
async function typed(browser: Browser, id: string, workedUntil: string): Promise<Answer<Application>> {
  const { body } = await ask<Application>(browser, 'GET', `/applications/${id}`);
  const answers = { pensionKind: 'old-age', workedUntil };
  return ask(browser, 'PATCH', `/applications/${id}`, { body: { answers }, etag: body.etag });
}
const open = async (browser: Browser, n: number) =>
  (await ask<Application>(browser, 'POST', '/applications', { body: filing(n, 'S1') })).body.id;

describe('production, from the first supervisor on', () => {
  test('lets nobody in before the command names one, and no test provider', async () => {
    expect(reasonOf(await signIn(at.supervisor, NUMBERS.supervisor))).toBe('OPERATOR_UNKNOWN');
    expect(await refusal(newBrowser(), 'GET', '/operators')).toMatch(/^404/);
    const local = { provider: 'local', operator: 'cu-001-specialist' };
    expect(await refusal(newBrowser(), 'POST', '/sessions', local)).toMatch(/^40[01]/);
    expect(await appoint()).toMatch(/^Ana Zbarneanu \(operators\/\S+\) is a supervisor now\. \(0\)$/);
    expect(await appoint()).toMatch(/is one already\. \(0\)$/);
  });

  test('signs her in by SAML with a second factor, and with cookies that stay here', async () => {
    expect(reasonOf(await signIn(newBrowser(), NUMBERS.supervisor, { weak: true }))).not.toBeNull();
    at.supervisor = newBrowser();
    const page = await signIn(at.supervisor, NUMBERS.supervisor);
    expect(page.url).toBe(`${originOf()}/`);
    expect(at.supervisor.cookies(originOf())).toEqual(['__Host-cups-session']);
    expect((await ask<Who>(at.supervisor, 'GET', '/sessions/current')).body.operator).toMatchObject({
      roles: ['supervisor'],
    });
  });

  test('takes two invitations of one person at once as one person', async () => {
    const [one, other] = await Promise.all([
      invite(at.supervisor, 'CU-001', 'manager', ['centre-manager', 'specialist']),
      invite(at.supervisor, 'CU-002', 'manager', ['centre-manager', 'specialist']),
    ]);
    expect(one.body.name).toBe(other.body.name);
    // Which of the two is the first is by chance.
    await signIn(at.manager, NUMBERS.manager, { centre: 'CU-001' });
    const path = '/centres/CU-001/operators';
    const twice = await Promise.all(
      [1, 2].map(() => refusal(at.manager, 'POST', path, person('specialist', ['specialist']))),
    );
    expect(twice.sort()).toEqual(['201', '409 ALREADY_EXISTS']);
    await invite(at.manager, 'CU-001', 'colleague', ['specialist']);
  });

  test('files what the specialist took on, and the agency decides it', async () => {
    await signIn(at.specialist, NUMBERS.specialist);
    await signIn(at.colleague, NUMBERS.colleague);
    const id = await open(at.specialist, 9101);
    await ask(at.specialist, 'POST', `/applications/${id}/submit`, { body: {} });
    const read = () => ask<Application>(at.specialist, 'GET', `/applications/${id}`);
    await eventually(async () => (await read()).body.state === 'ready', { timeoutMs: 60_000, everyMs: 250 });
  });

  test('lets a manager of two centres go on at the other, where she sees nothing of the first', async () => {
    const id = await open(at.manager, 9102);
    await ask(at.manager, 'POST', '/sessions/current/centre', { body: { centre: 'centres/CU-002' } });
    expect(await refusal(at.manager, 'GET', `/applications/${id}`)).toBe('404 NOT_FOUND');
    await ask(at.manager, 'POST', '/sessions/current/centre', { body: { centre: 'centres/CU-001' } });
    await ask(at.manager, 'GET', `/applications/${id}`);
    expect(await refusal(at.manager, 'POST', '/sessions/current/centre', { centre: 'centres/CU-003' })).toMatch(/^403/);
  });
});

describe('a change of what somebody may', () => {
  test('of roles reaches the session that is open', async () => {
    const path = `/centres/CU-001/operators/${await idOf('specialist')}`;
    const history = () => refusal(at.specialist, 'GET', `${path}/history`);
    const change = (roles: string[]) => ask(at.supervisor, 'PATCH', path, { body: { roles } });
    expect(await history()).toMatch(/^403/);
    await change(['specialist', 'centre-manager']);
    await eventually(async () => (await history()) === '200');
    await change(['specialist']);
    await eventually(async () => (await history()).startsWith('403'));
  });

  test('by a suspension ends it, nothing that was typed is lost, and it can be lifted', async () => {
    const path = `/centres/CU-001/operators/${await idOf('specialist')}`;
    const id = await open(at.specialist, 9103);
    let last = '';
    const suspended = ask(at.manager, 'POST', `${path}/suspend`, { body: { why: 'Has left.' } });
    await eventually(async () => {
      const next = new Date(Date.now() - Math.floor(Math.random() * 1e11)).toISOString().slice(0, 10);
      try {
        await typed(at.specialist, id, next);
        last = next;
        return false;
      } catch (error) {
        return /401 .*SESSION_EXPIRED/.test(String(error)) || Promise.reject(error as Error);
      }
    });
    await suspended;
    const { body } = await ask<Application & { answers: object }>(at.colleague, 'GET', `/applications/${id}`);
    expect(body.answers).toMatchObject({ workedUntil: last });
    await typed(at.colleague, id, '2025-12-30');
    await ask(at.colleague, 'POST', `/applications/${id}/submit`, { body: {} });
    expect(reasonOf(await signIn(newBrowser(), NUMBERS.specialist))).toBe('OPERATOR_SUSPENDED');
    await ask(at.manager, 'POST', `${path}/reinstate`, { body: {} });
    at.specialist = newBrowser();
    await signIn(at.specialist, NUMBERS.specialist);
    await ask(at.specialist, 'GET', `/applications/${id}`);
  });
});

describe('while something is away', () => {
  /** A desk edits and files; supervisors, who need a word of identity, are refused until it is back. */
  async function goesOn(n: number, back: () => unknown): Promise<void> {
    const refused = '503 NEIGHBOUR_UNAVAILABLE';
    await eventually(async () => (await statistics()) === refused, { everyMs: 250 });
    await typed(at.specialist, drafts[n]!, '2025-12-29');
    await ask(at.specialist, 'POST', `/applications/${drafts[n]}/submit`, { body: {} });
    await back();
    await eventually(async () => (await statistics()) === '200', { everyMs: 250 });
  }
  const drafts: string[] = [];
  const statistics = () => refusal(at.supervisor, 'GET', '/statistics?from=2026-01-01&to=2026-12-31&groupBy=centre');

  test('identity, desks go on and supervisors wait', async () => {
    for (const n of [9104, 9105, 9106]) drafts.push(await open(at.specialist, n));
    await platform.kill('identity');
    await goesOn(0, () => platform.start('identity'));
  });

  test("identity's store, the same", async () => {
    line.cut();
    await goesOn(1, () => line.mend());
  });

  test('the provider, who is signed in goes on, and who is not can come when it is back', async () => {
    fronts.idp.to(undefined);
    const late = newBrowser();
    expect((await late.open(`${originOf()}/auth/mpass/start?returnTo=%2F`)).status).toBe(502);
    await typed(at.specialist, drafts[2]!, '2025-12-29');
    expect(await statistics()).toBe('200');
  });
});

test('No log holds the number or the name of anybody of the staff.', () => {
  const logs = join(root, platform.logs);
  const words = [...Object.values(NUMBERS), FAMILY];
  const found = readdirSync(logs).filter((name) => {
    const text = readFileSync(join(logs, name), 'utf8');
    return words.some((word) => text.includes(word));
  });
  expect(found).toEqual([]);
});
