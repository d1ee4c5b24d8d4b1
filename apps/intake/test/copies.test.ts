import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { eventually } from '@cups/testing';
import type { Evidence } from '@cups/contracts/gen/cups/intake/v1/Evidence.ts';
import { documentEvent, storedDocument, useIntake } from './world.ts';

/** Copies of evidence through the RPCs and the topic of documents, with a fake service documents. */

const scene = useIntake({ topics: true });
const { at } = scene;

afterEach(() => {
  scene.world.documentsDown.problem = undefined;
});

/** Opens a draft with n stored documents that it does not name yet. */
async function draftWithDocuments(n = 1) {
  const draft = await at().open();
  const documents = Array.from({ length: n }, (_, index) => storedDocument(draft.name, index + 1));
  scene.world.stored.set(draft.name, documents);
  return { draft, documents };
}
const evidenceOf = (name: string, more: Partial<Evidence> = {}) => ({
  kind: 'identity-document',
  copy: name,
  ...more,
});
const edit = async (app: { name: string; etag: string }, evidence: Evidence[]) =>
  (
    await at().updateApplication({
      requestId: randomUUID(),
      name: app.name,
      etag: app.etag,
      content: { evidence },
      updateFields: ['evidence'],
    })
  ).application!;
const submissionOf = (name: string) =>
  scene.world.clientAt(scene.port, 'agency-bridge').getSubmission({ name: `${name}/submissions/1` });

describe('copies', () => {
  test('are resolved once and frozen with their SHA-256', async () => {
    const { draft, documents } = await draftWithDocuments();
    const { calls } = scene.world.documentsDown;
    const edited = await edit(draft, [evidenceOf(documents[0]!.name)]);
    expect(edited.documents).toMatchObject([
      { name: documents[0]!.name, state: 'STATE_CHECKING', uploadSize: '1000', uploadSha256: '1'.repeat(64) },
    ]);
    const again = await edit(edited, [evidenceOf(documents[0]!.name, { number: '1' })]);
    expect(again.documents).toHaveLength(1);
    await at().submit(draft.name);
    expect(scene.world.documentsDown.calls).toBe(calls + 1);
    expect((await submissionOf(draft.name)).content?.evidence).toMatchObject([
      { copy: documents[0]!.name, copySha256: '1'.repeat(64) },
    ]);
  });

  test('need the service documents only when they are new', async () => {
    const { draft, documents } = await draftWithDocuments(2);
    const edited = await edit(draft, [evidenceOf(documents[0]!.name)]);
    scene.world.documentsDown.problem = new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'away' });
    await expect(edit(edited, [evidenceOf(documents[1]!.name)])).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    const kept = await edit(edited, [evidenceOf(documents[0]!.name, { number: '2' })]);
    expect((await at().submit(kept.name)).state).toBe('STATE_SUBMITTED');
  });

  test('of a new draft may precede it', async () => {
    const id = '01J0000000000000000000C0PY';
    const document = storedDocument(`applications/${id}`, 7);
    scene.world.stored.set(document.application, [document]);
    const draft = await at().open(1, { evidence: [evidenceOf(document.name)] }, { applicationId: id });
    expect(draft.documents).toHaveLength(1);
  });

  test.each([
    ['unknown', { name: 'documents/01J00000000000000000000099' }],
    ['of another kind', { kind: 'power' }],
    ['a result', { purpose: 'PURPOSE_RESULT' as const }],
  ])('cannot be %s', async (_what, more) => {
    const { draft, documents } = await draftWithDocuments();
    scene.world.stored.set(draft.name, [{ ...documents[0]!, ...more }]);
    await expect(edit(draft, [evidenceOf(documents[0]!.name)])).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/evidence/0/copy', rule: 'REFERENCE' }],
    });
  });
});

