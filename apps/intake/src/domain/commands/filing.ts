import { Problem } from '@cups/problem';
import { applicableAnswers, toCivilDate, validateCompleteness } from '@cups/application';
import type { AnswersValidator, Content } from '@cups/application';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, ServiceVersion, Submission } from '../application.ts';
import { startClock } from '../clock.ts';
import { freezeCopies, listUnusableCopies } from '../documents.ts';
import type { WorkingTime } from '../terms.ts';

export interface SubmitContext {
  version: ServiceVersion;
  acceptsForeignDocuments: boolean;
  workingTime: WorkingTime;
  validateAnswers: AnswersValidator;
}

/**
 * Files an application and freezes submission 1. The day of filing determines whether the version may be filed.
 * @throws Problem SERVICE_VERSION_EXPIRED, APPLICATION_INCOMPLETE
 */
export function submitApplication(app: Application, actor: Actor, context: SubmitContext): CommandResult {
  const { version, acceptsForeignDocuments, workingTime, validateAnswers } = context;
  const state = assertTransition(app, 'submit', actor);
  const submitTime = resolveOccurTime(app, actor);
  if (app.service.validTo !== undefined && toCivilDate(submitTime) > app.service.validTo) {
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
    today: toCivilDate(submitTime),
    unusableCopies: listUnusableCopies(app),
  };
  const violations = validateCompleteness(content, requirements, filingContext, validateAnswers);
  if (violations.length > 0) {
    throw new Problem({ reason: 'APPLICATION_INCOMPLETE', message: 'The application is incomplete.', violations });
  }
  const due = startClock(version, content.costOption, submitTime, workingTime);
  // The operator who files becomes the assignee, unless there is one.
  const filed = { ...app, content, assignee: app.assignee ?? actor.operator };
  const submission = freezeSubmission(filed, 1, submitTime, due.dueDate);
  const document = appendHistory(
    { ...filed, state, submitTime, ...due, submissions: [...app.submissions, submission], timer: null },
    app.state,
    'submit',
    actor,
    { submission: 1 },
  );
  return {
    document,
    events: [{ type: 'ApplicationSubmitted', submission: 1, submitTime }],
  };
}

function withApplicableAnswers(content: Content, { form }: ServiceVersion): Content {
  return content.answers ? { ...content, answers: applicableAnswers(form, content.answers) } : content;
}

export function withdrawApplication(app: Application, actor: Actor, reason?: string): CommandResult {
  const state = assertTransition(app, 'withdraw', actor);
  const { documentRequest: _open, ...kept } = app;
  const document = appendHistory(
    { ...kept, state, timer: null },
    app.state,
    'withdraw',
    actor,
    reason ? { reason } : {},
  );
  const withdrawTime = resolveOccurTime(app, actor);
  return { document, events: [{ type: 'ApplicationWithdrawn', fromState: app.state, withdrawTime }] };
}

/** Freezes the content as a submission, without the contact, which agencies never get. */
export function freezeSubmission(app: Application, number: number, submitTime: Date, dueDate?: string): Submission {
  // No size check here: validation covers the whole content.
  const { contact: _contact, ...content } = app.content;
  const evidence = freezeCopies(app);
  if (evidence) content.evidence = evidence;
  return { number, submitTime, content, ...(dueDate === undefined ? {} : { dueDate }) };
}
