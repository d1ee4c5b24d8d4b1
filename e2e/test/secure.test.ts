import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { filing } from './filing.ts';
import { openDesk, until } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { agenciesIn, startPlatform } from '@cups/tools/platform';
import type { Platform, ServiceName } from '@cups/tools/platform';
import { temporaryDir } from '@cups/testing';

/**
 * The platform on a Kafka and a store that speak TLS alone, where nobody may do what was not given to them: users and rights
 * are made by `npm run topics`, and every service signs in as itself.
 */

const root = join(import.meta.dirname, '../..');
const folder = temporaryDir();
const users = join(folder.dir, 'users');
const data = join(folder.dir, 'data');
const SERVICES = ['identity', 'intake', 'agency-bridge', 'notifications', 'agency-simulator'] as const;
let local: LocalPlatform;
let platform: Platform;
let desk: Desk;

const fileOf = (user: string) => join(users, user);
const setPassword = (user: string) =>
  writeFileSync(fileOf(user), randomBytes(24).toString('base64url'), { mode: 0o600 });

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
  await platform?.stop();
  await local.stop();
  folder.remove();
});

/** Runs `npm run topics` as the administrator. */
const topics = (): Promise<string> =>
  asAdministrator('topics', [], { KAFKA_USERS_DIR: users, SIMULATOR_TOPICS: 'all', CUPS_DATA: data });

/** Runs `npm run <tool>`. @throws Error with what it said when its code is not 0 */
function asAdministrator(tool: string, args: string[], more: Record<string, string>): Promise<string> {
  const given = ['--disable-warning=ExperimentalWarning', join(root, 'tools', `${tool}.ts`), ...args];
  const child = spawn(process.execPath, given, {
    env: {
      KAFKA_BROKERS: local.kafkaBrokers,
      KAFKA_TLS_CA_FILE: local.secure!.caFile,
      KAFKA_SASL_USERNAME: local.secure!.admin.username,
      KAFKA_SASL_PASSWORD_FILE: join(folder.dir, 'admin'),
      ...more,
    },
  });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (said += data));
  return new Promise((resolve, reject) =>
    child.once('close', (code) => (code === 0 ? resolve(said) : reject(new Error(said)))),
  );
}

async function start(): Promise<void> {
  const { caFile } = local.secure!;
  const access = (user: ServiceName) => ({
    KAFKA_TLS_CA_FILE: caFile,
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD_FILE: fileOf(user),
  });
  platform = await startPlatform({
    port: 0,
    dataDir: join(folder.dir, 'platform'),
    prefix: '',
    parts: { mongoUri: local.mongoUri, kafkaBrokers: local.kafkaBrokers },
    env: { MONGODB_TLS_CA_FILE: caFile, CREATE_TOPICS: 'false', CUPS_DATA: data },
    envOf: Object.fromEntries(SERVICES.map((name) => [name, access(name)])),
  });
  desk = await openDesk(platform.url, 'cu-001-specialist');
}

/** Files an application and waits until the agency has decided it. */
async function fileOne(n: number, more: object = {}): Promise<string> {
  const body = filing(n, `S${n}`, more);
  const { id } = (await desk.call<Application>('POST', '/applications', { body })).body;
  await desk.call('POST', `/applications/${id}/submit`, { body: {} });
  return id;
}
const isDecided = (id: string) =>
  until(
    async () => (await desk.call<Application>('GET', `/applications/${id}`)).body,
    ({ state }) => state === 'ready',
    `${id} is decided`,
    60,
  );

const logOf = (name: ServiceName) => readFileSync(join(root, platform.logs, `${name}.log`), 'utf8');
const operations = async (name: ServiceName, path: string) => {
  const answer = await fetch(`${platform.operations(name)}${path}`);
  return { status: answer.status, text: await answer.text() };
};

