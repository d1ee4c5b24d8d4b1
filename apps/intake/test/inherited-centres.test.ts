import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

/** Applications of a closed centre, at the successor whose session names that centre. */

const scene = useIntake({ topics: true });
const { at } = scene;
/** An operator at CU-202, the successor of CU-201. */
const successor = () => scene.world.deskAt(scene.port, 'CU-202', { inheritedCentres: ['CU-201'] });

let name: string;
beforeAll(async () => {
  ({ name } = await at('CU-201').file(1));
});

describe('inherited centres', () => {
  test('lists, finds and reads inherited applications with their own centre', async () => {
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

  test('changes inherited applications and records the successor centre', async () => {
    await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
    await eventually(async () => (await successor().read(name)).state === 'STATE_READY');
    const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
    const handed = await successor().handOverResult({ requestId: randomUUID(), name, handOver });
    expect(handed.application).toMatchObject({ state: 'STATE_HANDED_OVER', centre: 'centres/CU-201' });
    const history = await successor().history(name);
    expect(history.map(({ kind, actor, centre }) => [kind, actor, centre])).toEqual([
      ['submit', 'operators/cu-201-specialist', ''],
      ['approved', 'agencies/asp', ''],
      ['confirm-arrival', 'operators/cu-202-specialist', 'centres/CU-202'],
      ['hand-over', 'operators/cu-202-specialist', 'centres/CU-202'],
    ]);
  });

  test('renews and files a draft of the closed centre', async () => {
    const draft = await at('CU-201').open(3);
    scene.world.centres['CU-201'] = { status: 'CENTRE_STATUS_CLOSED' };
    await successor().renewApplication({ requestId: randomUUID(), name: draft.name });
    expect(await successor().submit(draft.name)).toMatchObject({ state: 'STATE_SUBMITTED', centre: 'centres/CU-201' });
    expect(await successor().open(4)).toMatchObject({ centre: 'centres/CU-202' });
  });

  test('hides inherited applications from sessions that do not name the centre', async () => {
    for (const other of [
      at('CU-202'),
      at('CU-203'),
      scene.world.deskAt(scene.port, 'CU-203', { inheritedCentres: ['CU-204'] }),
    ]) {
      await expect(other.read(name)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
      const outcome = { requestId: randomUUID(), name, outcome: { needMet: true } };
      await expect(other.confirmOutcome(outcome)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
      const names = (await other.listApplications({ pageSize: 200 })).applications.map((row) => row.name);
      expect(names).not.toContain(name);
    }
  });
});
