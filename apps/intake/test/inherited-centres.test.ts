import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

/** The applications of a centre that closed, at the desk of the centre that goes on with them; the session names it. */

const scene = useIntake({ topics: true });
const { at } = scene;
/** Somebody at CU-202, which goes on with the applications of CU-201. */
const successor = () => scene.world.deskAt(scene.port, 'CU-202', { takesOver: ['CU-201'] });

let name: string;
beforeAll(async () => {
  ({ name } = await at('CU-201').file(1));
});

test('Are read, found and listed there, among its own, each with its own centre.', async () => {
  const own = await at('CU-202').open(2);
  const { applications, nextPageToken } = await successor().listApplications({ pageSize: 1 });
  const rest = await successor().listApplications({ pageSize: 1, pageToken: nextPageToken });
  const rows = [...applications, ...rest.applications].map((row) => [row.name, row.centre]);
  expect(rows).toEqual([
    [own.name, 'centres/CU-202'],
    [name, 'centres/CU-201'],
  ]);
  const { trackingNumber } = await successor().read(name);
  expect((await successor().searchApplications({ trackingNumber })).applications).toMatchObject([{ name }]);
  const submitted = await successor().listApplications({ state: 'STATE_SUBMITTED' });
  expect(submitted.applications.map((row) => row.name)).toEqual([name]);
});

test('Are changed there, and the history says at whose desk; the agency goes on as before.', async () => {
  await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
  await eventually(async () => (await successor().read(name)).state === 'STATE_READY');
  const handOver = { collectedBy: 'applicant', paperKind: 'identity-document' };
  const handed = await successor().handOverResult({ requestId: randomUUID(), name, handOver });
  expect(handed.application).toMatchObject({ state: 'STATE_HANDED_OVER', centre: 'centres/CU-201' });
  const history = await successor().history(name);
  expect(history.map(({ kind, by, centre }) => [kind, by, centre])).toEqual([
    ['submit', 'operators/cu-201-specialist', ''],
    ['approved', 'agencies/asp', ''],
    ['hand-over', 'operators/cu-202-specialist', 'centres/CU-202'],
  ]);
});

test('A draft is renewed and filed there, though its own centre opens nothing any more.', async () => {
  const draft = await at('CU-201').open(3);
  scene.world.centres['CU-201'] = { status: 'CENTRE_STATUS_CLOSED' };
  await successor().renewApplication({ requestId: randomUUID(), name: draft.name });
  expect(await successor().submit(draft.name)).toMatchObject({ state: 'STATE_SUBMITTED', centre: 'centres/CU-201' });
  expect(await successor().open(4)).toMatchObject({ centre: 'centres/CU-202' });
});

test('Are absent at every other desk, also at that of the successor whose session does not name the centre.', async () => {
  for (const other of [
    at('CU-202'),
    at('CU-203'),
    scene.world.deskAt(scene.port, 'CU-203', { takesOver: ['CU-204'] }),
  ]) {
    await expect(other.read(name)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const outcome = { requestId: randomUUID(), name, outcome: { needMet: true } };
    await expect(other.confirmOutcome(outcome)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const names = (await other.listApplications({ pageSize: 200 })).applications.map((row) => row.name);
    expect(names).not.toContain(name);
  }
});
