import { END_STATES } from '@cups/application';
import type { Evidence } from '@cups/application';
import { pointer, Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { addDeskAlert } from './desk-alerts.ts';
import type { ActionRecord, Application, DocumentReference, ResultDocument } from './application.ts';
import type { Actor, CommandResult } from './command.ts';

/**
 * References to documents, whose content only the service documents holds. Evidence names a document in `copy`; the
 * application keeps what it must know of it, so that filing calls no other service.
 */

/** Maximum number of documents that the evidence of an application names. */
const MAX_DOCUMENTS = 20;

const DOCUMENT_NAME = /^documents\/[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

type DocumentHolder = Pick<Application, 'documents'> & { content: Pick<Application['content'], 'evidence'> };

/** Returns the documents that evidence names and the application does not know yet, without detached ones. */
export function listUnknownDocuments(
  { documents = [], detachedDocuments = [] }: Pick<Application, 'documents' | 'detachedDocuments'>,
  evidence: Evidence[],
): string[] {
  return namedDocuments(evidence).filter(
    (name) => !detachedDocuments.includes(name) && !documents.some((document) => document.name === name),
  );
}

function namedDocuments(evidence: readonly Pick<Evidence, 'copy'>[]): string[] {
  const copies = evidence.flatMap(({ copy }) => (copy !== undefined && DOCUMENT_NAME.test(copy) ? [copy] : []));
  return [...new Set(copies)];
}

/**
 * Returns the violations of copies in evidence. A copy must be a document of this application and of the same kind; a
 * text of an earlier release may stay.
 * @param found documents of the application that it does not know yet
 */
export function validateCopies(
  { documents = [], content }: DocumentHolder,
  evidence: Evidence[],
  found: readonly DocumentReference[],
): Violation[] {
  const known = [...documents, ...found];
  const former = new Set(content.evidence?.map(({ copy }) => copy).filter((copy) => !DOCUMENT_NAME.test(copy ?? '')));
  return evidence.flatMap(({ kind, copy }, index) => {
    if (copy === undefined || former.has(copy)) return [];
    const document = known.find(({ name }) => name === copy);
    return document?.kind === kind ? [] : [violation(pointer(['evidence', index, 'copy']), 'REFERENCE')];
  });
}

/** Returns a violation if the application names too many documents. */
export function validateDocumentCount({ documents = [] }: Pick<Application, 'documents'>): Violation[] {
  return documents.length > MAX_DOCUMENTS ? [violation('/evidence', 'MAX_ITEMS', { max: MAX_DOCUMENTS })] : [];
}

/**
 * Returns the application with the found documents that its evidence names, and without those that neither its
 * evidence nor a submission names.
 */
export function withDocuments<A extends DocumentHolder & Pick<Application, 'submissions'>>(
  app: A,
  found: readonly DocumentReference[],
): A {
  const known = app.documents ?? [];
  if (known.length === 0 && found.length === 0) return app;
  const named = new Set(
    [app.content, ...app.submissions.map(({ content }) => content)].flatMap(({ evidence = [] }) =>
      namedDocuments(evidence),
    ),
  );
  const added = found.filter(({ name }) => !known.some((document) => document.name === name));
  const documents = [...known, ...added].filter(({ name }) => named.has(name));
  if (documents.length === known.length && added.length === 0) return app;
  const { documents: _before, ...rest } = app;
  return (documents.length > 0 ? { ...rest, documents } : rest) as A;
}

/**
 * Returns the evidence of a submission: a copy is frozen with the SHA-256 of its uploaded bytes. An erased copy is left out:
 * the original that was seen proves the document.
 */
export function freezeCopies({ content, documents }: DocumentHolder): Evidence[] | undefined {
  if (!documents || !content.evidence) return content.evidence;
  return content.evidence.map((item) => {
    const document = documents.find(({ name }) => name === item.copy);
    if (!document) return item;
    const { copy: _erased, ...others } = item;
    return document.state === 'erased' ? others : { ...item, copySha256: document.uploadSha256 };
  });
}

/**
 * Detaches a document that is about to be destroyed: the application knows it as erased, and no later write can name it. The
 * store writes the application in any case, so that a concurrent write that read the document decides again.
 * @throws Problem DOCUMENT_IN_USE if a submission contains it
 */
export function detachDocument<A extends Application>(app: A, name: string): A {
  if (app.submissions.some(({ content }) => namedDocuments(content.evidence ?? []).includes(name)))
    throw new Problem({ reason: 'DOCUMENT_IN_USE', message: 'A submission contains the document.' });
  const { detachedDocuments: before = [] } = app;
  const detached: A = { ...app, detachedDocuments: before.includes(name) ? before : [...before, name] };
  return withReport(detached, name, { state: 'erased' });
}

/** Returns the names of documents that prove nothing, because they were refused or erased. */
export function listUnusableCopies({ documents = [] }: Pick<Application, 'documents'>): string[] {
  return documents.filter(({ state }) => state === 'refused' || state === 'erased').map(({ name }) => name);
}

/**
 * Returns violations without those of documents that nothing proves: a released act may file them, because their scan was lost
 * with the data of the desk. The person who releases it sees which, and the original is with the applicant.
 */
export const acceptMissingScans = (
  violations: Violation[],
  { evidence = [] }: Application['content'],
  { release }: Pick<Actor, 'release'>,
): Violation[] =>
  release === undefined
    ? violations
    : violations.filter(({ rule, field }) => rule !== 'EVIDENCE_NOT_VERIFIED' || hasCopyAt(evidence, field));

const hasCopyAt = (evidence: readonly Evidence[], field: string): boolean =>
  evidence[Number(field.split('/')[2])]?.copy !== undefined;

/** Whether an unusable copy is the only proof of the document. */
function isUnproven({ copy = '', originalSeen, verificationCode }: Evidence, unusable: readonly string[]): boolean {
  return unusable.includes(copy) && !originalSeen && !verificationCode;
}

/** Returns the violations of evidence whose only proof is an unusable copy, unless another of its kind is proven. */
export function validateUnusableCopies(
  app: Pick<Application, 'documents'>,
  evidence: readonly Evidence[],
): Violation[] {
  const unusable = listUnusableCopies(app);
  const provenKinds = evidence.filter((item) => !isUnproven(item, unusable)).map(({ kind }) => kind);
  return evidence.flatMap(({ kind }, index) =>
    provenKinds.includes(kind)
      ? []
      : [violation(pointer(['evidence', index, 'originalSeen']), 'EVIDENCE_NOT_VERIFIED', { kind })],
  );
}

type RequestHolder = Pick<Application, 'content' | 'submissions' | 'documents' | 'documentRequest'>;

/** Returns the evidence that was supplied since the last submission. An exact repetition counts as submitted. */
function listUnsubmitted(app: RequestHolder): Evidence[] {
  const submitted = app.submissions.at(-1)?.content.evidence ?? [];
  const frozen = freezeCopies(app) ?? [];
  return (app.content.evidence ?? []).filter((_item, index) => {
    const members = Object.entries(frozen[index]!);
    return !submitted.some(
      (before) =>
        members.length === Object.keys(before).length &&
        members.every(([member, value]) => before[member as keyof Evidence] === value),
    );
  });
}

/** Returns the evidence without what new evidence of its kind replaces: never submitted, and only an unusable copy. */
export function withoutReplaced(app: RequestHolder, added: readonly Evidence[]): Evidence[] {
  const unusable = listUnusableCopies(app);
  const replaced = listUnsubmitted(app).filter(
    (item) => isUnproven(item, unusable) && added.some(({ kind }) => kind === item.kind),
  );
  return (app.content.evidence ?? []).filter((item) => !replaced.includes(item));
}

/** Returns the application, whose open request misses the kind again if only this unusable copy supplied it. */
function reopenSuppliedKind<A extends RequestHolder>(app: A, { name, kind }: DocumentReference): A {
  const { documentRequest: request } = app;
  if (!request?.suppliedKinds?.includes(kind)) return app;
  const unusable = listUnusableCopies(app);
  const supplied = listUnsubmitted(app).filter((item) => item.kind === kind);
  const isOnlyProof =
    supplied.some(({ copy }) => copy === name) && supplied.every((item) => isUnproven(item, unusable));
  if (!isOnlyProof) return app;
  const { suppliedKinds: before, ...rest } = request;
  const suppliedKinds = before.filter((other) => other !== kind);
  return { ...app, documentRequest: suppliedKinds.length > 0 ? { ...rest, suppliedKinds } : rest };
}

/** What the service documents reports about a document of an application. */
export interface DocumentUpdate {
  /** documents/{id} */
  document: string;
  kind: string;
  /** The new state, with the facts of the check or the cause of the refusal. */
  facts: Pick<DocumentReference, 'mediaType' | 'size' | 'sha256' | 'pages' | 'scan' | 'refusal'> & {
    state: 'ready' | 'refused' | 'erased';
  };
  /** ID of the received event. */
  eventId: string;
  occurTime: Date;
  now: Date;
}

/** States in the order in which a document passes them; an event never moves it back. */
const RANKS = { uploading: 0, checking: 1, ready: 2, refused: 2, erased: 3 } as const;

/**
 * Applies a report to the references of an application. A document that is refused after filing raises an alert for
 * the desk, and an open request of the agency misses it again. An application that has ended only records the state.
 */
export function applyDocumentUpdate(app: Application, update: DocumentUpdate): CommandResult {
  const marked = update.facts.state === 'erased' ? markErasedResult(app, update.document) : app;
  const document = withReport(marked, update.document, update.facts);
  const isRefusedAfterFiling =
    document !== marked && update.facts.state === 'refused' && app.state !== 'draft' && !END_STATES.includes(app.state);
  return isRefusedAfterFiling ? raiseRefusal(document, update) : { document, events: [] };
}

/** Returns the application with a report about one of its documents; the same one if the report is none or not new. */
function withReport<A extends Application>(app: A, name: string, facts: DocumentUpdate['facts']): A {
  const before = app.documents?.find((document) => document.name === name);
  if (!before || RANKS[before.state] >= RANKS[facts.state]) return app;
  const after: DocumentReference = { ...before, ...facts };
  const documents = app.documents!.map((document) => (document === before ? after : document));
  const updated: A = { ...app, documents };
  return after.state === 'ready' ? updated : reopenSuppliedKind(updated, after);
}

function raiseRefusal(app: Application, { kind, eventId, occurTime, now }: DocumentUpdate): CommandResult {
  const row: ActionRecord = {
    kind: 'document-refused',
    actor: 'documents',
    occurTime,
    recordTime: now,
    cause: eventId,
    fromState: app.state,
    toState: app.state,
    documents: [{ kind }],
  };
  const deskAlerts = addDeskAlert(app.deskAlerts, 'document-refused', now);
  return {
    document: { ...app, deskAlerts, history: [...app.history, row] },
    events: [{ type: 'DeskAlertRaised', kind: 'document-refused' }],
  };
}

/** Marks an erased result, so that nobody tries to read it. */
function markErasedResult(app: Application, name: string): Application {
  const results = app.decision?.documents;
  if (!results?.some(({ document, erased }) => document === name && !erased)) return app;
  const documents = results.map((result): ResultDocument =>
    result.document === name ? { ...result, erased: true } : result,
  );
  return { ...app, decision: { ...app.decision!, documents } };
}
