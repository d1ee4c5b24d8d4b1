import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { REQUEST_TYPES } from '@cups/agency-contract';
import { eventually, findFreePort, publishEvents, readTopic } from '@cups/testing';
import type { RunningService } from '@cups/process';
import { newApplication, openWorld, replyOf, submissionOf, typesOf } from './world.ts';
import type { World } from './world.ts';

/** Several waits of up to 75 s. */
jest.setTimeout(180_000);

let world: World;
let agencyRequests: Awaited<ReturnType<typeof readTopic>>;

beforeEach(async () => {
  world = await openWorld();
  agencyRequests = await readTopic(world.infrastructure, 'agency.asp.requests');
});

afterEach(async () => {
  await agencyRequests.stop();
  await world.close();
});

const applications = (count: number) =>
  Array.from({ length: count }, () => {
    const application = newApplication();
    world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name));
    return application;
  });
type Application = ReturnType<typeof applications>[number];

/** Returns the number of distinct request IDs per application. */
const idsOf = ({ delivery }: Application) =>
  new Set(agencyRequests.events.filter(({ subject }) => subject === delivery).map(({ id }) => id));
/** The bridge waits up to 60 s between two fetches of a submission. */
const awaitRequests = (all: Application[], timeoutMs = 75_000) =>
  agencyRequests.until(() => all.every((application) => idsOf(application).size > 0), timeoutMs);
const stateOf = (bridge: RunningService, { delivery }: Application) =>
  world.delivery(bridge, delivery).then(({ state }) => state);

describe('while intake is unavailable', () => {
  test('queues submissions without content, and sends each once after recovery', async () => {
    const bridge = await world.start();
    const all = applications(20);
    world.setUnavailable(true);
    await publishEvents(
      world.infrastructure,
      all.map((application) => application.submitted()),
    );
    for (const application of all) {
      await eventually(async () => (await stateOf(bridge, application)) === 'DELIVERY_STATE_QUEUED');
    }
    expect(agencyRequests.events).toEqual([]);
    world.setUnavailable(false);
    await awaitRequests(all);
    for (const application of all) expect(idsOf(application).size).toBe(1);
  });

  test('does not block other applications, or send a submission withdrawn meanwhile', async () => {
    const bridge = await world.start();
    const [known, withdrawn] = applications(2) as [Application, Application];
    await publishEvents(world.infrastructure, [known.submitted()]);
    await awaitRequests([known]);
    world.setUnavailable(true);
    await publishEvents(world.infrastructure, [withdrawn.submitted(), withdrawn.withdrawn()]);
    await world.reply(
      'asp',
      replyOf('md.cups.reply.acknowledged.v1', known.name, { submission: 1, agencyReference: 'A' }),
    );
    await eventually(async () => (await stateOf(bridge, known)) === 'DELIVERY_STATE_ACKNOWLEDGED');
    await eventually(async () => (await stateOf(bridge, withdrawn)) === 'DELIVERY_STATE_CANCELLED');
    world.setUnavailable(false);
    const [marker] = applications(1) as [Application];
    await publishEvents(world.infrastructure, [marker.submitted()]);
    await awaitRequests([marker]);
    expect(idsOf(withdrawn).size).toBe(0);
  });

  test('another process fetches submissions queued by a stopped one', async () => {
    const dead = await world.start({ intakeAddress: `127.0.0.1:${await findFreePort()}`, intakeTimeoutMs: 300 });
    const all = applications(3);
    await publishEvents(
      world.infrastructure,
      all.map((application) => application.submitted()),
    );
    for (const application of all) {
      await eventually(async () => (await stateOf(dead, application)) === 'DELIVERY_STATE_QUEUED');
    }
    await world.stop(dead);
    await world.start();
    await awaitRequests(all);
    for (const application of all) expect(idsOf(application).size).toBe(1);
  });
});

const scrape = (bridge: RunningService) =>
  fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((response) => response.text());

