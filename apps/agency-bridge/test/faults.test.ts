import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { REQUEST_TYPES } from '@cups/agency-contract';
import { eventually, findFreePort, publishEvents, readTopic } from '@cups/testing';
import type { RunningService } from '@cups/process';
import { newApplication, openWorld, replyOf, submissionOf, typesOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
let agencyRequests: Awaited<ReturnType<typeof readTopic>>;

beforeEach(async () => {
  world = await openWorld();
  agencyRequests = await readTopic(world.place, 'agency.asp.requests');
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

/** How often each application was asked for, by distinct message id. */
const idsOf = ({ delivery }: Application) =>
  new Set(agencyRequests.events.filter(({ subject }) => subject === delivery).map(({ id }) => id));
const awaitRequests = (all: Application[], timeoutMs = 25_000) =>
  agencyRequests.until(() => all.every((application) => idsOf(application).size > 0), timeoutMs);
const stateOf = (bridge: RunningService, { delivery }: Application) =>
  world.delivery(bridge, delivery).then(({ state }) => state);

describe('while intake is away', () => {
  test('While intake is away submissions are queued without content, and each goes out once when it is back', async () => {
    const bridge = await world.start();
    const all = applications(20);
    world.setUnavailable(true);
    await publishEvents(
      world.place,
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

  test('While intake is away other applications flow, and one that is withdrawn meanwhile is never sent', async () => {
    const bridge = await world.start();
    const [known, withdrawn] = applications(2) as [Application, Application];
    await publishEvents(world.place, [known.submitted()]);
    await awaitRequests([known]);
    world.setUnavailable(true);
    await publishEvents(world.place, [withdrawn.submitted(), withdrawn.withdrawn()]);
    await world.reply(
      'asp',
      replyOf('md.cups.reply.acknowledged.v1', known.name, { submission: 1, agencyReference: 'A' }),
    );
    await eventually(async () => (await stateOf(bridge, known)) === 'DELIVERY_STATE_ACKNOWLEDGED');
    await eventually(async () => (await stateOf(bridge, withdrawn)) === 'DELIVERY_STATE_CANCELLED');
    world.setUnavailable(false);
    const [marker] = applications(1) as [Application];
    await publishEvents(world.place, [marker.submitted()]);
    await awaitRequests([marker]);
    expect(idsOf(withdrawn).size).toBe(0);
  });

  test('What was queued while intake was away is fetched by another process when the first has ended', async () => {
    const dead = await world.start({ intakeAddress: `127.0.0.1:${await findFreePort()}`, intakeTimeoutMs: 300 });
    const all = applications(3);
    await publishEvents(
      world.place,
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
  fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((answer) => answer.text());

describe('an agency that the bridge does not know yet', () => {
  test('Deliveries to an agency without a file wait, which desk, log and metric show, and go out once it has one', async () => {
    const told = await readTopic(world.place, 'cups.deliveries');
    const early = await world.start({ dataDir: world.dataFor(['cnas']) });
    const all = applications(3);
    const [withdrawn] = all as [Application];
    await publishEvents(
      world.place,
      all.map((application) => application.submitted()),
    );
    for (const application of all) {
      await told.until((events) => typesOf(events, application.delivery).length > 0);
      expect(await world.delivery(early, application.delivery)).toMatchObject({
        state: 'DELIVERY_STATE_QUEUED',
        waitCause: 'AGENCY_UNKNOWN',
      });
    }
    expect(await scrape(early)).toMatch(/agency_bridge_waits_for_agency\{[^}]*\} 3/);
    expect(world.log.text()).toContain('delivery-waits');
    // Nothing personal was fetched for nobody.
    expect(world.served.size).toBe(0);

    await publishEvents(world.place, [withdrawn.withdrawn()]);
    await eventually(async () => (await stateOf(early, withdrawn)) === 'DELIVERY_STATE_CANCELLED');
    await eventually(async () => (await scrape(early)).match(/agency_bridge_waits_for_agency\{[^}]*\} 2/) !== null);
    await world.stop(early);

    const configured = await world.start();
    const others = all.slice(1);
    // It is looked at again after a minute at most, the longer the more often it was in vain.
    await awaitRequests(others, 70_000);
    for (const application of others) {
      expect(idsOf(application).size).toBe(1);
      const sent = await eventually(async () => {
        const found = await world.delivery(configured, application.delivery);
        return found.state === 'DELIVERY_STATE_SENT' && found;
      });
      expect(sent.waitCause).toBe('');
      // Told once, however often it was tried.
      expect(typesOf(told.events, application.delivery)).toEqual(['DeliveryWaits']);
    }
    expect(idsOf(withdrawn).size).toBe(0);
    await told.stop();
  }, 120_000);
});

describe('an agency whose file comes while the bridge runs', () => {
  test('An agency whose file comes while the bridge runs gets its topics and what waited for it, and is heard', async () => {
    const told = await readTopic(world.place, 'cups.deliveries');
    const dataDir = world.dataFor(['cnas']);
    const bridge = await world.start({ dataDir });
    const application = newApplication('fisc');
    const submission = submissionOf(application.name, 1, { agency: 'agencies/fisc' });
    world.submissions.set(`${application.name}/submissions/1`, submission);
    await publishEvents(world.place, [application.submitted()]);
    await told.until((events) => typesOf(events, application.delivery).length > 0);
    expect(typesOf(told.events, application.delivery)).toEqual(['DeliveryWaits']);
    expect(world.served.size).toBe(0);

    world.addAgency(dataDir, 'fisc');
    await eventually(() => world.log.text().includes('agency-taken-on","agency":"fisc'));
    const requests = await readTopic(world.place, 'agency.fisc.requests');
    await requests.until((events) => events.some(({ subject }) => subject === application.delivery), 15_000);
    const from = { agency: 'fisc' };
    const word = { submission: 1, agencyReference: 'FISC-1' };
    await world.reply('fisc', replyOf('md.cups.reply.acknowledged.v1', application.name, word, from));
    await eventually(async () => (await stateOf(bridge, application)) === 'DELIVERY_STATE_ACKNOWLEDGED');
    expect(world.log.text()).toContain('delivery-goes-on');
    await Promise.all([told.stop(), requests.stop()]);
  }, 60_000);

  test('An agency file that is wrong is logged and takes on no agency, and a file that vanished takes none away', async () => {
    const dataDir = world.dataFor(['asp', 'cnas']);
    const bridge = await world.start({ dataDir });
    writeFileSync(join(dataDir, 'agencies', 'fisc.yaml'), 'code: fisc\n');
    rmSync(join(dataDir, 'agencies', 'asp.yaml'));
    await eventually(async () => /agency_file_problems\{[^}]*\} 2/.test(await scrape(bridge)));
    expect(world.log.text()).toMatch(/agency-file-refused.*fisc\.yaml/);
    expect(world.log.text()).not.toContain('agency-taken-on","agency":"fisc');
    const [application] = applications(1) as [Application];
    await publishEvents(world.place, [application.submitted()]);
    await awaitRequests([application]);
  });
});

describe('a process that ends between commit and publish', () => {
  test('What a process left in the outbox between commit and publish is published by another one as it was stored', async () => {
    // It commits, and what it would publish hangs until the other one has done it.
    const hung = Promise.withResolvers<never>();
    const dead = await world.start({}, { publisher: () => () => hung.promise });
    const all = applications(5);
    await publishEvents(
      world.place,
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
  test('Two replicas with a fifth of all messages twice, and a member that comes and goes, have each effect once', async () => {
    const told = await readTopic(world.place, 'cups.deliveries');
    const first = await world.start();
    const second = await world.start();
    const all = applications(60);
    const twice = <T>(items: T[]) => items.flatMap((item, index) => (index % 5 === 0 ? [item, item] : [item]));
    await publishEvents(world.place, twice(all.slice(0, 30).map((application) => application.submitted())));
    await world.stop(second);
    const third = await world.start();
    await publishEvents(world.place, twice(all.slice(30).map((application) => application.submitted())));
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
    const complete = (application: Application) => typesOf(told.events, application.delivery).length >= 2;
    await told.until(() => all.every(complete), 25_000);
    for (const application of all) {
      await eventually(async () => (await stateOf(first, application)) === 'DELIVERY_STATE_ANSWERED');
      expect(idsOf(application).size).toBe(1);
      const events = told.events.filter(({ subject }) => subject === application.delivery);
      const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
      expect(distinct.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(distinct.map(({ type }) => type.split('.').at(-1))).toEqual(['DeliveryAcknowledged', 'DeliveryDecided']);
    }
    expect(new Set(agencyRequests.events.map(({ type }) => type))).toEqual(new Set([REQUEST_TYPES.submitted]));
    await world.stop(third);
    await told.stop();
  });
});

describe('the life of the process', () => {
  test('The bridge starts without Kafka, intake and store, says so, and stops in order', async () => {
    const nowhere = `127.0.0.1:${await findFreePort()}`;
    const bridge = await world.start({
      kafkaBrokers: [nowhere],
      mongoUri: `mongodb://${nowhere}`,
      intakeAddress: nowhere,
    });
    const ask = (path: string) => fetch(`http://127.0.0.1:${bridge.httpPort}${path}`).then(({ status }) => status);
    expect(await ask('/healthz')).toBe(200);
    expect(await ask('/readyz')).toBe(503);
    const support = world.client(bridge, { role: 'support' });
    await expect(support.listDeliveries({})).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await world.stop(bridge);
    await expect(ask('/healthz')).rejects.toThrow();
  });

  test('The bridge is ready with the store alone', async () => {
    const bridge = await world.start({ kafkaBrokers: [`127.0.0.1:${await findFreePort()}`] });
    await eventually(async () => (await fetch(`http://127.0.0.1:${bridge.httpPort}/readyz`)).status === 200);
    await expect(stateOf(bridge, newApplication())).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});
