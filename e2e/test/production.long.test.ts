import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { eventually, temporaryDir } from '@cups/testing';
import { waitUntil } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { filing, idnp } from '@cups/tools/filings';
import { toMandateRequest, toNamedMandate } from '@cups/tools/mandates';
import { agenciesIn } from '@cups/tools/platform';
import type { ServiceName } from '@cups/tools/platform';
import type { ApiResponse, Page } from './browser.ts';
import { startProductionPlatform, runTool } from './production-platform.ts';
import type { ProductionPlatform, Visitor } from './production-platform.ts';

/**
 * Tests production from outside. Kafka and the store require TLS and have minimal rights; `npm run cups -- topics` creates
 * users and rights.
 * A supervisor is appointed by CLI, staff invite each other, sign in by SAML and work.
 * All of it survives outages of identity, its store and the provider.
 */

const root = join(import.meta.dirname, '../..');
const folder = temporaryDir();
const users = join(folder.dir, 'users');
const data = join(folder.dir, 'data');
const SERVICES = [
  'identity',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
  'agency-simulator',
] as const;
const PERSONAL_NUMBERS = { supervisor: idnp(9001), manager: idnp(9002), specialist: idnp(9003), colleague: idnp(9004) };
type Person = keyof typeof PERSONAL_NUMBERS;
/** A unique name, to scan for leaks. */
const FAMILY_NAME = 'Zbarneanu';
let local: LocalPlatform;
let production: ProductionPlatform;
/** Staff members, each with their own browser. */
const visitors = {} as Record<Person, Visitor>;

const passwordFile = (user: string) => join(users, user);
const setPassword = (user: string) =>
  writeFileSync(passwordFile(user), randomBytes(24).toString('base64url'), { mode: 0o600 });

beforeAll(async () => {
  local = await startLocal({ dataDir: join(folder.dir, 'parts'), secure: true });
  mkdirSync(users, { mode: 0o700 });
  cpSync(join(root, 'data'), data, { recursive: true });
  for (const user of [...SERVICES, 'kafka-lag', ...agenciesIn(join(root, 'data')).map((code) => `agency.${code}`)]) {
    setPassword(user);
  }
  writeFileSync(join(folder.dir, 'admin'), local.secure!.admin.password, { mode: 0o600 });
}, 90_000);
afterAll(async () => {
  await production?.stop();
  await local.stop();
  folder.remove();
});

/** Runs `npm run cups -- topics` as the administrator. */
const topics = (): Promise<string> =>
  asAdministrator('topics', [], { KAFKA_USERS_DIR: users, SIMULATOR_TOPICS: 'all', REGISTRY_DIR: data });

/** Runs `cups <tool>`. @throws Error with its output for a non-zero exit code */
async function asAdministrator(tool: string, args: string[], more: Record<string, string>): Promise<string> {
  const { output, code } = await runTool(tool, args, {
    KAFKA_BROKERS: local.kafkaBrokers,
    KAFKA_TLS_CA_FILE: local.secure!.caFile,
    KAFKA_SASL_USERNAME: local.secure!.admin.username,
    KAFKA_SASL_PASSWORD_FILE: join(folder.dir, 'admin'),
    ...more,
  });
  if (code === 0) return output;
  throw new Error(output);
}

async function start(): Promise<void> {
  const { caFile } = local.secure!;
  const access = (user: ServiceName) => ({
    KAFKA_TLS_CA_FILE: caFile,
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD_FILE: passwordFile(user),
  });
  production = await startProductionPlatform({
    dataDir: join(folder.dir, 'platform'),
    prefix: '',
    parts: { mongoUri: local.mongoUri, kafkaBrokers: local.kafkaBrokers },
    env: { MONGODB_TLS_CA_FILE: caFile, CREATE_TOPICS: 'false', REGISTRY_DIR: data },
    envOf: Object.fromEntries(SERVICES.map((name) => [name, access(name)])),
  });
  for (const who of Object.keys(PERSONAL_NUMBERS) as Person[]) visitors[who] = production.visitor();
}

