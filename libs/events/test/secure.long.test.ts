import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startLocal, type LocalPlatform } from '@cups/local';
import { createEvent, eventually, captureLog, captureMetrics, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  connectKafka,
  createConsumer,
  createPublisher,
  ensureTopics,
  ensureUsers,
  buildPrincipals,
  removeUsers,
  buildTopics,
  type KafkaAccess,
  type Principal,
} from '../src/index.ts';
import { ensureAdministrator, canSignIn } from '../src/administrator.ts';
import { withAdminConnection } from '@cups/kafka-driver';
import { getErrorCode } from '../src/kafka.ts';
import { findAllowedOperations, fetchCodes } from './allowed-operations.ts';

/** A Kafka that only speaks TLS and denies everything by default. */

const folder = temporaryDir();
const agencies = { agencies: ['asp', 'mai'], simulated: [] };
const prefix = 'p-';
/** Session lifetime (ms). */
const SESSION_MS = 3_000;
const principals = buildPrincipals(prefix, agencies);
const topics = buildTopics(prefix, { partitions: 1, agencies: agencies.agencies }).map(({ name }) => name);
const passwords = new Map(principals.map(({ user }) => [user, randomBytes(12).toString('hex')]));
let local: LocalPlatform;
let brokers: string[];
let ca: () => string;
let admin: KafkaAccess;

beforeAll(async () => {
  local = await startLocal({ dataDir: folder.dir, parts: ['kafka'], secure: true, maxSessionMs: SESSION_MS });
  brokers = local.kafkaBrokers.split(',');
  const { caFile, admin: administrator } = local.secure!;
  ca = () => readFileSync(caFile, 'utf8');
  admin = { ca, username: administrator.username, password: () => administrator.password };
  await ensureTopics({ brokers, access: admin, prefix, partitions: 1, agencies: agencies.agencies });
}, 90_000);
afterAll(async () => {
  await local.stop();
  folder.remove();
});

const accessOf = (user: string, password = passwords.get(user) ?? ''): KafkaAccess => ({
  ca,
  username: user,
  password: () => password,
});
const ensureAllUsers = () =>
  ensureUsers({ brokers, access: admin, principals, passwordOf: (user) => passwords.get(user) });

describe('ensureUsers', () => {
  test('creates users with password and rights once and removes foreign rights', async () => {
    const first = await ensureAllUsers();
    expect(first).toEqual(
      principals.map(({ user, rights, quota }) => ({
        user,
        password: 'set',
        given: rights,
        taken: [],
        quotaChanged: quota !== undefined,
      })),
    );
    const again = await ensureAllUsers();
    expect(again).toEqual(
      principals.map(({ user }) => ({ user, password: 'kept', given: [], taken: [], quotaChanged: false })),
    );

    const more = principals.map((one) =>
      one.user === 'p-notifications'
        ? { user: one.user, rights: [...one.rights, ...principals[0]!.rights.slice(0, 2)] }
        : one,
    );
    await ensureUsers({ brokers, access: admin, principals: more, passwordOf: () => undefined });
    const changed = (await ensureAllUsers()).filter(({ given, taken }) => given.length + taken.length > 0);
    expect(changed).toEqual([
      {
        user: 'p-notifications',
        password: 'kept',
        given: [],
        taken: expect.arrayContaining(principals[0]!.rights.slice(0, 2)) as unknown,
        quotaChanged: false,
      },
    ]);
  });

  test('allows exactly the declared rights on topics, groups, cluster and transactions', async () => {
    const stranger: Principal = { user: 'p-stranger', rights: [] };
    await ensureUsers({ brokers, access: admin, principals: [stranger], passwordOf: () => 'strange' });
    const names = {
      topics: [...topics, 'p-agency.new.requests', 'p-agency.asp', 'q-cups.applications', '__consumer_offsets'],
      groups: ['intake', 'notifications', 'agency-bridge', 'agency-bridge-replies-asp', 'agency-bridge-replies-new']
        .concat(['agency-simulator.training', 'agency-simulator-asp', 'asp', 'asp.one', 'mai.one', 'aspx.one'])
        .map((name) => prefix + name)
        .concat(['q-intake', 'intake', 'asp.one']),
    };
    const users = [...principals, stranger];
    const listAllowed = async () => {
      const all: string[] = [];
      for (const { user } of users) {
        const access = user === stranger.user ? accessOf(user, 'strange') : accessOf(user);
        const allowed = await findAllowedOperations(brokers, access, names);
        all.push(...allowed.map(({ resource, operation, name }) => `${user} ${operation} ${resource} ${name}`));
      }
      return all.sort();
    };
    const declared = users.flatMap((one) => listDeclared(one, names)).sort();
    // A broker receives the controller's changes with a delay.
    await eventually(async () => (await listAllowed()).length === declared.length).catch(() => {});
    expect(await listAllowed()).toEqual(declared);
  }, 60_000);
});

