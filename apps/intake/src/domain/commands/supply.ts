import {
  applicableAnswers,
  MAX_EVIDENCE,
  MAX_SUPPLIED_BYTES,
  toCivilDate,
  validateContentShape,
} from '@cups/application';
import type { Content, Evidence } from '@cups/application';
import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { appendHistory, assertTransition, resolveOccurTime, resolveRegisterTime } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import { assertAnsweredInTime } from '../answer-date.ts';
import type {
  Application,
  DocumentReference,
  DocumentRequest,
  Submission,
  UnavailableDocument,
} from '../application.ts';
import { resumeClock } from '../clock.ts';
import {
  validateCopies,
  validateDocumentCount,
  validateUnusableCopies,
  withDocuments,
  withoutReplaced,
} from '../documents.ts';
import { countRows } from '../history.ts';
import { assertNoViolations, assertRepeatable } from '../problems.ts';
import { assertMandateCovers, validateMandateName } from '../mandates.ts';
import { freezeSubmission, mandateOf } from './filing.ts';
import type { SubmitContext } from './filing.ts';

/**
 * Supplies requested documents, all together or in parts. A document that the applicant cannot provide gets a
 * reason.
 */

export interface Supply {
  evidence: Evidence[];
  /** The complete answers, if they change. */
  answers?: Record<string, unknown>;
  /** Requested documents that the applicant cannot provide, with reasons. */
  unavailable?: UnavailableDocument[];
  /** Closes the request: every open document becomes unavailable. */
  complete?: boolean;
  /** Documents that the evidence names and the application does not know yet. */
  found?: readonly DocumentReference[];
  /** The mandate from now on, if it changes. */
  mandate?: NonNullable<Content['mandate']>;
}

/**
 * Adds requested documents. Once each is supplied or unavailable, freezes the next submission and resumes the
 * clock. Until then the state stays.
 * @throws Problem those of {@link assertAnsweredInTime}; INVALID_ARGUMENT for an empty supply, for unavailable documents that were not requested or are
 * supplied, for invalid content, and at the limit of 100 parts; those of {@link assertMandateCovers}
 */
export function supplyDocuments(
  app: Application,
  actor: Actor,
  supply: Supply,
  { version, workingTime, validateAnswers, mandateUse }: SubmitContext,
): CommandResult {
  const state = assertTransition(app, 'supply-documents', actor);
  const occurTime = resolveOccurTime(app, actor);
  assertAnsweredInTime(app.documentRequest!, occurTime, actor);
  const answers = supply.answers && applicableAnswers(version.form, supply.answers);
  const content = withSupplied(app, supply, answers);
  const request = applySupply(app.documentRequest!, supply);
  const open = listOpenKinds(request);
  const supplied = withDocuments({ ...app, content }, supply.found ?? []);
  assertNoViolations([
    ...(isEmpty(supply) ? open.map((kind) => violation('/evidence', 'EVIDENCE_MISSING', { kind })) : []),
    ...validateUnavailable(app.documentRequest!, supply),
    ...validateContentShape(content, MAX_SUPPLIED_BYTES),
    ...validateCopies(app, supply.evidence, supply.found ?? []),
    ...validateUnusableCopies(supplied, supply.evidence),
    ...validateDocumentCount(supplied),
    ...(supply.mandate ? validateMandateName(content, mandateUse.mandate) : []),
    ...(answers ? validateAnswers(answers, toCivilDate(occurTime)) : []),
  ]);
  assertMandateCovers(supplied, mandateUse, 'supply-documents', actor.now);
  if (open.length > 0 && !supply.complete) {
    assertRepeatable(countParts(app), '/evidence');
    const partial = { ...supplied, documentRequest: request };
    return {
      document: appendHistory(partial, app.state, 'supply-documents', actor, {
        answers: request.id,
        ...mandateOf(mandateUse),
      }),
      events: [],
    };
  }
  const unavailable = [...(request.unavailable ?? []), ...open.map((kind) => ({ kind }))];
  const { documentRequest: _answered, ...rest } = supplied;
  const submitTime = resolveRegisterTime(app, actor);
  const next: Application = { ...resumeClock(rest, submitTime, workingTime), state, timer: null };
  const number = app.submissions.length + 1;
  const numbered = { number, submitTime, dueDate: next.dueDate };
  const submission: Submission = {
    ...freezeSubmission(next, numbered, mandateUse.mandate),
    answersRequest: request.id,
  };
  if (unavailable.length > 0) submission.unavailable = unavailable;
  const document = appendHistory(
    { ...next, submissions: [...app.submissions, submission] },
    app.state,
    'supply-documents',
    actor,
    { submission: number, answers: request.id, ...mandateOf(mandateUse) },
  );
  return { document, events: [{ type: 'DocumentsSupplied', submission: number, answersRequest: request.id }] };
}

/** Returns the number of supplies that did not complete a request. */
function countParts(app: Application): number {
  const complete = app.submissions.filter(({ answersRequest }) => answersRequest !== undefined);
  return countRows(app, ['supply-documents']) - complete.length;
}

function withSupplied(app: Application, { evidence, mandate }: Supply, answers: Content['answers']): Content {
  // Earlier submissions are frozen, so the oldest documents can make room for requested ones.
  const next: Content = {
    ...app.content,
    evidence: [...withoutReplaced(app, evidence), ...evidence].slice(-MAX_EVIDENCE),
  };
  if (answers !== undefined) next.answers = answers;
  if (mandate !== undefined) next.mandate = mandate;
  return next;
}

/** Returns the request with its supplied and unavailable documents. A supplied document is no longer unavailable. */
function applySupply(request: DocumentRequest, { evidence, unavailable = [] }: Supply): DocumentRequest {
  const { suppliedKinds: suppliedBefore = [], unavailable: before = [], evidenceKinds, ...asked } = request;
  const suppliedKinds = evidenceKinds.filter(
    (kind) => suppliedBefore.includes(kind) || evidence.some((document) => document.kind === kind),
  );
  const unavailableByKind = new Map([...before, ...unavailable].map((document) => [document.kind, document]));
  const stillUnavailable = [...unavailableByKind.values()].filter(({ kind }) => !suppliedKinds.includes(kind));
  const next: DocumentRequest = { ...asked, evidenceKinds };
  if (suppliedKinds.length > 0) next.suppliedKinds = suppliedKinds;
  if (stillUnavailable.length > 0) next.unavailable = stillUnavailable;
  return next;
}

function listOpenKinds({ evidenceKinds, suppliedKinds = [], unavailable = [] }: DocumentRequest): string[] {
  return evidenceKinds.filter(
    (kind) => !suppliedKinds.includes(kind) && !unavailable.some((document) => document.kind === kind),
  );
}

const isEmpty = ({ evidence, answers, unavailable = [], complete = false }: Supply): boolean =>
  evidence.length === 0 && unavailable.length === 0 && answers === undefined && !complete;

function validateUnavailable({ evidenceKinds }: DocumentRequest, { evidence, unavailable = [] }: Supply): Violation[] {
  return unavailable.flatMap(({ kind }, index) => {
    const field = pointer(['unavailable', index, 'kind']);
    if (!evidenceKinds.includes(kind)) return [violation(field, 'ONE_OF', { choices: evidenceKinds })];
    const isSupplied = evidence.some((document) => document.kind === kind);
    return isSupplied ? [violation(field, 'CONTRADICTION', { other: '/evidence' })] : [];
  });
}
