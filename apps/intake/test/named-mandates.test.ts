import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually, syntheticMandate } from '@cups/testing';
import type { SyntheticMandate } from '@cups/testing';
import { bridgeEvent, mandateEvent, SERVICE, useIntake } from './world.ts';

/** Mandates through the RPCs and the topic of mandates, with a fake identity. */

const scene = useIntake({ topics: true });
const { at } = scene;

afterEach(() => scene.world.mandates.overrides.clear());

let serial = 100;
/** Names a new mandate of the n-th person. */
const mandateOf = (n: number, more: Partial<SyntheticMandate> = {}) =>
  syntheticMandate({ person: n, serial: (serial += 1), ...more });
const present = (name: string) => ({ mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' as const, name } });
const batchCalls = () => scene.world.identity.calls.filter(({ method }) => method === 'BatchGetMandates').length;
const refused = (reason: string) => expect.objectContaining({ reason });
/** Waits for the alert of a revocation. */
const alerted = (name: string) =>
  eventually(async () => {
    const app = await at().read(name);
    return app.deskAlerts.some(({ kind }) => kind === 'mandate-revoked') && app;
  });
/** Revokes everything at a time, by an event. */
async function revoke(mandate: string, revokeTime = new Date(), sequence = 1) {
  await scene.world.publish(
    mandateEvent(mandate, 'MandateRevoked', sequence, { whole: true, revokeTime: toTimestamp(revokeTime) }),
  );
}

describe('a named mandate', () => {
  test('is resolved once, checked, and frozen with the submission', async () => {
    const mandate = mandateOf(1);
    const before = batchCalls();
    const draft = await at().open(1, present(mandate));
    const second = await at().open(1, present(mandate));
    expect(batchCalls()).toBe(before + 1);
    const filed = await at().submit(draft.name);
    expect(filed.content?.mandate?.name).toBe(mandate);
    await at().submit(second.name);
    expect(batchCalls()).toBe(before + 1);
    expect((await at().history(draft.name)).at(-1)).toMatchObject({ kind: 'submit', mandate, mandateRevoked: false });
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    expect(await bridge.getSubmission({ name: `${draft.name}/submissions/1` })).toMatchObject({
      content: { mandate: { name: mandate } },
      frozenMandate: { name: mandate, textVersion: '1', textSha256: 'a'.repeat(64) },
    });
  });

  test('is missing in requests of the former release, which are accepted only while the setting says so', async () => {
    const strict = await scene.world.start({ mandatesRequired: true });
    const desk = scene.world.deskAt(strict.grpcPort, 'CU-001');
    // A page of the former release opens, edits and saves at either replica, and loses nothing by a refusal.
    const draft = await desk.open(4);
    await expect(desk.submit(draft.name)).rejects.toMatchObject({
      reason: 'APPLICATION_INCOMPLETE',
      message: 'The application names no mandate of the person: record one, or reload a page that has no step for it.',
      violations: [{ field: '/mandate/name', rule: 'REQUIRED' }],
    });
    expect((await desk.read(draft.name)).state).toBe('STATE_DRAFT');
    expect((await at().submit(draft.name)).state).toBe('STATE_SUBMITTED');
    // A page of this release names a mandate, which both replicas accept.
    for (const replica of [desk, at()]) await replica.submit((await at().open(5, present(mandateOf(5)))).name);
  });

  test('of another centre, or of nobody, does not exist', async () => {
    const [foreign, absent] = [mandateOf(1), mandateOf(1)];
    scene.world.mandates.overrides.set(foreign, { centre: 'centres/CU-002' }).set(absent, null);
    for (const name of [foreign, absent, 'mandates/01J00000000000000000000001'])
      await expect(at().open(1, present(name))).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        violations: [{ field: '/mandate/name', rule: 'MANDATE_UNKNOWN' }],
      });
  });

  test('that intake knows stays unknown to other centres', async () => {
    const mandate = mandateOf(1);
    await at().open(1, present(mandate));
    scene.world.mandates.overrides.set(mandate, { centre: 'centres/CU-001' });
    await expect(at('CU-003').open(1, present(mandate))).rejects.toMatchObject({
      violations: [{ field: '/mandate/name', rule: 'MANDATE_UNKNOWN' }],
    });
  });

  test('of another person files nothing', async () => {
    const draft = await at().open(1, present(mandateOf(2)));
    await expect(at().submit(draft.name)).rejects.toEqual(refused('MANDATE_NOT_COVERING'));
  });

  test('must be of the kind that the content names', async () => {
    const mandate = mandateOf(1, { kind: 'mpower' });
    await expect(at().open(1, present(mandate))).rejects.toMatchObject({
      violations: [{ field: '/mandate/kind', rule: 'CONTRADICTION' }],
    });
  });

  test('can be exchanged in a draft after the first one was revoked', async () => {
    const [first, second] = [mandateOf(3), mandateOf(3)];
    const draft = await at().open(3, present(first));
    await revoke(first);
    const { etag } = await alerted(draft.name);
    await expect(at().submit(draft.name)).rejects.toEqual(refused('MANDATE_REVOKED'));
    const edit = { requestId: randomUUID(), name: draft.name, etag, content: present(second) };
    await at().updateApplication({ ...edit, updateFields: ['mandate'] });
    expect((await at().submit(draft.name)).state).toBe('STATE_SUBMITTED');
  });
});

