import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Event } from '@cups/contracts';
import { messageType } from '@cups/contracts/proto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, silentLog } from '@cups/testing';
import { bridgeEvent, idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

/** Events on cups.deliveries that the bridge did not write, or that are about another's delivery, on the real broker. */

let world: World;
let port: number;
let store: Store;
const at = (centre: string) => world.deskAt(port, centre);

beforeAll(async () => {
  world = await openWorld();
  await world.createTopics();
  port = (await world.start()).grpcPort;
  // What a service stores is part of the promise: nothing is counted of what was refused.
  const { mongoUri: uri, prefix } = world.place;
  store = openStore({ uri, database: `${prefix}cups-intake`, log: silentLog });
  await eventually(() => store.ready());
});
afterAll(async () => {
  await world.close();
  await store.close();
});

type Stored = { _id: string; lastSeqs?: Record<string, number>; history: unknown[] };
const stored = async (name: string) => (await store.collection<Stored>('applications').findOne({ _id: idOf(name) }))!;
/** Messages refused, also where several of one cause are kept as one with a count. */
const refusals = async () => {
  const kept = await store.collection<{ _id: string; count?: number }>('refusals').find().toArray();
  return kept.reduce((sum, { count = 1 }) => sum + count, 0);
};
const parked = () => store.collection('parkedEvents').countDocuments();
const decided = (name: string, sequence: number, approved: boolean) =>
  bridgeEvent(name, 'DeliveryDecided', sequence, { approved, reason: { ro: 'motiv' } });

describe('A forged event with the next sequence', () => {
  const forged: [string, (event: Event) => Partial<Event>][] = [
    ['from another source', () => ({ source: '/agencies/asp' })],
    ['of a type that is no delivery event', () => ({ type: 'cups.intake.v1.ApplicationWithdrawn' })],
    ['about a subject that is no delivery', (event) => ({ subject: `applications/${event.key}` })],
    ['about the delivery of another agency', (event) => ({ subject: `deliveries/${event.key}-mai` })],
    ['under the key of another application', () => ({ key: '01JD0000000000000000000000' })],
  ];
  test.each(forged)('A forged event %s is refused and does not hide the true one.', async (_what, forge) => {
    const here = at('CU-002');
    const { name } = await here.file(1);
    const before = await refusals();
    const lie = decided(name, 1, false);
    await world.publish({ ...lie, ...forge(lie) });
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

describe('An event about what is not the agency’s', () => {
  test('An event of one agency moves no application of another, whatever its subject.', async () => {
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

  test('Of 500 invented subjects none is counted, parked or in the document.', async () => {
    const here = at('CU-004');
    const { name } = await here.file(3);
    const [before, waiting] = [await refusals(), await parked()];
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
    expect(await parked()).toBe(waiting);
    await world.publish(bridgeEvent(name, 'DeliveryAcknowledged', 1));
    await eventually(async () => (await here.getApplication({ name })).application!.state === 'STATE_IN_PROGRESS');
  });
});
