import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { messageType } from '@cups/contracts/proto';
import type { GetQuarantinedActResponse } from '@cups/contracts/gen/cups/intake/v1/GetQuarantinedActResponse.ts';
import { createTestKeys } from '@cups/testing';
import { ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { newMandate } from './mandate-fixtures.ts';
import { ACT_KEY, quarantinedAct, SEALED_ACT } from './quarantine-fixtures.ts';

/** Hand-ins without a session, and releases that convert the body of an act as a desk's request. */

const PATH = '/api/v1/quarantined-acts';
const RELEASE = `${PATH}/${ID}/release`;

let gateway: Gateway;
/** What intake returns for the act. */
let stored: GetQuarantinedActResponse;
beforeAll(async () => {
  gateway = await startGateway({ intake: { GetQuarantinedAct: () => Promise.resolve(stored) } });
});
afterAll(() => gateway.stop());

const grant = { id: 'grant-1', operator: 'operators/s-1', device: `devices/${ID}`, centre: 'centres/CU-001' };
const grantOf = (keys = gateway.keys, anchorTime = new Date()): string =>
  keys.forService('identity').signOfflineGrant({ ...grant, anchorTime });
const header = (token: string) => ({ 'cups-offline': `grant="${token}"`, 'idempotency-key': '' });
const act = (given: object = {}) => ({
  key: randomUUID(),
  application: NAME,
  kind: 'notes',
  body: '{"text":"Notă"}',
  time: '2026-11-24T08:00:00Z',
  sequence: 1,
  ...given,
});
const handIn = (body: unknown, headers: Record<string, string> = header(grantOf()), cookie: string | null = null) =>
  gateway.send('POST', PATH, { body, headers, cookie });
const callsOf = (method: string) => gateway.calls.intake.filter((call) => call.method === method);

const SEALED_PATH = '/api/v1/sealed-acts';

describe('a sealed hand-in', () => {
  const send = (body: unknown, more: object = {}) =>
    gateway.send('POST', SEALED_PATH, { body, headers: { 'idempotency-key': '' }, cookie: null, ...more });

  test('passes acts on, without a session and without a grant', async () => {
    const response = await send({ acts: [SEALED_ACT, SEALED_ACT] });
    expect([response.status, response.body]).toEqual([200, { outcomes: ['kept', 'kept'] }]);
    expect(callsOf('QuarantineSealedActs').at(-1)!.request).toEqual({ acts: [SEALED_ACT, SEALED_ACT] });
    const withGarbage = await send({ acts: [SEALED_ACT] }, { cookie: 'cups-session=garbage' });
    expect([withGarbage.status, withGarbage.get('set-cookie')]).toEqual([200, undefined]);
  });

  test('is refused with a body of another form, or above its size', async () => {
    const long = `a..b.${'c'.repeat(240_000)}.d`;
    const bodies: unknown[] = [
      {},
      { acts: [] },
      { acts: SEALED_ACT },
      { acts: Array.from({ length: 51 }, () => SEALED_ACT) },
      { acts: [7] },
      { acts: ['a.b.c.d.e'] },
      { acts: ['a..b.c'] },
      { acts: [`${SEALED_ACT}\n`] },
      { acts: [long] },
      { acts: [SEALED_ACT], grant: 'x' },
    ];
    for (const body of bodies) expect([body, (await send(body)).status]).toEqual([body, 400]);
    expect((await send({ acts: [`${long}${'c'.repeat(30_000)}`] })).status).toBe(413);
  });

  test('is refused from another site', async () => {
    const headers = { 'idempotency-key': '', origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await send({ acts: [SEALED_ACT] }, { headers })).status).toBe(403);
  });
});