describe('DetachDocument', () => {
  const detach = (application: string, document: string) =>
    scene.world.clientAt(scene.port, 'documents').detachDocument({ application, document });
  const scanOnly = (draft: { name: string; etag: string }, { name }: { name: string }) =>
    edit(draft, [evidenceOf(name)]);

  test('refuses a document that a submission contains', async () => {
    const { draft, documents } = await draftWithDocuments();
    await scanOnly(draft, documents[0]!);
    const { etag } = await at().submit(draft.name);
    await expect(detach(draft.name, documents[0]!.name)).rejects.toMatchObject({ reason: 'DOCUMENT_IN_USE' });
    expect((await at().read(draft.name)).etag).toBe(etag);
  });

  test('leaves a draft that cannot be filed with the document, nor name it again', async () => {
    const { draft, documents } = await draftWithDocuments(2);
    const [first, second] = documents;
    const edited = await scanOnly(draft, first!);
    await detach(draft.name, second!.name);
    await detach(draft.name, first!.name);
    const detached = await at().read(draft.name);
    expect(detached.documents).toMatchObject([{ name: first!.name, state: 'STATE_ERASED' }]);
    await expect(at().submit(draft.name)).rejects.toMatchObject({
      violations: [{ field: '/evidence/0/originalSeen', rule: 'EVIDENCE_NOT_VERIFIED' }],
    });
    await expect(scanOnly(edited, first!)).rejects.toMatchObject({ reason: 'ETAG_STALE' });
    // The service documents lists it until its own commit.
    await expect(scanOnly(detached, second!)).rejects.toMatchObject({
      violations: [{ field: '/evidence/0/copy', rule: 'REFERENCE' }],
    });
    const seen = await edit(detached, [evidenceOf(first!.name, { originalSeen: true })]);
    await at().submit(seen.name);
    const [evidence] = (await submissionOf(draft.name)).content!.evidence;
    expect(evidence).toMatchObject({ kind: 'identity-document', originalSeen: true, copy: '', copySha256: '' });
  });

  test('and a submission at the same time never both succeed', async () => {
    const { draft, documents } = await draftWithDocuments();
    const drafts = [{ draft, document: documents[0]! }];
    while (drafts.length < 20) {
      const { draft: next, documents: found } = await draftWithDocuments();
      drafts.push({ draft: next, document: found[0]! });
    }
    await Promise.all(drafts.map(({ draft: one, document }) => scanOnly(one, document)));
    const races = drafts.map(({ draft: one, document }) =>
      Promise.allSettled([at().submit(one.name), detach(one.name, document.name)]),
    );
    for (const outcomes of await Promise.all(races))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('accepts an application that does not exist, and refuses other callers', async () => {
    const { draft, documents } = await draftWithDocuments();
    await detach('applications/01J00000000000000000000N0N', documents[0]!.name);
    await expect(at().detachDocument({ application: draft.name, document: documents[0]!.name })).rejects.toMatchObject({
      reason: 'PERMISSION_DENIED',
    });
  });
});

describe('events of documents', () => {
  const checked = { mediaType: 'application/pdf', size: '900', sha256: 'c'.repeat(64), pages: 2, scan: 'SCAN_CLEAN' };

  test('update the reference, and a refusal after filing alerts the desk', async () => {
    const { draft, documents } = await draftWithDocuments(2);
    const [first, second] = documents;
    await edit(
      draft,
      documents.map(({ name }) => evidenceOf(name)),
    );
    await at().submit(draft.name);
    await scene.world.publish(
      documentEvent(first!, 'DocumentChecked', 1, checked),
      documentEvent(second!, 'DocumentRefused', 1, { cause: 'PDF_SCRIPT' }),
      documentEvent(first!, 'DocumentErased', 2),
    );
    const app = await eventually(async () => {
      const read = await at().read(draft.name);
      expect(read.documents.map(({ state }) => state)).toEqual(['STATE_ERASED', 'STATE_REFUSED']);
      return read;
    });
    expect(app.documents).toMatchObject([
      { mediaType: 'application/pdf', size: '900', pages: 2, scan: 'SCAN_CLEAN' },
      { refusal: 'PDF_SCRIPT' },
    ]);
    expect(app.deskAlerts).toMatchObject([{ kind: 'document-refused', count: 1 }]);
    expect(app.buckets).toContain('BUCKET_AGENCY_REPLIED');
  });

  test('count before the application names the document, and after events that it never received', async () => {
    const { draft, documents } = await draftWithDocuments(2);
    const [first, second] = documents;
    const unknownApplication = storedDocument('applications/01J00000000000000000000ABC', 3);
    await scene.world.publish(
      documentEvent(unknownApplication, 'DocumentChecked', 1, checked),
      documentEvent(first!, 'DocumentChecked', 1, checked),
    );
    const counted = await eventually(async () => {
      const read = await at().read(draft.name);
      expect(read.etag).not.toBe(draft.etag);
      return read;
    });
    await edit(
      counted,
      documents.map(({ name }) => evidenceOf(name)),
    );
    await scene.world.publish(
      documentEvent(first!, 'DocumentErased', 2),
      documentEvent(second!, 'DocumentRefused', 4, { cause: 'HEIC' }),
    );
    await eventually(async () => {
      const { documents: known } = await at().read(draft.name);
      expect(known.map(({ state }) => state)).toEqual(['STATE_ERASED', 'STATE_REFUSED']);
      return true;
    });
  });
});
