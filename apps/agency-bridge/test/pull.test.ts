import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fromMessage, PLATFORM_SOURCE, REPLY_TYPES, REQUEST_TYPES, SCHEMAS, sourceOf } from '@cups/agency-contract';
import type { ReplyType } from '@cups/agency-contract';
import { toTimestamp } from '@cups/contracts/proto';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { ACKNOWLEDGEMENT, approval, newApplication, openWorld, submissionOf, typesOf } from './world.ts';
import type { World } from './world.ts';

/** An agency whose system reads a feed and replies over HTTP. It has no topics. */

const AGENCY = 'arhiva';
const OTHER = 'agentia';

let world: World;
let service: RunningService;
let dataDir: string;
let deliveryEvents: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  world = await openWorld();
  dataDir = world.dataFor(['asp', AGENCY, OTHER]);
  world.changeAgency(dataDir, AGENCY, { channel: 'pull', acceptsReminders: true, acceptsMessages: true });
  world.changeAgency(dataDir, OTHER, { channel: 'pull' });
  service = await world.start({ dataDir });
  deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
});
afterAll(async () => {
  await deliveryEvents.stop();
  await world.close();
});

interface CloudEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  data: { application: string; submission?: number; cause?: string };
}

const system = (code: string, bridge = service) =>
  world.client(bridge, { role: 'agency-system', agency: `agencies/${code}` });

/** Reads a page. */
async function pull(cursor = '', pageSize = 0, code = AGENCY, bridge = service) {
  const page = await system(code, bridge).listAgencyRequests({ cursor, pageSize });
  return { ...page, events: page.events.map((event) => JSON.parse(event.toString()) as CloudEvent) };
}

/** Reads to the end of the feed. */
async function pullAll(from = '', code = AGENCY, bridge = service): Promise<{ events: CloudEvent[]; cursor: string }> {
  const events: CloudEvent[] = [];
  let cursor = from;
  for (;;) {
    const page = await pull(cursor, 0, code, bridge);
    events.push(...page.events);
    ({ cursor } = page);
    if (!page.hasMore) return { events, cursor };
  }
}

/** Reads from a cursor until messages about a delivery have arrived. */
function until(delivery: string, count: number, from = '', bridge = service) {
  return eventually(async () => {
    const read = await pullAll(from, AGENCY, bridge);
    return read.events.filter(({ subject }) => subject === delivery).length >= count && read;
  });
}

/** Files an application, and waits until its request is in the feed. */
async function filed() {
  const application = world.fileable(AGENCY);
  await publishEvents(world.infrastructure, [application.submitted()]);
  await until(application.delivery, 1);
  return application;
}

function replyEvent(
  { name, delivery }: Pick<ReturnType<typeof newApplication>, 'name' | 'delivery'>,
  type: ReplyType,
  data: object,
  changes: object = {},
): object {
  const attributes = { specversion: '1.0', id: crypto.randomUUID(), source: sourceOf(AGENCY), type, subject: delivery };
  return { ...attributes, time: new Date().toISOString(), data: { application: name, ...data }, ...changes };
}
const post = (event: object, code = AGENCY) =>
  system(code).receiveAgencyReply({ event: Buffer.from(JSON.stringify(event)) });

const typesFor = async (delivery: string, count: number): Promise<string[]> =>
  typesOf(await deliveryEvents.until((all) => typesOf(all, delivery).length >= count), delivery);

test('the system reads requests that satisfy the contract, and the delivery counts as sent', async () => {
  const application = await filed();
  const { events } = await until(application.delivery, 1);
  const event = events.find(({ subject }) => subject === application.delivery)!;
  expect(event).toMatchObject({
    specversion: '1.0',
    id: `${application.id}-${AGENCY}-submission-1`,
    source: PLATFORM_SOURCE,
    type: REQUEST_TYPES.submitted,
    datacontenttype: 'application/json',
    dataschema: SCHEMAS[REQUEST_TYPES.submitted].$id,
  });
  const { data, ...attributes } = event as CloudEvent & Record<string, string>;
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name === 'datacontenttype' ? 'content-type' : `ce_${name}`,
      value,
    ]),
  );
  const value = Buffer.from(JSON.stringify(data));
  expect(fromMessage({ key: `${application.id}-${AGENCY}`, headers, value })).toMatchObject({ ok: true });
  await eventually(async () => (await world.delivery(service, application.delivery)).state === 'DELIVERY_STATE_SENT');
});