describe('an unknown agency', () => {
  test('defers deliveries, visibly for desk, log and metrics, until the agency has a file', async () => {
    const deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
    const early = await world.start({ dataDir: world.dataFor(['cnas']) });
    const all = applications(3);
    const [withdrawn] = all as [Application];
    await publishEvents(
      world.infrastructure,
      all.map((application) => application.submitted()),
    );
    for (const application of all) {
      await deliveryEvents.until((events) => typesOf(events, application.delivery).length > 0);
      expect(await world.delivery(early, application.delivery)).toMatchObject({
        state: 'DELIVERY_STATE_QUEUED',
        deferCause: 'AGENCY_UNKNOWN',
      });
    }
    expect(await scrape(early)).toMatch(/agency_bridge_deliveries_deferred\{[^}]*\} 3/);
    expect(world.log.text()).toContain('delivery-deferred');
    // No personal data was fetched.
    expect(world.served.size).toBe(0);

    await publishEvents(world.infrastructure, [withdrawn.withdrawn()]);
    await eventually(async () => (await stateOf(early, withdrawn)) === 'DELIVERY_STATE_CANCELLED');
    await eventually(async () => (await scrape(early)).match(/agency_bridge_deliveries_deferred\{[^}]*\} 2/) !== null);
    await world.stop(early);

    const configured = await world.start();
    const others = all.slice(1);
    // The next check follows within a minute, with backoff.
    await awaitRequests(others, 70_000);
    for (const application of others) {
      expect(idsOf(application).size).toBe(1);
      const sent = await eventually(async () => {
        const found = await world.delivery(configured, application.delivery);
        return found.state === 'DELIVERY_STATE_SENT' && found;
      });
      expect(sent.deferCause).toBe('');
      // Reported once for all attempts.
      expect(typesOf(deliveryEvents.events, application.delivery)).toEqual(['DeliveryDeferred']);
    }
    expect(idsOf(withdrawn).size).toBe(0);
    await deliveryEvents.stop();
  }, 120_000);
});

describe('an agency added at runtime', () => {
  test('gets its topics and its deferred deliveries, and its replies are read', async () => {
    const deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
    const dataDir = world.dataFor(['cnas']);
    const bridge = await world.start({ dataDir });
    const application = newApplication('fisc');
    const submission = submissionOf(application.name, 1, { agency: 'agencies/fisc' });
    world.submissions.set(`${application.name}/submissions/1`, submission);
    await publishEvents(world.infrastructure, [application.submitted()]);
    await deliveryEvents.until((events) => typesOf(events, application.delivery).length > 0);
    expect(typesOf(deliveryEvents.events, application.delivery)).toEqual(['DeliveryDeferred']);
    expect(world.served.size).toBe(0);

    world.addAgency(dataDir, 'fisc');
    await eventually(() => world.log.text().includes('agency-onboarded","agency":"fisc'));
    const requests = await readTopic(world.infrastructure, 'agency.fisc.requests');
    await requests.until((events) => events.some(({ subject }) => subject === application.delivery), 15_000);
    const from = { agency: 'fisc' };
    const acknowledgement = { submission: 1, agencyReference: 'FISC-1' };
    await world.reply('fisc', replyOf('md.cups.reply.acknowledged.v1', application.name, acknowledgement, from));
    await eventually(async () => (await stateOf(bridge, application)) === 'DELIVERY_STATE_ACKNOWLEDGED');
    expect(world.log.text()).toContain('delivery-resumed');
    await Promise.all([deliveryEvents.stop(), requests.stop()]);
  }, 60_000);

  test('logs an invalid file without onboarding, and keeps an agency whose file is missing', async () => {
    const dataDir = world.dataFor(['asp', 'cnas']);
    const bridge = await world.start({ dataDir });
    writeFileSync(join(dataDir, 'agencies', 'fisc.yaml'), 'code: fisc\n');
    rmSync(join(dataDir, 'agencies', 'asp.yaml'));
    await eventually(async () => /agency_file_problems\{[^}]*\} 2/.test(await scrape(bridge)));
    expect(world.log.text()).toMatch(/agency-file-refused.*fisc\.yaml/);
    expect(world.log.text()).not.toContain('agency-onboarded","agency":"fisc');
    const [application] = applications(1) as [Application];
    await publishEvents(world.infrastructure, [application.submitted()]);
    await awaitRequests([application]);
  });
});

