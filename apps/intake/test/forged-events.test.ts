import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Event } from '@cups/contracts';
import { messageType } from '@cups/contracts/proto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, silentLog } from '@cups/testing';
import { bridgeEvent, idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

/** Forged and misdirected events of cups.deliveries, on a real broker. */

let world: World;
let port: number;
let store: Store;
const at = (centre: string) => world.deskAt(port, centre);

beforeAll(async () => {
  world = await openWorld();
  await world.createTopics();
  port = (await world.start()).grpcPort;
  // Also checks the store: refused events must not count.
  const { mongoUri: uri, prefix } = world.place;
  store = openStore({ uri, database: `${prefix}cups-intake`, log: silentLog });
  await eventually(() => store.ready());
});
afterAll(async () => {
  await world.close();
  await store.close();
});

type StoredApplication = { _id: string; lastSeqs?: Record<string, number>; history: unknown[] };
const stored = async (name: string) =>
  (await store.collection<StoredApplication>('applications').findOne({ _id: idOf(name) }))!;
/** Number of refused messages. Equal causes merge into one row with a count. */
const refusals = async () => {
  const kept = await store.collection<{ _id: string; count?: number }>('refusals').find().toArray();
  return kept.reduce((sum, { count = 1 }) => sum + count, 0);
};
const parked = () => store.collection('parkedEvents').countDocuments();
const decided = (name: string, sequence: number, approved: boolean) =>
  bridgeEvent(name, 'DeliveryDecided', sequence, { approved, reason: { ro: 'motiv' } });

describe('forged event with the next sequence number', () => {
  const forged: [string, (event: Event) => Partial<Event>][] = [
    ['from another source', () => ({ source: '/agencies/asp' })],
    ['of a type of another service', () => ({ type: 'cups.intake.v1.ApplicationWithdrawn' })],
    ['with a subject that is not a delivery', (event) => ({ subject: `applications/${event.key}` })],
    ['with the delivery of another agency', (event) => ({ subject: `deliveries/${event.key}-mai` })],
    ['with the key of another application', () => ({ key: '01JD0000000000000000000000' })],
  ];
  test.each(forged)('refuses an event %s and still accepts the genuine one', async (_what, forge) => {
    const here = at('CU-002');
    const { name } = await here.file(1);
    const before = await refusals();
    const forgedEvent = decided(name, 1, false);
    await world.publish({ ...forgedEvent, ...forge(forgedEvent) });
    await eventually(async () => (await refusals()) === before + 1);
    expect((await stored(name)).lastSeqs).toBeUndefined();
    await world.publish(decided(name, 1, true));
    const { application } = await eventually(async () => {
      const read = await here.getApplication({ name });
      return read.application!.state === 'STATE_READY' && read;
    });
    expect(application!.decision).toMatchObject({ approved: true });
  });
});

describe('event about another agency', () => {
  test('refuses an event of another agency, whatever its subject', async () => {
    const here = at('CU-003');
    const { name } = await here.file(2);
    const before = await refusals();
    const id = idOf(name);
    const type = 'cups.agencybridge.v1.DeliveryDecided';
    const foreign = (subject: string) => ({
      ...decided(name, 1, false),
      subject,
      data: messageType(type).encode({ ref: { delivery: subject, application: name, agency: 'agencies/mai' } }),
    });
    await world.publish(foreign(`deliveries/${id}-mai`), foreign(`deliveries/${id}-asp`));
    await eventually(async () => (await refusals()) === before + 2);
    expect((await here.getApplication({ name })).application).toMatchObject({ state: 'STATE_SUBMITTED' });
    expect((await stored(name)).lastSeqs).toBeUndefined();
  });

  test('refuses 500 invented subjects without storing or parking them', async () => {
    const here = at('CU-004');
    const { name } = await here.file(3);
    const [before, parkedBefore] = [await refusals(), await parked()];
    const id = idOf(name);
    const invented = Array.from({ length: 500 }, (_, i) => ({
      ...bridgeEvent(name, 'DeliveryProgressed', 1 + (i % 3)),
      subject: i % 2 ? `deliveries/${id}-x${i}` : `deliveries/${randomUUID()}-asp`,
    }));
    await world.publish(...invented);
    await eventually(async () => (await refusals()) === before + 500, { timeoutMs: 30_000 });
    const document = await stored(name);
    expect(document.lastSeqs).toBeUndefined();
    expect(document.history.length).toBe(1);
    expect(await parked()).toBe(parkedBefore);
    await world.publish(bridgeEvent(name, 'DeliveryAcknowledged', 1));
    await eventually(async () => (await here.getApplication({ name })).application!.state === 'STATE_IN_PROGRESS');
  });
});