test('ensureAdministrator registers an unknown administrator through the controller', async () => {
  const stranger: Principal = { user: admin.username!, rights: [] };
  await ensureUsers({ brokers, access: admin, principals: [stranger], passwordOf: () => 'lost' });
  await eventually(async () => !(await canSignIn(brokers, admin)));
  const { controller } = local.secure!;
  await ensureAdministrator({ brokers, access: admin, controller });
  await eventually(() => canSignIn(brokers, admin));
  await ensureAdministrator({ brokers, access: admin, controller: { ...controller, password: 'none' } });
});

describe('the user of an agency', () => {
  const send = (user: string, topic: string, values: string[]) => {
    const producer = connectKafka(brokers, 'test', accessOf(user)).producer({ allowAutoTopicCreation: false });
    const messages = values.map((value) => ({ key: 'k', value }));
    return { producer, send: () => producer.send({ topic, messages }) };
  };

  test('loses access immediately when removed, also on open connections', async () => {
    const user = 'p-agency.mai';
    const open = send(user, 'p-agency.mai.replies', ['x']);
    await open.producer.connect();
    await open.send();
    await removeUsers({ brokers, access: admin, users: [user, 'p-nobody'] });
    const denied = await eventually(() =>
      open.send().then(
        () => undefined,
        (error: unknown) => getErrorCode(error),
      ),
    );
    expect(['TOPIC_AUTHORIZATION_FAILED', 'KafkaJSSASLAuthenticationError']).toContain(denied);
    await open.producer.disconnect();
    expect(await canSignIn(brokers, accessOf(user))).toBe(false);

    const made = await ensureAllUsers();
    expect(made.find((one) => one.user === user)).toMatchObject({ password: 'set', quotaChanged: true });
  });

  test('loses access at the end of its session after a password change, without loss', async () => {
    const user = 'p-agency.asp';
    const waiting = send('p-agency-bridge', 'p-agency.asp.requests', ['1', '2', '3']);
    await waiting.producer.connect();
    await waiting.send();
    await waiting.producer.disconnect();

    const old = accessOf(user);
    await withAdminConnection(connectKafka(brokers, 'test', old), async (ask) => {
      const describeTopic = () => fetchCodes(ask, 'describe', ['p-agency.asp.requests']);
      expect(await describeTopic()).toEqual([0]);
      passwords.set(user, 'another');
      expect((await ensureAllUsers()).find((one) => one.user === user)).toMatchObject({ password: 'set', given: [] });
      // Kafka closes an expired connection at its next request.
      const startedAt = Date.now();
      await eventually(() =>
        describeTopic().then(
          () => false,
          () => true,
        ),
      );
      expect(Date.now() - startedAt).toBeLessThan(SESSION_MS + 2_000);
    });
    expect(await canSignIn(brokers, Object.assign(old, { password: () => 'before' }))).toBe(false);

    const consumer = connectKafka(brokers, 'test', accessOf(user)).consumer({
      groupId: 'p-asp.main',
      maxWaitTimeInMs: 50,
    });
    const read: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: 'p-agency.asp.requests', fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        read.push(String(message.value));
        return Promise.resolve();
      },
    });
    await eventually(() => read.length >= 3);
    await consumer.disconnect();
    expect(read).toEqual(['1', '2', '3']);
  });
});

/** Returns what the rights of a user imply for each name. A writer may also write idempotently. */
function listDeclared({ user, rights }: Principal, names: { topics: string[]; groups: string[] }): string[] {
  const on = (resource: 'topic' | 'group', all: string[]) =>
    all.flatMap((name) =>
      (['describe', 'read', 'write'] as const)
        .filter((operation) =>
          rights.some(
            (right) =>
              right.resource === resource &&
              right.operation === operation &&
              (right.pattern === 'literal' ? right.name === name : name.startsWith(right.name)),
          ),
        )
        .map((operation) => `${user} ${operation} ${resource} ${name}`),
    );
  const writes = rights.some(({ operation }) => operation === 'write');
  return [
    ...on('topic', names.topics),
    ...on('group', names.groups),
    ...(writes ? [`${user} idempotent write cluster kafka-cluster`] : []),
  ];
}

