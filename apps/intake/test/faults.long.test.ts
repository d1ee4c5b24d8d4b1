import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureTopics } from '@cups/events';
import { startLocal } from '@cups/local';
import { createEvent, eventually, findFreePort, readTopic } from '@cups/testing';
import { bridgeEvent, idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

/** Intake under faults. */

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.createTopics();
});
afterAll(() => world.close());

// Closes what a test opened, even if it failed.
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await Promise.resolve(close()).catch(() => {});
});
async function start(given: Parameters<World['start']>[0] = {}) {
  const intake = await world.start(given);
  opened.push(() => intake.stop());
  return intake;
}
async function topicAt(place: Pick<World['place'], 'brokers' | 'prefix'>) {
  const topic = await readTopic(place, 'cups.applications');
  opened.push(() => topic.stop());
  return topic;
}
/** Starts intake as a separate process. */
function processAt(grpcPort: number, brokers: string): ChildProcess {
  const config = world.configOf();
  const child = spawn(
    join(import.meta.dirname, '../../../node_modules/.bin/node'),
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../src/main.ts')],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        CUPS_ENV: 'development',
        MONGODB_URI: config.mongoUri,
        KAFKA_BROKERS: brokers,
        CUPS_PREFIX: config.prefix,
        KEYS_DIR: config.keysDir,
        REGISTRY_DIR: config.dataDir,
        REQUEST_SECRET_FILE: join(config.keysDir, 'intake.secret'),
        CATALOG_ADDRESS: config.catalogAddress,
        IDENTITY_ADDRESS: config.identityAddress,
        GRPC_PORT: String(grpcPort),
        HTTP_PORT: '0',
        MANDATES_REQUIRED: 'false',
      },
    },
  );
  opened.push(() => child.kill('SIGKILL'));
  return child;
}