describe('a revocation', () => {
  test('that comes before the mandate is named stops filing, whatever the order of its events', async () => {
    const mandate = mandateOf(4);
    await revoke(mandate, new Date(), 2);
    await scene.world.publish(mandateEvent(mandate, 'MandateGranted', 1));
    await eventually(async () => {
      const draft = await at().open(4, present(mandate));
      await expect(at().submit(draft.name)).rejects.toEqual(refused('MANDATE_REVOKED'));
      return true;
    });
  });

  test('marks what was filed between it and its arrival, which stands', async () => {
    const mandate = mandateOf(5);
    const revokeTime = new Date(Date.now() - 1_000);
    const filed = await at().submit((await at().open(5, present(mandate))).name);
    await scene.world.publish(
      bridgeEvent(filed.name, 'DeliveryDocumentsRequested', 1, {
        evidenceKinds: ['birth-certificate'],
        answerBy: '2099-01-15',
      }),
    );
    await revoke(mandate, revokeTime);
    const app = await alerted(filed.name);
    const history = await at().history(filed.name);
    expect(history.find(({ kind }) => kind === 'submit')).toMatchObject({ mandateRevoked: true });
    expect(history.at(-1)).toMatchObject({ kind: 'mandate-revoked', mandate, occurTime: toTimestamp(revokeTime) });
    expect(app.state).toBe('STATE_DOCUMENTS_REQUESTED');

    const supply = {
      requestId: randomUUID(),
      name: filed.name,
      evidence: [{ kind: 'birth-certificate', originalSeen: true }],
    };
    await expect(at().supplyDocuments(supply)).rejects.toEqual(refused('MANDATE_REVOKED'));
    const { mandate: granted } = present(mandateOf(5));
    const supplied = await at().supplyDocuments({ ...supply, requestId: randomUUID(), mandate: granted });
    expect(supplied.application).toMatchObject({ state: 'STATE_IN_PROGRESS', content: { mandate: granted } });
    expect((await at().history(filed.name)).at(-1)).toMatchObject({ kind: 'supply-documents', mandate: granted.name });
  });

  test('leaves the file open to see and to withdraw', async () => {
    const mandate = mandateOf(6);
    const filed = await at().submit((await at().open(6, present(mandate))).name);
    await revoke(mandate);
    await alerted(filed.name);
    const { application } = await at().withdrawApplication({ requestId: randomUUID(), name: filed.name });
    expect(application?.state).toBe('STATE_WITHDRAWN');
  });

  test('of one of several services leaves the others', async () => {
    const mandate = mandateOf(7);
    const filed = await at().open(7, present(mandate));
    const other = { publicServices: ['publicServices/other'], revokeTime: toTimestamp(new Date()) };
    await scene.world.publish(
      mandateEvent(mandate, 'MandateRevoked', 1, other),
      mandateEvent(mandate, 'MandateExpired', 2, { expireTime: toTimestamp(new Date(Date.now() + 60_000)) }),
    );
    expect((await at().submit(filed.name)).state).toBe('STATE_SUBMITTED');
    await scene.world.publish(mandateEvent(mandate, 'MandateRevoked', 3, { ...other, publicServices: [SERVICE] }));
    await alerted(filed.name);
  });
});
