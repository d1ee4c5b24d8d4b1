import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { intakeEvent, refused, shareDocuments, someBytes, upload } from './harness.ts';
import type { Harness } from './harness.ts';

/** Holds, and results that nobody collects, for supervisors and administrators. */

let harness: Harness;
let supervisor: ReturnType<Harness['client']>;
let ops: ReturnType<Harness['client']>;
beforeAll(async () => {
  harness = await shareDocuments();
  supervisor = harness.client('gateway', { role: 'supervisor', operator: 'operators/supervisor' });
  ops = harness.client('ops');
});
afterAll(() => harness.stop());

const setHold = (application: string, more: object = {}) =>
  supervisor.setHold({
    requestId: randomUUID(),
    application: `applications/${application}`,
    reason: 'HOLD_REASON_COURT',
    ...more,
  });
const factsOf = (application: string) => harness.applications.get(application, { scope: 'service' });
const DAY = 86_400_000;

test('a hold refuses deletion and has no end, until a supervisor clears it', async () => {
  const application = ulid();
  const name = await upload(harness, someBytes(10), { application });
  const { hold, replayed } = await setHold(application);
  expect([hold, replayed]).toMatchObject([
    { application: `applications/${application}`, reason: 'HOLD_REASON_COURT', operator: 'operators/supervisor' },
    false,
  ]);
  expect((await harness.desk().getDocument({ name })).document?.expireTime).toBeNull();
  await expect(harness.desk().deleteDocument({ name })).rejects.toEqual(refused('DOCUMENT_IN_USE'));
  expect((await ops.listHolds({ pageSize: 200 })).holds).toContainEqual(hold);
  expect(harness.log.lines).toContainEqual(
    expect.objectContaining({ event: 'document-hold-set', reason: 'court', operator: 'operators/supervisor' }),
  );

  await ops.clearHold({ application: `applications/${application}`, actor: 'maria' });
  expect(harness.log.lines).toContainEqual(
    expect.objectContaining({ event: 'document-hold-cleared', reason: 'court', operator: 'maria' }),
  );
  await harness.desk().deleteDocument({ name });
  await expect(ops.clearHold({ application: `applications/${application}`, actor: 'maria' })).rejects.toEqual(
    refused('NOT_FOUND'),
  );
});

test('a repeated hold changes nothing, and another reason is refused', async () => {
  const application = ulid();
  await harness.publish(intakeEvent(application, 1, 'ApplicationSubmitted'));
  await eventually(async () => (await factsOf(application))?.centre);
  const requestId = randomUUID();
  const { hold } = await setHold(application, { requestId });
  expect(await setHold(application, { requestId })).toEqual({ hold, replayed: true });
  expect(await setHold(application)).toEqual({ hold, replayed: false });
  await expect(setHold(application, { reason: 'HOLD_REASON_AUDIT' })).rejects.toEqual(refused('ALREADY_EXISTS'));
});

test('a hold needs a known application, a reason and an administrator with a name', async () => {
  await expect(setHold(ulid())).rejects.toEqual(refused('NOT_FOUND'));
  await expect(setHold(ulid(), { reason: 'HOLD_REASON_UNSPECIFIED' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  const request = {
    requestId: randomUUID(),
    application: `applications/${ulid()}`,
    reason: 'HOLD_REASON_COURT',
  } as const;
  await expect(ops.setHold({ ...request, actor: '' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
});

test('specialists and agencies set no hold and list nothing', async () => {
  for (const client of [harness.desk(), harness.agency()]) {
    await expect(client.listHolds({})).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(client.listUncollectedResults({})).rejects.toEqual(refused('PERMISSION_DENIED'));
  }
  await expect(harness.client('gateway').listHolds({})).rejects.toEqual(refused('UNAUTHENTICATED'));
});

test('uncollected results are listed by the end of their term, with the decision that waits', async () => {
  const now = Date.now();
  const [first, second] = [ulid(now - 2), ulid(now - 1)];
  for (const [days, application] of [
    [2, second],
    [3, first],
  ] as const) {
    await harness.publish(intakeEvent(application, 1, 'ApplicationSubmitted'));
    await eventually(async () => (await factsOf(application))?.centre);
    const name = await upload(harness, someBytes(10), { application });
    const at = new Date(now - days * DAY);
    const options = { scope: 'service', cause: {}, now: at } as const;
    await harness.records.update(name.slice('documents/'.length), options, (document) => ({
      document: { ...document, purpose: 'result', acceptTime: new Date(at.getTime() - 180 * DAY) },
      events: [],
    }));
    await harness.applications.update(application, options, (facts) => ({
      document: { ...facts, uncollectedTime: at },
      events: [],
    }));
  }
  const page = await supervisor.listUncollectedResults({ pageSize: 1 });
  const rest = await supervisor.listUncollectedResults({ pageSize: 1, pageToken: page.nextPageToken });
  const seconds = (days: number) => ({ seconds: String(Math.floor((now - days * DAY) / 1000)) });
  expect([...page.results, ...rest.results]).toMatchObject(
    [
      [first, 3],
      [second, 2],
    ].map(([application, days]) => ({
      application: `applications/${application}`,
      centre: 'centres/CU-001',
      agency: 'agencies/asp',
      resultTime: seconds(Number(days) + 180),
      reportTime: seconds(Number(days)),
    })),
  );
});