/** Files an application as the specialist. */
async function submitApplication(n: number, more: object = {}): Promise<string> {
  const id = await open(visitors.specialist, n, more);
  await visitors.specialist.request('POST', `/applications/${id}/submit`, { body: {} });
  return id;
}
/** Waits for the agency's decision. */
const waitUntilDecided = (id: string) =>
  waitUntil(
    async () => (await visitors.specialist.request<Application>('GET', `/applications/${id}`)).body,
    ({ state }) => state === 'ready',
    `${id} is decided`,
    60,
  );

const logOf = (name: ServiceName) => readFileSync(join(root, production.platform.logs, `${name}.log`), 'utf8');
const operations = async (name: ServiceName, path: string) => {
  const answer = await fetch(`${production.platform.operations(name)}${path}`);
  return { status: answer.status, text: await answer.text() };
};

const reasonOf = ({ url }: Page) => new URL(url).searchParams.get('signIn');

interface Member {
  name: string;
  status: string;
  roles: string[];
}
interface Session {
  operator: { name: string; centre?: string; roles: string[] };
}

const person = (who: Person, roles: string[]) => ({
  idnp: PERSONAL_NUMBERS[who],
  givenName: 'Ana',
  familyName: FAMILY_NAME,
  roles,
});
const invite = (by: Visitor, centre: string, who: Person, roles: string[]) =>
  by.request<Member>('POST', `/centres/${centre}/operators`, { body: person(who, roles) });
const idOf = async (who: Person) =>
  (await visitors[who].request<Session>('GET', '/sessions/current')).body.operator.name.replace('operators/', '');

const appoint = (...more: string[]) => {
  const words = ['--given-name', 'Ana', '--family-name', FAMILY_NAME, '--reason', 'Order 12', '--actor', 'devops'];
  return production.operator(['appoint-supervisor', ...words, ...more], `${PERSONAL_NUMBERS.supervisor}\n`);
};

/** Saves the input, as the page does at each pause. */
async function editAnswers(by: Visitor, id: string, workedUntil: string): Promise<ApiResponse<Application>> {
  const { body } = await by.request<Application>('GET', `/applications/${id}`);
  const answers = { pensionKind: 'old-age', workedUntil };
  return by.request('PATCH', `/applications/${id}`, { body: { answers }, etag: body.etag });
}
async function open(by: Visitor, n: number, more: object = {}): Promise<string> {
  const content = filing(n, `S${n % 10}`, more);
  const granted = await by.request<{ name: string }>('POST', '/mandates', { body: toMandateRequest(content) });
  const body = { ...content, mandate: toNamedMandate(content, granted.body.name) };
  return (await by.request<Application>('POST', '/applications', { body })).body.id;
}

describe('a platform with secured Kafka and store', () => {
  test('gets its users from npm run cups -- topics, once, without printing passwords', async () => {
    const first = await topics();
    expect(first.match(/^user .*: password set; \d+ rights given, 0 taken(?:; quota set)?$/gm)).toHaveLength(
      SERVICES.length + 1 + agenciesIn(join(root, 'data')).length,
    );
    const again = await topics();
    expect(again.match(/^user .*$/gm)).toEqual(
      first.match(/^user .*$/gm)!.map((line) => line.replace(/:.*/, ': password as it was; rights as they were')),
    );
    for (const user of SERVICES) expect(first + again).not.toContain(readFileSync(passwordFile(user), 'utf8'));
  });
});

