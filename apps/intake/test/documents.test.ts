import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '@cups/application';
import { editDraft } from '../src/domain/commands/draft.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { submitApplication } from '../src/domain/commands/filing.ts';
import { applyDocumentUpdate } from '../src/domain/documents.ts';
import type { DocumentUpdate } from '../src/domain/documents.ts';
import type { Application, DocumentReference } from '../src/domain/application.ts';
import { ACTOR, applicationInState, catchProblem, content, newDraft, NOW, SUBMIT_CONTEXT } from './fixtures.ts';

const SHA = 'ab'.repeat(32);
const nameOf = (n: number) => `documents/01J000000000000000000000${String(n).padStart(2, '0')}`;
const reference = (n = 1, more: Partial<DocumentReference> = {}): DocumentReference => ({
  name: nameOf(n),
  kind: 'identity-document',
  uploadSize: 1000,
  uploadSha256: SHA,
  state: 'checking',
  ...more,
});
const copyOf = (n = 1, more: Partial<Evidence> = {}): Evidence => ({
  kind: 'identity-document',
  copy: nameOf(n),
  ...more,
});
const edit = (app: Application, evidence: Evidence[], found: DocumentReference[] = []) =>
  editDraft(app, ACTOR, { fields: ['evidence'], update: { evidence }, found }).document;
const withCopy = (more: Partial<DocumentReference> = {}) => edit(newDraft(), [copyOf()], [reference(1, more)]);
const submit = (app: Application) => submitApplication(app, ACTOR, SUBMIT_CONTEXT).document;
const violationsOf = (run: () => unknown) => catchProblem(run).violations.map(({ field, rule }) => `${field} ${rule}`);

describe('copies of evidence', () => {
  test('are references to documents of the application', () => {
    expect(withCopy().documents).toEqual([reference()]);
  });

  test.each([
    ['an unknown document', [copyOf(2)], [reference(1)]],
    ['a document of another kind', [copyOf(1, { kind: 'power' })], [reference(1)]],
    ['a text that is no document', [{ kind: 'identity-document', copy: 'copies/1' }], []],
    ['a malformed name', [{ kind: 'identity-document', copy: `${nameOf(1)}/x` }], [reference(1)]],
  ])('cannot be %s', (_what, evidence, found) => {
    expect(violationsOf(() => edit(newDraft(), evidence, found))).toEqual(['/evidence/0/copy REFERENCE']);
  });

  test('may stay a text of an earlier release', () => {
    const former = newDraft({ content: content({ evidence: [] }) });
    former.content.evidence = [{ kind: 'power', copy: 'copies/1' }];
    expect(edit(former, [{ kind: 'power', copy: 'copies/1', number: '2' }]).content.evidence).toHaveLength(1);
  });

  test('are at most 20', () => {
    const numbers = Array.from({ length: 21 }, (_, n) => n + 1);
    const evidence = numbers.map((n) => copyOf(n));
    const found = numbers.map((n) => reference(n));
    expect(edit(newDraft(), evidence.slice(1), found).documents).toHaveLength(20);
    expect(violationsOf(() => edit(newDraft(), evidence, found))).toEqual(['/evidence MAX_ITEMS']);
  });

  test('leave no reference when a draft no longer names them', () => {
    expect(edit(withCopy(), [{ kind: 'power' }]).documents).toBeUndefined();
    expect(edit(withCopy(), [copyOf(), copyOf(2)], [reference(2)]).documents).toHaveLength(2);
  });

  test('are frozen with the SHA-256 of the uploaded bytes', () => {
    const app = submit(withCopy());
    expect(app.submissions[0]?.content.evidence).toEqual([{ ...copyOf(), copySha256: SHA }]);
    expect(app.content.evidence).toEqual([copyOf()]);
  });

  test.each(['refused', 'erased'] as const)('prove nothing when %s', (state) => {
    expect(violationsOf(() => submit(withCopy({ state })))).toEqual(['/evidence/0/originalSeen EVIDENCE_NOT_VERIFIED']);
    const seen = edit(withCopy({ state }), [copyOf(1, { originalSeen: true })]);
    expect(submit(seen).state).toBe('submitted');
  });

  test.each(['uploading', 'checking', 'ready'] as const)('do not delay filing when %s', (state) => {
    expect(submit(withCopy({ state })).state).toBe('submitted');
  });
});

