import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_SEALED_ACT_LENGTH, sealAct } from '@cups/application/sealed-act';
import type { ActToSeal, HandInKey } from '@cups/application/sealed-act';
import { newUlid } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import { captureLog, captureMetrics, createTestKeys, eventually } from '@cups/testing';
import { openHandInKeyDocuments, openHandInKeys } from '../src/store/hand-in-keys.ts';
import { openStoredApplications } from './stored-applications.ts';
import { DAY, useIntake } from './world.ts';

/** Acts that a desk sealed to intake before its key share ended. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-381';
const AUTHOR = 'operators/s-381';
const HOUR = 3_600_000;

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
  await eventually(() => stored.store.ready());
});
afterAll(() => stored.close());

const isRefused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
const gateway = () => scene.world.clientAt(scene.port, 'gateway');
const handIn = async (acts: string[]) => (await gateway().quarantineSealedActs({ acts })).outcomes;
const head = (centre = CENTRE) => scene.world.deskAt(scene.port, centre, { role: 'centre-manager' });
const newDevice = () => `devices/${newUlid(new Date())}`;
const newApplication = () => newUlid(new Date());
const KEPT = 'SEALED_ACT_OUTCOME_KEPT';
const ACTIVE = 'SEALED_ACT_OUTCOME_ACTIVE';
const UNREADABLE = 'SEALED_ACT_OUTCOME_UNREADABLE';
const REFUSED = 'SEALED_ACT_OUTCOME_REFUSED';

const grantOf = ({
  operator = AUTHOR,
  device = newDevice(),
  centre = CENTRE,
  anchorTime = new Date(Date.now() - HOUR),
} = {}): string =>
  scene.world.keys
    .forService('identity')
    .signOfflineGrant({ id: randomUUID(), operator, device, centre: `centres/${centre}`, anchorTime });

async function keyOfPlatform(): Promise<HandInKey> {
  const { kid, x, y } = await scene.at(CENTRE).getHandInKey({});
  return { kid: kid!, x: x!, y: y! };
}

let sequence = 0;
const act = (application = newApplication(), given: Partial<ActToSeal> = {}): ActToSeal => ({
  offlineGrant: grantOf(),
  key: randomUUID(),
  application,
  kind: 'notes',
  body: { text: 'notă sigilată' },
  time: new Date(Date.now() - HOUR / 2).toISOString(),
  sequence: (sequence += 1),
  ...given,
});
const openActs = async (application: string, caller = head()) =>
  (await caller.listQuarantinedActs({ application: `applications/${application}` })).acts;

describe('the hand-in key', () => {
  test('is the same for all desks, and is for desks only', async () => {
    const key = await keyOfPlatform();
    expect(key).toMatchObject({ kid: expect.stringMatching(/^[0-9A-Z]{26}$/), x: expect.stringMatching(/^.{43}$/) });
    expect(await scene.at('CU-382').getHandInKey({})).toEqual(key);
    await expect(gateway().getHandInKey({})).rejects.toEqual(isRefused('UNAUTHENTICATED'));
    const supervisor = scene.world.supervisorAt(scene.port);
    await expect(supervisor.getHandInKey({})).rejects.toEqual(isRefused('PERMISSION_DENIED'));
  });
});

describe('a sealed hand-in', () => {
  test('keeps acts once, as the operator at the centre of the grant, with a bounded time', async () => {
    const key = await keyOfPlatform();
    const application = newApplication();
    const offlineGrant = grantOf();
    const first = act(application, { offlineGrant, kind: 'create' });
    const second = act(application, { offlineGrant, previous: first.key });
    // The order of arrival does not matter.
    const sealed = [await sealAct(key, second), await sealAct(key, first)];
    expect(await handIn(sealed)).toEqual([KEPT, KEPT]);
    expect(await handIn(sealed)).toEqual([KEPT, KEPT]);
    const acts = await openActs(application);
    expect(acts).toMatchObject([
      { kind: 'create', operator: AUTHOR, centre: `centres/${CENTRE}`, deskTimeBounded: true },
      { kind: 'notes', sequence: String(second.sequence) },
    ]);
    const details = await head().getQuarantinedAct({ name: acts[1]!.name });
    expect(details).toMatchObject({ key: second.key, body: JSON.stringify(second.body) });
  });

  test('is a repeat of the same act handed in in clear', async () => {
    const application = newApplication();
    const given = act(application);
    const { offlineGrant, body, time, ...rest } = given;
    const seconds = String(Math.floor(Date.parse(time) / 1000));
    const deskTime = { seconds, nanos: (Date.parse(time) % 1000) * 1_000_000 };
    const inClear = { ...rest, application: `applications/${application}`, body: JSON.stringify(body), deskTime };
    await gateway().quarantineActs({ offlineGrant, acts: [{ ...inClear, sequence: String(given.sequence) }] });
    expect(await handIn([await sealAct(await keyOfPlatform(), given)])).toEqual([KEPT]);
    expect(await openActs(application)).toHaveLength(1);
  });

  test('leaves acts at a desk whose key share exists', async () => {
    const key = await keyOfPlatform();
    const [active, ended] = [newDevice(), newDevice()];
    const [mine, theirs] = [newApplication(), newApplication()];
    scene.world.activeDevices.add(active);
    const sealed = [
      await sealAct(key, act(mine, { offlineGrant: grantOf({ device: active }) })),
      await sealAct(key, act(theirs, { offlineGrant: grantOf({ device: ended }) })),
    ];
    expect(await handIn(sealed)).toEqual([ACTIVE, KEPT]);
    expect([await openActs(mine), await openActs(theirs)].map(({ length }) => length)).toEqual([0, 1]);
    scene.world.activeDevices.delete(active);
    expect(await handIn(sealed)).toEqual([KEPT, KEPT]);
  });

  test('keeps nothing while identity is unavailable', async () => {
    const application = newApplication();
    const sealed = [await sealAct(await keyOfPlatform(), act(application))];
    scene.world.identityDown.problem = new Problem({ reason: 'STORE_UNAVAILABLE', message: 'none' });
    await expect(handIn(sealed)).rejects.toEqual(expect.objectContaining({ kind: 'UNAVAILABLE' }));
    scene.world.identityDown.problem = undefined;
    expect(await openActs(application)).toEqual([]);
    expect(await handIn(sealed)).toEqual([KEPT]);
  });

  test('lets one unreadable act block no other', async () => {
    const key = await keyOfPlatform();
    const application = newApplication();
    const sealed = await sealAct(key, act(application));
    const tampered = sealed.slice(0, -6) + (sealed.at(-6) === 'A' ? 'B' : 'A') + sealed.slice(-5);
    const outcomes = await handIn([
      await sealAct({ ...key, kid: newUlid(new Date()) }, act(application)),
      tampered,
      'x',
      sealed,
    ]);
    expect(outcomes).toEqual([UNREADABLE, UNREADABLE, UNREADABLE, KEPT]);
    expect(await openActs(application)).toHaveLength(1);
    expect(scene.world.lines).toContainEqual(expect.objectContaining({ event: 'sealed-acts-refused', count: 3 }));
  });

  test('refuses an act without a valid grant, as anybody can seal one to the public key', async () => {
    const key = await keyOfPlatform();
    const application = newApplication();
    const stranger = createTestKeys();
    const forged = stranger.forService('identity').signOfflineGrant({
      id: 'g',
      operator: AUTHOR,
      device: newDevice(),
      centre: `centres/${CENTRE}`,
      anchorTime: new Date(),
    });
    stranger.remove();
    const future = grantOf({ anchorTime: new Date(Date.now() + HOUR) });
    const grants = ['', 'a.b.c', forged, future].map((offlineGrant) => ({ offlineGrant }));
    const malformed = [
      { key: 'x' },
      { application: 'x' },
      { kind: '../x' },
      { body: 'x' },
      { body: [] },
      { time: 'x' },
      { sequence: -1 },
      { sequence: 'x' },
      { previous: 'x' },
    ];
    const given = [...grants, ...malformed].map((change) => act(application, change as Partial<ActToSeal>));
    const sealed = await Promise.all(given.map((one) => sealAct(key, one)));
    const nothing = await sealAct(key, null as unknown as ActToSeal);
    expect(await handIn([...sealed, nothing])).toEqual([...given.map(() => REFUSED), REFUSED]);
    expect(await openActs(application)).toEqual([]);
  });

  test('keeps an act however old its grant is: somebody decides about it', async () => {
    const application = newApplication();
    const anchorTime = new Date(Date.now() - 300 * DAY);
    const old = act(application, { offlineGrant: grantOf({ anchorTime }), time: anchorTime.toISOString() });
    expect(await handIn([await sealAct(await keyOfPlatform(), old)])).toEqual([KEPT]);
    expect(await openActs(application)).toMatchObject([{ deskTimeBounded: true }]);
  });

  test('of the same operator in a session is kept without a usable grant, and bounds no time', async () => {
    const key = await keyOfPlatform();
    const [application, another] = [newApplication(), newApplication()];
    const stranger = createTestKeys();
    const device = newDevice();
    const facts = { id: 'g', operator: AUTHOR, device, centre: `centres/${CENTRE}` };
    const retired = stranger
      .forService('identity')
      .signOfflineGrant({ ...facts, anchorTime: new Date(Date.now() - HOUR) });
    stranger.remove();
    const tooOld = grantOf({ anchorTime: new Date(Date.now() - 40 * DAY) });
    const foreign = [grantOf({ operator: 'operators/s-382' }), grantOf({ centre: 'CU-382' })];
    const acts = [retired, tooOld].map((offlineGrant) => act(application, { offlineGrant }));
    const others = foreign.map((offlineGrant) => act(another, { offlineGrant }));
    const sealedActs = await Promise.all([...acts, ...others].map((one) => sealAct(key, one)));
    const author = scene.world.deskAt(scene.port, CENTRE, { operator: AUTHOR });
    const handInOwn = () => author.quarantineOwnActs({ device, sealedActs: [...sealedActs, 'x'] });
    const outcomes = [KEPT, KEPT, REFUSED, REFUSED, UNREADABLE];
    expect(await handInOwn()).toEqual({ kept: 2, known: 0, refused: [], outcomes });
    expect(await handInOwn()).toEqual({ kept: 0, known: 2, refused: [], outcomes });
    expect(await openActs(another)).toEqual([]);
    const kept = { operator: AUTHOR, centre: `centres/${CENTRE}`, deskTimeBounded: false };
    expect(await openActs(application)).toMatchObject([kept, kept]);
  });

  test('is bounded in number and length', async () => {
    await expect(handIn([])).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    await expect(handIn(Array.from({ length: 51 }, () => 'x'))).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    await expect(handIn(['x'.repeat(MAX_SEALED_ACT_LENGTH + 1)])).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    const key = await keyOfPlatform();
    const application = newApplication();
    const many = await Promise.all(Array.from({ length: 50 }, () => sealAct(key, act(application))));
    expect(new Set(await handIn(many))).toEqual(new Set([KEPT]));
    expect(await openActs(application)).toHaveLength(50);
  });

  test('ends at the limit of open acts of a device', async () => {
    const device = newDevice();
    const rows = Array.from({ length: 5_000 }, () => ({
      _id: newUlid(new Date()),
      key: randomUUID(),
      device,
      state: 'open',
    }));
    const collection = stored.store.collection('quarantinedActs');
    await collection.insertMany(rows as never);
    const sealed = await sealAct(await keyOfPlatform(), act(newApplication(), { offlineGrant: grantOf({ device }) }));
    await expect(handIn([sealed])).rejects.toEqual(isRefused('QUARANTINE_FULL'));
    await collection.deleteMany({ device });
    expect(await handIn([sealed])).toEqual([KEPT]);
  });
});

/** The last test: it removes the keys, and the running intake still hands out its own. */
test('stores its private key sealed only, rotates each year, and former ones end 300 days later', async () => {
  const { store, keys } = stored;
  const documents = openHandInKeyDocuments(store, keys);
  await eventually(() => documents.find({}, { scope: 'service' }).then(() => true));
  await documents.internals.collection().deleteMany({});
  let time = new Date();
  const open = () =>
    openHandInKeys({
      documents,
      dataKeys: keys,
      log: captureLog().log,
      metrics: captureMetrics().metrics,
      now: () => time,
      sweepMs: 20,
    });
  const current = async () => {
    const handInKeys = open();
    const key = await handInKeys.current();
    const pair = await handInKeys.find(key.kid);
    await handInKeys.stop();
    return { key, pair };
  };
  const first = await current();
  expect(await current()).toEqual(first);
  expect(first.pair).toMatchObject({ x: first.key.x, d: expect.any(String) });
  const raw = JSON.stringify(await documents.internals.collection().find({}).toArray());
  expect(raw).not.toContain(first.pair!.d);
  expect(raw).not.toContain(Buffer.from(first.pair!.d, 'base64url').toString('base64'));

  time = new Date(time.getTime() + 364 * DAY);
  expect((await current()).key).toEqual(first.key);
  time = new Date(time.getTime() + 2 * DAY);
  const second = await current();
  expect(second.key).not.toEqual(first.key);
  time = new Date(time.getTime() + 298 * DAY);
  const before = open();
  expect(await before.find(first.key.kid)).toEqual(first.pair);
  time = new Date(time.getTime() + 2 * DAY);
  await eventually(async () => (await before.find(first.key.kid)) === undefined || undefined);
  expect(await before.find(second.key.kid)).toEqual(second.pair);
  expect(await before.current()).toEqual(second.key);
  await before.stop();

  // A private key that was lost opens nothing, so another one is created.
  await keys.destroy(second.key.kid);
  const third = await current();
  expect(third.key.kid).not.toBe(second.key.kid);
  expect(third.pair).toBeDefined();
  await documents.internals.collection().deleteMany({});
});
