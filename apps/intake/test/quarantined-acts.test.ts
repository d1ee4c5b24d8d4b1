import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { messageType, toTimestamp } from '@cups/contracts/proto';
import type { HandedInAct } from '@cups/contracts/gen/cups/intake/v1/HandedInAct.ts';
import { Problem } from '@cups/problem';
import { openKeys } from '@cups/rpc';
import { captureLog, captureMetrics, createTestKeys, eventually, readJournal, syntheticMandate } from '@cups/testing';
import { startQuarantineWatch } from '../src/quarantine-watch.ts';
import { decidedActsSweep, eraseActsOf, openQuarantinedActs } from '../src/store/quarantined-acts.ts';
import type { QuarantinedActs } from '../src/store/quarantined-acts.ts';
import { openStoredApplications } from './stored-applications.ts';
import { content, DAY, idOf, SERVICE, storedDocument, useIntake } from './world.ts';

/** Acts of operators whose rights ended, from the hand-in to the decision. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-371';
const OTHER = 'CU-372';
const AUTHOR = 'operators/s-371';
const HEAD = 'operators/h-371';
const HOUR = 3_600_000;

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
let acts: QuarantinedActs;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
  acts = openQuarantinedActs(stored.store, stored.keys);
  journal = await readJournal(scene.world.place, 'intake');
  await eventually(() => stored.store.ready());
});
afterAll(async () => {
  await journal.stop();
  await stored.close();
});

const isRefused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
/** The gateway without a session. */
const gateway = () => scene.world.clientAt(scene.port, 'gateway');
function at(role: 'centre-manager' | 'supervisor', operator: string, centre?: string) {
  const { token } = scene.world.keys.session({ role, operator, ...(centre ? { centre: `centres/${centre}` } : {}) });
  return scene.world.clientAt(scene.port, 'gateway', token);
}
const head = (centre = CENTRE, operator = HEAD) => at('centre-manager', operator, centre);
const supervisor = () => at('supervisor', 'operators/sv-371');

interface GrantOptions {
  operator?: string;
  device?: string;
  centre?: string;
  anchorTime?: Date;
}
const grantOf = ({
  operator = AUTHOR,
  device = `devices/${newUlid(new Date())}`,
  centre = CENTRE,
  anchorTime = new Date(Date.now() - HOUR),
}: GrantOptions = {}): string =>
  scene.world.keys
    .forService('identity')
    .signOfflineGrant({ id: randomUUID(), operator, device, centre: `centres/${centre}`, anchorTime });

let sequence = 0;
const act = (
  application: string,
  kind: string,
  given: Partial<HandedInAct> = {},
): Required<Omit<HandedInAct, 'previous'>> & HandedInAct => ({
  key: randomUUID(),
  application,
  kind,
  body: JSON.stringify({ text: 'notă din carantină' }),
  deskTime: toTimestamp(new Date(Date.now() - HOUR / 2)),
  sequence: String((sequence += 1)),
  ...given,
});
const handIn = (given: HandedInAct[], offlineGrant = grantOf()) =>
  gateway().quarantineActs({ offlineGrant, acts: given });
const newApplication = () => `applications/${newUlid(new Date())}`;
const openActs = async (application: string, caller = head()) =>
  (await caller.listQuarantinedActs({ application })).acts;
/** The request of a write, as the gateway converts it. */
const encode = (method: string, request: object): Buffer =>
  messageType(`cups.intake.v1.${method}Request`).encode(request);
const noteWrite = (application: string, key = '', text = 'notă din carantină') =>
  encode('AddNote', { requestId: key, name: application, text });