test('a reply is recorded once, whatever is repeated', async () => {
  const application = await filed();
  await post(replyEvent(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT));
  const decision = replyEvent(application, REPLY_TYPES.decided, approval());
  expect(await post(decision)).toEqual({ changes: [], issue: '' });
  expect(await post(decision)).toEqual({ changes: [], issue: '' });
  const other = { ...decision, data: { application: application.name, ...approval(), outcome: 'rejected' } };
  await expect(post(other)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  const reused = replyEvent(application, REPLY_TYPES.progressed, { note: 'x' }, { id: (decision as CloudEvent).id });
  await expect(post(reused)).rejects.toMatchObject({
    reason: 'REQUEST_ID_REUSED',
    metadata: { cause: 'ID_REUSED' },
  });
  const second = replyEvent(application, REPLY_TYPES.decided, {
    ...approval(),
    result: { kind: 'paper', number: 'X' },
  });
  expect(await post(second)).toEqual({ changes: [], issue: 'ALREADY_DECIDED' });
  expect(await typesFor(application.delivery, 3)).toEqual([
    'DeliveryAcknowledged',
    'DeliveryDecided',
    'DeliveryDecided',
  ]);
  const { events } = await until(application.delivery, 2);
  expect(events.at(-1)).toMatchObject({
    type: REQUEST_TYPES.replyRefused,
    data: { cause: 'ALREADY_DECIDED', handling: 'recorded' },
  });
});

test('the reason of a decision is truncated as over Kafka, whatever its size', async () => {
  const application = await filed();
  const rejection = { outcome: 'rejected', decideTime: new Date().toISOString(), reason: { ro: 'x'.repeat(900_000) } };
  const decision = replyEvent(application, REPLY_TYPES.decided, rejection);
  expect(await post(decision)).toEqual({ changes: ['TEXT_CUT'], issue: '' });
});

test('messages about one application keep their order', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  const request = replyEvent(application, REPLY_TYPES.documentsRequested, {
    documents: [{ kind: 'birth-certificate' }],
    answerBy: '2026-12-20',
  }) as CloudEvent;
  await post(request);
  const supplied = submissionOf(application.name, 2, { agency: `agencies/${AGENCY}`, answersRequest: request.id });
  world.submissions.set(`${application.name}/submissions/2`, supplied);
  const others = Array.from({ length: 5 }, () => world.fileable(AGENCY));
  await publishEvents(world.infrastructure, [
    application.supplied(2, request.id),
    ...others.map((other) => other.submitted()),
  ]);
  await until(application.delivery, 1, cursor);
  await publishEvents(world.infrastructure, [application.withdrawn('STATE_IN_PROGRESS')]);
  const { events } = await until(application.delivery, 2, cursor);
  expect(events.filter(({ subject }) => subject === application.delivery).map(({ type }) => type)).toEqual([
    REQUEST_TYPES.documentsSupplied,
    REQUEST_TYPES.withdrawn,
  ]);
  for (const other of others) await until(other.delivery, 1, cursor);
});

test('a submission that was withdrawn before it was read is left out', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  const name = `${application.name}/submissions/1`;
  world.submissions.set(name, { name, withdrawn: true, agency: `agencies/${AGENCY}` });
  await publishEvents(world.infrastructure, [application.withdrawn()]);
  await until(application.delivery, 1, cursor);
  const { events } = await pullAll();
  expect(events.filter(({ subject }) => subject === application.delivery).map(({ type }) => type)).toEqual([
    REQUEST_TYPES.withdrawn,
  ]);
});

