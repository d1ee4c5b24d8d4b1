import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startLocal, type LocalPlatform } from '@cups/local';
import { eventOf, eventually, keepLog, keepMetrics, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  connectKafka,
  createConsumer,
  createPublisher,
  ensureTopics,
  ensureUsers,
  principalsFor,
  topicsFor,
  type KafkaAccess,
} from '../src/index.ts';
import { failureOf } from '../src/kafka.ts';

/** A Kafka that speaks TLS alone and lets nobody do what was not given to them. */

const folder = temporaryDir();
const agencies = { agencies: ['asp', 'mai'], simulated: [] };
const prefix = 'p-';
const principals = principalsFor(prefix, agencies);
const topics = topicsFor(prefix, { partitions: 1, agencies: agencies.agencies }).map(({ name }) => name);
const passwords = new Map(principals.map(({ user }) => [user, randomBytes(12).toString('hex')]));
let local: LocalPlatform;
let brokers: string[];
let ca: () => string;
let admin: KafkaAccess;

beforeAll(async () => {
  local = await startLocal({ dataDir: folder.dir, parts: ['kafka'], secure: true });
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
const settle = () => ensureUsers({ brokers, access: admin, principals, passwordOf: (user) => passwords.get(user) });

describe('the users of the platform', () => {
  test('are made with a password and their rights, once; what somebody else gave them is taken', async () => {
    const first = await settle();
    expect(first.map(({ user, password, given, taken }) => ({ user, password, given, taken }))).toEqual(
      principals.map(({ user, rights }) => ({ user, password: 'set', given: rights, taken: [] })),
    );
    const again = await settle();
    expect(again).toEqual(principals.map(({ user }) => ({ user, password: 'kept', given: [], taken: [] })));

    const more = principals.map((one) =>
      one.user === 'p-notifications'
        ? { user: one.user, rights: [...one.rights, ...principals[0]!.rights.slice(0, 2)] }
        : one,
    );
    await ensureUsers({ brokers, access: admin, principals: more, passwordOf: () => undefined });
    const changed = (await settle()).filter(({ given, taken }) => given.length + taken.length > 0);
    expect(changed).toEqual([
      {
        user: 'p-notifications',
        password: 'kept',
        given: [],
        taken: expect.arrayContaining(principals[0]!.rights.slice(0, 2)) as unknown,
      },
    ]);
  });

  test('reach exactly the topics that are declared, each as it is declared', async () => {
    const reached: string[] = [];
    for (const { user } of principals) {
      for (const topic of topics) {
        if (await writes(user, topic)) reached.push(`${user} writes ${topic}`);
        if (await eventually(async () => ({ reads: await reads(user, topic) })).then((found) => found.reads))
          reached.push(`${user} reads ${topic}`);
      }
    }
    const declared = principals.flatMap(({ user, rights }) =>
      rights
        .filter(({ resource, operation }) => resource === 'topic' && operation !== 'describe')
        .map(({ operation, name }) => `${user} ${operation}s ${name}`),
    );
    expect(reached.sort()).toEqual(declared.sort());
  }, 120_000);
});

async function writes(user: string, topic: string): Promise<boolean> {
  const producer = connectKafka(brokers, 'test', accessOf(user)).producer({
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: 'k', value: 'x' }] });
    return true;
  } catch (error) {
    expect(failureOf(error)).toBe('TOPIC_AUTHORIZATION_FAILED');
    return false;
  } finally {
    await producer.disconnect();
  }
}

/**
 * In a group of its own, or in that of another when it has none.
 * @throws what a broker answers that is new and still looks for its groups
 */
async function reads(user: string, topic: string): Promise<boolean> {
  const own = principals.find((one) => one.user === user)?.rights.find(({ resource }) => resource === 'group');
  const groupId = own ? own.name + (own.pattern === 'prefixed' ? 'test' : '') : `${prefix}intake`;
  const kafka = connectKafka(brokers, 'test', accessOf(user));
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await consumer.connect();
  try {
    const fetched = new Promise<void>((resolve, reject) => {
      consumer.on('consumer.fetch', () => resolve());
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    });
    fetched.catch(() => {});
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    await fetched;
    return true;
  } catch (error) {
    expect(['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED']).toContain(failureOf(error));
    return false;
  } finally {
    await consumer.disconnect();
  }
}

