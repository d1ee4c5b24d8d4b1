import { applicableAnswers, CORRECTABLE_MEMBERS, toCivilDate, validateCompleteness } from '@cups/application';
import type { Content } from '@cups/application';
import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { appendHistory, assertTransition, resolveOccurTime, resolveRegisterTime } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, CorrectableMember, DocumentReference, ServiceVersion } from '../application.ts';
import {
  acceptMissingScans,
  listUnusableCopies,
  validateCopies,
  validateDocumentCount,
  withDocuments,
} from '../documents.ts';
import { assertMandateCovers, validateMandateName } from '../mandates.ts';
import { assertNoViolations, invalidField } from '../problems.ts';
import { freezeSubmission, mandateOf } from './filing.ts';
import type { SubmitContext } from './filing.ts';

/** Maximum number of corrections of one application. Each is stored whole. */
const MAX_CORRECTIONS = 20;

export interface Correction {
  fields: readonly (keyof Content)[];
  update: Content;
  /** Documents that the update names and the application does not know yet. */
  found?: readonly DocumentReference[];
}

/**
 * Replaces the named fields of a filed application before its decision, and freezes the next submission. Content that
 * is the same changes nothing. State and due date stay: no source says that a correction starts the term again.
 * @throws Problem INVALID_ARGUMENT for a field that no correction may change, for content that is incomplete, and at
 * the limit of 20 corrections; CORRECTION_NOT_SUPPORTED, and those of {@link assertMandateCovers}
 */
export function correctApplication(
  app: Application,
  actor: Actor,
  { fields, update, found = [] }: Correction,
  context: SubmitContext,
): CommandResult {
  const state = assertTransition(app, 'correct-submission', actor);
  assertCorrectable(fields);
  const occurTime = resolveOccurTime(app, actor);
  const content = withUpdate(app.content, fields, update, context.version);
  const changed = CORRECTABLE_MEMBERS.filter((member) => !isEqual(app.content[member], content[member]));
  if (changed.length === 0) return { document: app, events: [] };
  if (app.submissions.filter(({ correctedFields }) => correctedFields).length >= MAX_CORRECTIONS) {
    throw invalidField(violation('', 'TOO_MANY_CHANGES', { max: MAX_CORRECTIONS }));
  }
  const corrected = withDocuments({ ...app, state, content }, found);
  const invalid = validateCorrection(app, corrected, found, { ...context, today: toCivilDate(occurTime) });
  assertNoViolations([
    ...acceptMissingScans(invalid, content, actor),
    ...(fields.includes('mandate') ? validateMandateName(content, context.mandateUse.mandate) : []),
  ]);
  assertMandateCovers(corrected, context.mandateUse, 'correct-submission', actor.now);
  const number = app.submissions.length + 1;
  const frozen = { number, submitTime: resolveRegisterTime(app, actor), dueDate: app.dueDate };
  const submission = {
    ...freezeSubmission(corrected, frozen, context.mandateUse.mandate),
    correctedFields: changed,
  };
  const document = appendHistory(
    { ...corrected, submissions: [...app.submissions, submission] },
    app.state,
    'correct-submission',
    actor,
    { submission: number, fields: changed, ...mandateOf(context.mandateUse) },
  );
  return { document, events: [{ type: 'ApplicationCorrected', submission: number }] };
}

function assertCorrectable(fields: readonly (keyof Content)[]): void {
  const correctable: readonly string[] = CORRECTABLE_MEMBERS;
  const others = fields.filter((field) => !correctable.includes(field));
  assertNoViolations(others.map((field) => violation(`/${field}`, 'NOT_ALLOWED')));
}

/** Returns the content with the named fields of the update. A field that the update lacks is cleared. */
function withUpdate(
  before: Content,
  fields: readonly (keyof Content)[],
  update: Content,
  { form }: ServiceVersion,
): Content {
  const content: Content = { ...before };
  for (const field of fields as readonly CorrectableMember[]) {
    if (update[field] === undefined) delete content[field];
    else Object.assign(content, { [field]: update[field] });
  }
  if (content.answers) content.answers = applicableAnswers(form, content.answers);
  return content;
}

/** The whole content must be complete as at filing, and keep what was supplied for an open request. */
function validateCorrection(
  before: Application,
  corrected: Application,
  found: readonly DocumentReference[],
  { version, acceptsForeignDocuments, validateAnswers, mandateUse, today }: SubmitContext & { today: string },
): Violation[] {
  const { content, centreKind, documentRequest } = corrected;
  const evidence = content.evidence ?? [];
  const lost = (documentRequest?.suppliedKinds ?? []).filter((kind) => !evidence.some((item) => item.kind === kind));
  const filingContext = {
    centreKind,
    today,
    unusableCopies: listUnusableCopies(corrected),
    isMandateRequired: mandateUse.isRequired,
  };
  return [
    ...validateCompleteness(content, { ...version, acceptsForeignDocuments }, filingContext, validateAnswers),
    ...validateCopies(before, evidence, found),
    ...validateDocumentCount(corrected),
    ...lost.map((kind) => violation('/evidence', 'EVIDENCE_MISSING', { kind })),
  ];
}

/** Whether two members are the same JSON, whatever the order of their properties. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const names = Object.keys(a);
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return names.length === Object.keys(b).length && names.every((name) => name in b && isEqual(left[name], right[name]));
}
