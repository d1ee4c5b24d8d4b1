import { randomUUID } from 'node:crypto';
import { fingerprint } from '@cups/contracts/node';
import { openStore } from '@cups/store';
import type { Store, StoredDocument } from '@cups/store';
import { eventually, silentLog } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** Requests that an earlier release applied under former names, and that a client repeats after the upgrade. */

const scene = useIntake();
const { at } = scene;
const OPERATOR = 'operators/cu-001-specialist';
const SECRET = 'a secret of the tests';
let store: Store;

beforeAll(async () => {
  const { mongoUri: uri, prefix } = scene.world.place;
  store = openStore({ uri, database: `${prefix}cups-intake`, log: silentLog });
  await eventually(() => store.ready());
});
afterAll(() => store.close());

/** A desk at an intake of the next release, which has not cached the application. */
async function upgrade() {
  const newer = await scene.world.start();
  return scene.world.deskAt(newer.grpcPort, 'CU-001');
}

/** Replaces the last request record of an application by the one that the former release wrote. */
async function recordFormerRequest(name: string, requestId: string, method: string, request: object): Promise<void> {
  const applications = store.collection<StoredDocument>('applications');
  const _id = name.slice('applications/'.length);
  const { requests = [] } = (await applications.findOne({ _id })) ?? {};
  const record = {
    id: requestId,
    key: `${method}|${OPERATOR}`,
    fingerprint: fingerprint(SECRET, request),
    time: new Date(),
  };
  const others = requests.filter(({ id }) => id !== requestId);
  const { matchedCount } = await applications.updateOne(
    { _id },
    { $set: { requests: [...others, record] }, $inc: { revision: 1 } },
  );
  expect(matchedCount).toBe(1);
}

describe('a request repeated after the rename', () => {
  const payment = { receiptNumber: 'CH-000123', amount: { amountMinor: '11000', currencyCode: 'MDL' } };

  test('is a replay when its members have other names now', async () => {
    const { name } = await at().file(1);
    const requestId = randomUUID();
    await at().recordPayment({ requestId, name, payment });
    const decoded = { receiptNumber: 'CH-000123', amount: payment.amount, payTime: null, by: '', noteTime: null };
    const former = { requestId, name, payment: decoded, occurTime: null };
    await recordFormerRequest(name, requestId, 'IntakeService.RecordPayment', former);
    const desk = await upgrade();
    expect(await desk.recordPayment({ requestId, name, payment })).toMatchObject({ replayed: true });
    const changed = { ...payment, receiptNumber: 'CH-000124' };
    await expect(desk.recordPayment({ requestId, name, payment: changed })).rejects.toMatchObject({
      reason: 'REQUEST_ID_REUSED',
    });
  });

  test('is a replay when its method has another name now', async () => {
    const { name } = await at().file(1);
    const requestId = randomUUID();
    const former = { requestId, name, occurTime: null };
    await recordFormerRequest(name, requestId, 'IntakeService.MarkDeskNotesSeen', former);
    const desk = await upgrade();
    expect(await desk.markDeskAlertsSeen({ requestId, name })).toMatchObject({ replayed: true });
    expect(await desk.markDeskAlertsSeen({ requestId: randomUUID(), name })).toMatchObject({ replayed: false });
  });
});