describe('what Kafka denies to a service', () => {
  const topic = 'cups.deliveries';
  const said = (lines: Record<string, unknown>[], event: string) => lines.filter((line) => line['event'] === event);

  /** A consumer in the group of intake, told how it signs in. */
  function consume(access: KafkaAccess, from = topic) {
    const kept = keepLog();
    const { metrics, text } = keepMetrics();
    const options = { brokers, access, prefix, log: kept.log, metrics, maxWaitMs: 100, expects: {} };
    const consumer = createConsumer({
      ...options,
      groupId: 'intake',
      topics: [from],
      keepRefused: () => Promise.resolve(),
      handle: () => Promise.resolve('done'),
    });
    return { consumer, lines: kept.lines, text: kept.text, metrics: text };
  }

  test.each<[what: string, access: () => KafkaAccess, sentence: RegExp, from?: string]>([
    [
      'a wrong password',
      () => accessOf('p-intake', 'wrong'),
      /^Kafka at .* does not take user p-intake with the password/,
    ],
    ['a user that there is not', () => accessOf('p-nobody', 'any'), /^Kafka at .* does not take user p-nobody/],
    [
      'an authority that did not issue the certificate',
      () => Object.assign(accessOf('p-intake'), { ca: () => '' }),
      /^The certificate of Kafka at .* does not count \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
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
  ])('is told in one sentence and by a metric: %s', async (_, access, sentence, from = topic) => {
    const { consumer, lines, text, metrics } = consume(access(), from);
    await eventually(() => said(lines, 'kafka-denies').length > 0).finally(() => consumer.stop());
    expect(said(lines, 'kafka-denies')[0]).toMatchObject({
      level: 'error',
      topic: from,
      reason: expect.stringMatching(sentence) as unknown,
    });
    expect(await metrics()).toContain(`kafka_denied{topic="${from}",service="test"} 1`);
    for (const password of [...passwords.values(), 'wrong']) expect(text()).not.toContain(password);
    // A denial that stays is no new line each time that it is tried.
    expect(said(lines, 'kafka-denies')).toHaveLength(1);
  });

  test('is over without a restart once the password is right, and told so', async () => {
    let password = 'wrong';
    const { consumer, lines, metrics } = consume({ ca, username: 'p-intake', password: () => password });
    await eventually(() => said(lines, 'kafka-denies').length > 0);
    password = passwords.get('p-intake')!;
    await eventually(() => said(lines, 'kafka-admits').length > 0);
    expect(await metrics()).toMatch(/kafka_denied\{topic="cups\.deliveries",service="test"\} 0/);
    await consumer.stop();
  });

  test('holds up the events of that topic alone, which go out once the right is given', async () => {
    const { log, lines } = keepLog();
    const publisher = createPublisher({ brokers, access: accessOf('p-intake'), clientId: 'test', prefix, log });
    const event = (to: string) => eventOf({ topic: to, key: 'k', type: 'x' });
    const sent = await publisher.publish([event('cups.applications'), event(topic)]);
    expect(sent).toMatchObject({ rejected: [], later: [{ topic }] });
    expect(said(lines, 'kafka-denies')).toMatchObject([
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
    expect(said(lines, 'kafka-admits')).toMatchObject([{ topic }]);
    await publisher.stop();
    await settle();
  });

  test('to a user who is no administrator: topics and users', async () => {
    const access = accessOf('p-intake');
    const sentence = 'User p-intake may not change topics, users and rights of Kafka: that takes an administrator.';
    const topicsOfOthers = { prefix: 'q-', partitions: 1, agencies: [], timeoutMs: 0 };
    await expect(ensureTopics({ brokers, access, ...topicsOfOthers })).rejects.toThrow(sentence);
    await expect(ensureUsers({ brokers, access, principals, passwordOf: () => undefined })).rejects.toThrow(sentence);
  });
});
