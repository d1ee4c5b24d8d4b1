import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromMessage } from '@cups/agency-contract';
import { messageType } from '@cups/contracts/proto';
import type { DeliveryDecided__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryDecided.ts';
import type { DeliveryMessageRefused__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryMessageRefused.ts';
import type { DeliveryDocumentsRequested__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryDocumentsRequested.ts';
import type { RunningService } from '@cups/process';
import { eventually, idnp, produce, produceRaw, readTopic } from '@cups/testing';
import { newApplication, openWorld, replyOf, submissionOf, typesOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
let bridge: RunningService;
let told: Awaited<ReturnType<typeof readTopic>>;
let asked: Awaited<ReturnType<typeof readTopic>>;

beforeAll(async () => {
  world = await openWorld();
  bridge = await world.start();
  told = await readTopic(world.place, 'cups.deliveries');
  asked = await readTopic(world.place, 'agency.asp.requests', 'agency.cnas.requests');
});

afterAll(async () => {
  await told.stop();
  await asked.stop();
  await world.close();
});

/** An application that the agency has. */
async function sent() {
  const application = newApplication();
  world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name));
  const submission = application.submitted();
  await produce(world.place, [submission]);
  await asked.until((events) => events.some(({ subject }) => subject === application.delivery));
  return { ...application, submission };
}
const requestsOf = (subject: string) => asked.events.filter((event) => event.subject === subject);
const refusalsOf = (subject: string) =>
  told.events
    .filter((event) => event.subject === subject && event.type.endsWith('DeliveryMessageRefused'))
    .map(({ type, data }) => messageType<never, DeliveryMessageRefused__Output>(type).decode(data));
const told1 = (subject: string, count: number) =>
  told.until((events) => typesOf(events, subject).length >= count).then((events) => typesOf(events, subject));
const stateOf = async (name: string) => (await world.delivery(bridge, name)).state;

describe('a submission', () => {
  test('reaches the topic of its agency as the contract wants it, once, and the delivery is sent', async () => {
    const application = await sent();
    const [request, ...more] = requestsOf(application.delivery);
    expect(more).toEqual([]);
    const { id, source, type, subject, time, dataschema, contentType, correlationId } = request!;
    const read = fromMessage({
      key: request!.key,
      value: request!.data,
      headers: {
        ce_specversion: '1.0',
        ce_id: id,
        ce_source: source,
        ce_type: type,
        ce_subject: subject,
        ce_time: time.toISOString(),
        ce_dataschema: dataschema,
        'content-type': contentType,
      },
    });
    expect(read).toMatchObject({ ok: true, event: { type: 'md.cups.application.submitted.v1' } });
    expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(request!.data.toString())).toMatchObject({
      application: application.name,
      submission: 1,
      centre: { code: 'CU-001', name: 'Primăria Exemplu', kind: 'town-hall' },
      mandate: { kind: 'own-presence' },
      answers: { copies: 1 },
      costOption: { code: 'standard', fee: { amountMinor: 4500, currency: 'MDL' } },
      delivery: { kind: 'at-centre' },
    });
    const delivery = await eventually(async () => {
      const found = await world.delivery(bridge, application.delivery);
      return found.state === 'DELIVERY_STATE_SENT' && found;
    });
    expect(delivery).toMatchObject({ submission: 1, agency: 'agencies/asp', centre: 'centres/CU-001' });
    expect(delivery.queueTime).not.toBeNull();
    expect(delivery.sendTime).not.toBeNull();
  });

  test('that intake does not know fails, and intake is told', async () => {
    const application = newApplication();
    await produce(world.place, [application.submitted()]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryFailed']);
    expect(await world.delivery(bridge, application.delivery)).toMatchObject({
      state: 'DELIVERY_STATE_FAILED',
      failCause: 'SUBMISSION_NOT_FOUND',
    });
  });

  test('that the contract refuses fails with the names of the fields, and nothing is sent', async () => {
    const application = newApplication();
    const submission = submissionOf(application.name);
    submission.content!.applicant = { ...submission.content!.applicant, birthDate: 'yesterday' };
    world.submissions.set(`${application.name}/submissions/1`, submission);
    await produce(world.place, [application.submitted()]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryFailed']);
    const delivery = await world.delivery(bridge, application.delivery);
    expect(delivery).toMatchObject({ failCause: 'CONTENT_INVALID', failFields: ['applicant.birthDate'] });
    expect(requestsOf(application.delivery)).toEqual([]);
  });

  test('over the bound of the contract fails', async () => {
    const application = newApplication();
    const submission = submissionOf(application.name);
    submission.content!.answers = Buffer.from(JSON.stringify({ text: 'x'.repeat(70_000) }));
    world.submissions.set(`${application.name}/submissions/1`, submission);
    await produce(world.place, [application.submitted()]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryFailed']);
    expect(await world.delivery(bridge, application.delivery)).toMatchObject({ failFields: ['answers'] });
  });

  test('withdrawn before anything went out is not sent', async () => {
    const application = newApplication();
    world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name, 1, { withdrawn: true }));
    await produce(world.place, [application.submitted(), application.withdrawn()]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryCancelled']);
    expect(await stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
    expect(requestsOf(application.delivery)).toEqual([]);
  });

  test('that supplies documents names the request of the agency that it answers', async () => {
    const application = await sent();
    await world.reply(
      'asp',
      replyOf(
        'md.cups.reply.documents-requested.v1',
        application.name,
        { documents: [{ kind: 'birth-certificate' }], message: { ro: 'Lipsește.' }, answerBy: '2026-04-01' },
        { id: 'asp-asks-1' },
      ),
    );
    await told1(application.delivery, 1);
    const event = told.events.find(({ subject }) => subject === application.delivery)!;
    const { ref, ...asks } = messageType<never, DeliveryDocumentsRequested__Output>(event.type).decode(event.data);
    expect(asks).toMatchObject({ evidenceKinds: ['birth-certificate'], answerBy: '2026-04-01' });
    expect(ref).toMatchObject({ application: application.name, agency: 'agencies/asp', messageId: 'asp-asks-1' });
    expect(event).toMatchObject({ key: application.id, sequence: 1, causationId: 'asp-asks-1' });

    // Intake may name the agency's message or our event about it: the agency sees its own id.
    for (const [number, named] of [
      [2, 'asp-asks-1'],
      [3, event.id],
    ] as const) {
      const submission = submissionOf(application.name, number, { answersRequest: named });
      world.submissions.set(`${application.name}/submissions/${number}`, submission);
      await produce(world.place, [application.supplied(number, named)]);
      await asked.until(() => requestsOf(application.delivery).length === number);
      expect(JSON.parse(requestsOf(application.delivery)[number - 1]!.data.toString())).toMatchObject({
        submission: number,
        answersRequest: 'asp-asks-1',
      });
    }
  });
});

describe('a withdrawal or an expiry', () => {
  test.each(['withdrawn', 'expired'] as const)(
    '%s after sending is told to the agency, then to intake',
    async (end) => {
      const application = await sent();
      await produce(world.place, [application[end]()]);
      expect(await told1(application.delivery, 1)).toEqual(['DeliveryCancelled']);
      await asked.until(() => requestsOf(application.delivery).length === 2);
      expect(requestsOf(application.delivery).map(({ type }) => type)).toEqual([
        'md.cups.application.submitted.v1',
        `md.cups.application.${end}.v1`,
      ]);
      expect(await stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
    },
  );

  test('of a draft makes no delivery', async () => {
    const draft = newApplication();
    await produce(world.place, [draft.withdrawn('STATE_DRAFT')]);
    const later = await sent();
    await eventually(async () => (await stateOf(later.delivery)) === 'DELIVERY_STATE_SENT');
    await expect(world.delivery(bridge, draft.delivery)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});

describe('events of intake', () => {
  test('twice change nothing the second time', async () => {
    const application = await sent();
    const [submitted, progress, withdrawn] = [
      application.submission,
      application.inProgress(),
      application.withdrawn(),
    ];
    // As a producer that repeats, or a rebalance, would bring them.
    await produce(world.place, [submitted, progress, submitted, progress, withdrawn, progress, submitted, withdrawn]);
    await told1(application.delivery, 1);
    const marker = await sent();
    await eventually(async () => (await stateOf(marker.delivery)) === 'DELIVERY_STATE_SENT');
    expect(typesOf(told.events, application.delivery)).toEqual(['DeliveryCancelled']);
    expect(requestsOf(application.delivery).map(({ type }) => type)).toEqual([
      'md.cups.application.submitted.v1',
      'md.cups.application.withdrawn.v1',
    ]);
  });

  test('with a gap wait for the missing one, others flow, and then they follow', async () => {
    const application = await sent();
    const missing = application.inProgress();
    const early = application.withdrawn();
    await produce(world.place, [early]);
    const other = await sent();
    await eventually(async () => (await stateOf(other.delivery)) === 'DELIVERY_STATE_SENT');
    await eventually(() => world.log.text().includes('sequence-gap'));
    expect(await stateOf(application.delivery)).toBe('DELIVERY_STATE_SENT');
    await produce(world.place, [missing]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  });

  test('of a type that is newer than the bridge are counted, and what follows them is done', async () => {
    const application = await sent();
    const newer = { ...application.inProgress(), type: 'cups.intake.v1.ApplicationPraised' };
    const withdrawn = application.withdrawn();
    await produce(world.place, [newer, newer, withdrawn]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryCancelled']);
    expect(await stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
    const { messages } = await world.client(bridge, { role: 'support' }).listRefusedMessages({ pageSize: 200 });
    expect(messages.map(({ cause }) => cause)).not.toContain('TYPE_UNEXPECTED');
  });

  test('that are no message, or name what can not be, are stored as refused and hold up nothing', async () => {
    const support = world.client(bridge, { role: 'support' });
    // Those that fall into one partition are counted together, with the fields of the last.
    const counted = async () => {
      const { messages } = await support.listRefusedMessages({ topic: 'cups.applications', pageSize: 200 });
      const invalid = messages.filter(({ cause }) => cause === 'CONTENT_INVALID');
      for (const { fields } of invalid) expect(['', 'ref.agency', 'ref.application']).toContain(fields.join());
      return invalid.reduce((sum, { count }) => sum + Number(count), 0);
    };
    const rubbish = { ...newApplication().submitted(), data: Buffer.from([255, 255, 255, 255]) };
    const unnamed = newApplication('No Agency').submitted();
    const [one, other] = [newApplication(), newApplication()];
    const foreign = { ...one.submitted(), subject: other.name, key: other.id };
    await produce(world.place, [rubbish, unnamed, foreign]);
    await eventually(async () => {
      return (await counted()) === 3;
    });
    await sent();
  });

  test.each([
    ['of another source', { source: '/agencies/asp' }, 'SOURCE_UNEXPECTED'],
    ['of a type of another service', { type: 'cups.agencybridge.v1.DeliveryCancelled' }, 'TYPE_UNEXPECTED'],
    ['about no application', { subject: 'applications/none' }, 'SUBJECT_UNEXPECTED'],
    ['under the key of another application', { key: '01JD0000000000000000000000' }, 'KEY_UNEXPECTED'],
    ['in the name of another centre', {}, 'CONTENT_INVALID'],
  ])('forged %s, with the next sequence, are refused and do not hide the true one', async (what, forge, cause) => {
    const support = world.client(bridge, { role: 'support' });
    const refused = async () =>
      (await support.listRefusedMessages({ topic: 'cups.applications', pageSize: 200 })).messages.filter(
        (message) => message.cause === cause && (cause !== 'CONTENT_INVALID' || message.fields[0] === 'ref.centre'),
      ).length;
    const application = await sent();
    const next = application.inProgress();
    const withdrawal = messageType('cups.intake.v1.ApplicationWithdrawn');
    const ref = {
      application: application.name,
      centre: what.includes('centre') ? 'centres/CU-099' : 'centres/CU-001',
      agency: 'agencies/asp',
      state: 'STATE_WITHDRAWN',
    };
    const lie = { ...next, type: 'cups.intake.v1.ApplicationWithdrawn', data: withdrawal.encode({ ref }) };
    await produce(world.place, [{ ...lie, id: crypto.randomUUID(), ...forge }]);
    await eventually(async () => (await refused()) > 0);
    await produce(world.place, [next, application.withdrawn()]);
    expect(await told1(application.delivery, 1)).toEqual(['DeliveryCancelled']);
    await asked.until(() => requestsOf(application.delivery).length === 2);
  });
});

describe('replies', () => {
  const acknowledged = (application: string, id?: string) =>
    replyOf(
      'md.cups.reply.acknowledged.v1',
      application,
      { submission: 1, agencyReference: 'ASP-1' },
      id ? { id } : {},
    );
  const decided = (application: string, id?: string) =>
    replyOf(
      'md.cups.reply.decided.v1',
      application,
      { outcome: 'approved', result: { kind: 'paper', number: 'R-1' }, decideTime: new Date().toISOString() },
      id ? { id } : {},
    );

  test('travel to intake in the order in which they came, counted without gaps', async () => {
    const { name, delivery } = await sent();
    await world.reply(
      'asp',
      acknowledged(name),
      replyOf('md.cups.reply.progressed.v1', name, { note: 'La arhivă.' }),
      decided(name),
      replyOf('md.cups.reply.result-corrected.v1', name, { result: { kind: 'paper' }, reason: { ro: 'Greșeală.' } }),
      replyOf('md.cups.reply.result-revoked.v1', name, { reason: { ro: 'Anulat.' } }),
    );
    expect(await told1(delivery, 5)).toEqual([
      'DeliveryAcknowledged',
      'DeliveryProgressed',
      'DeliveryDecided',
      'DeliveryResultCorrected',
      'DeliveryResultRevoked',
    ]);
    const mine = told.events.filter(({ subject }) => subject === delivery);
    expect(mine.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    // When it was sent is written with the pull of the outbox, which quick replies may overtake.
    const stored = await eventually(async () => {
      const now = await world.delivery(bridge, delivery);
      return now?.sendTime ? now : undefined;
    });
    expect(stored).toMatchObject({
      state: 'DELIVERY_STATE_ANSWERED',
      agencyReference: 'ASP-1',
      acknowledgeTime: expect.anything(),
      answerTime: expect.anything(),
      sendTime: expect.anything(),
    });
  });

  test('twice, before the acknowledgement, a second decision: each message is passed on once', async () => {
    const { name, delivery } = await sent();
    const [first, second, late] = [decided(name), decided(name), acknowledged(name)];
    await world.reply('asp', first, first, second, first, late, second, late);
    expect(await told1(delivery, 3)).toEqual(['DeliveryDecided', 'DeliveryDecided', 'DeliveryAcknowledged']);
    expect(await stateOf(delivery)).toBe('DELIVERY_STATE_ANSWERED');
  });

  test('after a withdrawal are passed on, and the delivery stays cancelled', async () => {
    const application = await sent();
    await produce(world.place, [application.withdrawn()]);
    await told1(application.delivery, 1);
    await world.reply('asp', decided(application.name));
    expect(await told1(application.delivery, 2)).toEqual(['DeliveryCancelled', 'DeliveryDecided']);
    expect(await stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
  });

  test('that can not be used are stored once with their cause and fields, never their content', async () => {
    const { name, delivery } = await sent();
    const unknown = newApplication();
    const foreign = { agency: 'cnas' };
    const data = { submission: 1, agencyReference: 'SECRET-TEXT' };
    const fields = { ...acknowledged(name), value: Buffer.from(`{"application":"${name}","IDNP":"${idnp(7)}"}`) };
    const wrong: [string, string, object][] = [
      ['asp', 'NOT_CLOUDEVENTS', { key: 'x', value: Buffer.from([0, 1, 2, 255]), headers: {} }],
      ['asp', 'NOT_JSON', { ...acknowledged(name), value: Buffer.from([0, 1, 2, 255]) }],
      ['asp', 'CONTENT_INVALID', fields],
      ['asp', 'TOO_LARGE', { ...acknowledged(name), value: Buffer.alloc(65 * 1024, 32) }],
      ['asp', 'KEY_MISMATCH', { ...acknowledged(name), key: `${unknown.id}-asp` }],
      ['asp', 'UNKNOWN_DELIVERY', acknowledged(unknown.name)],
      ['asp', 'FOREIGN_AGENCY', replyOf('md.cups.reply.acknowledged.v1', name, data, foreign)],
      [
        'asp',
        'FOREIGN_DELIVERY',
        replyOf('md.cups.reply.acknowledged.v1', name, data, { ...foreign, source: '/agencies/asp' }),
      ],
      ['cnas', 'FOREIGN_AGENCY', acknowledged(name)],
    ];
    for (const [agency, , message] of wrong)
      await produceRaw(world.place, `agency.${agency}.replies`, [message as never]);
    await world.reply('asp', acknowledged(name));
    // The desk is told of those that were its agency's own words about this delivery, and of nobody else's.
    expect((await told1(delivery, 5)).sort()).toEqual([
      'DeliveryAcknowledged',
      ...Array<string>(4).fill('DeliveryMessageRefused'),
    ]);
    expect(
      refusalsOf(delivery)
        .map(({ cause }) => cause)
        .sort(),
    ).toEqual(['CONTENT_INVALID', 'KEY_MISMATCH', 'NOT_JSON', 'TOO_LARGE']);

    const support = world.client(bridge, { role: 'support' });
    const listed = async () => {
      const [asp, cnas] = await Promise.all(
        ['asp', 'cnas'].map((code) => support.listRefusedMessages({ topic: `agency.${code}.replies` })),
      );
      return { causes: [...asp!.messages, ...cnas!.messages].map(({ cause }) => cause).sort(), asp: asp! };
    };
    const { asp } = await eventually(async () => {
      const found = await listed();
      expect(found.causes).toEqual(wrong.map(([, cause]) => cause).sort());
      return found;
    });
    expect(asp.totalSize).toBe(8);
    const content = asp.messages.find(({ cause }) => cause === 'CONTENT_INVALID');
    expect(content?.fields).toEqual(expect.arrayContaining(['submission', 'agencyReference']));
    expect(JSON.stringify(asp)).not.toContain(idnp(7));
    expect(world.log.text()).not.toContain('SECRET-TEXT');
    const page = await support.listRefusedMessages({ topic: 'agency.asp.replies', pageSize: 5 });
    const next = { topic: 'agency.asp.replies', pageSize: 5, pageToken: page.nextPageToken };
    expect((await support.listRefusedMessages(next)).messages).toHaveLength(3);
    await expect(support.listRefusedMessages({ ...next, topic: '' })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    });
    const scrape = await fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((answer) => answer.text());
    expect(scrape).toMatch(/refused_messages_total\{[^}]*cause="TOO_LARGE"[^}]*\} 1/);
  });

  test('with ids of 400 KB are refused, and the decision behind them is passed on', async () => {
    const { name, delivery } = await sent();
    const long = 'x'.repeat(400_000);
    const { headers, ...message } = acknowledged(name);
    await produceRaw(world.place, 'agency.asp.replies', [
      { ...message, headers: { ...headers, ce_id: long } },
      { ...message, headers: { ...headers, ce_correlationid: long } },
    ]);
    await world.reply('asp', decided(name));
    expect(await told1(delivery, 3)).toEqual(['DeliveryMessageRefused', 'DeliveryMessageRefused', 'DeliveryDecided']);
    const [byId, byCorrelation] = refusalsOf(delivery);
    expect(byId).toMatchObject({ cause: 'NOT_CLOUDEVENTS', fields: ['ce_id'], ref: { messageId: '' } });
    expect(byCorrelation).toMatchObject({ cause: 'NOT_CLOUDEVENTS', fields: ['ce_correlationid'] });
  });

  test('that acknowledge what was never sent, or say something else under a known id, move nothing', async () => {
    const { name, delivery } = await sent();
    const wrong = { submission: 999, agencyReference: 'ASP-9' };
    await world.reply('asp', replyOf('md.cups.reply.acknowledged.v1', name, wrong, { id: 'wrong' }));
    const rejected = { outcome: 'rejected', reason: { ro: 'Nu.' }, decideTime: new Date().toISOString() } as const;
    await world.reply(
      'asp',
      decided(name, 'one-id'),
      replyOf('md.cups.reply.decided.v1', name, rejected, { id: 'one-id' }),
    );
    expect(await told1(delivery, 3)).toEqual(['DeliveryMessageRefused', 'DeliveryDecided', 'DeliveryMessageRefused']);
    expect(refusalsOf(delivery)).toMatchObject([
      { cause: 'UNKNOWN_SUBMISSION', fields: ['submission'], ref: { messageId: 'wrong' } },
      { cause: 'ID_REUSED', fields: ['ce_id'], ref: { messageId: 'one-id' } },
    ]);
    expect(await world.delivery(bridge, delivery)).toMatchObject({ acknowledgeTime: null, agencyReference: '' });
  });

  test('without a time, or with one that is no instant, are taken all the same, and what was replaced is told', async () => {
    const { name, delivery } = await sent();
    const { ce_time: _time, ...timeless } = decided(name).headers;
    const data = { application: name, outcome: 'rejected', reason: { ro: 'Nu.' }, decideTime: '2026-03-01T10:00:00' };
    const zoneless = { ...decided(name), value: Buffer.from(JSON.stringify(data)) };
    zoneless.headers['ce_time'] = '2026-03-02T08:00:00';
    await produceRaw(world.place, 'agency.asp.replies', [{ ...decided(name), headers: timeless }, zoneless]);
    expect(await told1(delivery, 2)).toEqual(['DeliveryDecided', 'DeliveryDecided']);
    const changes = told.events
      .filter(({ subject }) => subject === delivery)
      .map(({ type, data: bytes }) => messageType<never, DeliveryDecided__Output>(type).decode(bytes).ref?.changes);
    expect(changes).toEqual([['CE_TIME_REPLACED'], ['CE_TIME_REPLACED', 'DECIDE_TIME_REPLACED']]);
  });

  test('about 500 invented deliveries, or those of another agency, make nothing', async () => {
    const own = await sent();
    const invented = Array.from({ length: 500 }, () => newApplication('asp').name);
    const foreign = { agency: 'asp', source: '/agencies/cnas' };
    const data = { submission: 1, agencyReference: 'X' };
    await world.reply('asp', ...invented.map((name) => acknowledged(name)));
    await world.reply(
      'cnas',
      replyOf('md.cups.reply.acknowledged.v1', own.name, data, foreign),
      acknowledged(own.name),
    );
    await world.reply('asp', decided(own.name));
    expect(await told1(own.delivery, 1)).toEqual(['DeliveryDecided']);
    const support = world.client(bridge, { role: 'support' });
    const { deliveries } = await support.listDeliveries({ agency: 'agencies/asp', pageSize: 200 });
    const names = new Set(deliveries.map(({ application }) => application));
    expect(invented.filter((name) => names.has(name))).toEqual([]);
  });

  test('to what was never sent are refused', async () => {
    const application = newApplication();
    await produce(world.place, [application.submitted()]);
    await told1(application.delivery, 1);
    await world.reply('asp', acknowledged(application.name));
    const support = world.client(bridge, { role: 'support' });
    await eventually(async () => {
      const { messages } = await support.listRefusedMessages({ topic: 'agency.asp.replies' });
      return messages.some(({ cause }) => cause === 'NOTHING_SENT');
    });
    expect(typesOf(told.events, application.delivery)).toEqual(['DeliveryFailed']);
  });
});

describe('calls', () => {
  test('of another centre do not find the delivery, nor do those of supervisors and clerks', async () => {
    const { delivery: name } = await sent();
    const other = world.client(bridge, { role: 'specialist', centre: 'centres/CU-002' });
    await expect(other.getDelivery({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    for (const role of ['supervisor', 'support', 'agency-clerk'] as const) {
      const client = world.client(bridge, { role, agency: 'agencies/asp', centre: 'centres/CU-001' });
      await expect(client.getDelivery({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    }
    const desk = world.client(bridge, { role: 'centre-manager', centre: 'centres/CU-001' });
    expect((await desk.getDelivery({ name })).delivery?.name).toBe(name);
    await expect(desk.getDelivery({ name: 'deliveries/nothing' })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
    await expect(desk.listDeliveries({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(desk.listRefusedMessages({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  test('list deliveries by state and agency, newest first, page by page; a clerk sees the own agency only', async () => {
    const [first, second] = [await sent(), await sent()];
    await eventually(async () => (await stateOf(second.delivery)) === 'DELIVERY_STATE_SENT');
    await eventually(async () => (await stateOf(first.delivery)) === 'DELIVERY_STATE_SENT');
    const support = world.client(bridge, { role: 'support' });
    const query = { state: 'DELIVERY_STATE_SENT', agency: 'agencies/asp', pageSize: 1 } as const;
    const page = await support.listDeliveries(query);
    expect(page.deliveries.map(({ name }) => name)).toEqual([second.delivery]);
    const next = await support.listDeliveries({ ...query, pageToken: page.nextPageToken });
    expect(next.deliveries.map(({ name }) => name)).toEqual([first.delivery]);

    const clerk = (code: string) => world.client(bridge, { role: 'agency-clerk', agency: `agencies/${code}` });
    const own = await clerk('asp').listDeliveries({ pageSize: 200 });
    expect(new Set(own.deliveries.map(({ agency }) => agency))).toEqual(new Set(['agencies/asp']));
    expect((await clerk('cnas').listDeliveries({})).deliveries).toEqual([]);
    expect((await clerk('cnas').listDeliveries({ agency: 'agencies/asp' })).deliveries).toEqual([]);
  });
});