describe('a platform whose Kafka and store are closed', () => {
  test('has its users made by npm run topics, once, and no password is said', async () => {
    const first = await topics();
    expect(first.match(/^user .*: password set; \d+ rights given, 0 taken(?:; quota set)?$/gm)).toHaveLength(
      SERVICES.length + 1 + agenciesIn(join(root, 'data')).length,
    );
    const again = await topics();
    expect(again.match(/^user .*$/gm)).toEqual(
      first.match(/^user .*$/gm)!.map((line) => line.replace(/:.*/, ': password as it was; rights as they were')),
    );
    for (const user of SERVICES) expect(first + again).not.toContain(readFileSync(fileOf(user), 'utf8'));
  });

  test('takes an application from the desk to the agency and back, and Kafka denies nothing', async () => {
    await start();
    await isDecided(await fileOne(1));
    for (const name of SERVICES) expect(logOf(name)).not.toMatch(/kafka-denies|AUTHORIZATION_FAILED/);
    expect((await operations('intake', '/metrics')).text).not.toMatch(/kafka_denied\{.*\} 1/);
  });

  test('takes a new password without a restart: set by npm run topics, used with the next connection', async () => {
    const before = platform.pids();
    setPassword('intake');
    expect(await topics()).toMatch(/^user intake: password set; rights as they were$/m);
    await local.restartKafka();
    await isDecided(await fileOne(2));
    expect(logOf('intake')).not.toContain('kafka-denies');
    expect(platform.pids()).toEqual(before);
  });

  test('takes an agency on that npm run agency adds, and the bridge needs no right for it', async () => {
    const rightsOfBridge = (said: string) => /^user agency-bridge: .*$/m.exec(said)?.[0];
    const words = ['add', 'fisc', '--ro', 'Serviciul Fiscal', '--ru', 'Налоговая служба', '--en', 'Tax Service'];
    const more = { KAFKA_USERS_DIR: users, SIMULATOR_TOPICS: 'all', CUPS_DATA: data };
    const said = await asAdministrator('agency', [...words, '--data', data], more);
    expect(said).toContain('+ topic agency.fisc.requests (kept 90 days)');
    expect(said).not.toContain(readFileSync(fileOf('agency.fisc'), 'utf8'));
    const replace = (path: string, to: string, change: (text: string) => string) =>
      writeFileSync(join(data, to), change(readFileSync(join(data, path), 'utf8')));
    replace('public-services/pension-reexamination.yaml', 'public-services/no-debt-certificate.yaml', (text) =>
      text
        .replace('code: pension-reexamination', 'code: no-debt-certificate')
        .replaceAll('provider: cnas', 'provider: fisc'),
    );
    replace('centres/CU-001.yaml', 'centres/CU-001.yaml', (text) => text.replace('mai]', 'mai, fisc]'));
    const id = await until(
      () => fileOne(9, { publicService: 'no-debt-certificate' }).catch(() => undefined),
      (filed) => filed !== undefined,
      'an application is filed with the new agency',
      20,
    );
    await isDecided(id!);
    expect(rightsOfBridge(await topics())).toMatch(/rights as they were$/);
    expect(logOf('agency-bridge')).not.toMatch(/kafka-denies|AUTHORIZATION_FAILED/);
  });

  test('is backed up and checked by its administrator', async () => {
    const store = { MONGODB_URI: local.mongoUri, MONGODB_TLS_CA_FILE: local.secure!.caFile };
    expect(await asAdministrator('backup', [join(folder.dir, 'backup')], store)).toMatch(/intake/);
    expect(await asAdministrator('restore', ['check'], store)).toMatch(/./);
  });

  test('keeps its counters open while Kafka denies a service, says why, and goes on once the password is right', async () => {
    const right = readFileSync(fileOf('intake'), 'utf8');
    writeFileSync(fileOf('intake'), 'wrong');
    await platform.end('intake');
    await platform.start('intake');
    const id = await fileOne(3);
    const sentence = `Kafka at ${local.kafkaBrokers} does not take user intake with the password of KAFKA_SASL_PASSWORD_FILE.`;
    await until(
      () => Promise.resolve(logOf('intake')),
      (log) => log.includes(sentence),
      'the log of intake says why',
      20,
    );
    const denied = /kafka_denied\{topic="cups\.applications",service="intake"\} 1/;
    await until(
      async () => (await operations('intake', '/metrics')).text,
      (text) => denied.test(text),
      'a metric of intake says so',
      20,
    );
    expect((await operations('intake', '/readyz')).status).toBe(200);
    expect(logOf('intake')).not.toContain(right);

    writeFileSync(fileOf('intake'), right);
    await isDecided(id);
    expect(logOf('intake')).toContain('kafka-admits');
  });
});
