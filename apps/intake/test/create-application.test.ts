import { randomBytes, randomUUID } from 'node:crypto';
import { generateTrackingNumber } from '@cups/application';
import { Problem } from '@cups/problem';
import { describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import type { CreateApplicationRequest } from '@cups/contracts/gen/cups/intake/v1/CreateApplicationRequest.ts';
import { eventually, idnp, person } from '@cups/testing';
import { content, SERVICE, useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

const request = (n: number, more: CreateApplicationRequest = {}): CreateApplicationRequest => ({
  requestId: randomUUID(),
  publicService: SERVICE,
  content: content(n),
  ...more,
});

test('creates a draft with version, centre, tracking number and allowed actions', async () => {
  const app = await at().open(1);
  expect(app).toMatchObject({
    centre: 'centres/CU-001',
    publicService: SERVICE,
    agency: 'agencies/asp',
    state: 'STATE_DRAFT',
    serviceVersion: '2025-11-01',
    etag: '"1"',
    allowedActions: [
      'ACTION_EDIT',
      'ACTION_SUBMIT',
      'ACTION_WITHDRAW',
      'ACTION_RENEW',
      'ACTION_CHOOSE_COLLECTION_CENTRE',
    ],
  });
  expect(app.trackingNumber).toMatch(/^[0-9A-Z*~$=-]{14,20}$/);
  expect(app.content?.applicant).toMatchObject({ idnp: idnp(1) });
});

test('creates an empty draft', async () => {
  const { application } = await at().createApplication(request(1, { content: null }));
  expect(application).toMatchObject({
    state: 'STATE_DRAFT',
    content: { applicant: null, mandate: null, evidence: [] },
  });
});

test("keeps the client's ID and rejects a second create with it", async () => {
  const applicationId = newUlid(new Date());
  const opened = await at().createApplication(request(1, { applicationId }));
  expect(opened.application?.name).toBe(`applications/${applicationId}`);
  const second = at().createApplication(request(1, { applicationId }));
  await expect(second).rejects.toMatchObject({ reason: 'APPLICATION_EXISTS' });
});

describe('tracking number of the client', () => {
  const newNumber = () => generateTrackingNumber((count) => randomBytes(count));
  const create = (more: CreateApplicationRequest, centre = 'CU-001') => at(centre).createApplication(request(1, more));

  test('is kept in its canonical notation, and finds the filed application', async () => {
    const trackingNumber = newNumber();
    const typed = trackingNumber.toLowerCase().replaceAll('-', ' ');
    const { application } = await create({ trackingNumber: typed });
    expect(application).toMatchObject({ trackingNumber });
    await at().submit(application!.name);
    expect(await scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber })).toMatchObject({
      state: 'STATE_SUBMITTED',
    });
  });

  test.each([
    ['a wrong check symbol', '7K2M-4QXN-8RTA-34'],
    ['a missing symbol', '0000-0000-0000-0'],
    ['a foreign symbol', '0000-0000-0000-0U'],
  ])('is rejected with %s', async (_what, trackingNumber) => {
    await expect(create({ trackingNumber })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/trackingNumber', rule: 'TRACKING_NUMBER' }],
    });
  });

  test('is rejected when another application has it, at whichever centre, without a word about that one', async () => {
    const trackingNumber = newNumber();
    const first = await create({ trackingNumber, applicationId: newUlid(new Date()) });
    const refusals = await Promise.all(
      ['CU-001', 'CU-006'].map((centre) => create({ trackingNumber }, centre).catch((error: unknown) => error)),
    );
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ reason: 'TRACKING_NUMBER_TAKEN', metadata: {}, violations: [] });
      expect(JSON.stringify(refusal)).not.toContain(first.application!.name);
    }
    const same = create({ trackingNumber, applicationId: first.application!.name.slice('applications/'.length) });
    await expect(same).rejects.toMatchObject({ reason: 'APPLICATION_EXISTS' });
  });

  test('opens one draft for concurrent creates with the same number', async () => {
    const trackingNumber = newNumber();
    const created = await Promise.allSettled([1, 2, 3].map(() => create({ trackingNumber })));
    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is part of the replayed request', async () => {
    const given = request(1, { trackingNumber: newNumber() });
    const { application } = await at().createApplication(given);
    expect(await at().createApplication(given)).toMatchObject({ application, replayed: true });
    const other = at().createApplication({ ...given, trackingNumber: newNumber() });
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });
});

test('accepts the ID of a desk whose clock is 30 days ahead', async () => {
  const applicationId = newUlid(daysAhead(30));
  const { application } = await at().createApplication(request(1, { applicationId }));
  expect(application?.name).toBe(`applications/${applicationId}`);
});