describe('a process that stops between commit and publish', () => {
  test('leaves an outbox that another process publishes unchanged', async () => {
    // It commits, and its publication hangs until the other process has finished it.
    const hung = Promise.withResolvers<never>();
    const dead = await world.start({}, { publisher: () => () => hung.promise });
    const all = applications(5);
    await publishEvents(
      world.infrastructure,
      all.map((application) => application.submitted()),
    );
    for (const application of all) {
      await eventually(async () => (await stateOf(dead, application)) === 'DELIVERY_STATE_QUEUED');
    }
    expect(agencyRequests.events).toEqual([]);
    const alive = await world.start();
    await awaitRequests(all);
    for (const application of all) {
      expect(idsOf(application).size).toBe(1);
      await eventually(async () => (await stateOf(alive, application)) === 'DELIVERY_STATE_SENT');
    }
    hung.reject(new Error('gone'));
    await world.stop(dead);
    for (const application of all) expect(idsOf(application).size).toBe(1);
  });
});

describe('two replicas', () => {
  test('have each effect once with repeated messages and rebalances', async () => {
    const deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
    const first = await world.start();
    const second = await world.start();
    const all = applications(60);
    const twice = <T>(items: T[]) => items.flatMap((item, index) => (index % 5 === 0 ? [item, item] : [item]));
    await publishEvents(world.infrastructure, twice(all.slice(0, 30).map((application) => application.submitted())));
    await world.stop(second);
    const third = await world.start();
    await publishEvents(world.infrastructure, twice(all.slice(30).map((application) => application.submitted())));
    await awaitRequests(all);
    const replies = all.flatMap(({ name }) => [
      replyOf('md.cups.reply.acknowledged.v1', name, { submission: 1, agencyReference: 'A' }),
      replyOf('md.cups.reply.decided.v1', name, {
        outcome: 'rejected',
        reason: { ro: 'Nu se poate.' },
        decideTime: new Date().toISOString(),
      }),
    ]);
    await world.reply('asp', ...twice(replies));
    const complete = (application: Application) => typesOf(deliveryEvents.events, application.delivery).length >= 2;
    await deliveryEvents.until(() => all.every(complete), 25_000);
    for (const application of all) {
      await eventually(async () => (await stateOf(first, application)) === 'DELIVERY_STATE_ANSWERED');
      expect(idsOf(application).size).toBe(1);
      const events = deliveryEvents.events.filter(({ subject }) => subject === application.delivery);
      const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
      expect(distinct.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(distinct.map(({ type }) => type.split('.').at(-1))).toEqual(['DeliveryAcknowledged', 'DeliveryDecided']);
    }
    expect(new Set(agencyRequests.events.map(({ type }) => type))).toEqual(new Set([REQUEST_TYPES.submitted]));
    await world.stop(third);
    await deliveryEvents.stop();
  });
});

describe('the process', () => {
  test('starts without Kafka, intake and store, and stops in order', async () => {
    const nowhere = `127.0.0.1:${await findFreePort()}`;
    const bridge = await world.start({
      kafkaBrokers: [nowhere],
      mongoUri: `mongodb://${nowhere}`,
      intakeAddress: nowhere,
    });
    const statusOf = (path: string) => fetch(`http://127.0.0.1:${bridge.httpPort}${path}`).then(({ status }) => status);
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/readyz')).toBe(503);
    const support = world.client(bridge, { role: 'support' });
    await expect(support.listDeliveries({})).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await world.stop(bridge);
    await expect(statusOf('/healthz')).rejects.toThrow();
  });

  test('is ready with the store alone', async () => {
    const bridge = await world.start({ kafkaBrokers: [`127.0.0.1:${await findFreePort()}`] });
    await eventually(async () => (await fetch(`http://127.0.0.1:${bridge.httpPort}/readyz`)).status === 200);
    await expect(stateOf(bridge, newApplication())).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});
