import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { fromMessage, REPLY_TYPES, toMessage, topicsOf, trainingTopics } from '@cups/agency-contract';
import type { AgencyEvent } from '@cups/agency-contract';
import { createTopicsAndWait, startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Admin, Consumer, Producer } from 'kafkajs';
import { createAgencySimulator, readConfig } from '../src/service.ts';
import type { AgencySimulator } from '../src/service.ts';
import { requestOf, until, withdrawalOf } from './requests.ts';

const AGENCIES = ['asp', 'cnas', 'cadastru', 'mai'];
const application = (n: number, ending = '00') =>
  `applications/01KAVX3Z5T8W9Q2M4N6P${String(n).padStart(4, '0')}${ending}`;

let local: LocalPlatform | undefined;
let folder: string;
let brokers: string;
let admin: Admin;
let producer: Producer;
let kafka: Kafka;
const closing: (() => Promise<unknown>)[] = [];
let prefixes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agency-simulator-'));
  if (!process.env['KAFKA_BROKERS']) local = await startLocal({ dataDir: folder, parts: ['kafka'] });
  brokers = process.env['KAFKA_BROKERS'] ?? local!.kafkaBrokers;
  kafka = new Kafka({ clientId: 'test', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await Promise.all([admin.connect(), producer.connect()]);
}, 120_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
}, 60_000);
afterAll(async () => {
  await Promise.all([admin?.disconnect(), producer?.disconnect()]);
  await local?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const newPrefix = () => `t${process.pid}-${Date.now().toString(36)}-${(prefixes += 1)}.`;
const createTopics = (prefix: string, agencies = AGENCIES) =>
  createTopicsAndWait(
    admin,
    agencies
      .flatMap((agency) => Object.values(topicsOf(agency, prefix)))
      .map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })),
  );
const envOf = (prefix: string, more: Record<string, string> = {}) => ({
  KAFKA_BROKERS: brokers,
  CUPS_PREFIX: prefix,
  SIMULATOR_AGENCIES: AGENCIES.join(),
  SIMULATOR_DELAY_MS: '20',
  SIMULATOR_BEHAVIOUR: 'demo',
  LOG_LEVEL: 'warn',
  SIMULATOR_TOPICS: 'agency',
  ...more,
});

async function started(prefix: string, more: Record<string, string> = {}): Promise<AgencySimulator> {
  const simulator = createAgencySimulator(readConfig(envOf(prefix, more)));
  await simulator.start();
  closing.push(() => simulator.stop());
  return simulator;
}

async function send(prefix: string, agency: string, ...events: AgencyEvent[]): Promise<void> {
  await producer.send({ topic: topicsOf(agency, prefix).requests, messages: events.map((event) => toMessage(event)) });
}

/** Collects the events of agencies as the platform reads them, or the cause of each invalid one. */
const listen = (prefix: string, agencies = AGENCIES, group = 'test') =>
  listenTo(
    prefix,
    agencies.map((agency) => topicsOf(agency, prefix).replies),
    group,
  );
