import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

const scene = useIntake({ topics: true });
const { at } = scene;

/** Returns an application with requested documents. */
async function withDocumentsRequested(n: number, evidenceKinds = ['birth-certificate']) {
  const { name } = await at().file(n);
  await scene.world.publish(
    bridgeEvent(name, 'DeliveryDocumentsRequested', 1, { evidenceKinds, answerBy: '2099-01-15' }),
  );
  return eventually(async () => {
    const app = await at().read(name);
    return app.state === 'STATE_DOCUMENTS_REQUESTED' && app;
  });
}

const CERTIFICATE = { kind: 'birth-certificate', originalSeen: true };

test('creates submission 2 with its request, and restarts the clock', async () => {
  const { name, dueDate, noDueDateReason, documentRequest } = await withDocumentsRequested(1);
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

test('reports a requested document that is missing', async () => {
  const { name } = await withDocumentsRequested(2);
  const supplied = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [] });
  await expect(supplied).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'birth-certificate' } }],
  });
});

test('reports invalid documents and answers', async () => {
  const { name } = await withDocumentsRequested(3);
  const wrong = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [{ kind: 'No Kind' }] });
  await expect(wrong).rejects.toMatchObject({ violations: [{ field: '/evidence/0/kind', rule: 'CODE' }] });
  const answers = Buffer.from('{"act":"wedding"}');
  const invalidAnswers = at().supplyDocuments({ requestId: randomUUID(), name, evidence: [CERTIFICATE], answers });
  await expect(invalidAnswers).rejects.toMatchObject({ violations: [{ field: '/answers/act', rule: 'ONE_OF' }] });
  expect((await at().read(name)).state).toBe('STATE_DOCUMENTS_REQUESTED');
});

test('replays a retry, and rejects a supply without a request', async () => {
  const { name } = await withDocumentsRequested(4);
  const given = { requestId: randomUUID(), name, evidence: [CERTIFICATE] };
  await at().supplyDocuments(given);
  expect((await at().supplyDocuments(given)).replayed).toBe(true);
  const again = at().supplyDocuments({ ...given, requestId: randomUUID() });
  await expect(again).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

describe('partial supply', () => {
  const KINDS = ['birth-certificate', 'diploma', 'work-book'];
  const supply = (name: string, given: object) => at().supplyDocuments({ requestId: randomUUID(), name, ...given });
  const frozen = (name: string, number: number) =>
    scene.world.clientAt(scene.port, 'agency-bridge').getSubmission({ name: `${name}/submissions/${number}` });

  test('keeps partial supplies and submits once every document is answered', async () => {
    const { name } = await withDocumentsRequested(5, KINDS);
    const first = (await supply(name, { evidence: [CERTIFICATE] })).application!;
    expect(first).toMatchObject({
      state: 'STATE_DOCUMENTS_REQUESTED',
      submissionCount: 1,
      documentRequest: { suppliedKinds: ['birth-certificate'], unavailable: [] },
      content: { evidence: [{ kind: 'identity-document' }, { kind: 'birth-certificate' }] },
      noDueDateReason: 'clock-stopped',
    });
    const lost = { kind: 'diploma', reason: 'Lost in the flood of 2010.' };
    const second = (await supply(name, { unavailable: [lost] })).application!;
    expect(second.documentRequest).toMatchObject({ suppliedKinds: ['birth-certificate'], unavailable: [lost] });
    const last = (await supply(name, { evidence: [{ kind: 'work-book', originalSeen: true }] })).application!;
    expect(last).toMatchObject({ state: 'STATE_IN_PROGRESS', submissionCount: 2, documentRequest: null });
    const { content, unavailable } = await frozen(name, 2);
    expect(content!.evidence.map(({ kind }) => kind)).toEqual(['identity-document', 'birth-certificate', 'work-book']);
    expect(unavailable).toEqual([lost]);
    expect((await at().getFiledSubmission({ name: `${name}/submissions/2` })).unavailable).toEqual([lost]);
    const rows = (await at().history(name)).filter(({ kind }) => kind === 'supply-documents');
    expect(rows.map(({ toState, submission }) => [toState, submission])).toEqual([
      ['STATE_DOCUMENTS_REQUESTED', 0],
      ['STATE_DOCUMENTS_REQUESTED', 0],
      ['STATE_IN_PROGRESS', 2],
    ]);
  });

  test('marks open documents unavailable when the desk completes the request', async () => {
    const { name } = await withDocumentsRequested(6, KINDS);
    const { application } = await supply(name, { evidence: [CERTIFICATE], complete: true });
    expect(application).toMatchObject({ state: 'STATE_IN_PROGRESS', submissionCount: 2 });
    expect((await frozen(name, 2)).unavailable).toEqual([
      { kind: 'diploma', reason: '' },
      { kind: 'work-book', reason: '' },
    ]);
  });

  test('clears an unavailable mark of a supplied document, and replays a retry', async () => {
    const { name } = await withDocumentsRequested(7, ['birth-certificate', 'diploma']);
    const part = { requestId: randomUUID(), name, unavailable: [{ kind: 'diploma', reason: 'Lost.' }] };
    await at().supplyDocuments(part);
    expect((await at().supplyDocuments(part)).replayed).toBe(true);
    await supply(name, { evidence: [{ kind: 'diploma', originalSeen: true }] });
    expect((await at().read(name)).documentRequest).toMatchObject({ suppliedKinds: ['diploma'], unavailable: [] });
    await supply(name, { evidence: [CERTIFICATE] });
    expect((await frozen(name, 2)).unavailable).toEqual([]);
  });

  test.each([
    ['a kind that was not requested', { unavailable: [{ kind: 'passport', reason: 'Lost.' }] }, 'ONE_OF'],
    ['an invalid code', { unavailable: [{ kind: 'No Kind', reason: 'Lost.' }] }, 'CODE'],
    ['an empty reason', { unavailable: [{ kind: 'diploma', reason: ' ' }] }, 'MIN_LENGTH'],
    ['a reason of two lines', { unavailable: [{ kind: 'diploma', reason: 'a\nb' }] }, 'CONTROL_CHARACTERS'],
    ['an overlong reason', { unavailable: [{ kind: 'diploma', reason: 'x'.repeat(501) }] }, 'MAX_LENGTH'],
    [
      'a document that is also supplied',
      { evidence: [CERTIFICATE], unavailable: [{ kind: 'birth-certificate', reason: 'Lost.' }] },
      'CONTRADICTION',
    ],
    ['an empty supply', {}, 'EVIDENCE_MISSING'],
  ])('rejects %s and keeps nothing', async (_what, given, rule) => {
    const { name, etag } = await withDocumentsRequested(8, KINDS);
    await expect(supply(name, given)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: expect.arrayContaining([expect.objectContaining({ rule })]) as unknown,
    });
    expect((await at().read(name)).etag).toBe(etag);
  });

  test('resets supplied kinds on a new request and keeps the documents', async () => {
    const { name } = await withDocumentsRequested(9, KINDS);
    await supply(name, { evidence: [CERTIFICATE] });
    await scene.world.publish(
      bridgeEvent(name, 'DeliveryDocumentsRequested', 2, { evidenceKinds: ['diploma'], answerBy: '2099-02-15' }),
    );
    const again = await eventually(async () => {
      const app = await at().read(name);
      return app.documentRequest?.evidenceKinds.length === 1 && app;
    });
    expect(again.documentRequest).toMatchObject({ suppliedKinds: [], unavailable: [] });
    expect(again.content!.evidence).toHaveLength(2);
  });
});