describe('production, starting with the first supervisor', () => {
  test('admits nobody before the CLI appoints one, and has no test provider', async () => {
    await start();
    expect(reasonOf(await visitors.supervisor.signIn(PERSONAL_NUMBERS.supervisor))).toBe('OPERATOR_UNKNOWN');
    expect(await production.visitor().outcome('GET', '/operators')).toMatch(/^404/);
    const local = { provider: 'local', operator: 'cu-001-specialist' };
    expect(await production.visitor().outcome('POST', '/sessions', local)).toMatch(/^40[01]/);
    expect(await appoint()).toMatch(/^operators\/\S+ is a supervisor now\. \(0\)$/);
    // Without a sign-in the appointment can be corrected: the number may have been mistyped.
    expect(await appoint('--first')).toMatch(/is already a supervisor\. Nothing was changed\. \(0\)$/);
  });

  test('signs the supervisor in by SAML with a second factor and host-only cookies', async () => {
    expect(reasonOf(await production.visitor().signIn(PERSONAL_NUMBERS.supervisor, { weak: true }))).not.toBeNull();
    visitors.supervisor = production.visitor();
    const page = await visitors.supervisor.signIn(PERSONAL_NUMBERS.supervisor);
    expect(page.url).toBe(`${production.origin}/`);
    expect(visitors.supervisor.browser.cookies(production.origin)).toEqual(['__Host-cups-session']);
    expect((await visitors.supervisor.request<Session>('GET', '/sessions/current')).body.operator).toMatchObject({
      roles: ['supervisor'],
    });
    expect(await appoint('--first')).toMatch(
      /^A supervisor is already active \(operators\/\S+\)\. Nothing was changed\./,
    );
  });

  test('treats two simultaneous invitations of a person as one person', async () => {
    const [one, other] = await Promise.all([
      invite(visitors.supervisor, 'CU-001', 'manager', ['centre-manager', 'specialist']),
      invite(visitors.supervisor, 'CU-002', 'manager', ['centre-manager', 'specialist']),
    ]);
    expect(one.body.name).toBe(other.body.name);
    // The order of the two is random.
    await visitors.manager.signIn(PERSONAL_NUMBERS.manager, { centre: 'CU-001' });
    const path = '/centres/CU-001/operators';
    const twice = await Promise.all(
      [1, 2].map(() => visitors.manager.outcome('POST', path, person('specialist', ['specialist']))),
    );
    expect(twice.sort()).toEqual(['201', '409 ALREADY_EXISTS']);
    await invite(visitors.manager, 'CU-001', 'colleague', ['specialist']);
  });

  test('files an application that the agency decides', async () => {
    await visitors.specialist.signIn(PERSONAL_NUMBERS.specialist);
    await visitors.colleague.signIn(PERSONAL_NUMBERS.colleague);
    await waitUntilDecided(await submitApplication(9101));
  });

  test('lets a manager switch centres without access to the other one', async () => {
    const id = await open(visitors.manager, 9102);
    await visitors.manager.request('POST', '/sessions/current/centre', { body: { centre: 'centres/CU-002' } });
    expect(await visitors.manager.outcome('GET', `/applications/${id}`)).toBe('404 NOT_FOUND');
    await visitors.manager.request('POST', '/sessions/current/centre', { body: { centre: 'centres/CU-001' } });
    await visitors.manager.request('GET', `/applications/${id}`);
    expect(await visitors.manager.outcome('POST', '/sessions/current/centre', { centre: 'centres/CU-003' })).toMatch(
      /^403/,
    );
  });
});

describe('changes of rights', () => {
  test('of roles reach open sessions', async () => {
    const path = `/centres/CU-001/operators/${await idOf('specialist')}`;
    const history = () => visitors.specialist.outcome('GET', `${path}/history`);
    const change = (roles: string[]) => visitors.supervisor.request('PATCH', path, { body: { roles } });
    expect(await history()).toMatch(/^403/);
    await change(['specialist', 'centre-manager']);
    await eventually(async () => (await history()) === '200');
    await change(['specialist']);
    await eventually(async () => (await history()).startsWith('403'));
  });

  test('by suspension end the session without data loss, and can be reverted', async () => {
    const path = `/centres/CU-001/operators/${await idOf('specialist')}`;
    const id = await open(visitors.specialist, 9103);
    let last = '';
    const suspended = visitors.manager.request('POST', `${path}/suspend`, { body: { reason: 'Has left.' } });
    await eventually(async () => {
      const next = new Date(Date.now() - Math.floor(Math.random() * 1e11)).toISOString().slice(0, 10);
      try {
        await editAnswers(visitors.specialist, id, next);
        last = next;
        return false;
      } catch (error) {
        return /403 .*OPERATOR_SUSPENDED/.test(String(error)) || Promise.reject(error as Error);
      }
    });
    await suspended;
    const { body } = await visitors.colleague.request<Application & { answers: object }>('GET', `/applications/${id}`);
    expect(body.answers).toMatchObject({ workedUntil: last });
    await editAnswers(visitors.colleague, id, '2025-12-30');
    await visitors.colleague.request('POST', `/applications/${id}/submit`, { body: {} });
    expect(reasonOf(await production.visitor().signIn(PERSONAL_NUMBERS.specialist))).toBe('OPERATOR_SUSPENDED');
    await visitors.manager.request('POST', `${path}/reinstate`, { body: {} });
    visitors.specialist = production.visitor();
    await visitors.specialist.signIn(PERSONAL_NUMBERS.specialist);
    await visitors.specialist.request('GET', `/applications/${id}`);
  });
});

