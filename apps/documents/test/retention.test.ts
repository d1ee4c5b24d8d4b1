import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { toTimestamp } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { captureMetrics, eventually, silentLog } from '@cups/testing';
import { ulid } from 'ulid';
import { withHold } from '../src/domain/application-facts.ts';
import type { Detach } from '../src/detach.ts';
import { Retention } from '../src/retention.ts';
import { intakeEvent, refused, someBytes, startDocuments, upload } from './harness.ts';
import type { Harness } from './harness.ts';
import type { ApplicationRecord } from '../src/store.ts';

const DAY = 86_400_000;
const afterDays = (days: number): Date => new Date(Date.now() + days * DAY);

let harness: Harness;
beforeAll(async () => void (harness = await startDocuments()));
afterAll(() => harness.stop());

/** Uploads a scan of an application that then ends. */
async function endedApplication(): Promise<{ application: string; name: string }> {
  const application = ulid();
  const name = await upload(harness, someBytes(10), { application });
  await harness.publish(
    intakeEvent(application, 1, 'ApplicationSubmitted'),
    intakeEvent(application, 2, 'ApplicationClosed'),
  );
  await eventually(async () => (await factsOf(application))?.endTime);
  return { application, name };
}

const factsOf = (application: string) => harness.applications.get(application, { scope: 'service' });
const recordOf = (name: string) => harness.records.get(name.slice('documents/'.length), { scope: 'service' });

/** Computes the terms of an application at another time, as its timer does. */
async function processAt(
  application: string,
  now: Date,
  isConfirmed = true,
  detach: Detach = () => Promise.resolve(),
): Promise<string> {
  const { records, applications, dataKeys } = harness;
  const { metrics, text } = captureMetrics();
  const erasure = {
    async erase(id: string) {
      await dataKeys.remove({ _id: id }, { scope: 'service' });
      await records.update(id, { scope: 'service', cause: {}, now }, (before) => ({
        document: { ...before, state: 'erased' as const, eraseTime: now },
        events: [],
      }));
    },
  };
  const { isConfirmed: _, ...terms } = harness.config.retention;
  const deps = { records, applications, erasure, detach, terms, isConfirmed, log: silentLog, metrics, now: () => now };
  await new Retention(deps).process(application);
  return text();
}

test('a scan ends 30 days after its application, and its content does not exist any longer', async () => {
  const { application, name } = await endedApplication();
  const { document } = await harness.desk().getDocument({ name });
  expect(Number(document!.expireTime!.seconds) * 1000).toBeGreaterThan(afterDays(29.9).getTime());
  await processAt(application, afterDays(29));
  expect((await recordOf(name))?.state).toBe('ready');
  await processAt(application, afterDays(31));
  await expect(harness.desk().readContent({ name, offset: 0, limit: 1 })).rejects.toEqual(refused('NOT_FOUND'));
  expect((await harness.desk().getDocument({ name })).document?.state).toBe('STATE_ERASED');
  expect((await factsOf(application))?.timer).toBeNull();
});

test('a scan of a draft that is edited for 200 days ends 30 days after the draft expired', async () => {
  const application = ulid();
  const name = await upload(harness, someBytes(10), { application });
  await processAt(application, afterDays(200));
  expect((await recordOf(name))?.state).toBe('ready');
  const expireTime = toTimestamp(afterDays(230));
  await harness.publish(intakeEvent(application, 1, 'ApplicationExpired', { fromState: 'STATE_DRAFT', expireTime }));
  await eventually(async () => (await factsOf(application))?.endTime);
  await processAt(application, afterDays(259));
  expect((await recordOf(name))?.state).toBe('ready');
  await processAt(application, afterDays(261));
  expect((await recordOf(name))?.state).toBe('erased');
});

test.each([
  ['a hold', 'hold', true],
  ['terms that are not confirmed', 'not-confirmed', false],
])('%s postpones the erasure, day by day and counted', async (_, cause, isConfirmed) => {
  const { application, name } = await endedApplication();
  const hold =
    cause === 'hold' ? { time: new Date(), reason: 'court' as const, operator: 'operators/test' } : undefined;
  await harness.applications.update(application, { scope: 'service', cause: {}, now: new Date() }, (facts) => ({
    document: withHold(facts, hold, afterDays(30)),
    events: [],
  }));
  const metrics = await processAt(application, afterDays(40), isConfirmed);
  expect(metrics).toMatch(new RegExp(`documents_erasures_postponed_total\\{[^}]*cause="${cause}"[^}]*\\} 1`));
  expect((await recordOf(name))?.state).toBe('ready');
  expect((await factsOf(application))?.timer?.due.getTime()).toBeGreaterThan(afterDays(40.9).getTime());
});