describe('a hand-in', () => {
  test('keeps acts once, and refuses other content under a known key', async () => {
    const application = newApplication();
    const offlineGrant = grantOf();
    const given = [act(application, 'create'), act(application, 'submit')];
    expect(await handIn(given, offlineGrant)).toEqual({ kept: 2, known: 0, refused: [] });
    expect(await handIn(given, offlineGrant)).toEqual({ kept: 0, known: 2, refused: [] });
    const changed = { ...given[0]!, body: '{"text":"altul"}' };
    const another = act(application, 'notes');
    expect(await handIn([changed, another], offlineGrant)).toEqual({ kept: 1, known: 0, refused: [changed.key] });
    const [first] = await openActs(application);
    expect((await head().getQuarantinedAct({ name: first!.name })).body).toBe(given[0]!.body);
  });

  test('keeps one act of two concurrent hand-ins', async () => {
    const application = newApplication();
    const offlineGrant = grantOf();
    const given = [act(application, 'notes')];
    const results = await Promise.all([handIn(given, offlineGrant), handIn(given, offlineGrant)]);
    expect(results.map(({ kept }) => kept).sort()).toEqual([0, 1]);
    expect(await openActs(application)).toHaveLength(1);
  });

  test('belongs to the operator and the centre of the grant, also under the key of somebody else', async () => {
    const application = newApplication();
    const own = act(application, 'notes');
    await handIn([own]);
    await handIn([{ ...own, body: '{}' }], grantOf({ operator: 'operators/s-372', centre: OTHER }));
    const listed = (await supervisor().listQuarantinedActs({ application })).acts;
    expect(listed.map(({ operator, centre }) => [operator, centre])).toEqual([
      [AUTHOR, `centres/${CENTRE}`],
      ['operators/s-372', `centres/${OTHER}`],
    ]);
    expect((await head().getQuarantinedAct({ name: listed[0]!.name })).body).toBe(own.body);
  });

  test('needs a grant that identity signed at most 14 days after its expiry', async () => {
    const given = [act(newApplication(), 'notes')];
    const stranger = createTestKeys();
    const grant = { id: 'g', operator: AUTHOR, device: `devices/${newUlid(new Date())}`, centre: `centres/${CENTRE}` };
    const forged = stranger.forService('identity').signOfflineGrant({ ...grant, anchorTime: new Date() });
    stranger.remove();
    const byIntake = openKeys({ dir: scene.world.keysDir, service: 'intake' });
    const ofIntake = byIntake.signOfflineGrant({ ...grant, anchorTime: new Date() });
    const { token: session } = scene.world.keys.session({ role: 'supervisor' });
    const tooOld = grantOf({ anchorTime: new Date(Date.now() - 17 * DAY - 60_000) });
    const future = grantOf({ anchorTime: new Date(Date.now() + 10 * 60_000) });
    for (const offlineGrant of ['', 'x.y.z', forged, ofIntake, session, tooOld, future]) {
      await expect(handIn(given, offlineGrant)).rejects.toEqual(isRefused('OFFLINE_CLAIM_INVALID'));
    }
    expect(await handIn(given, grantOf({ anchorTime: new Date(Date.now() - 17 * DAY + 60_000) }))).toMatchObject({
      kept: 1,
    });
  });

  test('of own acts needs no grant but the session, and bounds no time', async () => {
    const application = newApplication();
    const device = `devices/${newUlid(new Date())}`;
    const given = [act(application, 'notes'), act(application, 'notes', { deskTime: toTimestamp(new Date()) })];
    const author = scene.world.deskAt(scene.port, CENTRE, { operator: AUTHOR });
    expect(await author.quarantineOwnActs({ device, acts: given })).toMatchObject({ kept: 2, outcomes: [] });
    expect(await author.quarantineOwnActs({ device, acts: given })).toMatchObject({ kept: 0, known: 2 });
    const kept = { operator: AUTHOR, device, centre: `centres/${CENTRE}`, deskTimeBounded: false };
    expect(await openActs(application)).toMatchObject([kept, kept]);
    await expect(gateway().quarantineOwnActs({ device, acts: given })).rejects.toEqual(isRefused('UNAUTHENTICATED'));
    await expect(supervisor().quarantineOwnActs({ device, acts: given })).rejects.toEqual(
      isRefused('PERMISSION_DENIED'),
    );
    await expect(author.quarantineOwnActs({ device })).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    const [entry] = await journal.until(({ key }) => key === idOf(application), 2);
    expect(entry).toMatchObject({ action: 'quarantine-act', actor: AUTHOR, ground: 'session' });
  });

  test('is bounded in number and size', async () => {
    const name = newApplication();
    const large = JSON.stringify({ text: 'x'.repeat(256 * 1024 - 20) });
    const refusals: [HandedInAct[], string][] = [
      [[], 'INVALID_ARGUMENT'],
      [Array.from({ length: 501 }, () => act(name, 'notes')), 'INVALID_ARGUMENT'],
      [[act(name, 'notes', { body: 'x'.repeat(256 * 1024 + 1) })], 'PAYLOAD_TOO_LARGE'],
      [Array.from({ length: 9 }, () => act(name, 'notes', { body: large })), 'PAYLOAD_TOO_LARGE'],
      [[act(name, 'notes', { key: 'no-uuid' })], 'REQUEST_ID_INVALID'],
      [[act('applications/x', 'notes')], 'INVALID_ARGUMENT'],
      [[act(name, '../x')], 'INVALID_ARGUMENT'],
      [[act(name, 'notes', { deskTime: null })], 'INVALID_ARGUMENT'],
      [[act(name, 'notes', { sequence: '-1' })], 'INVALID_ARGUMENT'],
      [[act(name, 'notes', { previous: 'x' })], 'REQUEST_ID_INVALID'],
    ];
    for (const [given, reason] of refusals) await expect(handIn(given)).rejects.toEqual(isRefused(reason));
    const twice = act(name, 'notes');
    await expect(handIn([twice, twice])).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    expect(await openActs(name)).toEqual([]);
  });

  test('ends at 5,000 open acts of a device', async () => {
    const device = `devices/${newUlid(new Date())}`;
    const offlineGrant = grantOf({ device, centre: OTHER });
    const rows = Array.from({ length: 4_999 }, () => ({
      _id: newUlid(new Date()),
      key: randomUUID(),
      device,
      state: 'open',
    }));
    await acts.internals.collection().insertMany(rows as never);
    await expect(
      handIn([act(newApplication(), 'notes'), act(newApplication(), 'notes')], offlineGrant),
    ).rejects.toEqual(isRefused('QUARANTINE_FULL'));
    const last = [act(newApplication(), 'notes')];
    expect(await handIn(last, offlineGrant)).toMatchObject({ kept: 1 });
    expect(await handIn(last, offlineGrant)).toMatchObject({ known: 1 });
    await acts.internals.collection().deleteMany({ device });
  });
});

