import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { toCivilDate } from '@cups/application';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { createDataKeys, openDataKeyRecords, openDestroyedKeys, openKeyEncryption } from '@cups/data-keys';
import type { DataKeys } from '@cups/data-keys';
import { Problem } from '@cups/problem';
import { openStore } from '@cups/store';
import type { Documents, Store } from '@cups/store';
import { captureLog, captureMetrics, clientFor, eventually, person } from '@cups/testing';
import { DataEnd } from '../src/data-end.ts';
import type { DataEndDeps } from '../src/data-end.ts';
import { createSearchHasher } from '../src/domain/search-hasher.ts';
import { openApplicationStore } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import { openMandateStore } from '../src/store/mandates.ts';
import type { StoredMandate } from '../src/store/mandates.ts';
import { openHistorySegments } from '../src/store/history-segments.ts';
import type { HistorySegments } from '../src/store/history-segments.ts';
import { bridgeEvent, DAY, idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

const CLOSED_DAYS = 1_095;
const DRAFT_DAYS = 30;

let world: World;
let port: number;
let store: Store;
let keyStore: Store;
let applications: Documents<StoredApplication>;
let mandates: Documents<StoredMandate>;
let keys: DataKeys;
let history: HistorySegments;

beforeAll(async () => {
  world = await openWorld();
  await world.createTopics();
  port = (await world.start()).grpcPort;
  const { mongoUri: uri, prefix } = world.place;
  const { log } = captureLog();
  const { metrics } = captureMetrics();
  store = openStore({ uri, database: `${prefix}cups-intake`, log });
  keyStore = openStore({ uri, database: `${prefix}cups-intake-keys`, log });
  const { keyEncryption } = world.configOf();
  const around = {
    name: 'intake',
    log,
    metrics,
    config: { environment: 'development' },
    onShutdown: () => {},
  } as const;
  const wrapper = await openKeyEncryption(join(world.keysDir, 'intake.jwks'), keyEncryption, around);
  keys = createDataKeys({
    records: openDataKeyRecords(keyStore),
    destroyed: openDestroyedKeys(keyStore),
    wrapper,
    log,
    metrics,
    now: () => new Date(),
  });
  applications = openApplicationStore(store, { keys });
  mandates = openMandateStore(store);
  history = openHistorySegments({ store, keys, applications, log, metrics });
  await eventually(() => store.ready() && keyStore.ready());
});
afterEach(() => {
  world.clock.now = undefined;
  world.held.clear();
  world.documentsDown.problem = undefined;
});
afterAll(async () => {
  await Promise.all([store.close(), keyStore.close()]);
  await world.close();
});

const later = (days: number) => new Date(Date.now() + days * DAY);
const raw = async (name: string) =>
  (await store.collection<StoredApplication>('applications').findOne({ _id: idOf(name) }))!;
const hasKey = async (name: string) => (await keys.find(idOf(name))) !== undefined;
const untilErased = (name: string) =>
  eventually(async () => (await raw(name)).erasure?.time !== undefined, { timeoutMs: 60_000 });
const search = async (desk: ReturnType<World['deskAt']>, n: number) => {
  const { idnp, familyName = '' } = person(n);
  const [byNumber, byName] = [
    await desk.searchApplications({ idnp }),
    await desk.searchApplications({ query: familyName }),
  ];
  return [...byNumber.applications, ...byName.applications];
};

/** Files an application and withdraws it. */
async function withdrawn(n: number, centre = 'CU-001') {
  const desk = world.deskAt(port, centre);
  const { name, trackingNumber } = await desk.file(n);
  await desk.withdrawApplication({ requestId: randomUUID(), name, reason: 'a secret reason' });
  return { desk, name, trackingNumber };
}

describe('the end of an application', () => {
  test('erases it when its term has passed, and leaves what the platform counts', async () => {
    const { desk, name, trackingNumber } = await withdrawn(601, 'CU-601');
    const supervisor = world.supervisorAt(port);
    expect(await search(desk, 601)).not.toEqual([]);
    await createDataEnd({ now: () => later(CLOSED_DAYS - 1) }).process(idOf(name));
    expect((await raw(name)).timer!.due.getTime()).toBeLessThanOrEqual(later(CLOSED_DAYS).getTime());
    expect(await hasKey(name)).toBe(true);
    world.clock.now = later(CLOSED_DAYS + 100);
    // Its timers are polled at its start; those of the first replica less often on a slow store.
    const replica = await world.start();
    await untilErased(name);
    await replica.stop();
    expect(await hasKey(name)).toBe(false);
    const app = await desk.read(name);
    expect(app).toMatchObject({
      state: 'STATE_WITHDRAWN',
      allowedActions: [],
      erasure: { cause: 'expired', rule: 'closed-applications' },
      content: { applicant: null, contact: null },
    });
    expect(await search(desk, 601)).toEqual([]);
    const tracked = await world.clientAt(port, 'gateway').trackApplication({ trackingNumber });
    expect(tracked).toMatchObject({ state: 'STATE_WITHDRAWN', dueDate: '' });
    expect(tracked.eraseTime).toEqual(app.erasure?.eraseTime);
    const [row] = (await desk.listApplications({ pageSize: 5 })).applications;
    expect(row).toMatchObject({ name, content: null });
    const actions = await desk.history(name);
    expect(actions.map(({ kind }) => kind)).toEqual(['submit', 'withdraw', 'erase-application']);
    const day = (time: Date) => time.toISOString().slice(0, 10);
    const { rows } = await supervisor.getStatistics({ fromDate: day(later(-1)), toDate: day(later(1)) });
    expect(rows.find((one) => one.name === 'centres/CU-601')).toMatchObject({ filed: 1, withdrawn: 1 });
  });

  test('leaves no personal data in the stored document, also if the key comes back', async () => {
    const { name } = await withdrawn(602, 'CU-602');
    const key = await keyStore.collection<{ _id: string }>('dataKeys').findOne({ _id: idOf(name) });
    const segments = store.collection<{ _id: string; application: string }>('historySegments');
    await segments.insertOne({ _id: `${idOf(name)}/000000`, application: idOf(name) });
    const parkedSubjects: string[] = [];
    const removeParked = (subject: string) => Promise.resolve(void parkedSubjects.push(subject));
    await createDataEnd({ removeParked }).process(idOf(name));
    const stored = await raw(name);
    expect(parkedSubjects).toEqual([`deliveries/${idOf(name)}-${stored.agency.slice('agencies/'.length)}`]);
    expect(await segments.countDocuments({ application: idOf(name) })).toBe(0);
    expect(stored).not.toHaveProperty('names');
    expect(stored).not.toHaveProperty('journalSalt');
    expect(stored.requests).toEqual([]);
    expect(stored.content).toEqual(Buffer.of(0));
    await keyStore.collection<{ _id: string }>('dataKeys').insertOne(key!);
    expect(await applications.get(idOf(name), { scope: 'service' })).toMatchObject({ content: {}, erased: true });
  });

  test('of a draft comes after its own term', async () => {
    const desk = world.deskAt(port, 'CU-603');
    const { name } = await desk.open(603);
    await desk.withdrawApplication({ requestId: randomUUID(), name });
    await createDataEnd({ now: () => later(DRAFT_DAYS - 1) }).process(idOf(name));
    expect(await hasKey(name)).toBe(true);
    await createDataEnd({ now: () => later(DRAFT_DAYS + 1) }).process(idOf(name));
    expect((await raw(name)).erasure).toMatchObject({ rule: 'ended-drafts', cause: 'expired', topicEnds: [] });
  });

  test('waits while documents holds it or does not answer, or the processing is restricted', async () => {
    const [held, unknown, restricted] = [await withdrawn(604), await withdrawn(605), await withdrawn(606)];
    world.held.add(held.name);
    const supervisor = world.supervisorAt(port);
    const request = { requestId: randomUUID(), name: restricted.name, reason: 'RESTRICTION_REASON_OBJECTION' } as const;
    await supervisor.restrictProcessing(request);
    const { metrics, text } = captureMetrics();
    const dataEnd = createDataEnd({
      metrics,
      isHeld: async (id) => {
        if (id === idOf(unknown.name)) throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'down' });
        return id === idOf(held.name);
      },
    });
    for (const { name } of [held, unknown, restricted]) await dataEnd.process(idOf(name));
    const tomorrow = later(CLOSED_DAYS + 2).getTime();
    for (const { name } of [held, unknown, restricted]) {
      expect(await hasKey(name)).toBe(true);
      const { timer, erasure } = await raw(name);
      expect(erasure).toBeUndefined();
      // An acknowledged request must not wait for a day because one answer was missed.
      if (name === unknown.name) expect(timer!.due.getTime()).toBeLessThan(tomorrow - DAY / 2);
      else expect(timer!.due.getTime()).toBeGreaterThan(tomorrow - DAY / 2);
    }
    for (const cause of ['hold', 'hold-unknown', 'restricted'])
      expect(await text()).toContain(`intake_erasures_postponed_total{cause="${cause}",service="test"} 1`);
  });

  test('waits until an administrator has confirmed the terms', async () => {
    const { name } = await withdrawn(607);
    const unconfirmed = createDataEnd({ isConfirmed: false });
    await unconfirmed.process(idOf(name));
    expect((await raw(name)).erasure).toBeUndefined();
    await createDataEnd({}).process(idOf(name));
    expect((await raw(name)).erasure?.time).toBeDefined();
  });
});