describe('sign-out', () => {
  const stands = () => visitors.colleague.outcome('GET', '/sessions/current');
  const takes = (thief: Visitor) => thief.outcome('GET', '/applications');

  test('passes MPass and requires authentication at the next sign-in', async () => {
    const thief = visitors.colleague.copyBrowser();
    expect(await takes(thief)).toBe('200');
    const { body } = await visitors.colleague.request<{ next: string }>('DELETE', '/sessions/current');
    expect([await stands(), await takes(thief)]).toEqual(['401 UNAUTHENTICATED', '401 SESSION_EXPIRED']);
    const page = await visitors.colleague.browser.open(`${production.origin}${body.next}`);
    expect(page.url).toBe(`${production.origin}/`);
    await visitors.colleague.signIn(PERSONAL_NUMBERS.colleague);
    expect(await stands()).toBe('200');
  });

  test('started at MPass ends the session', async () => {
    const thief = visitors.colleague.copyBrowser();
    const site = await visitors.colleague.browser.open(`${production.idp}/saml`);
    await visitors.colleague.browser.submit(site, {});
    expect([await stands(), await takes(thief)]).toEqual(['401 UNAUTHENTICATED', '401 SESSION_EXPIRED']);
    expect(visitors.colleague.browser.cookies(production.origin)).toEqual([]);
  });
});