describe('quarantined acts', () => {
  test('are stored without clear content, and listed without any', async () => {
    const application = newApplication();
    await handIn([act(application, 'notes')]);
    const [listed] = await openActs(application);
    expect(JSON.stringify(listed)).not.toContain('notă');
    const raw = await acts.internals.collection().findOne({ application: idOf(application) } as never);
    expect(Buffer.from(JSON.stringify(raw)).toString()).not.toContain('notă');
    expect(typeof (raw as unknown as { body: unknown }).body).toBe('object');
  });

  test('name the tracking number of an application that exists at their centre', async () => {
    const { name, trackingNumber } = await scene.at(CENTRE).open(372);
    await handIn([act(name, 'notes')]);
    await handIn([act(name, 'notes')], grantOf({ operator: 'operators/s-372', centre: OTHER }));
    await handIn([act(newApplication(), 'notes')]);
    const listed = await openActs(name, supervisor());
    expect(listed.map((one) => [one.centre, one.trackingNumber])).toEqual([
      [`centres/${CENTRE}`, trackingNumber],
      [`centres/${OTHER}`, ''],
    ]);
    const { act: shown } = await head().getQuarantinedAct({ name: listed[0]!.name });
    expect(shown!.trackingNumber).toBe(trackingNumber);
  });

  test('show to heads those of their centre, to supervisors all, and to specialists none', async () => {
    const [mine, theirs] = [newApplication(), newApplication()];
    await handIn([act(mine, 'notes')]);
    await handIn([act(theirs, 'notes')], grantOf({ operator: 'operators/s-372', centre: OTHER }));
    const [foreign] = await openActs(theirs, supervisor());
    expect(await openActs(theirs)).toEqual([]);
    await expect(head().getQuarantinedAct({ name: foreign!.name })).rejects.toEqual(isRefused('NOT_FOUND'));
    await expect(head().rejectQuarantinedAct({ name: foreign!.name, reason: 'x' })).rejects.toEqual(
      isRefused('NOT_FOUND'),
    );
    await expect(head().listQuarantinedActs({ centre: `centres/${OTHER}` })).rejects.toEqual(isRefused('NOT_FOUND'));
    expect(await openActs(mine, supervisor())).toHaveLength(1);
    const byOperator = await supervisor().listQuarantinedActs({
      operator: 'operators/s-372',
      centre: `centres/${OTHER}`,
    });
    expect(byOperator.acts.map(({ name }) => name)).toContain(foreign!.name);
    expect(byOperator.openCount).toBeGreaterThanOrEqual(2);
    const desk = scene.at(CENTRE);
    await expect(desk.listQuarantinedActs({})).rejects.toEqual(isRefused('PERMISSION_DENIED'));
    await expect(at('centre-manager', HEAD).listQuarantinedActs({})).rejects.toEqual(isRefused('PERMISSION_DENIED'));
  });

  test('record each read in the access log and the journal', async () => {
    const desk = scene.at(CENTRE);
    const { name: application } = await desk.open(372);
    await handIn([act(application, 'notes')]);
    const [listed] = await openActs(application);
    const read = await supervisor().getQuarantinedAct({ name: listed!.name });
    expect(read).toMatchObject({ act: { name: listed!.name }, application: { name: application, allowedActions: [] } });
    const { entries } = await desk.listAccessLogEntries({ name: application });
    expect(entries[0]).toMatchObject({ kind: 'ACCESS_KIND_QUARANTINE', operator: 'operators/sv-371' });
    const entriesOf = await journal.until(({ key, data }) => key === idOf(application) && Boolean(data), 3);
    expect(entriesOf.map(({ action, actor }) => [action, actor])).toEqual(
      expect.arrayContaining([
        ['quarantine-act', AUTHOR],
        ['read-quarantine', 'operators/sv-371'],
      ]),
    );
  });
});