describe('an erasure that stops between two steps', () => {
  test.each(['before the key is destroyed', 'after the key was destroyed'])('continues %s', async (moment) => {
    const { name } = await withdrawn(moment.startsWith('before') ? 611 : 612);
    const crash = new Error('killed');
    const failing = createDataEnd({
      keys: {
        async destroy(owner) {
          if (moment.startsWith('after')) await keys.destroy(owner);
          throw crash;
        },
      },
    });
    await expect(failing.process(idOf(name))).rejects.toBe(crash);
    const { erasure } = await raw(name);
    expect(erasure).toMatchObject({ rule: 'closed-applications' });
    expect(erasure).not.toHaveProperty('time');
    // The claim of the timer ends, and another replica continues. Two at once erase once.
    await Promise.all([createDataEnd({}).process(idOf(name)), createDataEnd({}).process(idOf(name))]);
    const done = await raw(name);
    expect(done.erasure?.time).toBeDefined();
    expect(done.history.filter(({ kind }) => kind === 'erase-application')).toHaveLength(1);
    expect(await hasKey(name)).toBe(false);
  });
});

describe('a late message of the agency', () => {
  test('is counted and refused, and blocks nothing', async () => {
    const { desk, name } = await withdrawn(621);
    await createDataEnd({}).process(idOf(name));
    const message = { note: 'numele persoanei' };
    await world.publish(
      bridgeEvent(name, 'DeliveryProgressed', 1, message),
      bridgeEvent(name, 'DeliveryProgressed', 2, message),
    );
    await eventually(
      async () => (await raw(name)).lastSeqs !== undefined && Object.values((await raw(name)).lastSeqs!).includes(2),
    );
    expect((await desk.history(name)).map(({ kind }) => kind)).toEqual(['submit', 'withdraw', 'erase-application']);
    const ops = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
      address: `127.0.0.1:${port}`,
      keys: world.keys,
      from: 'ops',
      to: 'intake',
    });
    await eventually(async () => {
      const { refusals } = await ops.listRefusals({ topic: 'cups.deliveries' });
      return refusals.some(({ cause, count }) => cause === 'PERSONAL_DATA_ERASED' && Number(count) === 2);
    });
    expect(await ops.listParkedKeys({})).toMatchObject({ keys: [] });
    ops.close();
  });
});