test('accepts an ended application as corrected, and no other', async () => {
  const open = await at().open(1);
  const early = at().open(1, {}, { corrects: open.name });
  await expect(early).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED', metadata: { action: 'correct' } });
  await at().withdrawApplication({ requestId: randomUUID(), name: open.name });
  expect((await at().open(1, {}, { corrects: open.name })).corrects).toBe(open.name);
  const foreign = at('CU-006').open(1, {}, { corrects: open.name });
  await expect(foreign).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test.each<[string, CreateApplicationRequest, string]>([
  ['an ID that is not a ULID', { applicationId: 'x' }, 'INVALID_ARGUMENT'],
  ['an ID of the year 10889', { applicationId: '7ZZZZZZZZZ0000000000000000' }, 'INVALID_ARGUMENT'],
  ['an ID of 32 days ahead', { applicationId: newUlid(daysAhead(32)) }, 'INVALID_ARGUMENT'],
  ['a request ID that is not a UUID', { requestId: '1' }, 'REQUEST_ID_INVALID'],
  ['an unknown public service', { publicService: 'publicServices/none' }, 'NOT_FOUND'],
  ['a malformed public-service name', { publicService: 'civil' }, 'INVALID_ARGUMENT'],
  ['an empty public service', { publicService: '' }, 'INVALID_ARGUMENT'],
  ['an invalid IDNP', { content: content(1, { applicant: { ...person(1), idnp: '2900000000018' } }) }, 'IDNP_INVALID'],
  ['answers over 64 KiB', { content: content(1, { answers: Buffer.alloc(65 * 1024 + 1, 32) }) }, 'ANSWERS_TOO_LARGE'],
  ['answers that are not JSON', { content: content(1, { answers: Buffer.from('{') }) }, 'INVALID_ARGUMENT'],
])('rejects a draft with %s', async (_what, given, reason) => {
  await expect(at().createApplication(request(1, given))).rejects.toMatchObject({ reason });
});

test.each([
  ['an unknown kind of mandate', { mandate: { kind: 77 as 1 } }, '/content/mandate/kind', 'UNKNOWN_VALUE'],
  ['an unknown kind of delivery', { delivery: { kind: -1 as 1 } }, '/content/delivery/kind', 'UNKNOWN_VALUE'],
  ['a mandate without a kind', { mandate: { kind: 'MANDATE_KIND_UNSPECIFIED' as const } }, '/mandate/kind', 'ONE_OF'],
])('rejects %s and names the field', async (_what, more, field, rule) => {
  await expect(at().open(4, more)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field, rule }],
  });
});

test.each([
  ['an emoji in a name', { applicant: { givenName: '🙂 مرحبا' } }, '/applicant/givenName', 'PERSON_NAME'],
  [
    'a zero-width space in a name',
    { represented: { familyName: 'A\u200Bna' } },
    '/represented/familyName',
    'PERSON_NAME',
  ],
  ['two email addresses', { contact: { email: 'a,b@posta.example' } }, '/contact/email', 'EMAIL'],
  ['an email address with NUL', { contact: { email: 'aa\u0000b@posta.example' } }, '/contact/email', 'EMAIL'],
])('rejects a draft with %s and names the field', async (_what, more, field, rule) => {
  await expect(at().open(4, more)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field, rule }],
  });
});