test('pages follow each other without a gap, and a cursor stays valid across a restart', async () => {
  const start = (await pullAll()).cursor;
  const applications = Array.from({ length: 7 }, () => world.fileable(AGENCY));
  await publishEvents(
    world.infrastructure,
    applications.map((application) => application.submitted()),
  );
  for (const { delivery } of applications) await until(delivery, 1, start);
  const first = await pull(start, 3);
  expect([first.events.length, first.hasMore]).toEqual([3, true]);
  await world.stop(service);
  service = await world.start({ dataDir });
  const second = await eventually(() => pull(first.cursor, 3).catch(() => undefined));
  const third = await pull(second.cursor, 3);
  expect([third.events.length, third.hasMore]).toEqual([1, false]);
  const subjects = [first, second, third].flatMap(({ events }) => events.map(({ subject }) => subject));
  expect(subjects.toSorted()).toEqual(applications.map(({ delivery }) => delivery).toSorted());
  expect(await pull(third.cursor)).toMatchObject({ events: [], cursor: third.cursor, hasMore: false });
  expect((await pull(first.cursor, 3)).events).toEqual(second.events);
  const later = await filed();
  expect((await pull(third.cursor)).events.map(({ subject }) => subject)).toEqual([later.delivery]);
});

test('a restore to an earlier time refuses cursors of messages that are lost, also once others have their places', async () => {
  const start = (await pullAll()).cursor;
  await filed();
  const lost = (await pullAll(start)).cursor;
  const store = await world.openStore();
  const rows = store.collection<{ _id: string }>('agencyRequests');
  const newest = await rows.findOne({ _id: { $gt: `${AGENCY}/`, $lt: `${AGENCY}0` } }, { sort: { _id: -1 } });
  await rows.deleteOne({ _id: newest!._id });
  await store.close();
  await expect(pull(lost)).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  const later = await filed();
  await expect(pull(lost)).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  expect((await pull(start)).events.map(({ subject }) => subject)).toEqual([later.delivery]);
  expect((await pullAll()).events.map(({ subject }) => subject)).toContain(later.delivery);
});

test('a message that intake cannot read lets those of other applications pass after ten minutes, and keeps its own order', async () => {
  const start = (await pullAll()).cursor;
  const stuck = world.fileable(AGENCY);
  await publishEvents(world.infrastructure, [stuck.submitted()]);
  await until(stuck.delivery, 1, start);
  const sendTime = toTimestamp(new Date('2026-03-02T09:00:00.000Z'));
  const message = { agency: `agencies/${AGENCY}`, text: 'Este destulă o copie?', language: 'ro' as const, sendTime };
  world.messages.set(`${stuck.name}/messages/1`, message);
  await publishEvents(world.infrastructure, [stuck.messageSent(1)]);
  await until(stuck.delivery, 2, start);
  const other = await filed();
  const name = `${stuck.name}/submissions/1`;
  world.broken.add(name);
  await expect(pull(start)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  const store = await world.openStore();
  const rows = store.collection<{ _id: string; failTime: Date }>('agencyRequests');
  const past = new Date(Date.now() - 601_000);
  expect((await rows.updateMany({ failTime: { $exists: true } }, { $set: { failTime: past } })).modifiedCount).toBe(1);
  await store.close();
  const passed = await pull(start);
  expect(passed.events.map(({ subject }) => subject)).toEqual([other.delivery]);
  await expect(pull(passed.cursor)).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  expect(world.log.lines.some(({ event }) => event === 'feed-message-postponed')).toBe(true);
  world.broken.delete(name);
  const late = await pull(passed.cursor);
  expect(late.events.map(({ subject, type }) => [subject, type])).toEqual([
    [stuck.delivery, REQUEST_TYPES.submitted],
    [stuck.delivery, REQUEST_TYPES.messageSent],
  ]);
});

test('replicas that publish concurrently leave no gap, and add nothing twice', async () => {
  const start = (await pullAll()).cursor;
  const second = await world.start({ dataDir });
  const applications = Array.from({ length: 30 }, () => world.fileable(AGENCY));
  await publishEvents(
    world.infrastructure,
    applications.map((application) => application.submitted()),
  );
  const seen: string[] = [];
  let cursor = start;
  await eventually(async () => {
    const page = await pullAll(cursor);
    seen.push(...page.events.map(({ subject }) => subject));
    ({ cursor } = page);
    return seen.length >= applications.length;
  });
  await world.stop(second);
  expect(seen.toSorted()).toEqual(applications.map(({ delivery }) => delivery).toSorted());
});

test('content is read from intake, and nothing of it is stored', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  const another = await filed();
  world.setUnavailable(true);
  await expect(pull(cursor)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  world.setUnavailable(false);
  await until(another.delivery, 1, cursor);
  expect(JSON.stringify(world.log.lines)).not.toContain(application.name.concat('-applicant'));
});

test('refuses the cursor of another agency, and shows each agency its own messages only', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  expect((await pullAll('', OTHER)).events).toEqual([]);
  for (const wrong of [cursor, 'x', Buffer.from('["-1","x"]').toString('base64url')]) {
    await expect(pull(wrong, 0, OTHER)).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
      violations: [{ field: '/cursor' }],
    });
  }
  const reply = replyEvent(application, REPLY_TYPES.decided, approval());
  await expect(post(reply, OTHER)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    metadata: { cause: 'FOREIGN_AGENCY' },
  });
  await expect(post({ ...reply, source: sourceOf(OTHER) }, OTHER)).rejects.toMatchObject({
    metadata: { cause: 'FOREIGN_DELIVERY' },
  });
  await expect(post(replyEvent(newApplication(AGENCY), REPLY_TYPES.decided, approval()))).rejects.toMatchObject({
    reason: 'NOT_FOUND',
  });
});