describe('a request of the person', () => {
  const request = (name: string) => ({
    requestId: randomUUID(),
    name,
    reason: 'ERASURE_REASON_NO_LONGER_NEEDED' as const,
  });

  test('erases an ended application at once, and is in the report with the ends of its topics', async () => {
    const { name } = await withdrawn(631, 'CU-631');
    const supervisor = world.supervisorAt(port);
    expect(await supervisor.getDataState({ name })).toMatchObject({ rule: 'closed-applications', refusal: null });
    const { erasure } = await supervisor.eraseApplication(request(name));
    expect(erasure).toMatchObject({ application: name, centre: 'centres/CU-631', cause: 'requested' });
    expect(erasure?.eraseTime).not.toBeNull();
    expect(await hasKey(name)).toBe(false);
    const { erasures } = await supervisor.listErasures({ pageSize: 200 });
    expect(erasures.find(({ application }) => application === name)?.topicEnds).toEqual([
      { topic: 'cups.deliveries', day: toCivilDate(later(30)) },
      { topic: 'agency.asp.requests', day: toCivilDate(later(90)) },
      { topic: 'agency.asp.replies', day: toCivilDate(later(90)) },
    ]);
    const desk = world.deskAt(port, 'CU-631');
    await expect(desk.addNote({ requestId: randomUUID(), name, text: 'x' })).rejects.toMatchObject({
      reason: 'PERSONAL_DATA_ERASED',
    });
    await expect(desk.getFiledSubmission({ name: `${name}/submissions/1` })).rejects.toMatchObject({
      reason: 'PERSONAL_DATA_ERASED',
    });
  });

  test('is refused with the sentence of the law while the application is open', async () => {
    const { name } = await world.deskAt(port).file(632);
    const refused = world.supervisorAt(port, 'ro').eraseApplication(request(name));
    await expect(refused).rejects.toMatchObject({
      reason: 'ERASURE_REFUSED',
      message: expect.stringContaining('Legea nr. 234/2021') as unknown,
      metadata: { cause: 'open', source: 'Law 234/2021' },
    });
    const { refusal } = await world.supervisorAt(port).getDataState({ name });
    expect(refusal?.sentence?.ru).toContain('№ 234/2021');
  });

  test('is refused while it is held, and while documents does not answer', async () => {
    const { name } = await withdrawn(633);
    world.held.add(name);
    const supervisor = world.supervisorAt(port);
    const held = supervisor.eraseApplication(request(name));
    await expect(held).rejects.toMatchObject({ reason: 'ERASURE_REFUSED', metadata: { cause: 'held' } });
    world.documentsDown.problem = new Problem({ reason: 'INTERNAL', message: 'down' });
    await expect(supervisor.eraseApplication(request(name))).rejects.toMatchObject({ kind: 'INTERNAL' });
    expect(await hasKey(name)).toBe(true);
  });

  test('is for supervisors, and for administrators by name', async () => {
    const { desk, name } = await withdrawn(634);
    await expect(desk.eraseApplication(request(name))).rejects.toMatchObject({ kind: 'FORBIDDEN' });
    const ops = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      address: `127.0.0.1:${port}`,
      keys: world.keys,
      from: 'ops',
      to: 'intake',
    });
    await expect(ops.eraseApplication(request(name))).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await ops.eraseApplication({ ...request(name), actor: 'maria' });
    ops.close();
    expect((await raw(name)).erasureRequest).toMatchObject({ operator: 'maria' });
    const requested = (await raw(name)).history.find(({ kind }) => kind === 'request-erasure');
    expect(requested?.actor).toBe('administrator');
  });
});

