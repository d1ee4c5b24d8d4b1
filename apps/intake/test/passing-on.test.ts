import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, readTopic, syntheticMandate } from '@cups/testing';
import { openStoredApplications } from './stored-applications.ts';
import { bridgeEvent, DAY, idOf, SERVICE, useIntake } from './world.ts';

/** An agency passes an application on: through the topics, the desk and a supervisor. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-381';
const desk = () => scene.at(CENTRE);
const clerk = (code: string) => {
  const session = { role: 'agency-clerk', agency: `agencies/${code}`, operator: `operators/${code}-clerk` } as const;
  return scene.world.clientAt(scene.port, 'gateway', scene.world.keys.session(session).token);
};
const supervisor = () => scene.world.supervisorAt(scene.port);
const reason = { ro: 'Nu este de competența noastră.', ru: '', en: '' };
const refused = (cause: string) => expect.objectContaining({ reason: cause }) as unknown as Error;

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
  // A public service in the scope of the mandates, of which cnas is the provider too.
  const copy = { _id: 'copy-of-cnas', publicService: SERVICE, agency: 'agencies/cnas' };
  await stored.store.collection<typeof copy>('serviceVersions').insertOne(copy);
});
afterAll(async () => {
  scene.world.clock.now = undefined;
  await stored.close();
});

let serial = 700;
/** Files an application under a mandate, or without one. */
async function file(person: number, isMandated: boolean) {
  const name = syntheticMandate({ person, serial: (serial += 1) });
  const mandate = { mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' as const, name } };
  return desk().submit((await desk().open(person, isMandated ? mandate : {})).name);
}

async function passOn(name: string, to: string, from = 'asp') {
  const event = bridgeEvent(name, 'DeliveryPassedOn', 1, { competentAgency: `agencies/${to}`, reason }, false, from);
  await scene.world.publish(event, event);
  return eventually(async () => {
    const app = await desk().read(name);
    return app.formerAgencies.some(({ agency }) => agency === `agencies/${from}`) && app;
  });
}
const read = (code: string, name: string) => clerk(code).getAgencyApplication({ name });

describe('an agency passes an application on', () => {
  test('to a covered agency: it moves under the same term, and only the next agency reads it', async () => {
    const topic = await readTopic(scene.world.place, 'cups.applications');
    const before = await file(1, true);
    expect((await read('asp', before.name)).submissions).toHaveLength(1);
    const app = await passOn(before.name, 'cnas');
    expect(app).toMatchObject({ agency: 'agencies/cnas', state: 'STATE_SUBMITTED', passingOn: null });
    expect(app.dueDate).toBe(before.dueDate);
    expect((await desk().history(before.name)).at(-1)).toMatchObject({
      kind: 'passed-on',
      actor: 'agencies/asp',
      agency: 'agencies/cnas',
      agencyText: { ro: reason.ro },
    });
    await expect(read('asp', before.name)).rejects.toEqual(refused('NOT_FOUND'));
    expect((await read('cnas', before.name)).submissions).toMatchObject([{ name: `${before.name}/submissions/1` }]);
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    expect(await bridge.getSubmission({ name: `${before.name}/submissions/1` })).toMatchObject({
      agency: 'agencies/cnas',
      dueDate: before.dueDate,
    });
    // The relay may send an event twice.
    const typesIn = (all: typeof topic.events) => [
      ...new Set(all.filter(({ subject }) => subject === before.name).map(({ type }) => type)),
    ];
    const events = await topic.until((all) => typesIn(all).length >= 2);
    await topic.stop();
    expect(typesIn(events)).toEqual(['cups.intake.v1.ApplicationSubmitted', 'cups.intake.v1.ApplicationPassedOn']);
    expect(await scene.world.clientAt(scene.port, 'gateway').trackApplication(before)).toMatchObject({
      passOnTime: app.updateTime,
    });
    const notifications = scene.world.clientAt(scene.port, 'notifications');
    expect(await notifications.getNoticeContext({ name: before.name })).toMatchObject({
      agencyName: { ro: 'Casa Națională de Asigurări Sociale' },
    });
    // The next agency answers under its own delivery.
    await scene.world.publish(bridgeEvent(before.name, 'DeliveryAcknowledged', 1, {}, false, 'cnas'));
    await eventually(async () => (await desk().read(before.name)).state === 'STATE_IN_PROGRESS');
  });

  test('beyond the mandate: the person is asked, and consents', async () => {
    const { name } = await file(2, false);
    const app = await passOn(name, 'cnas');
    expect(app).toMatchObject({
      agency: 'agencies/asp',
      passingOn: { competentAgency: 'agencies/cnas', cause: 'not-covered', reason: { ro: reason.ro } },
      deskAlerts: [{ kind: 'consent-awaited' }],
    });
    expect(app.allowedActions).toEqual(
      expect.arrayContaining(['ACTION_CONSENT_TO_PASSING_ON', 'ACTION_REFUSE_PASSING_ON']),
    );
    for (const code of ['asp', 'cnas']) await expect(read(code, name)).rejects.toEqual(refused('NOT_FOUND'));
    const track = () => scene.world.clientAt(scene.port, 'gateway').trackApplication(app);
    expect((await track()).passOnTime).toBeNull();
    const request = { requestId: randomUUID(), name, consents: true };
    const answered = await desk().answerPassingOn(request);
    expect(answered.application).toMatchObject({ agency: 'agencies/cnas', passingOn: null });
    expect((await desk().answerPassingOn(request)).replayed).toBe(true);
    await expect(read('cnas', name)).resolves.toBeDefined();
  });

  test('beyond the mandate: the person refuses, and it returns', async () => {
    const { name } = await file(3, false);
    await passOn(name, 'cnas');
    const { trackingNumber } = await desk().read(name);
    await desk().answerPassingOn({ requestId: randomUUID(), name, consents: false });
    const tracked = await scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber });
    expect(tracked.passOnTime).toBeNull();
    await expect(read('asp', name)).resolves.toBeDefined();
    await expect(read('cnas', name)).rejects.toEqual(refused('NOT_FOUND'));
  });

  test('to an unknown agency: a supervisor decides, and nobody else', async () => {
    const { name } = await file(4, true);
    await passOn(name, 'no-agency');
    const waiting = async () =>
      (await supervisor().listUndecidedAgencies({ pageSize: 200 })).applications.find(
        ({ application }) => application === name,
      );
    expect(await waiting()).toMatchObject({
      centre: `centres/${CENTRE}`,
      agency: 'agencies/asp',
      competentAgency: 'agencies/no-agency',
      cause: 'agency-unknown',
      formerAgencies: [{ agency: 'agencies/asp' }],
    });
    const request = { requestId: randomUUID(), name, agency: 'agencies/cnas' };
    await expect(desk().assignAgency(request)).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(desk().answerPassingOn({ ...request, consents: true })).rejects.toEqual(refused('ACTION_NOT_ALLOWED'));
    expect(await supervisor().assignAgency(request)).toEqual({ agency: 'agencies/cnas', replayed: false });
    expect(await supervisor().assignAgency(request)).toEqual({ agency: 'agencies/cnas', replayed: true });
    expect(await waiting()).toBeUndefined();
    expect((await desk().history(name)).at(-1)).toMatchObject({ kind: 'assign-agency', actor: 'operators/sv' });
  });

  test('without an answer of the person: the supervisor sees it after a week', async () => {
    const { name } = await file(5, false);
    await passOn(name, 'cnas');
    const isListed = async () =>
      (await supervisor().listUndecidedAgencies({ pageSize: 200 })).applications.some(
        ({ application }) => application === name,
      );
    expect(await isListed()).toBe(false);
    scene.world.clock.now = new Date(Date.now() + 7 * DAY + 60_000);
    expect(await isListed()).toBe(true);
    scene.world.clock.now = undefined;
  });

  test('keeps the reason sealed, and the term of the frozen submission apart', async () => {
    const { name } = await file(6, false);
    await passOn(name, 'cnas');
    const collection = stored.store.collection<{ _id: string }>('applications');
    const raw = JSON.stringify(await collection.findOne({ _id: idOf(name) }));
    expect(raw).not.toContain(reason.ro);
    expect((await stored.read(idOf(name))).passingOn?.reason).toEqual({ ro: reason.ro });
  });
});
