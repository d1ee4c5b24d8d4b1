import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { fromTimestamp, messageType, toTimestamp } from '@cups/contracts/proto';
import { ensureTopics } from '@cups/events';
import { openStore } from '@cups/store';
import {
  clientFor,
  eventOf,
  eventually,
  idnp,
  keepLog,
  person,
  platform,
  produce,
  readTopic,
  wrongIdnp,
} from '@cups/testing';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { createIntake } from '../src/service.ts';
import { configFor, content, delivered, desk, neighbourhood, SERVICE } from './desk.ts';
import type { Neighbourhood } from './desk.ts';

/** The running intake, from outside. */

const where = platform();
let near: Neighbourhood;
let intake: Awaited<ReturnType<typeof createIntake>>;
let clock: Date | undefined;
const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
const at = (centre = 'CU-001') => desk(near, intake.grpcPort!, centre);

beforeAll(async () => {
  near = await neighbourhood();
  await ensureTopics({ brokers: where.brokers, prefix: where.prefix, partitions: 3, agencies: ['asp'] });
  intake = await createIntake(configFor(near, where), { now: () => clock ?? new Date() });
  await eventually(() =>
    at()
      .listApplications({})
      .then(() => true),
  );
});
afterAll(async () => {
  await intake.stop();
  await near.close();
});