test('a scan without an event of its application ends only after intake let go of it', async () => {
  const application = ulid();
  const name = await upload(harness, someBytes(10), { application });
  const end = afterDays(1_100);
  for (const [reason, cause] of [
    ['DOCUMENT_IN_USE', 'in-use'],
    ['UPSTREAM_UNAVAILABLE', 'intake-unavailable'],
  ] as const) {
    const refuse = () => Promise.reject(new Problem({ reason, message: 'No.' }));
    const metrics = await processAt(application, end, true, refuse);
    expect(metrics).toMatch(new RegExp(`documents_erasures_postponed_total\\{[^}]*cause="${cause}"[^}]*\\} 1`));
    expect((await recordOf(name))?.state).toBe('ready');
  }
  await processAt(application, end);
  expect((await recordOf(name))?.state).toBe('erased');
});

test('an erased application ends its documents before their terms, unless a hold came meanwhile', async () => {
  const { application, name } = await endedApplication();
  const now = afterDays(1);
  const change = (work: (facts: ApplicationRecord) => ApplicationRecord) =>
    harness.applications.update(application, { scope: 'service', cause: {}, now }, (facts) => ({
      document: work(facts),
      events: [],
    }));
  const hold = { time: now, reason: 'court' as const, operator: 'operators/test' };
  await change((facts) => withHold(facts, hold, now));
  await harness.publish(intakeEvent(application, 9, 'ApplicationErased', { cause: 'requested' }));
  await eventually(async () => (await factsOf(application))?.erasure);
  await processAt(application, now, false);
  expect((await recordOf(name))?.state).toBe('ready');
  await change((facts) => withHold(facts, undefined, now));
  await processAt(application, now, false);
  expect((await recordOf(name))?.state).toBe('erased');
  expect((await factsOf(application))?.erasure?.endTime).toEqual(now);
  const [entry] = (await factsOf(application))!.outbox;
  expect(entry).toMatchObject({ type: 'cups.journal.v1.EntryRecorded', key: application });
  expect(entry!.data.toString('latin1')).toMatch(/erase-documents.*person-request/s);
});

test('an erased application with 451 records has none left when its erasure ends', async () => {
  const { application, name } = await endedApplication();
  const found = (await recordOf(name))!;
  const records = Array.from({ length: 450 }, () => ({
    _id: ulid(),
    application: found.application,
    ...{ purpose: found.purpose, kind: found.kind, state: found.state, training: false, timer: null },
    ...{ uploadSize: 10, uploadSha256: found.uploadSha256, pageSizes: [], uploadChunks: [], checkAttempts: 1 },
  }));
  const options = { scope: 'service' as const, cause: {}, now: new Date() };
  expect(await harness.records.createMissing(records, options)).toBe(450);
  await harness.publish(intakeEvent(application, 9, 'ApplicationErased', { cause: 'requested' }));
  await eventually(async () => (await factsOf(application))?.erasure);
  const end = afterDays(1);
  await processAt(application, end, false);
  const [live = -1] = await harness.records.countEach([{ application: found.application, state: 'ready' }], {
    scope: 'service',
    limit: 1_000,
  });
  expect(live).toBe(0);
  expect((await factsOf(application))?.erasure?.endTime).toEqual(end);
});

test('the timer of an ended application erases by itself', async () => {
  const now = { value: new Date() };
  const short = await startDocuments({}, { now: () => now.value });
  try {
    const application = ulid();
    const name = await upload(short, someBytes(10), { application });
    await short.publish(intakeEvent(application, 1, 'ApplicationWithdrawn'));
    await eventually(async () => (await short.applications.get(application, { scope: 'service' }))?.endTime);
    now.value = afterDays(31);
    const id = name.slice('documents/'.length);
    await eventually(async () => (await short.records.get(id, { scope: 'service' }))?.state === 'erased', {
      timeoutMs: 25_000,
    });
    expect(readdirSync(short.folder)).not.toContain(id);
  } finally {
    await short.stop();
  }
});

test('a paper result is listed from its arrival at the centre, and until its hand-over', async () => {
  const application = ulid();
  const supervisor = harness.client('gateway', { role: 'supervisor', operator: 'operators/supervisor' });
  const listed = async () =>
    (await supervisor.listUncollectedResults({})).results.find(({ application: name }) => name.endsWith(application));
  await harness.publish(
    intakeEvent(application, 1, 'ApplicationSubmitted'),
    intakeEvent(application, 2, 'ApplicationDecided', { resultLocation: 'RESULT_LOCATION_ON_ITS_WAY' }),
    intakeEvent(application, 3, 'ResultArrived'),
  );
  const { paperTime } = (await eventually(async () => {
    const facts = await factsOf(application);
    return facts?.paperTime ? facts : undefined;
  }))!;
  await processAt(application, afterDays(179));
  expect(await listed()).toBeUndefined();
  await processAt(application, afterDays(181));
  const resultTime = { seconds: String(Math.floor(paperTime!.getTime() / 1000)) };
  expect(await listed()).toMatchObject({ centre: 'centres/CU-001', agency: 'agencies/asp', resultTime });

  await harness.publish(intakeEvent(application, 4, 'ResultHandedOver'));
  await eventually(async () => (await listed()) === undefined);
});
