import { Problem } from '@cups/problem';
import { validateCompleteness, applicableAnswers } from '@cups/application';
import type { AnswersValidator, Content } from '@cups/application';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, ServiceVersion, Submission } from '../application.ts';
import { startClock } from '../clock.ts';
import { toCivilDate } from '../terms.ts';
import type { WorkingTime } from '../terms.ts';

/** How an application goes to its agency: filed, or taken back. */

export interface SubmitContext {
  version: ServiceVersion;
  /** Whether its agency takes people without IDNP. */
  acceptsForeignDocuments: boolean;
  workingTime: WorkingTime;
  validateAnswers: AnswersValidator;
}

/** Freezes submission 1 and files it. The day of filing decides which version may be filed, also for an offline desk. */
export function submitApplication(app: Application, actor: Actor, context: SubmitContext): CommandResult {
  const { version, acceptsForeignDocuments, workingTime: working, validateAnswers: answersViolations } = context;
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
  const filingContext = { centreKind: app.centreKind, today: toCivilDate(submitTime) };
  const violations = validateCompleteness(content, requirements, filingContext, answersViolations);
  if (violations.length > 0) {
    throw new Problem({ reason: 'FILE_INCOMPLETE', message: 'The file is not complete.', violations });
  }
  const due = startClock(version, content.costOption, submitTime, working);
  // Who files takes care of it, unless somebody does already.
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

/** The content that is filed: without answers that do not count with the others. */
function withApplicableAnswers(content: Content, { form }: ServiceVersion): Content {
  return content.answers ? { ...content, answers: applicableAnswers(form, content.answers) } : content;
}

/** Withdraws, or discards a draft. */
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

/** A submission of the content as it stands, without the contact, which no agency gets. */
export function freezeSubmission(app: Application, number: number, submitTime: Date, dueDate?: string): Submission {
  // Its bound is that of the whole content, which was checked with everything else.
  const { contact: _contact, ...content } = app.content;
  return { number, submitTime, content, ...(dueDate === undefined ? {} : { dueDate }) };
}
