import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPLY_TYPES } from '@cups/agency-contract';
import type { ReplyType } from '@cups/agency-contract';
import { addCivilDays, toCivilDate } from '@cups/application';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents, readTopic } from '@cups/testing';
import { ACKNOWLEDGEMENT, approval, openWorld, replyOf, submissionOf, typesOf } from './world.ts';
import type { newApplication, World } from './world.ts';

/** An agency without a system: its clerks answer in the agency's page, and it has no topics. */

const AGENCY = 'arhiva';
const CLERK = 'operators/arhiva-clerk';

let world: World;
let service: RunningService;
let dataDir: string;
let deliveryEvents: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  world = await openWorld();
  dataDir = world.dataFor(['asp', AGENCY]);
  world.changeAgency(dataDir, AGENCY, { channel: 'page' });
  service = await world.start({ dataDir });
  deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
});
afterAll(async () => {
  await deliveryEvents.stop();
  await world.close();
});

const clerk = (agency = AGENCY, operator = CLERK) =>
  world.client(service, { role: 'agency-clerk', agency: `agencies/${agency}`, operator });

/** Files an application with an agency, and waits until its clerks see it. */
async function filed(dueDate = '2026-03-09') {
  const application = world.fileable(AGENCY, { dueDate });
  await publishEvents(world.infrastructure, [application.submitted()]);
  await eventually(async () => (await stageOf(application.delivery)) !== undefined);
  return application;
}

/** Returns the stage of a delivery; undefined before it is sent. */
async function stageOf(name: string): Promise<string | undefined> {
  const found = await clerk()
    .getAgencyDelivery({ name })
    .catch(() => undefined);
  const stage = found?.delivery?.stage;
  return stage === 'AGENCY_STAGE_UNSPECIFIED' ? undefined : stage;
}

function reply(
  { name, delivery }: Pick<ReturnType<typeof newApplication>, 'name' | 'delivery'>,
  type: ReplyType,
  data: object,
  requestId: string = crypto.randomUUID(),
) {
  const content = Buffer.from(JSON.stringify({ application: name, ...data }));
  return clerk().createReply({ requestId, delivery, type, content });
}

const typesFor = async (delivery: string, count: number): Promise<string[]> =>
  typesOf(await deliveryEvents.until((all) => typesOf(all, delivery).length >= count), delivery);

test('clerks find new applications by their terms, acknowledge and decide them', async () => {
  const later = await filed('2026-04-20');
  const application = await filed('2026-03-09');
  const queue = await clerk().listAgencyQueue({ stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE' });
  const names = queue.deliveries.map(({ name }) => name);
  expect(names.indexOf(application.delivery)).toBeLessThan(names.indexOf(later.delivery));
  expect(queue.counts).toContainEqual({ stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE', count: names.length });
  expect(queue.deliveries.find(({ name }) => name === application.delivery)).toMatchObject({
    state: 'DELIVERY_STATE_SENT',
    publicService: 'publicServices/civil-status-extract',
    dueDate: '2026-03-09',
    assignee: '',
  });

  const acknowledged = await reply(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT);
  expect(acknowledged.delivery).toMatchObject({
    stage: 'AGENCY_STAGE_IN_PROGRESS',
    agencyReference: 'AR-12/2026',
    assignee: CLERK,
  });
  const mine = await clerk().listAgencyQueue({ stage: 'AGENCY_STAGE_IN_PROGRESS', assignedToMe: true });
  expect(mine.deliveries.map(({ name }) => name)).toContain(application.delivery);

  const decided = await reply(application, REPLY_TYPES.decided, approval());
  expect(decided).toMatchObject({ delivery: { stage: 'AGENCY_STAGE_DECIDED' }, changes: [] });
  expect(await typesFor(application.delivery, 2)).toEqual(['DeliveryAcknowledged', 'DeliveryDecided']);
});

test('a repeat has no further effect, and a second decision is refused', async () => {
  const application = await filed();
  const key = crypto.randomUUID();
  const content = approval();
  await reply(application, REPLY_TYPES.decided, content, key);
  await reply(application, REPLY_TYPES.decided, content, key);
  await expect(reply(application, REPLY_TYPES.decided, approval(), key)).rejects.toMatchObject({
    reason: 'REQUEST_ID_REUSED',
  });
  const other = Object.assign(approval(), { result: { kind: 'paper', number: 'AR 4218' } });
  await expect(reply(application, REPLY_TYPES.decided, other)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  // A later reply shows that nothing came in between.
  await reply(application, REPLY_TYPES.resultRevoked, { reason: { ro: 'Emis din greșeală' } });
  expect(await typesFor(application.delivery, 2)).toEqual(['DeliveryDecided', 'DeliveryResultRevoked']);
});

test('a reply that violates the contract names its fields, and is not recorded', async () => {
  const application = await filed();
  const rejection = { outcome: 'rejected', decideTime: new Date().toISOString() };
  await expect(reply(application, REPLY_TYPES.decided, rejection)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: '/content/reason', rule: 'REQUIRED' }],
  });
  await expect(reply(application, 'md.cups.reply.unknown.v1' as ReplyType, {})).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
  });
  await reply(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT);
  expect(await typesFor(application.delivery, 1)).toEqual(['DeliveryAcknowledged']);
});

