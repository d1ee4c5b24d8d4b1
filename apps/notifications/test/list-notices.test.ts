import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;

test('ListNotices returns all notices of an application, oldest first', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md', { language: 'en', state: 'STATE_READY' }));
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationSubmitted'),
    intakeEvent(id, 2, 'ApplicationInProgress'),
    intakeEvent(id, 3, 'ApplicationDecided', { ref: { state: 'STATE_READY' } }),
  );
  await harness.thread(id, ({ notices }) => notices.length === 2 && notices.every(({ state }) => state === 'sent'));
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices.map(({ name }) => name)).toEqual([1, 3].map((sequence) => `notices/${id}-${sequence}`));
  expect(notices[1]).toMatchObject({
    kind: 'result-ready',
    channel: 'CHANNEL_EMAIL',
    state: 'NOTICE_STATE_SENT',
    language: 'en',
    subject: 'The result of your application is ready',
    failCause: '',
  });
  expect(notices[1]?.sendTime).not.toBeNull();
});

test('ListNotices and GetSlip show each centre its own notices, in 500 random reads', async () => {
  const centres = ['centres/CU-001', 'centres/CU-002', 'centres/CU-003', 'centres/CU-018'];
  const owners = new Map<string, string>();
  for (let i = 0; i < 20; i++) owners.set(harness.application(noticeContextResponse('')), centres[i % 4] as string);
  await harness.publish(
    ...[...owners].map(([id, centre]) => intakeEvent(id, 1, 'ApplicationSubmitted', { ref: { centre } })),
  );
  for (const id of owners.keys()) await harness.thread(id);
  const desks = centres.map((centre) => ({ centre, desk: harness.deskClient(centre) }));
  let own = 0;
  for (let i = 0; i < 500; i++) {
    const [id, owner] = [...owners][Math.floor(Math.random() * owners.size)] as [string, string];
    const { centre, desk } = desks[Math.floor(Math.random() * 4)] as (typeof desks)[number];
    const read =
      i % 2 ? desk.listNotices({ application: `applications/${id}` }) : desk.getSlip({ name: `notices/${id}-1` });
    if (centre === owner) own += (await read) ? 1 : 0;
    else await expect(read).rejects.toEqual(refused('NOT_FOUND'));
  }
  expect(own).toBeGreaterThan(50);
});

test('ListNotices and GetSlip show notices of a closed centre to its successor only', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted', { ref: { centre: 'centres/CU-001' } }));
  await harness.thread(id);
  const at = (centre: string, ...inheritedCentres: string[]) =>
    harness.deskClient(centre, 'specialist', 'gateway', inheritedCentres);
  const successor = at('centres/CU-002', 'centres/CU-003', 'centres/CU-001');
  const { notices } = await successor.listNotices({ application: `applications/${id}` });
  expect(notices.map(({ name }) => name)).toEqual([`notices/${id}-1`]);
  expect((await successor.getSlip({ name: `notices/${id}-1` })).html).toContain('<html');
  for (const other of [at('centres/CU-002', 'centres/CU-003'), at('centres/CU-004', 'centres/CU-002')]) {
    await expect(other.listNotices({ application: `applications/${id}` })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(other.getSlip({ name: `notices/${id}-1` })).rejects.toEqual(refused('NOT_FOUND'));
  }
});

test('ListNotices returns NOT_FOUND for an unknown application', async () => {
  await expect(harness.deskClient().listNotices({ application: `applications/${ulid()}` })).rejects.toEqual(
    refused('NOT_FOUND'),
  );
  await expect(harness.deskClient().listNotices({ application: 'applications/1' })).rejects.toEqual(
    refused('INVALID_ARGUMENT'),
  );
});

test('ListNotices rejects supervisors, support and other services', async () => {
  const application = `applications/${ulid()}`;
  for (const role of ['supervisor', 'support'] as const)
    await expect(harness.deskClient(undefined, role).listNotices({ application })).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
  await expect(harness.deskClient(undefined, 'specialist', 'intake').listNotices({ application })).rejects.toEqual(
    refused('PERMISSION_DENIED'),
  );
});

test('ExportNotices returns the notices of any centre with their addresses, to supervisors and administrators', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md', { language: 'en' }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id, ({ notices }) => notices.some(({ state }) => state === 'sent'));
  const request = { application: `applications/${id}` };
  const supervisor = harness.deskClient('centres/CU-099', 'supervisor');
  const { notices } = await supervisor.exportNotices(request);
  expect(notices).toMatchObject([{ notice: { kind: 'application-submitted' }, emailAddress: 'ana@example.md' }]);
  expect((await supervisor.exportNotices({ application: `applications/${ulid()}` })).notices).toEqual([]);
  await expect(harness.deskClient().exportNotices(request)).rejects.toEqual(refused('PERMISSION_DENIED'));
});