describe('opening a draft', () => {
  test('copies version and centre, gives a tracking number, and allows what the table allows', async () => {
    const app = await at().open(1);
    expect(app).toMatchObject({
      centre: 'centres/CU-001',
      publicService: SERVICE,
      agency: 'agencies/asp',
      state: 'STATE_DRAFT',
      serviceVersion: '2025-11-01',
      etag: '"1"',
      allowedActions: ['ACTION_EDIT', 'ACTION_SUBMIT', 'ACTION_WITHDRAW', 'ACTION_RENEW'],
    });
    expect(app.trackingNumber).toMatch(/^[0-9A-Z*~$=-]{14,20}$/);
    expect(app.content?.applicant).toMatchObject({ idnp: idnp(1) });
  });

  test('keeps the id that the client chose, once', async () => {
    const id = '01JD0000000000000000000000';
    const given = { requestId: randomUUID(), applicationId: id, publicService: SERVICE, content: content(1) };
    await at().createApplication(given);
    await expect(at().createApplication({ ...given, requestId: randomUUID() })).rejects.toEqual(
      refused('APPLICATION_EXISTS'),
    );
  });

  test.each([
    ['an id that is no ULID', { applicationId: 'x' }, 'INVALID_ARGUMENT'],
    ['a request id that is no UUID', { requestId: '1' }, 'REQUEST_ID_INVALID'],
    ['an unknown public service', { publicService: 'publicServices/none' }, 'NOT_FOUND'],
    ['a name that is none', { publicService: 'civil' }, 'INVALID_ARGUMENT'],
    ['a bad IDNP', { content: content(1, { applicant: { ...person(1), idnp: '2900000000018' } }) }, 'IDNP_INVALID'],
    ['answers over 64 KiB', { content: content(1, { answers: Buffer.alloc(65 * 1024 + 1, 32) }) }, 'ANSWERS_TOO_LARGE'],
    ['answers that are no JSON', { content: content(1, { answers: Buffer.from('{') }) }, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_what, given, reason) => {
    const request = { requestId: randomUUID(), publicService: SERVICE, content: content(1), ...given };
    await expect(at().createApplication(request)).rejects.toEqual(refused(reason));
  });

  test('a paused centre opens nothing, and open applications finish', async () => {
    const open = await at('CU-002').open();
    near.centres['centres/CU-002'] = { status: 'PAUSED', limit: 0, agencies: ['agencies/asp'] };
    await eventually(() =>
      at('CU-002')
        .open()
        .then(
          () => false,
          (error: { reason: string }) => error.reason === 'CENTRE_PAUSED',
        ),
    );
    expect((await at('CU-002').submit(open.name)).state).toBe('STATE_SUBMITTED');
  });

  test('a centre opens as many as it may', async () => {
    near.centres['centres/CU-003'] = { status: 'ACTIVE', limit: 2, agencies: ['agencies/asp'] };
    await at('CU-003').open();
    await at('CU-003').open();
    await expect(at('CU-003').open()).rejects.toEqual(refused('CENTRE_LIMIT_REACHED'));
  });

  test('a centre files only with its agencies', async () => {
    near.centres['centres/CU-004'] = { status: 'ACTIVE', limit: 0, agencies: ['agencies/mai'] };
    await expect(at('CU-004').open()).rejects.toEqual(refused('SERVICE_NOT_FILEABLE'));
  });
});

describe('requests that come again', () => {
  test('the same id and content answers the resource as it is now', async () => {
    const request = { requestId: randomUUID(), publicService: SERVICE, content: content(2) };
    const first = await at().createApplication(request);
    await at().submit(first.application!.name);
    const again = await at().createApplication(request);
    expect(again).toMatchObject({
      replayed: true,
      application: { name: first.application!.name, state: 'STATE_SUBMITTED' },
    });
  });

  test('the same id in another case is the same request, at create and at a change', async () => {
    const request = { requestId: randomUUID(), publicService: SERVICE, content: content(2) };
    const first = (await at().createApplication(request)).application!;
    const shouted = request.requestId.toUpperCase();
    const again = await at().createApplication({ ...request, requestId: shouted });
    expect(again).toMatchObject({ replayed: true, application: { name: first.name } });
    const withdrawal = { requestId: randomUUID().toUpperCase(), name: first.name };
    await at().withdrawApplication(withdrawal);
    const repeated = await at().withdrawApplication({ ...withdrawal, requestId: withdrawal.requestId.toLowerCase() });
    expect(repeated.replayed).toBe(true);
    const { actions } = await at().listApplicationActions({ name: first.name });
    expect(actions.at(-1)?.cause).toBe(withdrawal.requestId.toLowerCase());
  });

  test('an id that did something to one application says nothing about another', async () => {
    const [one, other] = [await at().open(2), await at().open(2)];
    const requestId = randomUUID();
    await at().withdrawApplication({ requestId, name: one.name });
    const second = await at().withdrawApplication({ requestId, name: other.name });
    expect(second).toMatchObject({ replayed: false, application: { state: 'STATE_WITHDRAWN' } });
  });

  test('the same id with other content is refused', async () => {
    const requestId = randomUUID();
    await at().createApplication({ requestId, publicService: SERVICE, content: content(2) });
    const other = at().createApplication({ requestId, publicService: SERVICE, content: content(3) });
    await expect(other).rejects.toEqual(refused('REQUEST_ID_REUSED'));
  });

  test('a known request is answered before the etag is looked at', async () => {
    const draft = await at().open();
    const request = { requestId: randomUUID(), name: draft.name, etag: draft.etag };
    const first = await at().submitApplication(request);
    const again = await at().submitApplication(request);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.application!.etag).toBe(first.application!.etag);
    const reused = at().withdrawApplication({ requestId: request.requestId, name: draft.name, reason: 'other method' });
    expect((await reused).application!.state).toBe('STATE_WITHDRAWN');
  });
});