test('refuses what is no CloudEvent of the contract, and names the fields', async () => {
  const application = await filed();
  await expect(post([])).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  await expect(post({ ...replyEvent(application, REPLY_TYPES.decided, {}), data: 1 })).rejects.toMatchObject({
    violations: [{ field: '/data' }],
  });
  const rejection = { outcome: 'rejected', decideTime: new Date().toISOString() };
  await expect(post(replyEvent(application, REPLY_TYPES.decided, rejection))).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    metadata: { cause: 'CONTENT_INVALID' },
    violations: [{ field: '/data/reason', rule: 'REQUIRED' }],
  });
  const unknown = replyEvent(application, 'md.cups.reply.unknown.v1' as ReplyType, {});
  await expect(post(unknown)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  await expect(
    post(replyEvent(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT, { specversion: '0.3' })),
  ).rejects.toMatchObject({ violations: [{ field: '/specversion' }] });
});

test('messages of the desk are read from intake, in order', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  const message = { agency: `agencies/${AGENCY}`, text: 'Este destulă o copie?', language: 'ro' as const };
  const sendTime = toTimestamp(new Date('2026-03-02T09:00:00.000Z'));
  world.messages.set(`${application.name}/messages/1`, { ...message, sendTime });
  world.messages.set(`${application.name}/messages/2`, { ...message, text: 'Alta', sendTime });
  await publishEvents(world.infrastructure, [application.messageSent(1), application.messageSent(2)]);
  const { events } = await until(application.delivery, 2, cursor);
  const own = events.filter(({ subject }) => subject === application.delivery);
  expect(own).toMatchObject([
    {
      id: `${application.id}-${AGENCY}-message-1`,
      type: REQUEST_TYPES.messageSent,
      dataschema: SCHEMAS[REQUEST_TYPES.messageSent].$id,
      data: { application: application.name, number: 1, text: 'Este destulă o copie?', language: 'ro' },
    },
    { data: { number: 2, text: 'Alta' } },
  ]);

  // A message is left out once the application has another agency.
  world.messages.set(`${application.name}/messages/1`, { ...message, agency: 'agencies/asp', sendTime });
  const again = await pullAll(cursor);
  expect(again.events.filter(({ subject }) => subject === application.delivery)).toMatchObject([
    { data: { number: 2 } },
  ]);
});

