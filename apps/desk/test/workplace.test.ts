import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { createMemoryStore, LocalStore } from '../src/local-store/local-store.ts';
import type { createLocalLocks, SILENT_CHANNEL } from '../src/outbox/environment.ts';
import type { openOutbox, Outbox } from '../src/outbox/outbox.ts';
import type { Write } from '../src/outbox/write.ts';
import type { mustChooseCentre, workplace } from '../src/session/workplace.ts';
import type { openVisitStore } from '../src/visit/visit-store.ts';

/** An operator of two centres: what was made at one is never sent from the other. */

const [ONE, TWO] = ['centres/CU-001', 'centres/CU-002'];
const SESSION = {
  centre: ONE,
  centres: [ONE, TWO].map((name) => ({ name, displayName: name })),
} as unknown as Parameters<typeof workplace.set>[0] & object;
const AT_TWO = Object.assign({}, SESSION, { centre: TWO });

let modules: {
  openOutbox: typeof openOutbox;
  createMemoryStore: typeof createMemoryStore;
  createLocalLocks: typeof createLocalLocks;
  SILENT_CHANNEL: typeof SILENT_CHANNEL;
  workplace: typeof workplace;
  mustChooseCentre: typeof mustChooseCentre;
  openVisitStore: typeof openVisitStore;
};
const opened: Outbox[] = [];

beforeAll(async () => {
  Object.assign(globalThis, { location: { origin: 'http://localhost' } });
  modules = {
    ...(await import('../src/outbox/outbox.ts')),
    ...(await import('../src/local-store/local-store.ts')),
    ...(await import('../src/outbox/environment.ts')),
    ...(await import('../src/session/workplace.ts')),
    ...(await import('../src/visit/visit-store.ts')),
  };
});
afterEach(() => {
  opened.splice(0).forEach((outbox) => outbox.stop());
  modules.workplace.set(undefined);
});

/** A page of the operator. Sent writes are noted with the centre of the session that sent them. */
async function openPage(
  localStore: LocalStore,
  { isReachable = true, grant }: { isReachable?: boolean; grant?: string } = {},
) {
  const { workplace: place } = modules;
  const sent: string[] = [];
  const outbox = await modules.openOutbox(localStore, {
    owner: 'operators/two-centres',
    isReachable: () => isReachable,
    now: Date.now,
    currentGrant: () => grant,
    centre: place.centre,
    accepts: place.acceptsAct,
    send: ({ application, kind }) => {
      sent.push(`${place.centre()} ${application} ${kind}`);
      return Promise.resolve({ id: application, etag: '"1"' } as never);
    },
    locks: modules.createLocalLocks(),
    openChannel: () => modules.SILENT_CHANNEL,
  });
  opened.push(outbox);
  return { outbox, sent };
}

const storeWith = async (...writes: Partial<Write>[]): Promise<LocalStore> => {
  const localStore = modules.createMemoryStore();
  for (const [at, write] of writes.entries()) {
    const whole = { key: `key-${at}`, kind: 'create', body: {}, madeAt: '2026-11-29T10:00:00.000Z', sequence: at + 1 };
    await localStore.write('write', whole.key, { ...whole, ...write });
  }
  return localStore;
};
const settled = () => new Promise((done) => setImmediate(done));
const grantOf = (centre: string) => `e30.${Buffer.from(JSON.stringify({ centre })).toString('base64url')}.x`;

describe('an operator with two centres', () => {
  test('sends nothing before the centre is chosen, and then the acts of that centre only', async () => {
    const localStore = await storeWith(
      { application: 'A', centre: TWO },
      { application: 'B', grant: grantOf(TWO) },
      { application: 'C', centre: ONE },
    );
    const { outbox, sent } = await openPage(localStore);
    await settled();
    expect([sent, outbox.countElsewhere()]).toEqual([[], 3]);
    modules.workplace.set(SESSION);
    outbox.resume();
    await settled();
    expect([sent, outbox.countElsewhere()]).toEqual([[`${ONE} C create`], 2]);
    modules.workplace.set(AT_TWO);
    outbox.resume();
    await settled();
    expect(sent.slice(1)).toEqual([`${TWO} A create`, `${TWO} B create`]);
    expect([outbox.countElsewhere(), outbox.countPending()]).toEqual([0, 0]);
  });

  test('gives acts the centre at which they are made, with a line and without one', async () => {
    for (const isReachable of [true, false]) {
      const { outbox, sent } = await openPage(await storeWith(), { isReachable });
      modules.workplace.set(AT_TWO);
      const answered = outbox.put({ application: 'A', kind: 'create', body: {} });
      expect(outbox.syncStatus('A').pending).toMatchObject([{ centre: TWO }]);
      await answered;
      // An operator switches to the other centre while an act waits.
      modules.workplace.set(undefined);
      void outbox.put({ application: 'A', kind: 'submit', body: {} }).catch(() => undefined);
      modules.workplace.set(SESSION);
      outbox.resume();
      await settled();
      expect(sent).toEqual([`${TWO} A create`]);
    }
  });

  test('is asked for the centre of acts that an earlier release stored without one', async () => {
    const localStore = await storeWith({ application: 'A' }, { application: 'A', kind: 'submit' });
    modules.workplace.set(SESSION);
    const { outbox, sent } = await openPage(localStore);
    await settled();
    expect([sent, outbox.syncStatus('A').isElsewhere]).toEqual([[], true]);
    outbox.assignCentre('A', TWO);
    await settled();
    expect([sent, outbox.syncStatus('A').isElsewhere]).toEqual([[], true]);
    expect(await localStore.list('write')).toMatchObject([{ centre: TWO }, { centre: TWO }]);
    modules.workplace.set(AT_TWO);
    outbox.resume();
    await settled();
    expect(sent).toEqual([`${TWO} A create`, `${TWO} A submit`]);
  });

  test('sees the visits of the centre at which they began', async () => {
    const localStore = modules.createMemoryStore();
    const here = await modules.openVisitStore(localStore, modules.SILENT_CHANNEL, AT_TWO);
    const { id } = here.open({});
    await settled();
    const idsAt = async (place: object) =>
      (await modules.openVisitStore(localStore, modules.SILENT_CHANNEL, place)).all().map((visit) => visit.id);
    expect(await idsAt(SESSION)).toEqual([]);
    expect(await idsAt(AT_TWO)).toEqual([id]);
    expect(await idsAt({ centre: ONE, inheritedCentres: [TWO] })).toEqual([id]);
  });
});

test('acts without a centre need no question from an operator with one centre, and inherited centres count', async () => {
  const { workplace: place, mustChooseCentre: mustChoose } = modules;
  place.set(Object.assign({}, SESSION, { centres: SESSION.centres!.slice(0, 1) }));
  expect([place.acceptsAct({}), place.acceptsAct({ centre: TWO })]).toEqual([true, false]);
  place.set(Object.assign({}, SESSION, { inheritedCentres: [TWO] }));
  expect(place.acceptsAct({ centre: TWO })).toBe(true);
  place.set({ centre: undefined } as never);
  expect(place.acceptsAct({ centre: TWO })).toBe(true);
  expect([mustChoose(SESSION, true), mustChoose(SESSION, false)]).toEqual([true, false]);
});