describe('edits', () => {
  test('need the etag, refuse a stale one, and replace only the named fields', async () => {
    const draft = await at().open(4);
    const edit = (etag: string, given: object, updateFields: string[]) =>
      at().updateApplication({ requestId: randomUUID(), name: draft.name, etag, content: given, updateFields });
    await expect(edit('', {}, [])).rejects.toEqual(refused('ETAG_MISSING'));
    const next = (await edit(draft.etag, { costOption: 'fast' }, ['cost_option', 'represented'])).application!;
    expect(next.content).toMatchObject({ costOption: 'fast', applicant: { idnp: idnp(4) } });
    await expect(edit(draft.etag, {}, ['delivery'])).rejects.toEqual(refused('ETAG_STALE'));
    const cleared = (await edit(next.etag, {}, ['delivery'])).application!;
    expect(cleared.content?.delivery).toBeNull();
    await expect(edit(cleared.etag, {}, ['state'])).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('of 30 racing edits with one etag exactly one wins; without an etag none is lost', async () => {
    const draft = await at().open(5);
    const race = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) =>
        at().updateApplication({
          ...{ requestId: randomUUID(), name: draft.name, etag: draft.etag },
          ...{ content: { costOption: `c${i}` }, updateFields: ['cost_option'] },
        }),
      ),
    );
    expect(race.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    const app = await at().file(5);
    const acts = await Promise.allSettled(
      Array.from({ length: 10 }, () => at().withdrawApplication({ requestId: randomUUID(), name: app.name })),
    );
    expect(acts.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    const { actions } = await at().listApplicationActions({ name: app.name });
    expect(actions.map(({ kind }) => kind)).toEqual(['submit', 'withdraw']);
  });
});

describe('submitting', () => {
  test('says all that is missing at once and keeps the draft', async () => {
    const draft = await at().open(6, { evidence: [], answers: Buffer.from('{"act":"wedding","x":1}'), contact: null });
    const problem = await at()
      .submit(draft.name)
      .catch((error: unknown) => error);
    expect(problem).toMatchObject({ reason: 'FILE_INCOMPLETE' });
    const fields = (problem as { violations: { field: string; rule: string }[] }).violations.map(
      ({ field, rule }) => `${field} ${rule}`,
    );
    expect(fields).toEqual([
      'contact REQUIRED',
      'evidence.identity-document REQUIRED',
      'answers ADDITIONALPROPERTIES',
      'answers.act ENUM',
    ]);
    expect(JSON.stringify(problem)).not.toContain('wedding');
    expect((await at().getApplication({ name: draft.name })).application!.state).toBe('STATE_DRAFT');
  });

  test('freezes what the bridge fetches, without the contact', async () => {
    const app = await at().file(7);
    const bridge = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      ...{ address: `127.0.0.1:${intake.grpcPort}`, keys: near.keys, from: 'agency-bridge', to: 'intake' },
    });
    const frozen = await bridge.getSubmission({ name: `${app.name}/submissions/1` });
    expect(frozen).toMatchObject({
      withdrawn: false,
      agency: 'agencies/asp',
      centreName: 'CU-001',
      content: { contact: null },
    });
    expect(JSON.parse(frozen.content!.answers.toString())).toEqual({ act: 'birth' });
    await expect(bridge.getSubmission({ name: `${app.name}/submissions/2` })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(bridge.getContact({ name: app.name })).rejects.toEqual(refused('PERMISSION_DENIED'));
    await at().withdrawApplication({ requestId: randomUUID(), name: app.name });
    expect((await bridge.getSubmission({ name: `${app.name}/submissions/1` })).withdrawn).toBe(true);
    bridge.close();
  });

  test('a version that ended is refused until the draft is renewed', async () => {
    near.endVersion('2026-01-31');
    clock = new Date('2026-01-31T09:00:00Z');
    const draft = await eventually(async () => {
      const app = await at('CU-005').open(8);
      return app;
    });
    clock = new Date('2026-02-01T09:00:00Z');
    await expect(at('CU-005').submit(draft.name)).rejects.toEqual(refused('SERVICE_VERSION_EXPIRED'));
    near.endVersion('');
    const renewed = await at('CU-005').renewApplication({ requestId: randomUUID(), name: draft.name });
    expect(renewed.application!.state).toBe('STATE_DRAFT');
    expect((await at('CU-005').submit(draft.name)).dueDate).toBe('2026-02-13');
    clock = undefined;
  });

  test('neighbours away: a filed draft needs nobody, a new one says who is missing', async () => {
    const draft = await at('CU-006').open(9);
    const lonely = await createIntake(
      configFor(near, where, {
        catalogAddress: '127.0.0.1:1',
        identityAddress: '127.0.0.1:1',
        kafkaBrokers: ['127.0.0.1:1'],
      }),
    );
    const here = desk(near, lonely.grpcPort!, 'CU-006');
    expect((await eventually(() => here.submit(draft.name))).state).toBe('STATE_SUBMITTED');
    await expect(here.open()).rejects.toEqual(refused('NEIGHBOUR_UNAVAILABLE'));
    await lonely.stop();
  });
});