test('answers calls on SIGTERM until a silent broker times out', async () => {
  const connected = new Set<Socket>();
  const silent = createServer((socket) => void connected.add(socket.on('error', () => {})));
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  opened.push(async () => {
    for (const socket of connected) socket.destroy();
    silent.close();
  });
  const grpcPort = await findFreePort();
  const child = processAt(grpcPort, `127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const here = world.deskAt(grpcPort, 'CU-001');
  const list = () => here.listApplications({});
  await eventually(() => list().catch(() => undefined));
  await eventually(() => connected.size > 0);
  const gone = once(child, 'exit') as Promise<[number]>;
  child.kill('SIGTERM');
  // Closing the broker takes 8 s. A call to a closed port would fail after 5 s.
  const ended = gone.then(() => 'ended');
  for (let round = 0; round < 20; round += 1) {
    expect(await Promise.race([list().then(() => 'answered'), ended])).toBe('answered');
    await pause(50);
  }
  expect((await gone)[0]).toBe(0);
}, 60_000);

describe('event delivery', () => {
  test('publishes an event after a crash between commit and publish', async () => {
    const grpcPort = await findFreePort();
    // Without a broker the process commits but cannot publish, as in a crash between the two.
    const child = processAt(grpcPort, '127.0.0.1:1');
    const here = world.deskAt(grpcPort, 'CU-001');
    const app = await eventually(() => here.file(1).catch(() => undefined));
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;

    const topic = await topicAt(world.place);
    await start();
    const events = await topic.until((all) => all.some(({ subject }) => subject === app.name), 20_000);
    expect(events.filter(({ subject }) => subject === app.name).map(({ sequence }) => sequence)).toEqual([1]);
  });

  test('keeps all events in order when two replicas write one document', async () => {
    const replicas = [await start(), await start()];
    const topic = await topicAt(world.place);
    const desks = replicas.map((replica) => world.deskAt(replica.grpcPort, 'CU-002'));
    const drafts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => eventually(() => desks[i % 2]!.open(i).catch(() => undefined))),
    );
    // Commands alternate between the replicas, with agency replies in between.
    await Promise.all(
      drafts.map(async ({ name }, i) => {
        await desks[i % 2]!.submit(name);
        await world.publish(bridgeEvent(name, 'DeliveryAcknowledged', 1));
        await desks[(i + 1) % 2]!.withdrawApplication({ requestId: randomUUID(), name });
      }),
    );
    const names = new Set(drafts.map(({ name }) => name));
    const isComplete = async () => {
      const histories = await Promise.all(drafts.map(({ name }, i) => desks[i % 2]!.listApplicationActions({ name })));
      return histories.every(({ actions }) => actions.length === 3);
    };
    await eventually(isComplete);
    const events = await topic.until((all) => {
      const firsts = new Set(all.filter(({ subject }) => names.has(subject)).map(({ id }) => id));
      return firsts.size >= 60;
    }, 20_000);
    for (const name of names) {
      const seen: number[] = [];
      for (const { subject, sequence } of events) {
        // Duplicates are allowed. New events must arrive in order without gaps.
        if (subject === name && sequence! > (seen.at(-1) ?? 0)) seen.push(sequence!);
      }
      expect(seen).toEqual([1, 2, 3]);
    }
  });

  test('accepts submissions while Kafka is down and publishes them after its restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cups-kafka-'));
    const local = await startLocal({ dataDir, parts: ['kafka'] });
    opened.push(async () => {
      await local.stop();
      rmSync(dataDir, { recursive: true, force: true });
    });
    const own = { brokers: local.kafkaBrokers.split(','), prefix: `${world.place.prefix}k-` };
    await ensureTopics({ brokers: own.brokers, prefix: own.prefix, partitions: 3, agencies: ['asp'] });
    const intake = await start({ kafkaBrokers: own.brokers, prefix: own.prefix });
    const here = world.deskAt(intake.grpcPort, 'CU-003');
    await eventually(() => here.file(1).catch(() => undefined));
    await local.killKafka();
    const filed = await Promise.all(Array.from({ length: 30 }, (_, i) => here.file(i)));
    expect(filed.map(({ state }) => state)).toEqual(Array(30).fill('STATE_SUBMITTED'));
    await local.restartKafka();
    const topic = await topicAt(own);
    const wanted = new Set(filed.map(({ name }) => name));
    await topic.until(
      (all) => new Set(all.map(({ subject }) => subject).filter((name) => wanted.has(name))).size === 30,
      30_000,
    );
  }, 90_000);

  test('applies duplicated and reordered deliveries once each', async () => {
    const intake = await start();
    const here = world.deskAt(intake.grpcPort, 'CU-004');
    const apps = await Promise.all(
      Array.from({ length: 25 }, (_, i) => eventually(() => here.file(i).catch(() => undefined))),
    );
    const steps = ['DeliveryAcknowledged', 'DeliveryProgressed', 'DeliveryDecided'] as const;
    const events = apps.flatMap(({ name }) =>
      steps.map((type, i) => bridgeEvent(name, type, i + 1, type === 'DeliveryDecided' ? { approved: true } : {})),
    );
    const repeated = events.flatMap((event, i) => (i % 5 === 0 ? [event, event] : [event]));
    const swapped = repeated.map((event, i) =>
      i % 7 === 3 && repeated[i + 1] ? repeated[i + 1]! : i % 7 === 4 ? repeated[i - 1]! : event,
    );
    await world.publish(...swapped);
    // A second consumer causes a rebalance and redelivery.
    await start();
    for (const { name } of apps) {
      await eventually(async () => (await here.getApplication({ name })).application!.state === 'STATE_READY', {
        timeoutMs: 30_000,
      });
      const { actions } = await here.listApplicationActions({ name });
      expect(actions.map(({ kind }) => kind)).toEqual(['submit', 'acknowledged', 'progressed', 'approved']);
    }
  }, 90_000);

  test('does not block on invalid messages and unknown deliveries', async () => {
    const intake = await start();
    const here = world.deskAt(intake.grpcPort, 'CU-005');
    const { name } = await eventually(() => here.file(1).catch(() => undefined));
    await world.publish(
      createEvent({
        topic: 'cups.deliveries',
        key: idOf(name),
        type: 'cups.agencybridge.v1.DeliveryDecided',
        sequence: 1,
        data: Buffer.from([0xff, 0xff]),
      }),
      bridgeEvent('applications/01JD0000000000000000000009', 'DeliveryAcknowledged', 1),
      bridgeEvent(name, 'DeliveryAcknowledged', 1),
    );
    await eventually(async () => (await here.getApplication({ name })).application!.state === 'STATE_IN_PROGRESS', {
      timeoutMs: 20_000,
    });
  });
});
