import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTopics } from '@cups/events';
import { eventually, readTopic, startStopwatch } from '@cups/testing';
import { centreCount, startWorld, openCentreCount } from './identity-world.ts';
import type { Identity, World } from './identity-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('a centre file', () => {
  test('publishes one event per opened centre to the compacted topic', async () => {
    const topic = await readTopic(world.where, 'cups.centres');
    const events = await topic.until((all) => all.length >= openCentreCount);
    await topic.stop();
    expect(new Set(events.map(({ key }) => key)).size).toBe(openCentreCount);
    expect(events).toHaveLength(openCentreCount);
    const first = events.find(({ key }) => key === 'CU-001');
    expect(first).toMatchObject({
      type: 'md.cups.centre.changed.v1',
      subject: 'centres/CU-001',
      source: '/cups/identity',
      sequence: 1,
    });
  });

  test('opens a new centre with its operators within seconds, and publishes it', async () => {
    const [served, signedIn] = [startStopwatch(), startStopwatch()];
    world.newCentre('CU-901');
    const { centre } = await eventually(() => world.client().getCentre({ name: 'centres/CU-901' }));
    expect(served.stop()).toBeLessThan(2_000);
    expect(centre?.displayName).toBe('Test CU-901');
    // The seeder stores them shortly after the file is read.
    const { session } = await eventually(() =>
      world.client().createSession({ provider: 'local', operator: 'operators/cu-901-specialist' }),
    );
    expect(signedIn.stop()).toBeLessThan(4_000);
    expect(session?.operator?.centre).toBe('centres/CU-901');
    const topic = await readTopic(world.where, 'cups.centres');
    await topic.until((all) => all.some(({ key }) => key === 'CU-901'));
    await topic.stop();
  });

  test('publishes a pause as the second event of the centre', async () => {
    world.write('CU-002', world.textOf('CU-002').replace('status: active', 'status: paused'));
    await eventually(async () => {
      const { centre } = await world.client().getCentre({ name: 'centres/CU-002' });
      return centre?.status === 'CENTRE_STATUS_PAUSED';
    });
    const topic = await readTopic(world.where, 'cups.centres');
    const events = await topic.until((all) => all.filter(({ key }) => key === 'CU-002').length === 2);
    await topic.stop();
    expect(events.filter(({ key }) => key === 'CU-002').map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('publishes the first event when the centre opens', async () => {
    world.newCentre('CU-908', 'planned');
    await eventually(() => world.identity.registry.current().has('CU-908'));
    world.become('CU-908', 'training');
    const statusNow = () => world.identity.registry.current().get('CU-908')?.status;
    await eventually(() => statusNow() === 'training');
    world.become('CU-908', 'active');
    const topic = await readTopic(world.where, 'cups.centres');
    await topic.until((all) => all.some(({ key }) => key === 'CU-908'));
    await topic.stop();
    expect(topic.events.filter(({ key }) => key === 'CU-908').map(({ sequence }) => sequence)).toEqual([1]);
  });

  test('cannot reopen a closed centre, even after a restart', async () => {
    world.newCentre('CU-909', 'paused');
    const statusOf = ({ registry }: Identity) => registry.current().get('CU-909')?.status;
    await eventually(() => statusOf(world.identity) === 'paused');
    world.become('CU-909', 'closed');
    const topic = await readTopic(world.where, 'cups.centres');
    await topic.until((all) => all.filter(({ key }) => key === 'CU-909').length === 2);
    world.become('CU-909', 'active');
    const problem = {
      file: 'CU-909.yaml',
      message: 'status active cannot follow closed; the centre remains unchanged',
    };
    await eventually(() => world.identity.registry.problems().length === 1);
    const other = await world.start();
    try {
      for (const one of [world.identity, other]) {
        // A new process serves its files until it has read the store.
        await eventually(() => statusOf(one) === 'closed');
        expect(one.registry.problems()).toEqual([problem]);
      }
    } finally {
      await other.stop();
      await topic.stop();
    }
    world.become('CU-909', 'closed');
    await eventually(() => world.identity.registry.problems().length === 0);
  });

  test('that is invalid keeps the last valid centre and affects no other', async () => {
    const good = world.textOf('CU-003');
    world.write('CU-003', good.replace('Europe/Chisinau', 'Europe/Nowhere'));
    await eventually(() => world.identity.registry.problems().some(({ file }) => file === 'CU-003.yaml'));
    expect((await world.client().getCentre({ name: 'centres/CU-003' })).centre?.timeZone).toBe('Europe/Chisinau');
    world.newCentre('CU-902');
    await eventually(() => world.client().getCentre({ name: 'centres/CU-902' }));
    expect(world.log.text()).toContain('centre-refused');
    world.write('CU-003', good);
    await eventually(() => world.identity.registry.problems().length === 0);
  });

  test('that disappears is a problem, not a deletion, even after a restart', async () => {
    const text = world.textOf('CU-004');
    rmSync(world.path('CU-004'));
    await eventually(() => world.identity.registry.problems().some(({ file }) => file === 'CU-004.yaml'));
    expect((await world.client().getCentre({ name: 'centres/CU-004' })).centre?.name).toBe('centres/CU-004');
    const other = await world.start();
    try {
      await eventually(() => other.registry.current().has('CU-004'));
      expect(other.registry.problems()).toEqual([{ file: 'CU-004.yaml', message: 'the file was deleted' }]);
    } finally {
      await other.stop();
    }
    world.write('CU-004', text);
    await eventually(() => world.identity.registry.problems().length === 0);
  });

  test('on a lagging mount yields to the store and publishes nothing', async () => {
    const lagging = join(world.folder, 'lagging');
    cpSync(world.dataDir, lagging, { recursive: true });
    world.write('CU-005', world.textOf('CU-005').replace('status: active', 'status: paused'));
    await eventually(() => world.identity.registry.current().get('CU-005')?.status === 'paused');
    const topic = await readTopic(world.where, 'cups.centres');
    await topic.until((all) => all.filter(({ key }) => key === 'CU-005').length === 2);
    const other = await world.start({ dataDir: lagging });
    try {
      await eventually(() => other.registry.current().get('CU-005')?.status === 'paused');
      expect(world.identity.registry.current().get('CU-005')?.status).toBe('paused');
      expect(topic.events.filter(({ key }) => key === 'CU-005')).toHaveLength(2);
    } finally {
      await other.stop();
      await topic.stop();
    }
  });

  test('opens its centre while Kafka is unavailable, and is published on recovery', async () => {
    const { brokers, prefix } = world.where;
    const own = `${prefix}away-`;
    const away = await world.start({ prefix: own, kafkaBrokers: ['127.0.0.1:1'] });
    expect(away.registry.current().size).toBeGreaterThanOrEqual(centreCount);
    await eventually(() => world.log.text().includes('outbox'));
    await away.stop();
    await ensureTopics({ brokers, prefix: own, partitions: 1, agencies: [] });
    const back = await world.start({ prefix: own });
    const topic = await readTopic({ brokers, prefix: own }, 'cups.centres');
    const announced = [...back.registry.current().values()].filter(({ status }) => status !== 'planned');
    await topic.until((all) => new Set(all.map(({ key }) => key)).size === announced.length);
    await topic.stop();
    await back.stop();
  });
});