test('a text with a place of its template that is not filled in is refused, and not recorded', async () => {
  const application = await filed();
  const open = { ro: 'Până la [ultima zi]: [actele].', ru: 'До 20.12.2026', en: 'By {day}' };
  const decideTime = new Date().toISOString();
  const appeal = { how: { ro: 'La [instanța].' } };
  const documents = [{ kind: 'birth-certificate', note: 'Cu [apostilă]' }];
  for (const [type, content, ...fields] of [
    [REPLY_TYPES.documentsRequested, { documents: [], message: open }, 'message/ro', 'message/en'],
    [REPLY_TYPES.documentsRequested, { documents, answerBy: '2026-12-20' }, 'documents/0/note'],
    [
      REPLY_TYPES.decided,
      { outcome: 'rejected', decideTime, reason: open, appeal },
      'reason/ro',
      'reason/en',
      'appeal/how/ro',
    ],
    [REPLY_TYPES.progressed, { note: 'Aștept [ce]' }, 'note'],
    [REPLY_TYPES.passedOn, { agency: 'asp', reason: open }, 'reason/ro', 'reason/en'],
    [REPLY_TYPES.messageSent, { text: 'Aduceți [actele]' }, 'text'],
  ] as [ReplyType, object, ...string[]][])
    await expect(reply(application, type, content)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: fields.map((field) => ({ field: `/content/${field}`, rule: 'OPEN_PLACEHOLDER' })),
    });
  await reply(application, REPLY_TYPES.progressed, { note: 'Dosarul 7 [1], {2}' });
  expect(await typesFor(application.delivery, 1)).toEqual(['DeliveryProgressed']);
});

