import { applicableAnswers, MAX_EVIDENCE, MAX_SUPPLIED_BYTES, validateContentShape } from '@cups/application';
import type { Content, Evidence } from '@cups/application';
import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, DocumentRequest, UnavailableDocument } from '../application.ts';
import { resumeClock } from '../clock.ts';
import { assertNoViolations } from '../problems.ts';
import { toCivilDate } from '../terms.ts';
import { freezeSubmission } from './filing.ts';
import type { SubmitContext } from './filing.ts';

/** What an agency asked for comes at once or part by part, and what the person cannot get is said with its reason. */

/** What the desk was brought, or told, at one time. */
export interface Supply {
  evidence: Evidence[];
  /** The whole answers, when they change. */
  answers?: Record<string, unknown>;
  /** Papers asked for that the person cannot get, each with its reason. */
  unavailable?: UnavailableDocument[];
  /** Nothing more comes: what was not answered is not available. */
  complete?: boolean;
}

/**
 * Adds what the agency asked for. Once each paper was brought or said to be unavailable, the next submission is frozen and the
 * agency's clock goes on; until then the application stays where it is, and what was brought is kept.
 * @throws Problem INVALID_ARGUMENT for a supply that holds nothing (EVIDENCE_MISSING for each paper), for what is said to be
 *   unavailable and was not asked for or is brought, and for papers and answers of a wrong shape
 */
export function supplyDocuments(
  app: Application,
  actor: Actor,
  supply: Supply,
  { version, workingTime: working, validateAnswers: answersViolations }: SubmitContext,
): CommandResult {
  const state = assertTransition(app, 'supply-documents', actor);
  const occurTime = resolveOccurTime(app, actor);
  const answers = supply.answers && applicableAnswers(version.form, supply.answers);
  const content = withSupplied(app.content, supply.evidence, answers);
  const request = applySupply(app.documentRequest!, supply);
  const open = listOpenKinds(request);
  assertNoViolations([
    ...(isEmpty(supply) ? open.map((kind) => violation('/evidence', 'EVIDENCE_MISSING', { kind })) : []),
    ...validateUnavailable(app.documentRequest!, supply),
    ...validateContentShape(content, MAX_SUPPLIED_BYTES),
    ...(answers ? answersViolations(answers, toCivilDate(occurTime)) : []),
  ]);
  if (open.length > 0 && !supply.complete) {
    const partial = { ...app, content, documentRequest: request };
    return {
      document: appendHistory(partial, app.state, 'supply-documents', actor, { answers: request.id }),
      events: [],
    };
  }
  const unavailable = [...(request.unavailable ?? []), ...open.map((kind) => ({ kind }))];
  const { documentRequest: _answered, ...rest } = app;
  const next: Application = { ...resumeClock(rest, occurTime, working), state, content, timer: null };
  const number = app.submissions.length + 1;
  const submission = { ...freezeSubmission(next, number, occurTime, next.dueDate), answersRequest: request.id };
  if (unavailable.length > 0) submission.unavailable = unavailable;
  const document = appendHistory(
    { ...next, submissions: [...app.submissions, submission] },
    app.state,
    'supply-documents',
    actor,
    { submission: number, answers: request.id },
  );
  return { document, events: [{ type: 'DocumentsSupplied', submission: number, answersRequest: request.id }] };
}

function withSupplied(content: Content, evidence: Evidence[], answers: Content['answers']): Content {
  // What was filed earlier is frozen: the oldest papers make room, so that whatever is asked for can be supplied.
  const next: Content = { ...content, evidence: [...(content.evidence ?? []), ...evidence].slice(-MAX_EVIDENCE) };
  if (answers !== undefined) next.answers = answers;
  return next;
}

/** The request with what is known of each of its papers; what was brought after all is not unavailable any more. */
function applySupply(request: DocumentRequest, { evidence, unavailable = [] }: Supply): DocumentRequest {
  const { supplied = [], unavailable: before = [], evidenceKinds, ...asked } = request;
  const suppliedKinds = evidenceKinds.filter(
    (kind) => supplied.includes(kind) || evidence.some((one) => one.kind === kind),
  );
  const unavailableByKind = new Map([...before, ...unavailable].map((one) => [one.kind, one]));
  const stillUnavailable = [...unavailableByKind.values()].filter(({ kind }) => !suppliedKinds.includes(kind));
  const next: DocumentRequest = { ...asked, evidenceKinds };
  if (suppliedKinds.length > 0) next.supplied = suppliedKinds;
  if (stillUnavailable.length > 0) next.unavailable = stillUnavailable;
  return next;
}

/** The papers asked for of which nothing is known yet. */
function listOpenKinds({ evidenceKinds, supplied = [], unavailable = [] }: DocumentRequest): string[] {
  return evidenceKinds.filter((kind) => !supplied.includes(kind) && !unavailable.some((one) => one.kind === kind));
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