describe('secured Kafka', () => {
  test('denies nothing to authorised services', async () => {
    for (const name of SERVICES) expect(logOf(name)).not.toMatch(/kafka-denies|AUTHORIZATION_FAILED/);
    expect((await operations('intake', '/metrics')).text).not.toMatch(/kafka_authorization_denied\{.*\} 1/);
  });

  test('accepts a new password from npm run cups -- topics without a restart', async () => {
    const before = production.platform.pids();
    setPassword('intake');
    expect(await topics()).toMatch(/^user intake: password set; rights as they were$/m);
    await local.restartKafka();
    await waitUntilDecided(await submitApplication(2));
    expect(logOf('intake')).not.toContain('kafka-authorization-denied');
    expect(production.platform.pids()).toEqual(before);
  });

  test('accepts an agency from npm run cups -- agency add without new rights for the bridge', async () => {
    const rightsOfBridge = (output: string) => /^user agency-bridge: .*$/m.exec(output)?.[0];
    const words = ['add', 'fisc', '--ro', 'Serviciul Fiscal', '--ru', 'Налоговая служба', '--en', 'Tax Service'];
    const more = { KAFKA_USERS_DIR: users, SIMULATOR_TOPICS: 'all', REGISTRY_DIR: data };
    const output = await asAdministrator('agency', [...words, '--data', data], more);
    expect(output).toContain('+ topic agency.fisc.requests (kept 90 days)');
    expect(output).not.toContain(readFileSync(passwordFile('agency.fisc'), 'utf8'));
    const replace = (path: string, to: string, change: (text: string) => string) =>
      writeFileSync(join(data, to), change(readFileSync(join(data, path), 'utf8')));
    replace('public-services/pension-reexamination.yaml', 'public-services/no-debt-certificate.yaml', (text) =>
      text
        .replace('code: pension-reexamination', 'code: no-debt-certificate')
        .replaceAll('provider: cnas', 'provider: fisc'),
    );
    replace('centres/CU-001.yaml', 'centres/CU-001.yaml', (text) => text.replace('mai]', 'mai, fisc]'));
    const id = await waitUntil(
      () => submitApplication(9, { publicService: 'no-debt-certificate' }).catch(() => undefined),
      (filed) => filed !== undefined,
      'an application is filed with the new agency',
      20,
    );
    await waitUntilDecided(id!);
    expect(rightsOfBridge(await topics())).toMatch(/rights as they were$/);
    expect(logOf('agency-bridge')).not.toMatch(/kafka-denies|AUTHORIZATION_FAILED/);
  });

  test('is backed up and checked by its administrator', async () => {
    const store = { MONGODB_URI: local.mongoUri, MONGODB_TLS_CA_FILE: local.secure!.caFile };
    expect(await asAdministrator('backup', [join(folder.dir, 'backup')], store)).toMatch(/intake/);
    expect(await asAdministrator('restore', ['check'], store)).toMatch(/./);
  });

  test('denying a service keeps its counters open; the right password recovers it', async () => {
    const right = readFileSync(passwordFile('intake'), 'utf8');
    writeFileSync(passwordFile('intake'), 'wrong');
    await production.platform.end('intake');
    await production.platform.start('intake');
    const id = await submitApplication(3);
    const sentence = `Kafka at ${local.kafkaBrokers} rejects user intake with the password of KAFKA_SASL_PASSWORD_FILE.`;
    await waitUntil(
      () => Promise.resolve(logOf('intake')),
      (log) => log.includes(sentence),
      'the log of intake says why',
      20,
    );
    const denied = /kafka_authorization_denied\{topic="cups\.applications",service="intake"\} 1/;
    await waitUntil(
      async () => (await operations('intake', '/metrics')).text,
      (text) => denied.test(text),
      'a metric of intake says so',
      20,
    );
    expect((await operations('intake', '/readyz')).status).toBe(200);
    expect(logOf('intake')).not.toContain(right);

    writeFileSync(passwordFile('intake'), right);
    await waitUntilDecided(id);
    expect(logOf('intake')).toContain('kafka-authorization-restored');
  });
});

describe('an outage', () => {
  /** Desks edit and file. Supervisors, who need identity's confirmation, are rejected until it recovers. */
  async function goesOn(n: number, back: () => unknown): Promise<void> {
    const refused = '503 UPSTREAM_UNAVAILABLE';
    await eventually(async () => (await statistics()) === refused, { everyMs: 250 });
    await editAnswers(visitors.specialist, drafts[n]!, '2025-12-29');
    await visitors.specialist.request('POST', `/applications/${drafts[n]}/submit`, { body: {} });
    await back();
    await eventually(async () => (await statistics()) === '200', { everyMs: 250 });
  }
  const drafts: string[] = [];
  const statistics = () =>
    visitors.supervisor.outcome('GET', '/statistics?from=2026-01-01&to=2026-12-31&groupBy=centre');

  test('of identity stops supervisors, not desks', async () => {
    for (const n of [9104, 9105, 9106]) drafts.push(await open(visitors.specialist, n));
    await production.platform.kill('identity');
    await goesOn(0, () => production.platform.start('identity'));
  });

  test("of identity's store stops supervisors, not desks", async () => {
    production.storeProxy.cut();
    await goesOn(1, () => production.storeProxy.restore());
  });

  test('of the provider stops new sign-ins only', async () => {
    production.disconnectProvider();
    const late = production.visitor();
    expect((await late.browser.open(`${production.origin}/auth/mpass/start?returnTo=%2F`)).status).toBe(502);
    await editAnswers(visitors.specialist, drafts[2]!, '2025-12-29');
    expect(await statistics()).toBe('200');
  });
});

test('no log contains numbers or names of staff', () => {
  const logs = join(root, production.platform.logs);
  const words = [...Object.values(PERSONAL_NUMBERS), FAMILY_NAME];
  const found = readdirSync(logs).filter((name) => {
    const text = readFileSync(join(logs, name), 'utf8');
    return words.some((word) => text.includes(word));
  });
  expect(found).toEqual([]);
});
