import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CreateMandateRequest } from '@cups/contracts/gen/cups/identity/v1/CreateMandateRequest.ts';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { newUlid } from '@cups/contracts/node';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import { eventually, idnp, person, readJournal, readTopic } from '@cups/testing';
import { connectDatabase } from '@cups/store';
import { createMPowerSimulator } from '@cups/test-idp/mpower';
import { problemWith, shareWorld } from './identity-world.ts';
import type { Client, SharedWorld } from './identity-world.ts';

let world: SharedWorld;
let desk: Client;
let intake: Client;
beforeAll(async () => {
  world = await shareWorld();
  const session = await world.signIn('cu-001-specialist');
  desk = world.client(session);
  intake = world.client(session, { from: 'intake' });
});
afterAll(() => world.stop());

const named = (n: number) => {
  const { givenName, familyName } = person(n);
  return { idnp: idnp(n), givenName, familyName };
};
const SERVICE = 'publicServices/criminal-record';
const title = { ro: 'Cazier judiciar', ru: 'Справка о судимости', en: 'Criminal record' };
const request = (n: number, more: CreateMandateRequest = {}): CreateMandateRequest => ({
  requestId: randomUUID(),
  person: named(n),
  scope: { publicServices: [SERVICE], themes: ['property'] },
  titles: [{ publicService: SERVICE, title }],
  term: 'MANDATE_TERM_DAYS_31',
  ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
  language: 'ru',
  ...more,
});
const grant = async (n: number, more: CreateMandateRequest = {}) =>
  (await desk.createMandate(request(n, more))).mandate!;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('CreateMandate', () => {
  test('stores the exact text in the language of the person and in Romanian', async () => {
    const mandate = await grant(100);
    expect(mandate).toMatchObject({
      centre: 'centres/CU-001',
      person: named(100),
      representative: null,
      state: 'MANDATE_STATE_ACTIVE',
      grantedBy: 'operators/cu-001-specialist',
      training: false,
      text: { language: 'ru', sha256: sha256(mandate.text!.text) },
    });
    expect(mandate.text!.text).toContain('Справка о судимости; Недвижимость');
    expect(mandate.text!.romanianText).toContain(`IDNP ${idnp(100)}`);
    expect(mandate.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/);
    expect((await desk.getMandate({ name: mandate.name })).mandate).toEqual({ ...mandate, code: '' });
  });

  test('returns the same mandate for a repeat, without its code, and refuses other content', async () => {
    const first = request(101);
    const { mandate } = await desk.createMandate(first);
    expect(await desk.createMandate(first)).toEqual({ mandate: { ...mandate, code: '' }, replayed: true });
    const other = { ...first, person: named(102) };
    await expect(desk.createMandate(other)).rejects.toEqual(problemWith('REQUEST_ID_REUSED'));
  });

  test('keeps the ID of the client, and rejects a second mandate with it, also of another centre', async () => {
    const id = newUlid(new Date());
    const granted = await grant(101, { id });
    expect(granted.name).toBe(`mandates/${id}`);
    const elsewhere = world.client(await world.signIn('cu-002-specialist'));
    for (const client of [desk, elsewhere]) {
      const refusal = await client.createMandate(request(102, { id })).catch((error: unknown) => error);
      expect(refusal).toEqual(problemWith('ALREADY_EXISTS'));
      expect(JSON.stringify(refusal)).not.toContain('CU-001');
    }
    // The attempts did not touch what the first mandate is sealed with.
    expect((await desk.getMandate({ name: granted.name })).mandate).toEqual({ ...granted, code: '' });
  });

  test('returns the mandate for a repeat with the ID of the client, and refuses another ID', async () => {
    const first = request(101, { id: newUlid(new Date()) });
    const { mandate } = await desk.createMandate(first);
    expect(await desk.createMandate(first)).toEqual({ mandate: { ...mandate, code: '' }, replayed: true });
    const other = { ...first, id: newUlid(new Date()) };
    await expect(desk.createMandate(other)).rejects.toEqual(problemWith('REQUEST_ID_REUSED'));
  });

  test('returns one mandate for repeats with the ID of the client that run at once', async () => {
    for (let n = 0; n < 10; n++) {
      const repeated = request(101, { id: newUlid(new Date()) });
      const answers = await Promise.all(Array.from({ length: 6 }, () => desk.createMandate(repeated)));
      const mandate = { ...answers[0]!.mandate!, code: '' };
      expect(answers.map((answer) => ({ ...answer.mandate, code: '' }))).toEqual(Array(6).fill(mandate));
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(answers.filter((answer) => answer.mandate!.code !== '')).toHaveLength(1);
      expect((await desk.getMandate({ name: mandate!.name })).mandate).toEqual(mandate);
    }
  });

  test('counts from the time of the desk that an offline grant bounds, with the text of that day', async () => {
    const shown = await grant(103);
    const anchorTime = new Date(Math.floor(Date.now() / 1000) * 1000 - 50 * 3_600_000);
    const operator = shown.grantedBy;
    const device = `devices/${newUlid(anchorTime)}`;
    const granted = { id: 'g', operator, device, centre: 'centres/CU-001', anchorTime };
    const signed = world.keys.forService('identity').signOfflineGrant(granted);
    const at = (time: Date) => ({ offline: `grant="${signed}", time="${time.toISOString()}", sequence=3` });
    const time = new Date(anchorTime.getTime() + 3_600_000);
    const { mandate } = await desk.createMandate(request(103), at(time));
    expect(mandate).toMatchObject({
      grantTime: toTimestamp(time),
      deskTime: { time: toTimestamp(time), device, sequence: 3, previous: '', bounded: true },
    });
    expect(mandate!.text!.sha256).not.toBe(shown.text!.sha256);
    expect(Number(mandate!.expireTime!.seconds)).toBeLessThan(Number(shown.expireTime!.seconds));
    const early = new Date(anchorTime.getTime() - 3_600_000);
    const unbounded = (await desk.createMandate(request(103), at(early))).mandate!;
    expect(unbounded).toMatchObject({ deskTime: { bounded: false }, expireTime: shown.expireTime });
    const elsewhere = world.keys
      .forService('identity')
      .signOfflineGrant(Object.assign({}, granted, { centre: 'centres/CU-002' }));
    const { offline } = at(time);
    const moved = { offline: offline.replace(signed, elsewhere) };
    await expect(desk.createMandate(request(103), moved)).rejects.toEqual(problemWith('CENTRE_MISMATCH'));
    const foreign = world.client(await world.signIn('cu-001-manager'));
    await expect(foreign.createMandate(request(103), at(time))).rejects.toEqual(problemWith('OFFLINE_CLAIM_INVALID'));
  });

  test('from quarantine counts from the day on which the person granted it, whoever releases it', async () => {
    const time = new Date(Math.floor(Date.now() / 1000) * 1000 - 30 * 3_600_000);
    const deskTime = {
      time: toTimestamp(time),
      device: `devices/${newUlid(time)}`,
      sequence: 3,
      anchorTime: toTimestamp(new Date(time.getTime() - 3_600_000)),
      bounded: true,
    };
    const centre = 'centres/CU-001';
    const releaseAs = async (operator: string, mandate: CreateMandateRequest) =>
      world.client(await world.signIn(operator)).releaseMandate({ mandate, centre, deskTime });
    const byManager = (await releaseAs('cu-001-manager', request(103))).mandate!;
    expect(byManager).toMatchObject({ grantTime: deskTime.time, deskTime });
    // The person saw the text of that day.
    const shown = request(103, { textSha256: byManager.text!.sha256 });
    await expect(desk.createMandate(shown)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    const { mandate } = await releaseAs('supervisor', shown);
    expect(mandate!.text).toEqual(byManager.text);
    expect((await desk.getMandate({ name: mandate!.name })).mandate!.name).toBe(mandate!.name);
    for (const operator of ['cu-002-manager', 'cu-001-specialist']) {
      await expect(releaseAs(operator, request(103))).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    }
  });

  test('refuses a text that was not the one shown', async () => {
    const shown = await grant(103);
    await expect(grant(103, { textSha256: shown.text!.sha256 })).resolves.toMatchObject({ person: named(103) });
    await expect(grant(103, { textSha256: '0'.repeat(64) })).rejects.toMatchObject({
      violations: [{ field: '/textSha256', rule: 'CONTRADICTION' }],
    });
  });

  test.each<[string, CreateMandateRequest, string, string]>([
    ['an ID that is not a ULID', { id: 'x' }, '/id', 'ULID'],
    ['an ID of the year 10889', { id: '7ZZZZZZZZZ0000000000000000' }, '/id', 'ULID'],
    ['no scope', { scope: { publicServices: [], themes: [] }, titles: [] }, '/scope', 'REQUIRED'],
    ['an unknown theme', { scope: { themes: ['fishing'] }, titles: [] }, '/scope/themes/0', 'UNKNOWN_VALUE'],
    ['a wrong number', { person: { ...named(1), idnp: '1' } }, '/person/idnp', 'IDNP'],
    ['no application for its term', { term: 'MANDATE_TERM_THIS_APPLICATION' }, '/application', 'REQUIRED'],
    [
      'kinship without a representative',
      { ground: { kind: 'MANDATE_GROUND_KINSHIP', reference: '1' } },
      '/representative',
      'REQUIRED',
    ],
    [
      'a notarial deed without its number',
      { ground: { kind: 'MANDATE_GROUND_NOTARIAL' } },
      '/ground/reference',
      'REQUIRED',
    ],
    [
      'a representative who is the person',
      { ground: { kind: 'MANDATE_GROUND_NOTARIAL', reference: '1' }, representative: named(1) },
      '/representative',
      'CONTRADICTION',
    ],
    [
      'a title of another service',
      { titles: [{ publicService: 'publicServices/passport', title }] },
      '/titles/0/publicService',
      'NOT_ALLOWED',
    ],
  ])('rejects %s', async (_what, more, field, rule) => {
    await expect(desk.createMandate(request(1, more))).rejects.toMatchObject({
      violations: [expect.objectContaining({ field, rule })],
    });
  });

  test('accepts a foreign document, and a representative', async () => {
    const { givenName, familyName } = person(104);
    const foreign = { givenName, familyName, foreignDocument: { country: 'RO', number: 'XR 123' } };
    const ground = {
      kind: 'MANDATE_GROUND_NOTARIAL' as const,
      reference: '1-23',
      date: '2026-01-02',
      notary: 'N. Exemplu',
    };
    const mandate = await grant(104, { person: foreign, representative: named(105), ground });
    expect(mandate).toMatchObject({ person: foreign, representative: named(105), ground });
  });

  test('accepts a power only if MPower says that it is valid now', async () => {
    const simulator = createServer(createMPowerSimulator());
    await once(simulator.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(simulator.address() as AddressInfo).port}`;
    const mpower = { ...world.config().mpower, url };
    const connected = await world.start({ mpower });
    const put = (status: string, more: object = {}) =>
      fetch(`${url}/powers/1234567812345678`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          authorizingIdn: idnp(107),
          authorizedIdn: idnp(108),
          type: 'AT-0000007',
          status,
          ...more,
        }),
      });
    try {
      const client = world.client(await world.signIn('cu-001-specialist'), { of: connected });
      const ground = { kind: 'MANDATE_GROUND_MPOWER' as const, reference: '1234567812345678' };
      const power = request(107, { ground, representative: named(108) });
      await expect(client.createMandate(power)).rejects.toEqual(problemWith('POWER_NOT_VALID'));
      await put('Suspended');
      await expect(client.createMandate(power)).rejects.toEqual(problemWith('POWER_INACTIVE'));
      await put('Valid', { toDate: '2020-01-01T00:00:00' });
      await expect(client.createMandate(power)).rejects.toEqual(problemWith('POWER_INACTIVE'));
      // The mandate does not outlive the power.
      const end = new Date(Math.floor(Date.now() / 1000) * 1000 + 20 * 86_400_000);
      await put('Valid', { toDate: end.toISOString().replace('Z', '') });
      const { mandate } = await client.createMandate(power);
      expect(Number(mandate!.expireTime!.seconds) * 1000).toBe(end.getTime());
      expect(mandate!.ground).toMatchObject({ mpowerType: 'AT-0000007', mpowerState: 'Valid' });
      expect(mandate!.ground!.mpowerCheckTime).not.toBeNull();
      // A repeat is the recorded mandate, whatever the register says by then.
      await put('Canceled');
      expect(await client.createMandate(power)).toEqual({ mandate: { ...mandate, code: '' }, replayed: true });
    } finally {
      await connected.stop();
      simulator.closeAllConnections();
      simulator.close();
    }
  });

  test('refuses a power that MPower cannot confirm', async () => {
    const ground = { kind: 'MANDATE_GROUND_MPOWER' as const, reference: 'MP-1' };
    await expect(grant(106, { ground })).rejects.toEqual(problemWith('REGISTER_UNAVAILABLE'));
  });
});

describe('a stored mandate', () => {
  test('has no personal data in clear', async () => {
    const mandate = await grant(110, {
      representative: named(111),
      ground: { kind: 'MANDATE_GROUND_NOTARIAL', reference: 'REF-77', notary: 'Notar Exemplu' },
    });
    const database = await connectDatabase({
      uri: world.where.mongoUri,
      database: `${world.where.prefix}cups-identity`,
    });
    const stored = JSON.stringify(await database.db.collection('mandates').find({}).toArray());
    await database.close();
    expect(stored).toContain(mandate.name.slice('mandates/'.length));
    for (const secret of [idnp(110), idnp(111), person(110).familyName, 'REF-77', 'Notar Exemplu', mandate.code])
      expect(stored).not.toContain(secret);
    expect(JSON.stringify(world.log.lines)).not.toContain(idnp(110));
  });

  test('is found by every clerk of its centre, and by no other centre', async () => {
    const mandate = await grant(112);
    const elsewhere = world.client(await world.signIn('cu-002-specialist'));
    await expect(elsewhere.getMandate({ name: mandate.name })).rejects.toEqual(problemWith('NOT_FOUND'));
    const colleague = world.client(await world.signIn('cu-001-manager'));
    expect((await colleague.getMandate({ name: mandate.name })).mandate).toEqual({ ...mandate, code: '' });
  });

  test('is listed by person, by state and by its end', async () => {
    const mandate = await grant(113);
    const ofPerson = async (more: object) =>
      (await desk.listMandates({ idnp: idnp(113), ...more })).mandates.map(({ name }) => name);
    expect(await ofPerson({})).toEqual([mandate.name]);
    expect(await ofPerson({ endingWithinDays: 14 })).toEqual([]);
    expect(await ofPerson({ endingWithinDays: 32 })).toEqual([mandate.name]);
    expect(await ofPerson({ state: 'MANDATE_STATE_EXPIRED' })).toEqual([]);
    const { mandates } = await desk.listMandates({ idnp: idnp(113) });
    expect([mandates[0]!.code, mandates[0]!.text!.text]).toEqual(['', '']);
  });

  test('counts those that end soon, without an access to personal data', async () => {
    const { count: before } = await desk.countMandates({ endingWithinDays: 32 });
    const mandate = await grant(115);
    expect(await desk.countMandates({ endingWithinDays: 32 })).toEqual({ count: before + 1 });
    expect((await desk.countMandates({ endingWithinDays: 14 })).count).toBeLessThan(before + 1);
    await desk.revokeMandate({ name: mandate.name, requestId: randomUUID() });
    expect(await desk.countMandates({ endingWithinDays: 32 })).toEqual({ count: before });
    expect(world.log.lines).not.toContainEqual(
      expect.objectContaining({ event: 'personal-data-read', method: 'CountMandates' }),
    );
  });

  test('ends at its term', async () => {
    const mandate = await grant(114);
    await world.withClock(async (setClock) => {
      setClock(new Date(Number(mandate.expireTime!.seconds) * 1000));
      await expect(desk.revokeMandate({ name: mandate.name, requestId: randomUUID() })).rejects.toBeDefined();
    });
  });
});

describe('BatchGetMandates', () => {
  test('returns what intake checks, without names and numbers', async () => {
    const mandate = await grant(120, {
      representative: named(121),
      ground: { kind: 'MANDATE_GROUND_NOTARIAL', reference: '5' },
    });
    const unknown = `mandates/${mandate.name.slice(9, -1)}0`;
    const { mandates } = await intake.batchGetMandates({ names: [unknown, mandate.name] });
    expect(mandates).toMatchObject([
      {
        mandate: mandate.name,
        ground: 'MANDATE_GROUND_NOTARIAL',
        reference: '5',
        eventSequence: '1',
        textSha256: mandate.text!.sha256,
      },
    ]);
    expect(mandates[0]!.personHash).toMatch(/^[\w-]{43}$/);
    expect(mandates[0]!.representativeHash).not.toBe(mandates[0]!.personHash);
    expect(JSON.stringify(mandates)).not.toContain(idnp(120));
  });

  test('returns to a supervisor the mandates of the centre that the call names', async () => {
    const { name, centre } = await grant(122);
    const supervisor = world.client(await world.signIn('supervisor'), { from: 'intake' });
    expect((await supervisor.batchGetMandates({ names: [name], centre })).mandates).toMatchObject([{ mandate: name }]);
    expect((await supervisor.batchGetMandates({ names: [name], centre: 'centres/CU-999' })).mandates).toEqual([]);
    const unnamed = supervisor.batchGetMandates({ names: [name] });
    await expect(unnamed).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    // A desk asks for its own centre, whatever it names.
    const asked = await intake.batchGetMandates({ names: [name], centre: 'centres/CU-999' });
    expect(asked.mandates).toHaveLength(1);
  });

  test('is for intake only', async () => {
    await expect(desk.batchGetMandates({ names: [] })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    await expect(intake.getMandate({ name: 'x' })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });
});

describe('a revocation', () => {
  test('of a part has a receipt, and its repeat returns that receipt', async () => {
    const { name } = await grant(130);
    const part = { name, requestId: randomUUID(), scope: { themes: ['property'] } };
    const first = await desk.revokeMandate(part);
    expect(first.mandate).toMatchObject({
      state: 'MANDATE_STATE_ACTIVE',
      remainingScope: { publicServices: [SERVICE], themes: [] },
    });
    await desk.revokeMandate({ name, requestId: randomUUID() });
    expect(await desk.revokeMandate(part)).toMatchObject({ replayed: true, revocation: first.revocation });
    await expect(desk.revokeMandate({ name, requestId: randomUUID() })).rejects.toEqual(
      problemWith('ACTION_NOT_ALLOWED'),
    );
  });

  test('by the code of the person needs no session and names no operator', async () => {
    const { name, code } = await grant(131);
    await desk.revokeMandate({ name, requestId: randomUUID(), scope: { themes: ['property'] } });
    const holder = world.client();
    const typed = code.toLowerCase().replaceAll('-', ' ');
    const { mandate } = await holder.getMandateByCode({ code: typed });
    expect(mandate).toMatchObject({
      centreName: 'Lozova',
      state: 'MANDATE_STATE_ACTIVE',
      revocations: [{ actor: 'centre' }],
    });
    const { text, ...rest } = mandate!;
    expect(JSON.stringify(rest)).not.toContain(idnp(131));
    // The text is the holder's own: they signed it.
    expect(sha256(text!.text)).toBe(text!.sha256);
    expect(text!.romanianText).toContain(`IDNP ${idnp(131)}`);
    expect(await intake.resolveMandateCode({ code: typed })).toEqual({ mandate: name });
    await expect(holder.resolveMandateCode({ code })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    const { revocation, mandate: ended } = await holder.revokeMandateByCode({ code, requestId: randomUUID() });
    expect([revocation!.actor, revocation!.whole, ended!.state]).toEqual(['applicant', true, 'MANDATE_STATE_REVOKED']);
    await expect(holder.getMandateByCode({ code: '0000-0000-0000-00' })).rejects.toEqual(problemWith('NOT_FOUND'));
  });

  test('is published with grant and end, numbered, without personal data', async () => {
    const topic = await readTopic(world.where, 'cups.mandates');
    const { name } = await grant(132);
    await desk.revokeMandate({ name, requestId: randomUUID(), scope: { publicServices: [SERVICE] } });
    const own = () => topic.events.filter(({ subject }) => subject === name);
    await topic.until(() => own().length === 2);
    await topic.stop();
    const decoded = own().map((event) => eventCodec<IdentityEvents>('cups.identity.v1').decode(event));
    expect(own().map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(decoded[0]).toMatchObject({
      type: 'cups.identity.v1.MandateGranted',
      data: { ref: { mandate: name, centre: 'centres/CU-001' } },
    });
    expect(decoded[1]).toMatchObject({
      type: 'cups.identity.v1.MandateRevoked',
      data: { publicServices: [SERVICE], whole: false },
    });
    expect(own().some(({ data }) => Buffer.from(data).includes(idnp(132)))).toBe(false);
  });
});

describe('the supporting code', () => {
  test('is confirmed with the digits that the person says', async () => {
    const { name } = await grant(140);
    const { code } = await desk.sendMandateCode({ name });
    expect(code).toMatch(/^\d{6}$/);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    expect(await desk.confirmMandateCode({ name, code: wrong })).toMatchObject({ confirmed: false });
    const { mandate, confirmed } = await desk.confirmMandateCode({ name, code });
    expect(confirmed).toBe(true);
    expect(mandate!.supportingCode).toMatchObject({ wrongTries: 1, confirmTime: expect.anything() });
  });
});

describe('the own code of a mandate', () => {
  test('is returned where it is issued, and by no other response to a clerk', async () => {
    const { name, code } = await grant(160);
    expect(code).not.toBe('');
    const part = { name, requestId: randomUUID(), scope: { themes: ['property'] } };
    const { code: digits } = await desk.sendMandateCode({ name });
    const responses = [
      await desk.getMandate({ name }),
      await desk.recordMandatePrinted({ name }),
      await desk.confirmMandateCode({ name, code: digits }),
      await desk.revokeMandate(part),
    ];
    expect(responses.map(({ mandate }) => mandate!.code)).toEqual(['', '', '', '']);
  });

  test('is new on each printout: the former one ends, and the journal names who printed it', async () => {
    const journal = await readJournal(world.where, 'identity');
    const { name, code } = await grant(161);
    const first = (await desk.printMandate({ name })).mandate!;
    expect(first.printTime).not.toBeNull();
    const second = (await desk.printMandate({ name })).mandate!;
    expect(second.printTime).toEqual(first.printTime);
    const holder = world.client();
    expect(new Set([code, first.code, second.code]).size).toBe(3);
    for (const ended of [code, first.code])
      await expect(holder.getMandateByCode({ code: ended })).rejects.toEqual(problemWith('NOT_FOUND'));
    await holder.getMandateByCode({ code: second.code });
    const { code: digits } = await desk.sendMandateCode({ name });
    const colleague = world.client(await world.signIn('cu-001-manager'));
    const { mandate } = await colleague.confirmMandateCode({ name, code: digits });
    expect(mandate!.supportingCode).toMatchObject({
      channel: 'MANDATE_CODE_CHANNEL_PRINT',
      issuedBy: 'operators/cu-001-specialist',
      confirmedBy: 'operators/cu-001-manager',
    });
    await expect(desk.sendMandateCode({ name })).rejects.toEqual(problemWith('ACTION_NOT_ALLOWED'));
    // The grant, four acts on codes, and the reads of them.
    const entries = await journal.until(({ key }) => name.endsWith(key), 9);
    await journal.stop();
    const acts = entries.filter(({ action }) => action.endsWith('-mandate-code'));
    expect(acts.map(({ action, actor }) => [action, actor])).toEqual([
      ['issue-mandate-code', 'operators/cu-001-specialist'],
      ['issue-mandate-code', 'operators/cu-001-specialist'],
      ['print-mandate-code', 'operators/cu-001-specialist'],
      ['confirm-mandate-code', 'operators/cu-001-manager'],
    ]);
  });

  test('is for the centre of the mandate only', async () => {
    const { name } = await grant(162);
    const elsewhere = world.client(await world.signIn('cu-002-specialist'));
    await expect(elsewhere.printMandate({ name })).rejects.toEqual(problemWith('NOT_FOUND'));
  });
});

test('RecordMandatePrinted keeps the first time', async () => {
  const { name } = await grant(150);
  const first = await desk.recordMandatePrinted({ name });
  expect(first.mandate!.printTime).not.toBeNull();
  expect((await desk.recordMandatePrinted({ name })).mandate).toEqual(first.mandate);
});

test('ExportPersonMandates lists the mandates of a person at any centre, in any state and without codes', async () => {
  const { name } = await grant(190);
  const { text } = (await desk.getMandate({ name })).mandate!;
  await desk.revokeMandate({ name, requestId: randomUUID() });
  const supervisor = world.client(await world.signIn('supervisor'));
  const { mandates, nextPageToken } = await supervisor.exportPersonMandates({ idnp: idnp(190) });
  expect(nextPageToken).toBe('');
  expect(mandates).toMatchObject([{ name, person: named(190), state: 'MANDATE_STATE_REVOKED', text, code: '' }]);
  await expect(supervisor.exportPersonMandates({ idnp: '1' })).rejects.toEqual(problemWith('IDNP_INVALID'));
  await expect(desk.exportPersonMandates({ idnp: idnp(190) })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
});

test('ExportPersonMandates lists the mandates of a representative, and hides the number of the other person', async () => {
  const ground = { kind: 'MANDATE_GROUND_NOTARIAL' as const, reference: 'N-1', date: '2026-01-10', notary: 'Ana Rusu' };
  const { name } = await grant(191, { representative: named(192), ground });
  const supervisor = world.client(await world.signIn('supervisor'));
  const exported = async (n: number) => (await supervisor.exportPersonMandates({ idnp: idnp(n) })).mandates;
  const [forRepresentative] = await exported(192);
  const { givenName, familyName } = person(191);
  expect(forRepresentative).toMatchObject({
    name,
    person: { idnp: '', givenName, familyName },
    representative: named(192),
  });
  expect(forRepresentative!.text!.text).toContain(idnp(192));
  expect(JSON.stringify(forRepresentative)).not.toContain(idnp(191));
  const [forPerson] = await exported(191);
  expect(forPerson).toMatchObject({ name, person: named(191), representative: { idnp: '' } });
  expect(JSON.stringify(forPerson)).not.toContain(idnp(192));
});

test('ExportPersonMandates finds representatives of an earlier release, and is not answered before', async () => {
  const ground = { kind: 'MANDATE_GROUND_NOTARIAL' as const, reference: 'N-2', date: '2026-01-10', notary: 'Ana Rusu' };
  const { name } = await grant(193, { representative: named(194), ground });
  const { mongoUri, prefix } = world.where;
  const database = await connectDatabase({ uri: mongoUri, database: `${prefix}cups-identity` });
  const filter = { _id: name.slice('mandates/'.length) as never };
  const former = { $set: { schemaVersion: 3 }, $unset: { 'person.representativeHash': '' }, $inc: { revision: 1 } };
  await database.db.collection('mandates').updateOne(filter, former);
  await database.close();
  const supervisor = world.client(await world.signIn('supervisor'));
  const exportMandates = () => supervisor.exportPersonMandates({ idnp: idnp(194) });
  await expect(exportMandates()).rejects.toEqual(problemWith('STORE_UNAVAILABLE'));
  const tool = world.client(undefined, { from: 'ops' });
  await eventually(async () => (await tool.inspectPersonKeys({})).waiting === 0);
  expect((await exportMandates()).mandates).toMatchObject([{ name }]);
});