describe('a restriction', () => {
  test('leaves showing, withdrawing and handing over, and stops an erasure on request', async () => {
    const desk = world.deskAt(port, 'CU-641');
    const { name } = await desk.file(641);
    const supervisor = world.supervisorAt(port);
    const requestId = randomUUID();
    const request = { requestId, name, reason: 'RESTRICTION_REASON_ACCURACY_CONTESTED' } as const;
    const { restriction } = await supervisor.restrictProcessing(request);
    expect(restriction).toMatchObject({ reason: 'RESTRICTION_REASON_ACCURACY_CONTESTED', operator: 'operators/sv' });
    expect(await supervisor.restrictProcessing(request)).toMatchObject({ restriction, replayed: true });
    const app = await desk.read(name);
    expect(app).toMatchObject({ restriction, allowedActions: ['ACTION_WITHDRAW'] });
    const note = desk.addNote({ requestId: randomUUID(), name, etag: app.etag ?? '', text: 'x' });
    await expect(note).rejects.toMatchObject({ reason: 'PROCESSING_RESTRICTED' });
    const contact = desk.changeContact({
      requestId: randomUUID(),
      name,
      contact: { none: true },
      etag: app.etag ?? '',
    });
    await expect(contact).rejects.toMatchObject({ reason: 'PROCESSING_RESTRICTED' });
    await desk.withdrawApplication({ requestId: randomUUID(), name });
    const erase = { requestId: randomUUID(), name, reason: 'ERASURE_REASON_OBJECTION' } as const;
    await expect(supervisor.eraseApplication(erase)).rejects.toMatchObject({ metadata: { cause: 'restricted' } });
    await supervisor.endRestriction({ name });
    await expect(supervisor.endRestriction({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    await supervisor.eraseApplication(erase);
    const kinds = (await desk.history(name)).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'submit',
      'restrict-processing',
      'withdraw',
      'end-restriction',
      'request-erasure',
      'erase-application',
    ]);
  });
});

/** A data end of this process, in which all terms have passed. */
function createDataEnd(given: Partial<DataEndDeps>): DataEnd {
  return new DataEnd({
    applications,
    history,
    keys,
    mandates,
    eraseActs: () => Promise.resolve(),
    removeParked: () => Promise.resolve(),
    isHeld: () => Promise.resolve(false),
    terms: world.configOf().retention,
    isConfirmed: true,
    hashes: createSearchHasher(() => 'a secret of the tests'),
    log: captureLog().log,
    metrics: captureMetrics().metrics,
    now: () => later(CLOSED_DAYS + 1),
    ...given,
  });
}
