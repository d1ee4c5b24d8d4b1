import { Problem } from '@cups/problem';
import { applicableAnswers, toCivilDate, validateCompleteness } from '@cups/application';
import type { AnswersValidator, Content } from '@cups/application';
import { appendHistory, assertTransition, resolveOccurTime, resolveRegisterTime } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { ActionRecord, Application, ServiceVersion, Submission, WithdrawalStatement } from '../application.ts';
import { startClock } from '../clock.ts';
import { acceptMissingScans, freezeCopies, listUnusableCopies } from '../documents.ts';
import { withoutExpectedDecision } from '../expected-decision.ts';
import { assertMandateCovers, freezeMandate, incompleteMessage, mandateName } from '../mandates.ts';
import type { MandateCopy, MandateUse } from '../mandates.ts';
import type { WorkingTime } from '../terms.ts';

export interface SubmitContext {
  version: ServiceVersion;
  acceptsForeignDocuments: boolean;
  workingTime: WorkingTime;
  validateAnswers: AnswersValidator;
  /** The mandate that the application names. */
  mandateUse: MandateUse;
}

/**
 * Files an application and freezes submission 1. The day of filing at the desk determines
 * whether the version may be filed.
 * @throws Problem SERVICE_VERSION_EXPIRED, APPLICATION_INCOMPLETE, and those of {@link assertMandateCovers}
 */
export function submitApplication(app: Application, actor: Actor, context: SubmitContext): CommandResult {
  const { version, acceptsForeignDocuments, workingTime, validateAnswers, mandateUse } = context;
  const state = assertTransition(app, 'submit', actor);
  const occurTime = resolveOccurTime(app, actor);
  if (app.service.validTo !== undefined && toCivilDate(occurTime) > app.service.validTo) {
    throw new Problem({
      reason: 'SERVICE_VERSION_EXPIRED',
      message: 'The public service changed since the draft was opened; renew the draft and check it again.',
      metadata: { version: app.serviceVersion, validTo: app.service.validTo },
    });
  }
  const content = withApplicableAnswers(app.content, version);
  const requirements = { ...version, acceptsForeignDocuments };
  const filingContext = {
    centreKind: app.centreKind,
    today: toCivilDate(occurTime),
    unusableCopies: listUnusableCopies(app),
    isMandateRequired: mandateUse.isRequired,
  };
  const incomplete = validateCompleteness(content, requirements, filingContext, validateAnswers);
  const violations = acceptMissingScans(incomplete, content, actor);
  if (violations.length > 0) {
    throw new Problem({ reason: 'APPLICATION_INCOMPLETE', message: incompleteMessage(violations), violations });
  }
  assertMandateCovers(app, mandateUse, 'submit', actor.now);
  const submitTime = resolveRegisterTime(app, actor);
  const due = startClock(version, content.costOption, submitTime, workingTime);
  // The operator who files becomes the assignee, unless there is one.
  const filed = { ...app, content, assignee: app.assignee ?? actor.operator };
  const submission = freezeSubmission(filed, { number: 1, submitTime, dueDate: due.dueDate }, mandateUse.mandate);
  const document = appendHistory(
    { ...filed, state, submitTime, ...due, submissions: [...app.submissions, submission], timer: null },
    app.state,
    'submit',
    actor,
    { submission: 1, ...mandateOf(mandateUse) },
  );
  return {
    document,
    events: [{ type: 'ApplicationSubmitted', submission: 1, submitTime }],
  };
}

function withApplicableAnswers(content: Content, { form }: ServiceVersion): Content {
  return content.answers ? { ...content, answers: applicableAnswers(form, content.answers) } : content;
}

/** Why and how the person withdraws. */
export interface Withdrawal {
  /** In the person's own words; empty without one. */
  reason?: string;
  statement?: WithdrawalStatement | undefined;
}

export function withdrawApplication(
  app: Application,
  actor: Actor,
  { reason, statement }: Withdrawal = {},
): CommandResult {
  const state = assertTransition(app, 'withdraw', actor);
  const { documentRequest: _open, passingOn: _undecided, ...kept } = app;
  const document = appendHistory(
    { ...withoutExpectedDecision(kept), state, timer: null },
    app.state,
    'withdraw',
    actor,
    { ...(reason ? { reason } : {}), ...(statement ? { statement } : {}) },
  );
  const withdrawTime = resolveRegisterTime(app, actor);
  return { document, events: [{ type: 'ApplicationWithdrawn', fromState: app.state, withdrawTime }] };
}

/** Returns the mandate under which something is done, for its history entry. */
export const mandateOf = ({ mandate }: MandateUse): Pick<ActionRecord, 'mandate'> =>
  mandate ? { mandate: mandateName(mandate) } : {};

/** Freezes the content as a submission, without the contact, which agencies never get. */
export function freezeSubmission(
  app: Application,
  { number, submitTime, dueDate }: { number: number; submitTime: Date; dueDate: string | undefined },
  mandateCopy: MandateCopy | undefined,
): Submission {
  // No size check here: validation covers the whole content.
  const { contact: _contact, ...content } = app.content;
  const evidence = freezeCopies(app);
  if (evidence) content.evidence = evidence;
  const submission: Submission = { number, submitTime, content };
  if (dueDate !== undefined) submission.dueDate = dueDate;
  const mandate = freezeMandate(mandateCopy);
  if (mandate) submission.mandate = mandate;
  return submission;
}