describe('what others may see', () => {
  test('of 300 random tries no centre reads or changes another', async () => {
    const apps = await Promise.all(
      ['CU-007', 'CU-008', 'CU-009'].map(async (centre) => ({ centre, app: await at(centre).open(10) })),
    );
    let tries = 0;
    for (let i = 0; i < 50; i += 1) {
      const mine = apps[i % 3]!;
      const other = apps[(i + 1 + (i % 2)) % 3]!;
      const here = at(mine.centre);
      const { name, etag } = other.app;
      const requestId = randomUUID();
      const calls = [
        here.getApplication({ name }),
        here.submitApplication({ requestId, name }),
        here.withdrawApplication({ requestId, name }),
        here.updateApplication({ requestId, name, etag, content: {}, updateFields: ['answers'] }),
        here.listApplicationActions({ name }),
        here.renewApplication({ requestId, name }),
      ];
      for (const call of calls) {
        await expect(call).rejects.toEqual(refused('NOT_FOUND'));
        tries += 1;
      }
      here.intake.close();
    }
    expect(tries).toBe(300);
    for (const { centre, app } of apps) {
      expect((await at(centre).getApplication({ name: app.name })).application!.etag).toBe('"1"');
    }
  });

  test('a supervisor sees no content; a call without a session sees nothing', async () => {
    const app = await at().open();
    const supervisor = desk(near, intake.grpcPort!, 'CU-001', 'supervisor');
    await expect(supervisor.getApplication({ name: app.name })).rejects.toEqual(refused('PERMISSION_DENIED'));
    const address = `127.0.0.1:${intake.grpcPort}`;
    const anonymous = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      address,
      keys: near.keys,
      from: 'gateway',
      to: 'intake',
    });
    await expect(anonymous.getApplication({ name: app.name })).rejects.toEqual(refused('UNAUTHENTICATED'));
  });

  test('lists by centre and state, page by page', async () => {
    const here = at('CU-010');
    const names: string[] = [];
    for (let i = 0; i < 5; i += 1) names.unshift((await here.open(20 + i)).name);
    await here.submit(names[0]!);
    const first = await here.listApplications({ pageSize: 3 });
    const second = await here.listApplications({ pageSize: 3, pageToken: first.nextPageToken });
    expect([...first.applications, ...second.applications].map(({ name }) => name)).toEqual(names);
    expect(second.nextPageToken).toBe('');
    expect((await here.listApplications({ state: 'STATE_SUBMITTED' })).applications.length).toBe(1);
    const mixed = here.listApplications({ state: 'STATE_DRAFT', pageToken: first.nextPageToken });
    await expect(mixed).rejects.toEqual(refused('PAGE_TOKEN_INVALID'));
    await expect(here.listApplications({ pageSize: -1 })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('the history is paged, and its token belongs to its application', async () => {
    const here = at('CU-016');
    const [one, other] = [await here.file(50), await here.file(51)];
    for (const { name } of [one, other]) await here.withdrawApplication({ requestId: randomUUID(), name });
    const first = await here.listApplicationActions({ name: one.name, pageSize: 1 });
    const { nextPageToken: pageToken } = first;
    const second = await here.listApplicationActions({ name: one.name, pageSize: 1, pageToken });
    expect([...first.actions, ...second.actions].map(({ kind }) => kind)).toEqual(['submit', 'withdraw']);
    expect(second.nextPageToken).toBe('');
    const foreign = here.listApplicationActions({ name: other.name, pageToken });
    await expect(foreign).rejects.toEqual(refused('PAGE_TOKEN_INVALID'));
    await expect(here.listApplicationActions({ name: one.name, pageToken: '1' })).rejects.toEqual(
      refused('PAGE_TOKEN_INVALID'),
    );
  });

  test('searches by exact IDNP and tracking number in its own centre only', async () => {
    const here = at('CU-011');
    const app = await here.open(30);
    const found = await here.searchApplications({ idnp: idnp(30) });
    expect(found.applications.map(({ name }) => name)).toEqual([app.name]);
    const forAnother = await here.open(31, { represented: person(32) });
    const represented = await here.searchApplications({ idnp: idnp(32) });
    expect(represented.applications.map(({ name }) => name)).toEqual([forAnother.name]);
    const typed = app.trackingNumber.toLowerCase().replaceAll('-', ' ');
    expect((await here.searchApplications({ trackingNumber: typed })).applications.length).toBe(1);
    expect((await at('CU-012').searchApplications({ idnp: idnp(30) })).applications).toEqual([]);
    await expect(here.searchApplications({ idnp: wrongIdnp(30) })).rejects.toEqual(refused('IDNP_INVALID'));
    await expect(here.searchApplications({})).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('tracking tells state and dates only; unknown and malformed get the same answer', async () => {
    const app = await at().file(31);
    const tracked = await at().trackApplication({ trackingNumber: app.trackingNumber });
    expect(Object.keys(tracked).sort()).toEqual(['answerBy', 'dueDate', 'state', 'submitTime', 'updateTime']);
    const answers = await Promise.all(
      ['0000-0000-0000-00', 'rubbish', '', 'Ω'].map((trackingNumber) =>
        at()
          .trackApplication({ trackingNumber })
          .catch((e: unknown) => e),
      ),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ reason: 'NOT_FOUND', message: (answers[0] as Error).message });
  });
});

describe('what the agency says', () => {
  test('an application goes its whole way, each event once and in order', async () => {
    const topic = await readTopic(where, 'cups.applications');
    const here = at('CU-013');
    const { name } = await here.file(40);
    const say = (type: string, sequence: number, fields: object = {}) =>
      produce(where, [eventOf(delivered(name, type, sequence, fields))]);
    const state = (wanted: string) =>
      eventually(async () => {
        const { application } = await here.getApplication({ name });
        return application!.state === wanted && application;
      });
    await say('DeliveryAcknowledged', 1);
    await state('STATE_IN_PROGRESS');
    await say('DeliveryDocumentsRequested', 2, { evidenceKinds: ['birth-certificate'], answerBy: '2027-01-15' });
    const asked = (await state('STATE_DOCUMENTS_REQUESTED'))!;
    expect(asked.documentRequest).toMatchObject({ evidenceKinds: ['birth-certificate'], answerBy: '2027-01-15' });
    await here.supplyDocuments({
      requestId: randomUUID(),
      name,
      evidence: [{ kind: 'birth-certificate', originalSeen: true }],
    });
    await say('DeliveryDecided', 3, { approved: true, resultKind: 'paper', resultNumber: 'R-1' });
    await state('STATE_READY');
    await here.handOverResult({
      requestId: randomUUID(),
      name,
      handOver: { collectedBy: 'applicant', paperKind: 'identity-document' },
    });
    const closed = await here.confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: true } });
    expect(closed.application!.state).toBe('STATE_CLOSED');
    const events = await topic.until((all) => all.filter(({ subject }) => subject === name).length >= 7);
    const mine = events.filter(({ subject }) => subject === name);
    expect(mine.map(({ type }) => type.split('.').at(-1))).toEqual([
      'ApplicationSubmitted',
      'ApplicationInProgress',
      'DocumentsRequested',
      'DocumentsSupplied',
      'ApplicationDecided',
      'ResultHandedOver',
      'ApplicationClosed',
    ]);
    expect(mine.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const supplied = messageType('cups.intake.v1.DocumentsSupplied').decode(mine[3]!.data);
    expect(supplied).toMatchObject({ submission: `${name}/submissions/2` });
    for (const { data } of mine) expect(data.toString('latin1')).not.toContain(idnp(40));
    const corrected = await here.open(40, {}, { corrects: name });
    expect(corrected.corrects).toBe(name);
    await topic.stop();
  });

  test('a revoked result is not handed over before it is corrected, and others are told of both', async () => {
    const topic = await readTopic(where, 'cups.applications');
    const here = at('CU-017');
    const { name } = await here.file(43);
    const read = async () => (await here.getApplication({ name })).application!;
    const say = async (type: string, sequence: number, fields: object = {}) => {
      await produce(where, [eventOf(delivered(name, type, sequence, fields))]);
      await eventually(async () => (await here.listApplicationActions({ name })).actions.length === sequence + 1);
    };
    const handOver = () =>
      here.handOverResult({
        requestId: randomUUID(),
        name,
        handOver: { collectedBy: 'applicant', paperKind: 'identity-document' },
      });
    await say('DeliveryDecided', 1, { approved: true, resultKind: 'paper', resultNumber: 'R-1' });
    expect((await read()).allowedActions).toEqual(['ACTION_HAND_OVER']);
    await say('DeliveryResultRevoked', 2, { reason: { ro: 'greșeală' } });
    expect(await read()).toMatchObject({ state: 'STATE_READY', allowedActions: ['ACTION_WITHDRAW'] });
    await expect(handOver()).rejects.toEqual(refused('RESULT_REVOKED'));
    await say('DeliveryResultCorrected', 3, { resultKind: 'paper', resultNumber: 'R-2' });
    expect((await read()).allowedActions).toEqual(['ACTION_HAND_OVER']);
    expect((await handOver()).application).toMatchObject({ state: 'STATE_HANDED_OVER' });

    const events = await topic.until((all) => all.filter(({ subject }) => subject === name).length >= 5);
    const changes = events
      .filter(({ subject, type }) => subject === name && type.endsWith('.ResultChanged'))
      .map(({ type, data }) => (messageType(type).decode(data) as { revoked: boolean }).revoked);
    expect(changes).toEqual([true, false]);
    await topic.stop();
  });

  test('repeats change nothing, a gap waits for its predecessor, a decision after a withdrawal is noted', async () => {
    const here = at('CU-014');
    const { name } = await here.file(41);
    const event = (type: string, sequence: number, fields: object = {}) =>
      eventOf(delivered(name, type, sequence, fields));
    const read = async () => (await here.getApplication({ name })).application!;
    const second = event('DeliveryProgressed', 2);
    const first = event('DeliveryAcknowledged', 1);
    await produce(where, [second, first, first, second]);
    await eventually(async () => (await here.listApplicationActions({ name })).actions.length === 3);
    await here.withdrawApplication({ requestId: randomUUID(), name });
    await produce(where, [
      event('DeliveryDecided', 3, { approved: true }),
      event('DeliveryDecided', 4, { approved: false }),
    ]);
    const app = await eventually(async () => {
      const now = await read();
      return now.deskNotes[0]?.count === 2 && now;
    });
    expect(app.state).toBe('STATE_WITHDRAWN');
    expect(app.deskNotes).toMatchObject([{ kind: 'decision-after-end', count: 2 }]);
    const { actions } = await here.listApplicationActions({ name });
    expect(actions.map(({ kind }) => kind)).toEqual([
      'submit',
      'acknowledged',
      'progressed',
      'withdraw',
      'approved',
      'rejected',
    ]);
  });

  test('an answer date of yesterday leaves the person five working days; then it passes', async () => {
    const here = at('CU-015');
    const { name } = await here.file(42);
    const state = async () => (await here.getApplication({ name })).application!;
    await produce(where, [
      eventOf(delivered(name, 'DeliveryDocumentsRequested', 1, { evidenceKinds: ['x-y'], answerBy: '2020-01-01' })),
    ]);
    const asked = await eventually(async () => {
      const now = await state();
      return now.state === 'STATE_DOCUMENTS_REQUESTED' && now;
    });
    expect(asked.documentRequest).toMatchObject({ askedAnswerBy: '2020-01-01' });
    const days = (Date.parse(asked.documentRequest!.answerBy) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(5.5);
    expect(asked.deskNotes).toMatchObject([
      { kind: 'agency-message-changed', cause: 'ANSWER_BY_LENGTHENED', count: 1 },
    ]);
    // Several polls of the timers later it still waits.
    const other = await here.file(43);
    await produce(where, [eventOf(delivered(other.name, 'DeliveryAcknowledged', 1))]);
    await eventually(
      async () => (await here.getApplication({ name: other.name })).application!.state === 'STATE_IN_PROGRESS',
    );
    expect((await state()).state).toBe('STATE_DOCUMENTS_REQUESTED');
    clock = new Date(Date.parse(asked.documentRequest!.answerBy) + 2 * 86_400_000);
    try {
      await eventually(async () => (await state()).state === 'STATE_EXPIRED');
    } finally {
      clock = undefined;
    }
  });

  test('all that an agency says can be read: result, reasons, words of progress, what was refused and changed', async () => {
    const here = at('CU-016');
    const { name } = await here.file(44);
    const say = (type: string, sequence: number, fields: object = {}) =>
      eventOf(delivered(name, type, sequence, fields));
    const result = { resultKind: 'paper', resultNumber: 'R-1', verificationCode: 'K7Q2', validUntil: '2099-01-01' };
    await produce(where, [
      say('DeliveryProgressed', 1, { note: 'La arhivă.\n\nhttps://fals.example' }),
      say('DeliveryMessageRefused', 2, { cause: 'CONTENT_INVALID', fields: ['urgency'] }),
      say('DeliveryDecided', 3, { approved: true, ...result, decideTime: toTimestamp(new Date('2099-01-01')) }),
      say('DeliveryResultCorrected', 4, { ...result, resultNumber: 'R-2', reason: { ro: 'Greșeală.' } }),
      say('DeliveryResultRevoked', 5, { reason: { ro: 'Anulat.' } }),
    ]);
    const { actions } = await eventually(async () => {
      const found = await here.listApplicationActions({ name });
      return found.actions.length === 6 && found;
    });
    const app = (await here.getApplication({ name })).application!;
    expect(app).toMatchObject({
      state: 'STATE_READY',
      progress: { note: 'La arhivă. [link]' },
      omittedMessages: 0,
      decision: {
        resultNumber: 'R-2',
        verificationCode: 'K7Q2',
        validUntil: '2099-01-01',
        correctReason: { ro: 'Greșeală.' },
        revokeReason: { ro: 'Anulat.' },
      },
    });
    expect(fromTimestamp(app.decision!.decideTime)!.getTime()).toBeLessThan(Date.now() + 60_000);
    expect(app.deskNotes.map(({ kind, cause }) => [kind, cause])).toEqual([
      ['message-refused', 'CONTENT_INVALID'],
      ['agency-message-changed', 'DECIDE_TIME_REPLACED'],
      ['result-corrected', ''],
      ['result-revoked', ''],
    ]);
    expect(actions.slice(1)).toMatchObject([
      { kind: 'progressed', words: { ro: 'La arhivă. [link]' } },
      { kind: 'message-refused', code: 'CONTENT_INVALID', fields: ['urgency'] },
      {
        kind: 'approved',
        changes: ['DECIDE_TIME_REPLACED'],
        result: { kind: 'paper', number: 'R-1', verificationCode: 'K7Q2', validUntil: '2099-01-01' },
      },
      { kind: 'result-corrected', words: { ro: 'Greșeală.' }, result: { number: 'R-2' } },
      { kind: 'result-revoked', words: { ro: 'Anulat.' } },
    ]);
  });

  test('600 notes of progress make no large document: the newest 50 are kept, and the rest is counted', async () => {
    const here = at('CU-017');
    const { name } = await here.file(45);
    const notes = Array.from({ length: 600 }, (_, n) =>
      eventOf(delivered(name, 'DeliveryProgressed', n + 2, { note: `${n + 1} ${'x'.repeat(1_900)}` })),
    );
    await produce(where, [eventOf(delivered(name, 'DeliveryAcknowledged', 1)), ...notes]);
    const app = await eventually(
      async () => {
        const now = (await here.getApplication({ name })).application!;
        return now.omittedMessages === 550 && now;
      },
      { timeoutMs: 60_000 },
    );
    expect(app.progress!.note).toMatch(/^600 x/);
    const { actions } = await here.listApplicationActions({ name, pageSize: 200 });
    const kept = actions.filter(({ kind }) => kind === 'progressed');
    expect(kept).toHaveLength(50);
    expect(kept[0]!.words!.ro).toMatch(/^551 x/);
    const store = openStore({
      uri: where.mongoUri,
      database: `${where.prefix}cups-intake`,
      log: keepLog('t').log,
    });
    await eventually(() => store.ready());
    const stored = await store.collection<{ _id: string }>('applications').findOne({ _id: name.slice(13) });
    expect(JSON.stringify(stored).length).toBeLessThan(250_000);
    await store.close();
  }, 90_000);
});
