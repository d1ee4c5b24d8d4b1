import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { newApplication, openWorld, submissionOf } from './world.ts';
import type { World } from './world.ts';

let dataDir: string;
let kafka: LocalPlatform;
let world: World;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cups-bridge-'));
  kafka = await startLocal({ dataDir, parts: ['kafka'] });
  world = await openWorld({ brokers: kafka.kafkaBrokers.split(',') });
}, 60_000);

afterAll(async () => {
  await world.close();
  await kafka.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('sends pending requests and later events after Kafka was killed and restarted', async () => {
  const bridge = await world.start();
  const all = Array.from({ length: 30 }, () => {
    const application = newApplication();
    world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name));
    return application;
  });
  const half = all.slice(0, 15);
  world.setUnavailable(true);
  await publishEvents(
    world.infrastructure,
    half.map((application) => application.submitted()),
  );
  for (const { delivery } of half) await eventually(() => world.delivery(bridge, delivery));
  await kafka.killKafka();
  // Fetched and committed while the broker is down: the requests stay in their documents.
  world.setUnavailable(false);
  await eventually(() => half.every(({ name }) => world.served.has(`${name}/submissions/1`)));
  await kafka.restartKafka();
  await publishEvents(
    world.infrastructure,
    all.slice(15).map((application) => application.submitted()),
  );
  const requests = await readTopic(world.infrastructure, 'agency.asp.requests');
  const idsOf = (subject: string) =>
    new Set(requests.events.filter((event) => event.subject === subject).map(({ id }) => id));
  await requests.until(() => all.every(({ delivery }) => idsOf(delivery).size > 0), 60_000);
  for (const { delivery } of all) expect(idsOf(delivery).size).toBe(1);
  await requests.stop();
}, 120_000);