describe('answers that cannot be stored', () => {
  const ANSWERS = '/answers';
  test.each([
    ['NUL in a name', '{"a\\u0000b":1}', ANSWERS, 'INVALID_MEMBER_NAME'],
    ['_bsontype', '{"act":{"_bsontype":"ObjectId","id":"x"}}', '/answers/act/_bsontype', 'INVALID_MEMBER_NAME'],
    ['__proto__', '{"__proto__":{"act":"birth"}}', '/answers/__proto__', 'INVALID_MEMBER_NAME'],
    ['an operator', '{"$set":{"state":"closed"}}', '/answers/$set', 'INVALID_MEMBER_NAME'],
    ['a path', '{"act.0.x":1}', ANSWERS, 'INVALID_MEMBER_NAME'],
    ['unbounded nesting', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, ANSWERS, 'TOO_DEEP'],
    ['an array', '[1]', ANSWERS, 'TYPE'],
    ['invalid JSON', '{', ANSWERS, 'TYPE'],
  ])('rejects %s in a draft, an edit and a supply', async (_name, text, field, rule) => {
    const answers = Buffer.from(text);
    const { name } = await at().open(1);
    const wrong = { reason: 'INVALID_ARGUMENT', violations: [{ field, rule }] };
    await expect(at().open(2, { answers })).rejects.toMatchObject(wrong);
    const edit = { requestId: randomUUID(), name, etag: '"1"', updateFields: ['answers'], content: { answers } };
    await expect(at().updateApplication(edit)).rejects.toMatchObject(wrong);
    const supplied = at().supplyDocuments({ requestId: randomUUID(), name, answers });
    await expect(supplied).rejects.toMatchObject(wrong);
    const app = await at().read(name);
    expect(app).toMatchObject({ etag: '"1"', content: { answers: Buffer.from('{"act":"birth"}') } });
  });

  test('rejects bytes that are not UTF-8', async () => {
    const answers = Buffer.concat([Buffer.from('{"act":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const violations = [{ field: ANSWERS, rule: 'TYPE' }];
    await expect(at().open(2, { answers })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', violations });
  });

  test('keeps names of object properties unchanged', async () => {
    const answers = '{"constructor":"a","hasOwnProperty":"b","length":3,"toBSON":{"valueOf":null},"număr":"ș"}';
    const { name } = await at().open(3, { answers: Buffer.from(answers) });
    const app = await at().read(name);
    expect(JSON.parse(app.content!.answers.toString())).toEqual(JSON.parse(answers));
  });
});

describe('centre checks', () => {
  test('opens no draft at a paused centre, and files its open ones', async () => {
    const open = await at('CU-002').open();
    scene.world.centres['CU-002'] = { status: 'CENTRE_STATUS_PAUSED' };
    await eventually(async () => {
      const answer: unknown = await at('CU-002')
        .open()
        .catch((error: unknown) => error);
      return (answer as { reason?: string }).reason === 'CENTRE_PAUSED';
    });
    expect((await at('CU-002').submit(open.name)).state).toBe('STATE_SUBMITTED');
  });

  test.each([
    ['planned', 'CENTRE_NOT_OPEN', 'CU-010', 'CENTRE_STATUS_PLANNED' as const],
    ['paused', 'CENTRE_PAUSED', 'CU-012', 'CENTRE_STATUS_PAUSED' as const],
    ['closed', 'CENTRE_CLOSED', 'CU-013', 'CENTRE_STATUS_CLOSED' as const],
  ])('opens no draft at a %s centre (%s)', async (_what, reason, code, status) => {
    scene.world.centres[code] = { status };
    await expect(at(code).open()).rejects.toMatchObject({ reason });
  });

  test('limits the open applications of a centre', async () => {
    scene.world.centres['CU-003'] = { limit: 2 };
    await at('CU-003').open();
    await at('CU-003').open();
    await expect(at('CU-003').open()).rejects.toMatchObject({ reason: 'CENTRE_LIMIT_REACHED' });
  });

  test('rejects a service whose agency the centre does not serve', async () => {
    scene.world.centres['CU-004'] = { agencies: ['agencies/mai'] };
    await expect(at('CU-004').open()).rejects.toMatchObject({ reason: 'SERVICE_NOT_FILEABLE' });
  });

  test('rejects only after a check of the newest files', async () => {
    scene.world.centres['CU-014'] = { agencies: ['agencies/mai'], newest: { agencies: ['agencies/asp'] } };
    await at('CU-014').open();
    const lagging = new Problem({ reason: 'STALE_REPLICA', message: 'not read yet' });
    scene.world.centres['CU-015'] = { status: 'CENTRE_STATUS_PLANNED', newest: lagging };
    await expect(at('CU-015').open()).rejects.toMatchObject({ reason: 'STALE_REPLICA' });
  });
});

describe('replayed create', () => {
  test('returns the application in its present state', async () => {
    const given = request(2);
    const first = await at().createApplication(given);
    await at().submit(first.application!.name);
    const again = await at().createApplication(given);
    expect(again).toMatchObject({
      replayed: true,
      application: { name: first.application!.name, state: 'STATE_SUBMITTED' },
    });
  });

  test('ignores the case of the request ID', async () => {
    const given = request(2);
    const first = (await at().createApplication(given)).application!;
    const again = await at().createApplication({ ...given, requestId: given.requestId!.toUpperCase() });
    expect(again).toMatchObject({ replayed: true, application: { name: first.name } });
  });

  test('rejects a reused request ID with other content', async () => {
    const given = request(2);
    await at().createApplication(given);
    const other = at().createApplication({ ...given, content: content(3) });
    await expect(other).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });

  test('succeeds after the centre was paused', async () => {
    const given = request(2);
    const first = await at('CU-005').createApplication(given);
    scene.world.centres['CU-005'] = { status: 'CENTRE_STATUS_PAUSED' };
    await eventually(() =>
      at('CU-005')
        .open()
        .then(
          () => false,
          () => true,
        ),
    );
    const again = await at('CU-005').createApplication(given);
    expect(again).toMatchObject({ replayed: true, application: { name: first.application!.name } });
    const other = at('CU-005').createApplication({ ...given, content: content(3) });
    await expect(other).rejects.toMatchObject({ reason: 'CENTRE_PAUSED' });
  });
});

describe('paused public service', () => {
  test('opens no draft, returns the reason, and files open drafts', async () => {
    const open = await at().open();
    const reason = { ro: 'Registrul este oprit.', ru: 'Регистр остановлен.', en: 'The register is down.' };
    scene.world.pauseService({ since: '2026-03-01', reason });
    try {
      const refusal = await eventually(async () =>
        at()
          .open()
          .then(
            () => undefined,
            (error: unknown) => error,
          ),
      );
      expect(refusal).toMatchObject({ reason: 'SERVICE_PAUSED', message: reason.ro });
      expect((await at().submit(open.name)).state).toBe('STATE_SUBMITTED');
    } finally {
      scene.world.pauseService(null);
    }
    await eventually(() =>
      at()
        .open()
        .catch(() => undefined),
    );
  });
});

function daysAhead(days: number): Date {
  return new Date(Date.now() + days * 24 * 60 * 60_000);
}