describe('a hand-in of own acts', () => {
  const OWN = '/api/v1/own-acts';

  test('passes acts on with the session, which is the authority', async () => {
    const response = await gateway.send('POST', OWN, { body: { device: ID, acts: [act()], sealedActs: [SEALED_ACT] } });
    expect([response.status, response.body]).toEqual([200, { kept: 1, known: 0, refused: [], outcomes: ['kept'] }]);
    expect(callsOf('QuarantineOwnActs').at(-1)!.request).toMatchObject({
      device: `devices/${ID}`,
      acts: [{ application: NAME, kind: 'notes', sequence: '1' }],
    });
  });

  test('is refused without a session, whatever grant it has, and with a body of another form', async () => {
    const body = { device: ID, acts: [act()] };
    const headers = header(grantOf());
    expect((await gateway.send('POST', OWN, { body, headers, cookie: null })).status).toBe(401);
    for (const wrong of [
      {},
      { device: ID },
      { acts: [act()] },
      { device: ID, acts: [] },
      { device: ID, sealedActs: [] },
    ])
      expect([wrong, (await gateway.send('POST', OWN, { body: wrong })).status]).toEqual([wrong, 400]);
  });
});

describe('a hand-in', () => {
  test('passes acts and grant on, without a session', async () => {
    const token = grantOf();
    const previous = randomUUID();
    const given = [act(), act({ application: ID, sequence: 2, previous })];
    const response = await handIn({ acts: given }, header(token));
    expect([response.status, response.body]).toEqual([200, { kept: 2, known: 0, refused: [] }]);
    const call = callsOf('QuarantineActs').at(-1)!;
    expect(call.request).toMatchObject({
      offlineGrant: token,
      acts: [
        { key: given[0]!.key, application: NAME, kind: 'notes', body: '{"text":"Notă"}', sequence: '1', previous: '' },
        { application: NAME, sequence: '2', previous },
      ],
    });
  });

  test('ignores a session cookie, valid or not', async () => {
    for (const cookie of [gateway.cookie, 'cups-session=garbage']) {
      const response = await handIn({ acts: [act()] }, header(grantOf()), cookie);
      expect(response.status).toBe(200);
      expect(response.get('set-cookie')).toBeUndefined();
      expect(gateway.log()).not.toContain('"operation":"handInActs","operator"');
    }
  });

  test('without a grant of identity is refused before its body is read', async () => {
    const stranger = createTestKeys();
    const forged = grantOf(stranger);
    stranger.remove();
    const before = callsOf('QuarantineActs').length;
    const [head, , signature] = grantOf().split('.');
    const claims = Buffer.from(JSON.stringify({ ...grant, sub: 'operators/other' })).toString('base64url');
    const tokens = ['', 'x', forged, gateway.specialist.token, `${head}.${claims}.${signature}`, 'a'.repeat(3_000)];
    for (const token of tokens) {
      const response = await gateway.send('POST', PATH, { raw: '{"acts":', headers: header(token), cookie: null });
      expect([response.status, (response.body as { reason: string }).reason]).toEqual([403, 'OFFLINE_CLAIM_INVALID']);
    }
    const withSession = await gateway.send('POST', PATH, { body: { acts: [act()] } });
    expect(withSession.status).toBe(403);
    expect(callsOf('QuarantineActs')).toHaveLength(before);
  });

  test('takes an expired grant, whose age intake judges', async () => {
    const token = grantOf(gateway.keys, new Date(Date.now() - 10 * 86_400_000));
    expect((await handIn({ acts: [act()] }, header(token))).status).toBe(200);
  });

  test('is refused with a body of another form', async () => {
    const bodies: unknown[] = [
      {},
      { acts: [] },
      { acts: 'x' },
      { acts: Array.from({ length: 501 }, () => act()) },
      { acts: [act({ key: 'x' })] },
      { acts: [act({ application: 7 })] },
      { acts: [act({ kind: '../sessions' })] },
      { acts: [act({ body: { text: 'x' } })] },
      { acts: [act({ time: 'yesterday' })] },
      { acts: [act({ sequence: -1 })] },
      { acts: [act({ sequence: 1.5 })] },
      { acts: [act({ operator: 'operators/other' })] },
      { acts: [act()], grant: 'x' },
    ];
    for (const body of bodies) expect([body, (await handIn(body)).status]).toEqual([body, 400]);
  });

  test('is refused above its size, and compressed', async () => {
    const large = { acts: Array.from({ length: 9 }, () => act({ body: `{"text":"${'x'.repeat(240 * 1024)}"}` })) };
    expect((await handIn(large)).status).toBe(413);
    const zipped = gzipSync(JSON.stringify({ acts: [act()] })).toString('latin1');
    const headers = { ...header(grantOf()), 'content-encoding': 'gzip' };
    expect((await gateway.send('POST', PATH, { raw: zipped, headers, cookie: null })).status).toBe(415);
    const form = await gateway.send('POST', PATH, {
      raw: 'acts=1',
      headers: { ...header(grantOf()), 'content-type': 'application/x-www-form-urlencoded' },
      cookie: null,
    });
    expect(form.status).toBe(415);
  });

  test('has a rate limit for each grant', async () => {
    const limits = { address: 1e6, page: 1e6, session: 2, agency: 1e6, tracking: 1e6, trackingTotal: 1e6, signIn: 1e6 };
    const limited = await startGateway({}, { limits });
    const token = grantOf(limited.keys);
    const send = (given: string) =>
      limited.send('POST', PATH, { body: { acts: [act()] }, headers: header(given), cookie: null });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await send(token)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const another = limited.keys
      .forService('identity')
      .signOfflineGrant({ ...grant, id: 'grant-2', anchorTime: new Date() });
    expect((await send(another)).status).toBe(200);
    await limited.stop();
  });
});