describe('a release', () => {
  test('applies acts in order, as the deciding person, and says who made them', async () => {
    const application = newApplication();
    const [create, submit] = [act(application, 'create'), act(application, 'submit')];
    await handIn([submit, create]);
    const listed = await openActs(application);
    const nameOf = (kind: string) => listed.find((one) => one.kind === kind)!.name;
    const submitWrite = encode('SubmitApplication', { requestId: submit.key, name: application });
    const submitting = { name: nameOf('submit'), write: submitWrite };
    await expect(supervisor().releaseQuarantinedAct(submitting)).rejects.toEqual(isRefused('EARLIER_ACT_QUARANTINED'));
    const createWrite = encode('CreateApplication', {
      requestId: create.key,
      applicationId: idOf(application),
      publicService: SERVICE,
      content: content(373),
    });
    const created = await supervisor().releaseQuarantinedAct({ name: nameOf('create'), write: createWrite });
    expect(created.act).toMatchObject({
      state: 'QUARANTINE_STATE_RELEASED',
      decidedBy: 'operators/sv-371',
      alreadyApplied: false,
    });
    await head().releaseQuarantinedAct(submitting);
    const desk = scene.at(CENTRE);
    expect(await desk.read(application)).toMatchObject({ state: 'STATE_SUBMITTED', openedBy: 'operators/sv-371' });
    const [row] = await desk.history(application);
    expect(row).toMatchObject({
      kind: 'submit',
      actor: HEAD,
      released: { operator: AUTHOR, deskTime: submit.deskTime },
    });
    // A repeat returns the decision.
    expect((await head().releaseQuarantinedAct(submitting)).act).toMatchObject({ decidedBy: HEAD });
    const entries = await journal.until(({ key }) => key === idOf(application), 6);
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual(
      expect.arrayContaining([
        ['release-act', 'operators/sv-371'],
        ['open', 'operators/sv-371'],
        ['submit', HEAD],
        ['release-act', HEAD],
      ]),
    );
  });

  test('by a supervisor resolves the mandate that the act names, at the centre of the act', async () => {
    const application = newApplication();
    const create = act(application, 'create');
    const mandate = {
      kind: 'MANDATE_KIND_OWN_PRESENCE' as const,
      name: syntheticMandate({ person: 384, serial: 384 }),
    };
    await handIn([create]);
    const [kept] = await openActs(application);
    const write = encode('CreateApplication', {
      requestId: create.key,
      applicationId: idOf(application),
      publicService: SERVICE,
      content: content(384, { mandate }),
    });
    await supervisor().releaseQuarantinedAct({ name: kept!.name, write });
    expect((await scene.at(CENTRE).read(application)).content?.mandate).toMatchObject(mandate);
  });

  test('leaves out the scans that never arrived, says which, and files without them', async () => {
    const application = newApplication();
    const arrived = storedDocument(application, 7, { kind: 'power' });
    const evidence = [
      { kind: 'identity-document', number: 'B385', copy: `documents/${newUlid(new Date())}` },
      { kind: 'power', copy: arrived.name },
    ];
    scene.world.stored.set(application, [arrived]);
    const create = act(application, 'create', { body: JSON.stringify({ evidence }) });
    const submit = act(application, 'submit', { body: '{}' });
    await handIn([create, submit]);
    const [first, second] = (await openActs(application)).map(({ name }) => name);
    const missing = { missingScans: ['identity-document'] };
    for (const caller of [head(), supervisor()])
      expect(await caller.getQuarantinedAct({ name: first! })).toMatchObject(missing);
    const write = encode('CreateApplication', {
      requestId: create.key,
      applicationId: idOf(application),
      publicService: SERVICE,
      content: content(385, { evidence }),
    });
    await supervisor().releaseQuarantinedAct({ name: first!, write });
    expect(await head().getQuarantinedAct({ name: second! })).toMatchObject(missing);
    const desk = scene.at(CENTRE);
    const { content: opened } = await desk.read(application);
    expect(opened?.evidence?.map(({ kind, copy }) => [kind, copy])).toEqual([
      ['identity-document', ''],
      ['power', arrived.name],
    ]);
    // A desk does not file it: nothing proves the document.
    await expect(desk.submit(application)).rejects.toEqual(isRefused('APPLICATION_INCOMPLETE'));
    const submitting = encode('SubmitApplication', { requestId: submit.key, name: application });
    await supervisor().releaseQuarantinedAct({ name: second!, write: submitting });
    expect(await desk.read(application)).toMatchObject({ state: 'STATE_SUBMITTED' });
    const actions = await desk.history(application);
    expect(actions.map(({ kind, actor, documents }) => [kind, actor, documents.map((item) => item.kind)])).toEqual([
      ['omit-scans', 'operators/sv-371', ['identity-document']],
      ['submit', 'operators/sv-371', []],
      ['omit-scans', 'operators/sv-371', ['identity-document']],
    ]);
    expect(JSON.stringify(actions)).not.toMatch(/B385|documents\/0/);
  });

  test('keeps the act while nobody says which scans arrived', async () => {
    const application = newApplication();
    const evidence = [{ kind: 'identity-document', copy: `documents/${newUlid(new Date())}` }];
    const create = act(application, 'create', { body: JSON.stringify({ evidence }) });
    await handIn([create]);
    const [kept] = await openActs(application);
    const write = encode('CreateApplication', {
      requestId: create.key,
      applicationId: idOf(application),
      publicService: SERVICE,
      content: content(386, { evidence }),
    });
    scene.world.documentsDown.problem = new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'none' });
    const releasing = supervisor().releaseQuarantinedAct({ name: kept!.name, write });
    await expect(releasing).rejects.toEqual(expect.objectContaining({ kind: 'UNAVAILABLE' }));
    scene.world.documentsDown.problem = undefined;
    expect(await openActs(application)).toMatchObject([{ state: 'QUARANTINE_STATE_OPEN', refusal: null }]);
  });

  test('counts the desk time that the platform can vouch for, and the time of the release otherwise', async () => {
    const desk = scene.at(CENTRE);
    const { name: application, createTime } = await desk.open(374);
    await new Promise((resume) => setImmediate(resume));
    const bounded = act(application, 'notes', { deskTime: toTimestamp(new Date()) });
    const unbounded = act(application, 'notes', { deskTime: toTimestamp(new Date(Date.now() - 30 * DAY)) });
    await handIn([bounded, unbounded]);
    for (const one of await openActs(application)) {
      const { key } = one.sequence === bounded.sequence ? bounded : unbounded;
      await head().releaseQuarantinedAct({ name: one.name, write: noteWrite(application, key) });
    }
    const [first, second] = await desk.history(application);
    expect(first).toMatchObject({ occurTime: bounded.deskTime });
    expect(second?.occurTime).toEqual(second?.recordTime);
    expect(Number(second?.occurTime?.seconds)).toBeGreaterThanOrEqual(Number(createTime?.seconds));
    expect(second?.released?.deskTime).toEqual(unbounded.deskTime);
  });

  test('finds an act that had arrived before its operator was suspended', async () => {
    const desk = scene.world.deskAt(scene.port, CENTRE, { operator: AUTHOR });
    const { name: application } = await desk.open(375);
    const note = act(application, 'notes');
    await desk.addNote({ requestId: note.key, name: application, text: 'notă din carantină' });
    await handIn([note]);
    const [kept] = await openActs(application);
    const { act: released } = await head().releaseQuarantinedAct({
      name: kept!.name,
      write: noteWrite(application, note.key),
    });
    expect(released).toMatchObject({ alreadyApplied: true });
    expect((await desk.read(application)).notes).toMatchObject([{ author: AUTHOR }]);
    expect(await desk.history(application)).toHaveLength(1);
  });

  test('finds an application that had arrived before', async () => {
    const desk = scene.world.deskAt(scene.port, CENTRE, { operator: AUTHOR });
    const application = newApplication();
    const create = act(application, 'create');
    const request = {
      requestId: create.key,
      applicationId: idOf(application),
      publicService: SERVICE,
      content: content(376),
    };
    await desk.createApplication(request);
    await handIn([create]);
    const [kept] = await openActs(application);
    const write = encode('CreateApplication', request);
    const { act: released } = await supervisor().releaseQuarantinedAct({ name: kept!.name, write });
    expect(released).toMatchObject({ alreadyApplied: true });
    expect(await desk.read(application)).toMatchObject({ openedBy: AUTHOR });
  });

  test('that the life cycle refuses leaves the act quarantined, with the reason', async () => {
    const desk = scene.at(CENTRE);
    const { name: application } = await desk.file(377);
    const submit = act(application, 'submit');
    await handIn([submit]);
    const [kept] = await openActs(application);
    const write = encode('SubmitApplication', { requestId: submit.key, name: application });
    const releasing = head().releaseQuarantinedAct({ name: kept!.name, write });
    await expect(releasing).rejects.toEqual(isRefused('ACTION_NOT_ALLOWED'));
    expect(await openActs(application)).toMatchObject([
      { state: 'QUARANTINE_STATE_OPEN', refusal: { reason: 'ACTION_NOT_ALLOWED', operator: HEAD } },
    ]);
  });

  test('of an edit fails when the application changed since it was read', async () => {
    const desk = scene.at(CENTRE);
    const { name: application, etag } = await desk.open(378);
    const edit = act(application, 'edit');
    await handIn([edit]);
    const [kept] = await openActs(application);
    await desk.addNote({ requestId: randomUUID(), name: application, text: 'o schimbare' });
    const release = (current: string) => {
      const fields = {
        requestId: edit.key,
        name: application,
        content: { costOption: '' },
        updateFields: ['cost_option'],
      };
      const write = encode('UpdateApplication', { ...fields, etag: current });
      return head().releaseQuarantinedAct({ name: kept!.name, write });
    };
    await expect(release(etag)).rejects.toEqual(isRefused('ETAG_STALE'));
    await expect(release('')).rejects.toEqual(isRefused('ETAG_MISSING'));
    await release((await desk.read(application)).etag);
    expect((await desk.read(application)).content).toMatchObject({ costOption: '' });
  });

  test('takes only the write of its act, and no kind that it does not know', async () => {
    const { name: application } = await scene.at(CENTRE).open(379);
    const { name: another } = await scene.at(CENTRE).open(380);
    const note = act(application, 'notes');
    const strange = act(application, 'fly');
    await handIn([note, strange]);
    const [kept, unknown] = await openActs(application);
    expect([kept?.kind, unknown?.kind]).toEqual(['notes', 'fly']);
    for (const write of [
      noteWrite(another, note.key),
      noteWrite(application, randomUUID()),
      Buffer.from([0xff, 0xff]),
    ]) {
      const releasing = head().releaseQuarantinedAct({ name: kept!.name, write });
      await expect(releasing).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    }
    await head().rejectQuarantinedAct({ name: kept!.name, reason: 'Nu se mai aplică' });
    const releasing = head().releaseQuarantinedAct({ name: unknown!.name, write: noteWrite(application, strange.key) });
    await expect(releasing).rejects.toEqual(isRefused('ACTION_NOT_ALLOWED'));
  });

  test('at another centre than that of the application finds none', async () => {
    const { name: application } = await scene.at(OTHER).open(381);
    const note = act(application, 'notes');
    await handIn([note]);
    const [kept] = await openActs(application);
    for (const caller of [head(), supervisor()]) {
      const releasing = caller.releaseQuarantinedAct({ name: kept!.name, write: noteWrite(application, note.key) });
      await expect(releasing).rejects.toEqual(isRefused('NOT_FOUND'));
      expect((await caller.getQuarantinedAct({ name: kept!.name })).application).toBeNull();
    }
  });

  test('is nothing for the operator who made the act', async () => {
    const { name: application } = await scene.at(CENTRE).open(382);
    const note = act(application, 'notes');
    await handIn([note]);
    const [kept] = await openActs(application);
    const author = head(CENTRE, AUTHOR);
    const releasing = author.releaseQuarantinedAct({ name: kept!.name, write: noteWrite(application, note.key) });
    await expect(releasing).rejects.toEqual(isRefused('SELF_CHANGE_NOT_ALLOWED'));
    const rejecting = author.rejectQuarantinedAct({ name: kept!.name, reason: 'al meu' });
    await expect(rejecting).rejects.toEqual(isRefused('SELF_CHANGE_NOT_ALLOWED'));
  });
});

