import { countingAnswers, MAX_EVIDENCE, MAX_SUPPLIED_BYTES, shapeViolations } from '@cups/application';
import type { Content, Evidence } from '@cups/application';
import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { allow, occurredAt, record } from '../acts.ts';
import type { Actor, Step } from '../acts.ts';
import type { Application, DocumentRequest, Unavailable } from '../application.ts';
import { resumedClock } from '../clock.ts';
import { assertNone } from '../refusals.ts';
import { today } from '../terms.ts';
import { freeze } from './filing.ts';
import type { SubmitParts } from './filing.ts';

/** What an agency asked for comes at once or part by part, and what the person cannot get is said with its reason. */

/** What the desk was brought, or told, at one time. */
export interface Supply {
  evidence: Evidence[];
  /** The whole answers, when they change. */
  answers?: Record<string, unknown>;
  /** Papers asked for that the person cannot get, each with its reason. */
  unavailable?: Unavailable[];
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
  { version, working, answersViolations }: SubmitParts,
): Step {
  const state = allow(app, 'supply-documents', actor);
  const at = occurredAt(app, actor);
  const answers = supply.answers && countingAnswers(version.form, supply.answers);
  const content = withSupplied(app.content, supply.evidence, answers);
  const request = answered(app.documentRequest!, supply);
  const open = openKinds(request);
  assertNone([
    ...(isEmpty(supply) ? open.map((kind) => violation('/evidence', 'EVIDENCE_MISSING', { kind })) : []),
    ...unavailableViolations(app.documentRequest!, supply),
    ...shapeViolations(content, MAX_SUPPLIED_BYTES),
    ...(answers ? answersViolations(answers, today(at)) : []),
  ]);
  if (open.length > 0 && !supply.complete) {
    const part = { ...app, content, documentRequest: request };
    return { document: record(part, app.state, 'supply-documents', actor, { answers: request.id }), events: [] };
  }
  const unavailable = [...(request.unavailable ?? []), ...open.map((kind) => ({ kind }))];
  const { documentRequest: _answered, ...rest } = app;
  const next: Application = { ...resumedClock(rest, at, working), state, content, timer: null };
  const number = app.submissions.length + 1;
  const submission = { ...freeze(next, number, at, next.dueDate), answersRequest: request.id };
  if (unavailable.length > 0) submission.unavailable = unavailable;
  const document = record(
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
function answered(request: DocumentRequest, { evidence, unavailable = [] }: Supply): DocumentRequest {
  const { supplied = [], unavailable: before = [], evidenceKinds, ...asked } = request;
  const brought = evidenceKinds.filter((kind) => supplied.includes(kind) || evidence.some((one) => one.kind === kind));
  const said = new Map([...before, ...unavailable].map((one) => [one.kind, one]));
  const still = [...said.values()].filter(({ kind }) => !brought.includes(kind));
  const next: DocumentRequest = { ...asked, evidenceKinds };
  if (brought.length > 0) next.supplied = brought;
  if (still.length > 0) next.unavailable = still;
  return next;
}

/** The papers asked for of which nothing is known yet. */
function openKinds({ evidenceKinds, supplied = [], unavailable = [] }: DocumentRequest): string[] {
  return evidenceKinds.filter((kind) => !supplied.includes(kind) && !unavailable.some((one) => one.kind === kind));
}

const isEmpty = ({ evidence, answers, unavailable = [], complete = false }: Supply): boolean =>
  evidence.length === 0 && unavailable.length === 0 && answers === undefined && !complete;

function unavailableViolations(
  { evidenceKinds }: DocumentRequest,
  { evidence, unavailable = [] }: Supply,
): Violation[] {
  return unavailable.flatMap(({ kind }, at) => {
    const field = pointer(['unavailable', at, 'kind']);
    if (!evidenceKinds.includes(kind)) return [violation(field, 'ONE_OF', { choices: evidenceKinds })];
    const isBrought = evidence.some((paper) => paper.kind === kind);
    return isBrought ? [violation(field, 'CONTRADICTION', { other: '/evidence' })] : [];
  });
}