describe('a service that Kafka denies access', () => {
  const topic = 'cups.deliveries';
  const linesOf = (lines: Record<string, unknown>[], event: string) => lines.filter((line) => line['event'] === event);

  /** A consumer in the group of intake with these credentials. */
  function consume(access: KafkaAccess, from = topic) {
    const captured = captureLog();
    const { metrics, text } = captureMetrics();
    const options = { brokers, access, prefix, log: captured.log, metrics, maxWaitMs: 100, expects: {} };
    const consumer = createConsumer({
      ...options,
      groupId: 'intake',
      topics: [from],
      keepRefused: () => Promise.resolve(),
      handle: () => Promise.resolve('done'),
    });
    return { consumer, lines: captured.lines, text: captured.text, metrics: text };
  }

  test.each<[what: string, access: () => KafkaAccess, sentence: RegExp, from?: string]>([
    ['a wrong password', () => accessOf('p-intake', 'wrong'), /^Kafka at .* rejects user p-intake with the password/],
    ['an unknown user', () => accessOf('p-nobody', 'any'), /^Kafka at .* rejects user p-nobody/],
    [
      'an authority that did not issue the certificate',
      () => Object.assign(accessOf('p-intake'), { ca: () => '' }),
      /^The certificate of Kafka at .* is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    ],
    [
      'no right to the topic',
      () => accessOf('p-notifications'),
      /^User p-notifications may not read topic p-cups\.deliveries:/,
    ],
    [
      'no right to the group',
      () => accessOf('p-notifications'),
      /^User p-notifications may not read in group p-intake:/,
      'cups.applications',
    ],
  ])('reports one sentence and a metric for %s', async (_, access, explanation, from = topic) => {
    const { consumer, lines, text, metrics } = consume(access(), from);
    await eventually(() => linesOf(lines, 'kafka-authorization-denied').length > 0).finally(() => consumer.stop());
    expect(linesOf(lines, 'kafka-authorization-denied')[0]).toMatchObject({
      level: 'error',
      topic: from,
      reason: expect.stringMatching(explanation) as unknown,
    });
    expect(await metrics()).toContain(`kafka_authorization_denied{topic="${from}",service="test"} 1`);
    for (const password of [...passwords.values(), 'wrong']) expect(text()).not.toContain(password);
    // A persistent denial is not logged at each attempt.
    expect(linesOf(lines, 'kafka-authorization-denied')).toHaveLength(1);
  });

  test('recovers without a restart once the password is right, and logs that', async () => {
    let password = 'wrong';
    const { consumer, lines, metrics } = consume({ ca, username: 'p-intake', password: () => password });
    await eventually(() => linesOf(lines, 'kafka-authorization-denied').length > 0);
    password = passwords.get('p-intake')!;
    await eventually(() => linesOf(lines, 'kafka-authorization-restored').length > 0);
    expect(await metrics()).toMatch(/kafka_authorization_denied\{topic="cups\.deliveries",service="test"\} 0/);
    await consumer.stop();
  });

  test('delays the events of that topic only and sends them once the right is granted', async () => {
    const { log, lines } = captureLog();
    const publisher = createPublisher({ brokers, access: accessOf('p-intake'), clientId: 'test', prefix, log });
    const event = (to: string) => createEvent({ topic: to, key: 'k', type: 'x' });
    const sent = await publisher.publish([event('cups.applications'), event(topic)]);
    expect(sent).toMatchObject({ rejected: [], later: [{ topic }] });
    expect(linesOf(lines, 'kafka-authorization-denied')).toMatchObject([
      { topic, reason: expect.stringMatching(/^User p-intake may not write to topic p-cups\.deliveries:/) as unknown },
    ]);
    const more = principals.map(({ user, rights }) =>
      user === 'p-intake'
        ? {
            user,
            rights: [
              ...rights,
              { resource: 'topic', name: `p-${topic}`, pattern: 'literal', operation: 'write' } as const,
            ],
          }
        : { user, rights },
    );
    await ensureUsers({ brokers, access: admin, principals: more, passwordOf: () => undefined });
    await eventually(async () => (await publisher.publish([event(topic)])).later.length === 0);
    expect(linesOf(lines, 'kafka-authorization-restored')).toMatchObject([{ topic }]);
    await publisher.stop();
    await ensureAllUsers();
  });

  test('needs an administrator to manage topics and users', async () => {
    const access = accessOf('p-intake');
    const explanation =
      'User p-intake may not manage topics, users and rights of Kafka: this requires an administrator.';
    const topicsOfOthers = { prefix: 'q-', partitions: 1, agencies: [], timeoutMs: 0 };
    await expect(ensureTopics({ brokers, access, ...topicsOfOthers })).rejects.toThrow(explanation);
    await expect(ensureUsers({ brokers, access, principals, passwordOf: () => undefined })).rejects.toThrow(
      explanation,
    );
  });
});