describe('copies of supplied documents', () => {
  const app = applicationInState('documents-requested');
  const supply = (evidence: Evidence[], found: DocumentReference[]) =>
    supplyDocuments(app, ACTOR, { evidence, found }, SUBMIT_CONTEXT).document;
  const evidence = [copyOf(1, { kind: 'birth-certificate' })];

  test('become references, frozen with the next submission', () => {
    const next = supply(evidence, [reference(1, { kind: 'birth-certificate' })]);
    expect(next.documents).toHaveLength(1);
    expect(next.submissions[1]?.content.evidence?.at(-1)).toMatchObject({ copySha256: SHA });
  });

  test.each([
    ['unknown', [], '/evidence/0/copy REFERENCE'],
    [
      'refused',
      [reference(1, { kind: 'birth-certificate', state: 'refused' })],
      '/evidence/0/originalSeen EVIDENCE_NOT_VERIFIED',
    ],
  ])('cannot be %s', (_what, found, expected) => {
    expect(violationsOf(() => supply(evidence, found as DocumentReference[]))).toEqual([expected]);
  });

  test('may be refused beside another of the kind', () => {
    const found = [1, 2].map((n) => reference(n, { kind: 'birth-certificate', state: n === 1 ? 'refused' : 'ready' }));
    const next = supply([...evidence, copyOf(2, { kind: 'birth-certificate' })], found);
    expect(next.submissions).toHaveLength(2);
  });
});

describe('a copy refused while its request is open', () => {
  const requested = applicationInState('documents-requested');
  const KINDS = ['birth-certificate', 'power'];
  const open: Application = {
    ...requested,
    documentRequest: { ...requested.documentRequest!, evidenceKinds: KINDS },
  };
  const certificate = (n: number, more: Partial<Evidence> = {}) => copyOf(n, { kind: 'birth-certificate', ...more });
  const found = (n: number) => [reference(n, { kind: 'birth-certificate' })];
  const supply = (app: Application, evidence: Evidence[], documents: DocumentReference[] = []) =>
    supplyDocuments(app, ACTOR, { evidence, found: documents }, SUBMIT_CONTEXT).document;
  const refuse = (app: Application, n = 1, state: 'refused' | 'erased' = 'refused') =>
    applyDocumentUpdate(app, {
      document: nameOf(n),
      kind: 'birth-certificate',
      facts: { state },
      eventId: `event-${n}`,
      occurTime: NOW,
      now: NOW,
    }).document;
  const supplied = supply(open, [certificate(1)], found(1));

  test.each(['refused', 'erased'] as const)('no longer supplies its kind when %s', (state) => {
    expect(supplied.documentRequest?.suppliedKinds).toEqual(['birth-certificate']);
    expect(refuse(supplied, 1, state).documentRequest?.suppliedKinds).toBeUndefined();
  });

  test('leaves other supplied kinds, and the request open', () => {
    const three = { ...open, documentRequest: { ...open.documentRequest!, evidenceKinds: [...KINDS, 'other'] } };
    const both = supply(three, [certificate(1), { kind: 'other', originalSeen: true }], found(1));
    const app = refuse(both);
    expect(app.documentRequest?.suppliedKinds).toEqual(['other']);
    expect(app.deskAlerts).toEqual([{ kind: 'document-refused', recordTime: NOW }]);
    const next = supply(app, [{ kind: 'power', originalSeen: true }]);
    expect([next.state, next.submissions.length]).toEqual(['documents-requested', open.submissions.length]);
  });

  test.each<[string, Evidence[], DocumentReference[]]>([
    ['another copy', [certificate(1), certificate(2)], [...found(1), ...found(2)]],
    ['the original of another', [certificate(1), { kind: 'birth-certificate', originalSeen: true }], found(1)],
    ['its own original', [certificate(1, { originalSeen: true })], found(1)],
  ])('leaves its kind supplied by %s', (_what, evidence, documents) => {
    const app = refuse(supply(open, evidence, documents));
    expect(app.documentRequest?.suppliedKinds).toEqual(['birth-certificate']);
  });

  describe('after an earlier submission with the kind', () => {
    const seen = { kind: 'birth-certificate', originalSeen: true };
    const once = { ...open, documentRequest: requested.documentRequest! };
    const answered = supply(once, [certificate(1), seen], found(1));
    const again = { ...answered, state: 'documents-requested' as const, documentRequest: open.documentRequest! };

    test('leaves its kind supplied if only that submission names it', () => {
      const app = refuse(supply(again, [seen]));
      expect(app.documentRequest?.suppliedKinds).toEqual(['birth-certificate']);
    });

    test('no longer supplies its kind, whatever that submission contains', () => {
      const app = refuse(supply(again, [certificate(2)], found(2)), 2);
      expect(app.documentRequest?.suppliedKinds).toBeUndefined();
    });
  });

  test('after the request closed raises an alert, and only a new request admits another copy', () => {
    const closed = supply(
      { ...open, documentRequest: { ...open.documentRequest!, evidenceKinds: ['birth-certificate'] } },
      [certificate(1)],
      found(1),
    );
    const app = refuse(closed);
    expect([app.state, app.deskAlerts.map(({ kind }) => kind)]).toEqual(['in-progress', ['document-refused']]);
    expect(catchProblem(() => supply(app, [certificate(2)], found(2))).reason).toBe('ACTION_NOT_ALLOWED');
    const again = { ...app, state: 'documents-requested' as const, documentRequest: open.documentRequest! };
    expect(supply(again, [certificate(2)], found(2)).documents?.map(({ name }) => name)).toContain(nameOf(2));
  });

  test('is replaced by the next of its kind', () => {
    const next = supply(refuse(supplied), [certificate(2)], found(2));
    expect(next.documentRequest?.suppliedKinds).toEqual(['birth-certificate']);
    expect(next.documents?.map(({ name }) => name)).toEqual([nameOf(2)]);
    expect(next.content.evidence?.filter(({ kind }) => kind === 'birth-certificate')).toEqual([certificate(2)]);
  });
});

