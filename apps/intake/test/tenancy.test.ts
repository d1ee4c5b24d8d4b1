import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { newUlid } from '@cups/contracts/node';
import { isProblem } from '@cups/problem';
import fc from 'fast-check';
import { content, openWorld, SERVICE } from './world.ts';
import type { World } from './world.ts';

/** Isolation of centres: a centre cannot detect applications of another. */

let world: World;
let port: number;

/** One operator, at their present centre. */
const operatorAt = (centre: string, operator = 'operators/moved') => world.deskAt(port, centre, { operator });
type Desk = ReturnType<typeof operatorAt>;

/** Returns everything that the caller sees of an error, or `answered`. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  const answer = await call.then(
    () => 'answered',
    (error: unknown) => error,
  );
  if (!isProblem(answer)) return String(answer);
  const { kind, reason, message, metadata, violations } = answer;
  return JSON.stringify({ kind, reason, message, metadata, violations });
}

/** Every method that names an application. */
const calls: Record<string, (desk: Desk, at: { name: string; etag: string; requestId: string }) => Promise<unknown>> = {
  get: (desk, { name }) => desk.getApplication({ name }),
  history: (desk, { name }) => desk.listApplicationActions({ name }),
  update: (desk, at) => desk.updateApplication({ ...at, content: content(1), updateFields: ['cost_option'] }),
  submit: (desk, at) => desk.submitApplication(at),
  withdraw: (desk, at) => desk.withdrawApplication({ ...at, reason: 'another wish' }),
  supply: (desk, at) => desk.supplyDocuments({ ...at, evidence: [{ kind: 'birth-certificate', originalSeen: true }] }),
  handOver: (desk, at) =>
    desk.handOverResult({ ...at, handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document' } }),
  collectionCentre: (desk, at) => desk.chooseCollectionCentre({ ...at, centre: 'centres/CU-009' }),
  correctFiled: (desk, at) => desk.correctApplication({ ...at, content: content(1), updateFields: ['answers'] }),
  contact: (desk, at) => desk.changeContact({ ...at, contact: { none: true } }),
  confirm: (desk, at) => desk.confirmOutcome({ ...at, outcome: { needMet: true } }),
  renew: (desk, at) => desk.renewApplication(at),
  pay: (desk, at) =>
    desk.recordPayment({ ...at, payment: { receiptNumber: 'R', amount: { amountMinor: '1', currencyCode: 'MDL' } } }),
  note: (desk, at) => desk.addNote({ ...at, text: 'a word' }),
  assign: (desk, at) => desk.assignApplication(at),
  seen: (desk, at) => desk.markDeskAlertsSeen(at),
  notify: (desk, at) => desk.recordPersonNotification({ ...at, method: 'NOTIFICATION_METHOD_PHONE' }),
  correct: (desk, { name, requestId }) =>
    desk.createApplication({ requestId, publicService: SERVICE, content: content(1), corrects: name }),
};

beforeAll(async () => {
  world = await openWorld();
  port = (await world.start()).grpcPort;
});
afterAll(() => world.close());

describe('operator who changed centre', () => {
  test('gets the same errors for old requests as for unknown applications', async () => {
    const before = operatorAt('CU-001');
    const after = operatorAt('CU-002');
    const opened = { requestId: randomUUID(), publicService: SERVICE, content: content(1) };
    const { name } = (await before.createApplication(opened)).application!;
    const submitted = { requestId: randomUUID(), name };
    const withdrawn = { requestId: randomUUID(), name, reason: 'another wish' };
    await before.submitApplication(submitted);
    await before.withdrawApplication(withdrawn);
    expect(await before.submitApplication(submitted)).toMatchObject({ replayed: true });

    const unknown = `applications/${newUlid(new Date())}`;
    expect(await outcomeOf(after.submitApplication(submitted))).toBe(
      await outcomeOf(after.submitApplication({ ...submitted, name: unknown })),
    );
    expect(await outcomeOf(after.withdrawApplication(withdrawn))).toBe(
      await outcomeOf(after.withdrawApplication({ ...withdrawn, name: unknown })),
    );
    expect(await outcomeOf(after.withdrawApplication(withdrawn))).toContain('NOT_FOUND');
    expect(await outcomeOf(after.createApplication(opened))).toContain('APPLICATION_EXISTS');
    const other = { ...opened, content: content(2) };
    expect(await outcomeOf(after.createApplication(other))).toBe(await outcomeOf(after.createApplication(opened)));
  });
});

describe('applications of a closed centre', () => {
  const successor = (...inheritedCentres: string[]) =>
    world.deskAt(port, 'CU-006', { operator: 'operators/next', inheritedCentres });

  test('are reachable only in sessions that inherit the centre', async () => {
    const { name } = await operatorAt('CU-005', 'operators/before').file(1);
    const etag = '"2"';
    for (const [kind, call] of Object.entries(calls)) {
      const at = () => ({ name, etag, requestId: randomUUID() });
      const answer = await outcomeOf(call(successor('CU-007', 'CU-005'), at()));
      expect(`${kind}: ${answer}`).not.toContain('NOT_FOUND');
      for (const other of [
        successor(),
        successor('CU-007'),
        world.deskAt(port, 'CU-008', { inheritedCentres: ['CU-006'] }),
      ]) {
        expect(`${kind}: ${await outcomeOf(call(other, at()))}`).toContain('NOT_FOUND');
      }
    }
  });
});

describe('applications of another centre', () => {
  test('give the same answer as unknown ones on 300 random calls, and never change', async () => {
    const owner = operatorAt('CU-003', 'operators/owner');
    const stranger = operatorAt('CU-004', 'operators/stranger');
    const used = { owner: randomUUID(), stranger: randomUUID() };
    const opened = { requestId: used.owner, publicService: SERVICE, content: content(3) };
    const draft = (await owner.createApplication(opened)).application!;
    const filed = (await owner.createApplication({ ...opened, requestId: randomUUID() })).application!;
    await owner.submitApplication({ requestId: used.owner, name: filed.name });
    await stranger.createApplication({ requestId: used.stranger, publicService: SERVICE, content: content(4) });

    const tries = fc.record({
      call: fc.constantFrom(...Object.keys(calls)),
      foreign: fc.constantFrom(draft.name, filed.name),
      etag: fc.constantFrom('', '"1"', '"2"', '"77"', 'garbage'),
      requestId: fc.constantFrom(used.owner, used.stranger, 'fresh', 'not-a-uuid'),
    });
    await fc.assert(
      fc.asyncProperty(tries, async ({ call, foreign, etag, requestId }) => {
        const id = requestId === 'fresh' ? randomUUID() : requestId;
        const answer = await outcomeOf(calls[call]!(stranger, { name: foreign, etag, requestId: id }));
        const toUnknown = await outcomeOf(
          calls[call]!(stranger, { name: `applications/${newUlid(new Date())}`, etag, requestId: id }),
        );
        expect(answer).toBe(toUnknown);
        expect(answer).toMatch(/NOT_FOUND|ETAG_MISSING|REQUEST_ID_INVALID/);
      }),
      { numRuns: 300 },
    );
    expect((await owner.getApplication({ name: draft.name })).application).toMatchObject({ etag: '"1"' });
    expect((await owner.getApplication({ name: filed.name })).application).toMatchObject({ etag: '"2"' });
    // 600 sequential calls exceed the default timeout on a busy machine.
  }, 120_000);

  test('give the same message on every method', async () => {
    const desk = operatorAt('CU-003', 'operators/owner');
    const at = { name: `applications/${newUlid(new Date())}`, etag: '"1"', requestId: randomUUID() };
    const answers = await Promise.all(Object.values(calls).map((call) => outcomeOf(call(desk, at))));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('Application not found.');
  });

  test('give the same answer to a taken ID as own applications', async () => {
    const owner = operatorAt('CU-003', 'operators/owner');
    const stranger = operatorAt('CU-004', 'operators/stranger');
    const open = (desk: Desk, applicationId: string, n = 5) =>
      desk.createApplication({ requestId: randomUUID(), applicationId, publicService: SERVICE, content: content(n) });
    const [foreign, own] = [newUlid(new Date()), newUlid(new Date())];
    await open(owner, foreign);
    await open(stranger, own);
    const taken = await outcomeOf(open(stranger, own, 6));
    expect(taken).toContain('APPLICATION_EXISTS');
    expect(await outcomeOf(open(stranger, foreign, 6))).toBe(taken);
    expect(await outcomeOf(open(stranger, foreign, 5))).toBe(taken);
  });
});