async function listenTo(prefix: string, topics: string[], group = 'test'): Promise<(AgencyEvent | string)[]> {
  const replies: (AgencyEvent | string)[] = [];
  const consumer: Consumer = kafka.consumer({ groupId: `${prefix}${group}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const read = fromMessage(message);
      replies.push(read.ok ? read.event : read.cause);
    },
  });
  closing.push(() => consumer.disconnect());
  return replies;
}
const about = (replies: (AgencyEvent | string)[], name: string) =>
  replies.filter((reply): reply is AgencyEvent => typeof reply !== 'string' && reply.data.application === name);
const typesAbout = (replies: (AgencyEvent | string)[], name: string) => about(replies, name).map(({ type }) => type);
const { acknowledged, decided, documentsRequested } = REPLY_TYPES;
const get = async (simulator: AgencySimulator, path: string) => {
  const response = await fetch(`http://127.0.0.1:${simulator.httpPort()}${path}`);
  return { status: response.status, text: await response.text() };
};

describe('a starting simulator', () => {
  test('is healthy but not ready without a broker, and stops', async () => {
    const simulator = await started('none.', { KAFKA_BROKERS: '127.0.0.1:1' });
    expect(await get(simulator, '/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect((await get(simulator, '/readyz')).status).toBe(503);
    expect((await get(simulator, '/elsewhere')).status).toBe(404);
  });
  test('waits for missing topics and creates none', async () => {
    const prefix = newPrefix();
    const simulator = await started(prefix);
    await createTopics(prefix, ['asp']);
    expect((await admin.listTopics()).filter((topic) => topic.startsWith(prefix))).toHaveLength(2);
    expect(simulator.ready()).toBe(false);
    await createTopics(prefix);
    await until(() => simulator.ready());
    expect((await admin.listTopics()).filter((topic) => topic.startsWith(prefix))).toHaveLength(8);
    expect((await get(simulator, '/readyz')).status).toBe(200);
  });
});

describe('a running simulator', () => {
  test('answers for every agency on its own topic', async () => {
    const prefix = newPrefix();
    await createTopics(prefix);
    const replies = await listen(prefix);
    const simulator = await started(prefix);
    for (const [n, agency] of AGENCIES.entries()) await send(prefix, agency, requestOf(application(n), 1, {}, agency));
    await until(() => replies.length === 8);
    for (const [n, agency] of AGENCIES.entries()) {
      expect(typesAbout(replies, application(n))).toEqual([acknowledged, decided]);
      expect(about(replies, application(n)).map(({ source }) => source)).toEqual(Array(2).fill(`/agencies/${agency}`));
      expect(simulator.counts()[agency]).toEqual({
        received: 1,
        unreadable: 0,
        refused: 0,
        ended: 0,
        replies: 2,
        withheld: 0,
        open: 0,
      });
    }
    expect((await get(simulator, '/metrics')).text).toContain('cups_simulator_received_total{agency="mai"} 1\n');
  });
  test('answers for an agency added later, and is not blocked by one without topics', async () => {
    const prefix = newPrefix();
    const data = join(folder, 'data');
    await mkdir(join(data, 'agencies'), { recursive: true });
    const add = (name: string) => writeFile(join(data, 'agencies', name), '# only the name counts here\n');
    await Promise.all([add('asp.yaml'), add('README.md')]);
    await createTopics(prefix, ['asp', 'mai']);
    const replies = await listen(prefix, ['asp', 'mai']);
    const simulator = await started(prefix, { SIMULATOR_AGENCIES: '', REGISTRY_DIR: data });
    await until(() => simulator.ready());
    await Promise.all([add('without-topics.yaml'), add('mai.yaml')]);
    await send(prefix, 'mai', requestOf(application(1), 1, {}, 'mai'));
    await until(() => typesAbout(replies, application(1)).length === 2);
    expect(Object.keys(simulator.counts()).sort()).toEqual(['asp', 'mai', 'without-topics']);
    expect(simulator.ready()).toBe(false);
    await send(prefix, 'asp', requestOf(application(2)));
    await until(() => typesAbout(replies, application(2)).length === 2);
  });
  test('handles invalid messages, a request for documents and a withdrawal', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const replies = await listen(prefix, ['asp']);
    const simulator = await started(prefix, { SIMULATOR_AGENCIES: 'asp' });
    const [asks, garbage, withdrawn, anyway] = [
      application(1, 'ZD'),
      application(2, 'ZB'),
      application(3, 'ZS'),
      application(4, 'ZA'),
    ];
    await producer.send({
      topic: topicsOf('asp', prefix).requests,
      messages: [{ key: 'x', value: Buffer.from([0xff]) }],
    });
    await send(prefix, 'asp', requestOf(asks), requestOf(garbage));
    await send(prefix, 'asp', requestOf(withdrawn), withdrawalOf(withdrawn), requestOf(anyway), withdrawalOf(anyway));
    await until(() => typesAbout(replies, asks).length === 2 && typesAbout(replies, anyway).length === 2);
    await send(prefix, 'asp', requestOf(asks, 2));
    await until(() => typesAbout(replies, asks).length === 4 && typesAbout(replies, garbage).length === 2);
    expect(typesAbout(replies, asks)).toEqual([acknowledged, documentsRequested, acknowledged, decided]);
    expect(typesAbout(replies, anyway)).toEqual([acknowledged, decided]);
    expect(typesAbout(replies, withdrawn)).toEqual([]);
    expect(replies.filter((reply) => typeof reply === 'string').sort()).toEqual([
      'CONTENT_INVALID',
      'NOT_CLOUDEVENTS',
      'NOT_JSON',
    ]);
    const { received, ...counts } = simulator.counts()['asp']!;
    // A consumer that had to join again reads some messages twice.
    expect(received).toBeGreaterThanOrEqual(8);
    expect(counts).toMatchObject({ ended: 2, open: 0 });
    expect(counts.unreadable).toBeGreaterThanOrEqual(1);
  });
  test('answers trainings only, for every agency', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp', 'mai']);
    const topics = trainingTopics(prefix);
    await createTopicsAndWait(
      admin,
      Object.values(topics).map((topic) => ({ topic, numPartitions: 3 })),
    );
    const replies = await listenTo(prefix, [topics.replies]);
    const ofAgencies = await listen(prefix, ['asp', 'mai'], 'agencies');
    const simulator = await started(prefix, { SIMULATOR_TOPICS: 'training' });
    await send(prefix, 'asp', requestOf(application(1)));
    const messages = [requestOf(application(2)), requestOf(application(3), 1, {}, 'mai')].map((event) =>
      toMessage(event),
    );
    await producer.send({ topic: topics.requests, messages });
    await until(
      () => typesAbout(replies, application(2)).length === 2 && typesAbout(replies, application(3)).length === 2,
    );
    expect(about(replies, application(2)).map(({ source }) => source)).toEqual(Array(2).fill('/agencies/asp'));
    expect(about(replies, application(3)).map(({ source }) => source)).toEqual(Array(2).fill('/agencies/mai'));
    expect(Object.values(simulator.counts())).toEqual([
      { received: 2, unreadable: 0, refused: 0, ended: 0, replies: 4, withheld: 0, open: 0 },
    ]);
    expect([typesAbout(replies, application(1)), ofAgencies]).toEqual([[], []]);
  });
  test('counts requests without replies if all behaviour is silent', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const simulator = await started(prefix, { SIMULATOR_AGENCIES: 'asp', SIMULATOR_BEHAVIOUR: '{"only":"silent"}' });
    await send(prefix, 'asp', ...Array.from({ length: 50 }, (_, n) => requestOf(application(n))));
    // A rebalance may repeat some.
    await until(() => simulator.counts()['asp']!.received >= 50);
    const offsets = await admin.fetchTopicOffsets(topicsOf('asp', prefix).replies);
    expect(offsets.map(({ high }) => high)).toEqual(['0', '0', '0']);
  });
  test('sets few timers when idle, where kafkajs alone sets hundreds per second', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const simulator = await started(prefix, { SIMULATOR_AGENCIES: 'asp' });
    await send(prefix, 'asp', requestOf(application(1)));
    await until(() => simulator.counts()['asp']!.replies === 2);
    const real = globalThis.setTimeout;
    let set = 0;
    globalThis.setTimeout = ((...args: Parameters<typeof real>) => {
      set += 1;
      return real(...args);
    }) as typeof real;
    const begin = performance.now();
    await new Promise((resolve) => real(resolve, 2000));
    globalThis.setTimeout = real;
    expect((set / (performance.now() - begin)) * 1000).toBeLessThan(40);
  });
});