describe('a release', () => {
  const release = (kind: string, body: object, headers: Record<string, string> = {}) => {
    stored = { act: { ...quarantinedAct, kind }, key: ACT_KEY, body: JSON.stringify(body) };
    return gateway.send('POST', RELEASE, { headers });
  };
  /** The write that intake received, and what the operation itself sends. */
  const writeOf = (method: string): object => {
    const { write } = callsOf('ReleaseQuarantinedAct').at(-1)!.request as { write: Buffer };
    return messageType(`cups.intake.v1.${method}Request`).decode(write);
  };

  test.each([
    ['create', 'CreateApplication', { id: ID, publicService: 'publicServices/x', applicant: { givenName: 'Ana' } }],
    ['edit', 'UpdateApplication', { costOption: 'normal', contact: null }],
    ['submit', 'SubmitApplication', {}],
    ['withdraw', 'WithdrawApplication', { reason: 'S-a răzgândit' }],
    ['supply-documents', 'SupplyDocuments', { evidence: [{ kind: 'power', originalSeen: true }], complete: true }],
    [
      'hand-over',
      'HandOverResult',
      { collectedBy: 'applicant', idDocumentKind: 'identity-card', idDocumentNumber: 'B1' },
    ],
    ['confirm-arrival', 'ConfirmArrival', {}],
    ['confirm-outcome', 'ConfirmOutcome', { needMet: true }],
    ['collection-centre', 'ChooseCollectionCentre', { centre: 'centres/CU-002' }],
    ['contact', 'ChangeContact', { contact: { none: true } }],
    ['correct', 'CorrectApplication', { answers: { b: 1, a: 2 } }],
    ['collections/confirm-arrival', 'ConfirmCollectionArrival', {}],
    ['passing-on', 'AnswerPassingOn', { consents: true }],
    ['renew', 'RenewApplication', {}],
    ['payment', 'RecordPayment', { receiptNumber: 'CH-1', amount: { amountMinor: 11_000, currency: 'MDL' } }],
    ['notes', 'AddNote', { text: 'Notă' }],
    ['messages', 'SendMessage', { text: 'Mesaj' }],
    ['complaints', 'PrepareComplaint', {}],
    ['complaints/file', 'RecordComplaint', { number: 1, date: '2026-11-24', way: 'by-post' }],
    ['complaints/answer', 'RecordComplaintAnswer', { number: 1, date: '2026-11-24', outcome: 'upheld' }],
    ['assign', 'AssignApplication', {}],
    ['person-notifications', 'RecordPersonNotification', { method: 'phone' }],
    ['notices/01JDZ3V7Q8R9S0T1V2W3X4Y5Z7/person-notifications', 'RecordPersonNotification', { method: 'phone' }],
    ['desk-alerts/mark-seen', 'MarkDeskAlertsSeen', {}],
  ])('of %s converts its body as the operation does', async (kind, method, body) => {
    const response = await release(kind, body, { 'if-match': '"3"' });
    expect([response.status, response.body]).toMatchObject([200, { state: 'released', alreadyApplied: true }]);
    const isCreate = kind === 'create';
    const path = isCreate
      ? '/api/v1/applications'
      : kind.startsWith('collections/')
        ? `/api/v1/collections/${ID}/${kind.slice('collections/'.length)}`
        : `/api/v1/applications/${ID}${kind === 'edit' ? '' : `/${kind}`}`;
    const headers = { 'idempotency-key': ACT_KEY, 'if-match': isCreate ? '' : '"3"' };
    await gateway.send(kind === 'edit' ? 'PATCH' : 'POST', path, { body, headers });
    expect(writeOf(method)).toEqual(callsOf(method).at(-1)!.request);
    expect(writeOf(method)).toMatchObject({ requestId: ACT_KEY });
  });

  test('calls no operation itself', async () => {
    const before = callsOf('AddNote').length;
    await release('notes', { text: 'Notă' });
    expect(callsOf('AddNote')).toHaveLength(before);
  });

  test('of a mandate records it in identity under the key of the act, at its centre and time', async () => {
    const response = await release('mandates', newMandate);
    expect([response.status, response.body]).toMatchObject([200, {}]);
    const calls = gateway.calls.identity.filter(({ method }) => method === 'ReleaseMandate');
    expect(calls.at(-1)!.request).toMatchObject({
      mandate: { requestId: ACT_KEY },
      centre: 'centres/CU-001',
      deskTime: {
        time: quarantinedAct.deskTime,
        device: quarantinedAct.device,
        sequence: 7,
        anchorTime: quarantinedAct.anchorTime,
        bounded: true,
      },
    });
    expect((callsOf('ReleaseQuarantinedAct').at(-1)!.request as { write: Buffer }).write).toHaveLength(0);
  });

  test.each([
    ['a kind without an operation', 'fly', '{}', 409],
    ['a path outside the application', 'submit/../../sessions', '{}', 409],
    ['a body that is no JSON', 'notes', '{"text"', 400],
    ['a body with a member twice', 'notes', '{"text":"a","text":"b"}', 400],
    ['a body that the operation refuses', 'notes', '{"text":7}', 400],
  ])('of %s is refused', async (_name, kind, body, status) => {
    const before = callsOf('ReleaseQuarantinedAct').length;
    stored = { act: { ...quarantinedAct, kind }, key: ACT_KEY, body };
    expect((await gateway.send('POST', RELEASE)).status).toBe(status);
    expect(callsOf('ReleaseQuarantinedAct')).toHaveLength(before);
  });

  test('of an edit without If-Match is refused', async () => {
    expect((await release('edit', { costOption: 'normal' })).status).toBe(428);
  });

  test('of an act that is decided asks intake only', async () => {
    stored = { act: { ...quarantinedAct, state: 'QUARANTINE_STATE_RELEASED' }, key: ACT_KEY, body: '' };
    expect((await gateway.send('POST', RELEASE)).status).toBe(200);
  });
});

describe('a quarantined act', () => {
  test('is shown with its body as text, and with its application', async () => {
    stored = { act: quarantinedAct, key: ACT_KEY, body: '{"text":"Notă"}', missingScans: ['power'] };
    const { body } = await gateway.send('GET', `${PATH}/${ID}`);
    expect(body).toMatchObject({
      missingScans: ['power'],
      act: { id: ID, kind: 'notes', sequence: 7, state: 'open', refusal: { reason: 'ACTION_NOT_ALLOWED' } },
      body: '{"text":"Notă"}',
    });
    expect(body).not.toHaveProperty('application');
    expect(JSON.stringify(body)).not.toContain(ACT_KEY);
  });

  test('is listed by centre, operator and application', async () => {
    const id = newUlid(new Date());
    const { body } = await gateway.send('GET', `${PATH}?state=rejected&application=${id}`);
    expect(body).toMatchObject({ acts: [{ id: ID }], openCount: 1, nextPageToken: 'next' });
    expect(callsOf('ListQuarantinedActs').at(-1)!.request).toMatchObject({
      state: 'QUARANTINE_STATE_REJECTED',
      application: `applications/${id}`,
    });
  });
});
