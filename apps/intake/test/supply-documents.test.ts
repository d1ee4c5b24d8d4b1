import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { delivered, useIntake } from './world.ts';

/** SupplyDocuments: what an agency asked for is added, and the next submission is frozen. */

const scene = useIntake({ topics: true });
const { at } = scene;

/** An application whose agency has asked for a paper. */
async function asked(n: number) {
  const { name } = await at().file(n);
  await scene.world.say(
    delivered(name, 'DeliveryDocumentsRequested', 1, { evidenceKinds: ['birth-certificate'], answerBy: '2099-01-15' }),
  );
  return eventually(async () => {
    const app = await at().read(name);
    return app.state === 'STATE_DOCUMENTS_REQUESTED' && app;
  });
}

const CERTIFICATE = { kind: 'birth-certificate', originalSeen: true };

test('The papers that were asked for make submission 2, which names what it answers, and the clock runs again.', async () => {
  const { name, dueDate, noDueDateReason, documentRequest } = await asked(1);
  expect([dueDate, noDueDateReason]).toEqual(['', 'clock-stopped']);
  const answers = Buffer.from('{"act":"death"}');
  const supplied = await at().supplyDocuments({ requestId: randomUUID(), name, evidence: [CERTIFICATE], answers });
  expect(supplied.application).toMatchObject({
    state: 'STATE_IN_PROGRESS',
    submissionCount: 2,
    documentRequest: null,
    noDueDateReason: '',
    content: { answers, evidence: [{ kind: 'identity-document' }, { kind: 'birth-certificate' }] },
  });
  expect((await at().history(name)).at(-1)).toMatchObject({ kind: 'supply-documents', answers: documentRequest!.id });
});

test('A paper that was asked for and does not come is named.', async () => {
  const { name } = await asked(2);
  const supplied = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [] });
  await expect(supplied).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'birth-certificate' } }],
  });
});

test('Papers of a wrong shape, and answers that the form refuses, are named.', async () => {
  const { name } = await asked(3);
  const wrong = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [{ kind: 'No Kind' }] });
  await expect(wrong).rejects.toMatchObject({ violations: [{ field: '/evidence/0/kind', rule: 'CODE' }] });
  const answers = Buffer.from('{"act":"wedding"}');
  const unfit = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [CERTIFICATE], answers });
  await expect(unfit).rejects.toMatchObject({ violations: [{ field: '/answers/act', rule: 'ONE_OF' }] });
  expect((await at().read(name)).state).toBe('STATE_DOCUMENTS_REQUESTED');
});

test('A repeated supply is answered, and one that nobody asked for is refused.', async () => {
  const { name } = await asked(4);
  const given = { requestId: randomUUID(), name, evidence: [CERTIFICATE] };
  await at().supplyDocuments(given);
  expect((await at().supplyDocuments(given)).replayed).toBe(true);
  const again = at().supplyDocuments({ ...given, requestId: randomUUID() });
  await expect(again).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});