describe('after a fault', () => {
  function launch(prefix: string, more: Record<string, string>): ChildProcess {
    const env = { ...envOf(prefix, more), PATH: process.env['PATH'] };
    const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], { env, stdio: 'ignore' });
    closing.push(async () => {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    });
    return child;
  }

  test('finishes cases after a kill between acknowledgement and decision, with the same IDs', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const replies = await listen(prefix, ['asp']);
    // In working hours: 0.1 for the acknowledgement, 1 for the decision.
    const first = launch(prefix, { SIMULATOR_AGENCIES: 'asp', SIMULATOR_DELAY_MS: '4000' });
    const names = Array.from({ length: 10 }, (_, n) => application(n));
    await send(prefix, 'asp', ...names.map((name) => requestOf(name)));
    await until(() => names.every((name) => typesAbout(replies, name).includes(acknowledged)));
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(names.some((name) => !typesAbout(replies, name).includes(decided))).toBe(true);
    const second = launch(prefix, { SIMULATOR_AGENCIES: 'asp', SIMULATOR_DELAY_MS: '4000' });
    await until(() => names.every((name) => typesAbout(replies, name).includes(decided)), 60_000);
    for (const name of names) expect(new Set(about(replies, name).map(({ id }) => id)).size).toBe(2);
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
  }, 120_000);
  test('does not repeat replies after a graceful stop', async () => {
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const replies = await listen(prefix, ['asp']);
    const first = createAgencySimulator(readConfig(envOf(prefix, { SIMULATOR_AGENCIES: 'asp' })));
    await first.start();
    await send(prefix, 'asp', requestOf(application(1)));
    await until(() => first.counts()['asp']!.replies === 2);
    await first.stop();
    const next = await started(prefix, { SIMULATOR_AGENCIES: 'asp' });
    await send(prefix, 'asp', requestOf(application(2)));
    await until(() => typesAbout(replies, application(2)).length === 2);
    expect(next.counts()['asp']!.received).toBe(1);
    expect(replies).toHaveLength(4);
  });
  test('resumes when a killed broker recovers', async () => {
    if (!local) return;
    const prefix = newPrefix();
    await createTopics(prefix, ['asp']);
    const simulator = await started(prefix, { SIMULATOR_AGENCIES: 'asp', SIMULATOR_DELAY_MS: '3000' });
    await until(() => simulator.ready());
    await send(prefix, 'asp', requestOf(application(1)));
    await until(() => simulator.counts()['asp']!.open === 1);
    await local.killKafka();
    await until(() => !simulator.ready(), 60_000);
    await local.restartKafka();
    await until(() => simulator.ready(), 60_000);
    await until(() => simulator.counts()['asp']!.open === 0, 60_000);
    const replies = await listen(prefix, ['asp']);
    await until(() => typesAbout(replies, application(1)).length >= 2);
    expect(new Set(typesAbout(replies, application(1)))).toEqual(new Set([acknowledged, decided]));
    await send(prefix, 'asp', requestOf(application(2)));
    await until(() => typesAbout(replies, application(2)).includes(decided));
  }, 180_000);
});