test('of two clerks who reply to what they saw, the second one is refused', async () => {
  const application = await filed();
  const { delivery: name } = application;
  const saw = (await clerk().getAgencyDelivery({ name })).delivery!.replyEtag;
  const send = (type: ReplyType, data: object, requestId: string = crypto.randomUUID()) =>
    clerk().createReply({
      requestId,
      delivery: name,
      type,
      content: Buffer.from(JSON.stringify({ application: application.name, ...data })),
      replyEtag: saw,
    });
  const key = crypto.randomUUID();
  await send(REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT, key);
  await send(REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT, key);
  await expect(send(REPLY_TYPES.decided, approval())).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  const other = { ...ACKNOWLEDGEMENT, agencyReference: 'AR-99/2026' };
  await expect(reply(application, REPLY_TYPES.acknowledged, other)).rejects.toMatchObject({
    reason: 'ACTION_NOT_ALLOWED',
  });
  const { delivery } = await clerk().getAgencyDelivery({ name });
  expect(delivery?.agencyReference).toBe(ACKNOWLEDGEMENT.agencyReference);
  await reply(application, REPLY_TYPES.passedOn, { agency: 'asp', reason: { ro: 'Nu este a noastră.' } });
  await expect(clerk().getAgencyDelivery({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('clerks name the day on which they expect to decide', async () => {
  const application = await filed();
  await reply(application, REPLY_TYPES.acknowledged, ACKNOWLEDGEMENT);
  const today = toCivilDate(new Date());
  const expectedDecisionDate = addCivilDays(today, 20);
  const progressed = await reply(application, REPLY_TYPES.progressed, { note: 'La arhivă.', expectedDecisionDate });
  expect(progressed.delivery).toMatchObject({ stage: 'AGENCY_STAGE_IN_PROGRESS', expectedDecisionDate });
  for (const date of [addCivilDays(today, -1), addCivilDays(today, 400), 'curând'])
    await expect(reply(application, REPLY_TYPES.progressed, { expectedDecisionDate: date })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/content/expectedDecisionDate', rule: 'INVALID' }],
    });
  expect((await clerk().getAgencyDelivery({ name: application.delivery })).delivery).toMatchObject({
    expectedDecisionDate,
  });
});

test('a training is not in the page, and nobody takes it', async () => {
  const application = world.fileable(AGENCY, { training: true });
  await publishEvents(world.infrastructure, [application.submitted()]);
  await eventually(async () => (await world.delivery(service, application.delivery)).state === 'DELIVERY_STATE_SENT');
  const { delivery: name } = application;
  await expect(clerk().getAgencyDelivery({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  await expect(clerk().assignDelivery({ requestId: crypto.randomUUID(), name })).rejects.toMatchObject({
    reason: 'NOT_FOUND',
  });
});

test('documents that are requested move it to another stage until they are supplied', async () => {
  const application = await filed();
  const request = crypto.randomUUID();
  const documents = { documents: [{ kind: 'birth-certificate' }], answerBy: '2026-12-20' };
  const asked = await reply(application, REPLY_TYPES.documentsRequested, documents, request);
  expect(asked.delivery?.stage).toBe('AGENCY_STAGE_DOCUMENTS_REQUESTED');

  const supplied = submissionOf(application.name, 2, { agency: `agencies/${AGENCY}`, answersRequest: request });
  world.submissions.set(`${application.name}/submissions/2`, supplied);
  await publishEvents(world.infrastructure, [application.supplied(2, request)]);
  await eventually(async () => (await stageOf(application.delivery)) === 'AGENCY_STAGE_TO_ACKNOWLEDGE');

  await publishEvents(world.infrastructure, [application.withdrawn('STATE_IN_PROGRESS')]);
  await eventually(async () => (await stageOf(application.delivery)) === 'AGENCY_STAGE_ENDED');
  await expect(reply(application, REPLY_TYPES.decided, approval())).rejects.toMatchObject({
    reason: 'ACTION_NOT_ALLOWED',
  });
});

test('a manager sees what each clerk has to do, and gives work to another one', async () => {
  const manager = () =>
    world.client(service, {
      role: ['agency-clerk', 'agency-manager'],
      agency: `agencies/${AGENCY}`,
      operator: 'operators/arhiva-manager',
    });
  const [taken, given] = [await filed('2020-01-01'), await filed('2099-12-31')];
  const key = () => crypto.randomUUID();
  const colleague = 'operators/arhiva-colleague';
  await clerk().assignDelivery({ requestId: key(), name: taken.delivery });
  await expect(
    clerk().assignDelivery({ requestId: key(), name: given.delivery, assignee: colleague }),
  ).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  await manager().assignDelivery({ requestId: key(), name: given.delivery, assignee: colleague });

  const { workloads, periodDays, truncated } = await manager().listAgencyWorkload({});
  expect([periodDays, truncated]).toEqual([30, false]);
  expect(workloads.find(({ assignee }) => assignee === colleague)).toMatchObject({ open: 1, overdue: 0, decided: 0 });
  const own = workloads.find(({ assignee }) => assignee === CLERK)!;
  expect(own.overdue).toBeGreaterThanOrEqual(1);
  expect([own.decided > 0, own.medianTenthDays]).toEqual([true, 0]);
  await expect(clerk().listAgencyWorkload({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
});

test('an agency without topics has no unread replies in Kafka', async () => {
  const { activity } = await clerk().getAgencyActivity({ name: `agencies/${AGENCY}` });
  expect(activity).toMatchObject({ channel: 'page', unreadReplies: '-1', stuckTime: null });
});

test('clerks see that the desk wrote, and answer without a change of the stage, up to a limit', async () => {
  const application = await filed();
  const sendTime = { seconds: '1795507200', nanos: 0 };
  const message = { agency: `agencies/${AGENCY}`, text: 'Este destulă copia?', language: 'ro' as const, sendTime };
  world.messages.set(`${application.name}/messages/1`, message);
  await publishEvents(world.infrastructure, [application.messageSent(1)]);
  const delivery = async () => (await clerk().getAgencyDelivery({ name: application.delivery })).delivery!;
  await eventually(async () => (await delivery()).deskMessageTime !== null);
  await reply(application, REPLY_TYPES.messageSent, { text: 'Da, este destulă.', answersNumber: 1 });
  expect(await delivery()).toMatchObject({ deskMessageTime: null, stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE' });
  for (let n = 2; n <= 10; n += 1) await reply(application, REPLY_TYPES.messageSent, { text: `Mesajul ${n}` });
  await expect(reply(application, REPLY_TYPES.messageSent, { text: 'Încă unul' })).rejects.toMatchObject({
    reason: 'MESSAGE_LIMIT_REACHED',
  });
  await expect(reply(application, REPLY_TYPES.messageSent, { text: ' ' })).rejects.toMatchObject({
    violations: [{ field: '/content/text', rule: 'REQUIRED' }],
  });
  expect(new Set(await typesFor(application.delivery, 10))).toEqual(new Set(['DeliveryMessageReceived']));
});

test('another agency finds nothing, and nobody decides an own application', async () => {
  const application = await filed();
  const stranger = clerk('asp', 'operators/asp-clerk');
  await expect(stranger.getAgencyDelivery({ name: application.delivery })).rejects.toMatchObject({
    reason: 'NOT_FOUND',
  });
  world.ownApplications.add(application.name);
  await expect(reply(application, REPLY_TYPES.decided, approval())).rejects.toMatchObject({
    reason: 'OWN_APPLICATION',
  });
});

test('an agency that gets a system receives its open applications over Kafka', async () => {
  const application = await filed();
  const decided = await filed();
  await reply(decided, REPLY_TYPES.decided, approval());
  world.changeAgency(dataDir, AGENCY, { channel: 'kafka' });
  await eventually(() => world.log.lines.some(({ event }) => event === 'agency-channel-changed'), {
    timeoutMs: 20_000,
  });
  const requests = await readTopic(world.infrastructure, `agency.${AGENCY}.requests`);
  await requests.until((all) => all.some(({ subject }) => subject === application.delivery));
  expect(requests.events.some(({ subject }) => subject === decided.delivery)).toBe(false);
  await requests.stop();
  await expect(reply(application, REPLY_TYPES.decided, approval())).rejects.toMatchObject({
    reason: 'ACTION_NOT_ALLOWED',
  });
  await world.reply(AGENCY, replyOf(REPLY_TYPES.acknowledged, application.name, ACKNOWLEDGEMENT, { agency: AGENCY }));
  expect(await typesFor(application.delivery, 1)).toEqual(['DeliveryAcknowledged']);
});

test('a change of the channel while the bridge is stopped counts at its start', async () => {
  world.changeAgency(dataDir, AGENCY, { channel: 'kafka' });
  const application = world.fileable(AGENCY);
  await publishEvents(world.infrastructure, [application.submitted()]);
  await eventually(async () => {
    const { state } = await world.delivery(service, application.delivery);
    return state === 'DELIVERY_STATE_SENT' && (await stageOf(application.delivery)) === undefined;
  });
  await world.stop(service);
  world.changeAgency(dataDir, AGENCY, { channel: 'page' });
  service = await world.start({ dataDir });
  await eventually(async () => (await stageOf(application.delivery)) === 'AGENCY_STAGE_TO_ACKNOWLEDGE');
});