describe('a rejection', () => {
  test('needs a reason, keeps a record and is final', async () => {
    const application = newApplication();
    const note = act(application, 'notes');
    await handIn([note]);
    const [kept] = await openActs(application);
    const { name } = kept!;
    await expect(head().rejectQuarantinedAct({ name, reason: '  ' })).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    const tooLong = head().rejectQuarantinedAct({ name, reason: 'x'.repeat(501) });
    await expect(tooLong).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    const { act: rejected } = await head().rejectQuarantinedAct({ name, reason: 'Făcut din greșeală' });
    const record = { state: 'QUARANTINE_STATE_REJECTED', decidedBy: HEAD, rejectReason: 'Făcut din greșeală' };
    expect(rejected).toMatchObject(record);
    const releasing = supervisor().releaseQuarantinedAct({ name, write: noteWrite(application, note.key) });
    await expect(releasing).rejects.toEqual(isRefused('ACTION_NOT_ALLOWED'));
    expect(await openActs(application)).toEqual([]);
    const { acts: decided } = await head().listQuarantinedActs({ application, state: 'QUARANTINE_STATE_REJECTED' });
    expect(decided).toMatchObject([record]);
  });
});

describe('the end of an act', () => {
  test('comes with the erasure of its application', async () => {
    const application = newApplication();
    await handIn([act(application, 'notes'), act(application, 'notes')]);
    await eraseActsOf(acts, stored.keys, idOf(application), new Date());
    for (const one of await openActs(application)) {
      expect(await head().getQuarantinedAct({ name: one.name })).toMatchObject({ act: { erased: true }, body: '' });
    }
  });

  test('comes after its decision, and never before', async () => {
    const application = newApplication();
    await handIn([act(application, 'notes'), act(application, 'notes')]);
    const [rejected, open] = await openActs(application);
    await head().rejectQuarantinedAct({ name: rejected!.name, reason: 'x' });
    const sweep = decidedActsSweep(acts, stored.keys, 90 * DAY);
    const none = async () => {};
    expect(await sweep.end(new Date(Date.now() - DAY), 10, none)).toBe(0);
    const id = rejected!.name.split('/')[1]!;
    // An act whose entry is not published yet stays for the next sweep.
    await eventually(async () => {
      await sweep.end(new Date(Date.now() + DAY), 200, none);
      return !(await acts.get(id, { scope: 'service' }));
    });
    expect(await openActs(application)).toMatchObject([{ name: open!.name }]);
    expect(await stored.keys.find(id)).toBeUndefined();
  });
});

describe('metrics', () => {
  test('count the acts without a decision, and the age of the oldest', async () => {
    await handIn([act(newApplication(), 'notes')]);
    const { metrics, text } = captureMetrics();
    const now = () => new Date(Date.now() + 4 * DAY);
    const stop = startQuarantineWatch({ acts, log: captureLog().log, metrics, now, everyMs: 20 });
    await eventually(async () => Number(/^intake_quarantined_acts(?:{.*})? (\d+)/m.exec(await text())?.[1]) > 0);
    await stop();
    const age = Number(/^intake_quarantined_act_oldest_seconds(?:{.*})? ([\d.]+)/m.exec(await text())?.[1]);
    expect(age).toBeGreaterThan(4 * 86_400 - 1);
  });
});