describe('applyDocumentUpdate', () => {
  const update = (facts: DocumentUpdate['facts'], document = nameOf(1)): DocumentUpdate => ({
    document,
    kind: 'identity-document',
    facts,
    eventId: 'event-1',
    occurTime: NOW,
    now: NOW,
  });
  const checked = { state: 'ready', mediaType: 'application/pdf', size: 900, sha256: SHA, pages: 2 } as const;
  const refused = { state: 'refused', refusal: 'PDF_SCRIPT' } as const;

  test('records the facts of the check once', () => {
    const { document, events } = applyDocumentUpdate(withCopy(), update(checked));
    expect(document.documents).toEqual([{ ...reference(), ...checked }]);
    expect(events).toEqual([]);
    expect(applyDocumentUpdate(document, update(checked)).document).toBe(document);
  });

  test('never moves a document back', () => {
    const erased = applyDocumentUpdate(withCopy(), update({ state: 'erased' })).document;
    expect(applyDocumentUpdate(erased, update(refused)).document).toBe(erased);
  });

  test('ignores a document that the application does not name', () => {
    const app = withCopy();
    expect(applyDocumentUpdate(app, update(checked, nameOf(2)))).toEqual({ document: app, events: [] });
  });

  test('only records a refusal before filing', () => {
    const { document, events } = applyDocumentUpdate(withCopy(), update(refused));
    expect(document.documents?.[0]).toMatchObject(refused);
    expect([events, document.deskAlerts, document.history]).toEqual([[], [], []]);
  });

  test('raises an alert for a refusal after filing', () => {
    const app = submit(withCopy());
    const { document, events } = applyDocumentUpdate(app, update(refused));
    expect(document.deskAlerts).toEqual([{ kind: 'document-refused', recordTime: NOW }]);
    expect(document.history.at(-1)).toMatchObject({
      kind: 'document-refused',
      actor: 'documents',
      documents: [{ kind: 'identity-document' }],
      fromState: 'submitted',
      toState: 'submitted',
    });
    expect(events).toEqual([{ type: 'DeskAlertRaised', kind: 'document-refused' }]);
  });

  test('raises no alert after the end', () => {
    const app = { ...submit(withCopy()), state: 'withdrawn' as const };
    expect(applyDocumentUpdate(app, update(refused)).document.deskAlerts).toEqual([]);
  });
});