test('reminders in the feed name the application, the step and dates only', async () => {
  const application = await filed();
  const { cursor } = await pullAll();
  await publishEvents(world.infrastructure, [application.escalated()]);
  const { events } = await until(application.delivery, 1, cursor);
  const { data } = events.find(({ subject }) => subject === application.delivery)!;
  expect(Object.keys(data).sort()).toEqual(['application', 'dueDate', 'remindTime', 'step']);
});

test('the activity shows what waits, since when, and the last read', async () => {
  const clerk = world.client(service, { role: 'support', operator: 'operators/support' });
  const read = async (code: string) => (await clerk.getAgencyActivity({ name: `agencies/${code}` })).activity!;
  const { cursor } = await pullAll();
  await pull(cursor);
  expect((await read(AGENCY)).feed).toMatchObject({ unreadCount: 0, oldestUnreadTime: null, webhook: null });
  const application = world.fileable(AGENCY);
  await publishEvents(world.infrastructure, [application.submitted()]);
  const { feed, channel } = await eventually(async () => {
    const activity = await read(AGENCY);
    return activity.feed?.unreadCount === 1 && activity;
  });
  expect([channel, feed?.readTime, feed?.oldestUnreadTime]).toEqual(['pull', expect.anything(), expect.anything()]);
  expect((await read('asp')).feed).toBeNull();
});

test('an agency of another channel is refused', async () => {
  await expect(pull('', 0, 'asp')).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

test('erases what the feed has about an erased application', async () => {
  const application = await filed();
  await publishEvents(world.infrastructure, [application.withdrawn()]);
  await until(application.delivery, 2);
  await publishEvents(world.infrastructure, [application.erased()]);
  await eventually(async () => (await pullAll()).events.every(({ subject }) => subject !== application.delivery));
});

test('a change of the channel sends open applications once over the new one', async () => {
  const application = await filed();
  const decided = await filed();
  await post(replyEvent(decided, REPLY_TYPES.decided, approval()));
  const { cursor } = await pullAll();
  const changes = () => world.log.lines.filter(({ event }) => event === 'agency-channel-changed').length;
  const before = changes();
  world.changeAgency(dataDir, AGENCY, { channel: 'page' });
  await eventually(() => changes() === before + 1);
  const clerk = world.client(service, {
    role: 'agency-clerk',
    agency: `agencies/${AGENCY}`,
    operator: 'operators/arhiva-clerk',
  });
  await eventually(async () => {
    const { delivery } = await clerk.getAgencyDelivery({ name: application.delivery });
    return delivery?.stage === 'AGENCY_STAGE_TO_ACKNOWLEDGE';
  });
  const acknowledged = replyEvent(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT);
  await expect(post(acknowledged)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  // The decision came over the former channel.
  await eventually(async () => {
    const { delivery } = await clerk.getAgencyDelivery({ name: decided.delivery });
    return delivery?.stage === 'AGENCY_STAGE_DECIDED';
  });
  const reason = { ro: 'Emis din greșeală' };
  const content = Buffer.from(JSON.stringify({ application: decided.name, reason }));
  const revocation = { delivery: decided.delivery, type: REPLY_TYPES.resultRevoked, content };
  await clerk.createReply({ requestId: crypto.randomUUID(), ...revocation });

  world.changeAgency(dataDir, AGENCY, { channel: 'pull' });
  await eventually(() => changes() === before + 2);
  const { events } = await until(application.delivery, 1, cursor);
  const ids = events.filter(({ subject }) => subject === application.delivery).map(({ id }) => id);
  expect(ids).toEqual([`${application.id}-${AGENCY}-submission-1`]);
  expect(events.some(({ subject }) => subject === decided.delivery)).toBe(false);
  const correction = replyEvent(decided, REPLY_TYPES.resultCorrected, { result: { kind: 'paper' }, reason });
  await eventually(() => post(correction).catch(() => undefined));
  await post(acknowledged);
  expect(await typesFor(application.delivery, 1)).toEqual(['DeliveryAcknowledged']);
});
