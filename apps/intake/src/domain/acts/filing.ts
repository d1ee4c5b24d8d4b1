import { Problem } from '@cups/problem';
import { completenessViolations, countingAnswers } from '@cups/application';
import type { AnswersCheck, Content } from '@cups/application';
import { allow, occurredAt, record } from '../acts.ts';
import type { Actor, Step } from '../acts.ts';
import type { Application, ServiceVersion, Submission } from '../application.ts';
import { startedClock } from '../clock.ts';
import { today } from '../terms.ts';
import type { WorkingTime } from '../terms.ts';

/** How an application goes to its agency: filed, or taken back. */

export interface SubmitParts {
  version: ServiceVersion;
  /** Whether its agency takes people without IDNP. */
  acceptsForeignDocuments: boolean;
  working: WorkingTime;
  answersViolations: AnswersCheck;
}

/** Freezes submission 1 and files it. The day of filing decides which version may be filed, also for an offline desk. */
export function submit(app: Application, actor: Actor, parts: SubmitParts): Step {
  const { version, acceptsForeignDocuments, working, answersViolations } = parts;
  const state = allow(app, 'submit', actor);
  const at = occurredAt(app, actor);
  if (app.service.validTo !== undefined && today(at) > app.service.validTo) {
    throw new Problem({
      reason: 'SERVICE_VERSION_EXPIRED',
      message: 'The public service changed since the draft was opened; renew the draft and check it again.',
      metadata: { version: app.serviceVersion, validTo: app.service.validTo },
    });
  }
  const content = counting(app.content, version);
  const requirements = { ...version, acceptsForeignDocuments };
  const filing = { centreKind: app.centreKind, today: today(at) };
  const violations = completenessViolations(content, requirements, filing, answersViolations);
  if (violations.length > 0) {
    throw new Problem({ reason: 'FILE_INCOMPLETE', message: 'The file is not complete.', violations });
  }
  const due = startedClock(version, content.costOption, at, working);
  // Who files takes care of it, unless somebody does already.
  const filed = { ...app, content, assignee: app.assignee ?? actor.by };
  const submission = freeze(filed, 1, at, due.dueDate);
  const document = record(
    { ...filed, state, submitTime: at, ...due, submissions: [...app.submissions, submission], timer: null },
    app.state,
    'submit',
    actor,
    { submission: 1 },
  );
  return {
    document,
    events: [{ type: 'ApplicationSubmitted', submission: 1, submitTime: at }],
  };
}

/** The content that is filed: without answers that do not count with the others. */
function counting(content: Content, { form }: ServiceVersion): Content {
  return content.answers ? { ...content, answers: countingAnswers(form, content.answers) } : content;
}

/** Withdraws, or discards a draft. */
export function withdraw(app: Application, actor: Actor, reason?: string): Step {
  const state = allow(app, 'withdraw', actor);
  const { documentRequest: _open, ...kept } = app;
  const document = record({ ...kept, state, timer: null }, app.state, 'withdraw', actor, reason ? { reason } : {});
  const withdrawTime = occurredAt(app, actor);
  return { document, events: [{ type: 'ApplicationWithdrawn', fromState: app.state, withdrawTime }] };
}

/** A submission of the content as it stands, without the contact, which no agency gets. */
export function freeze(app: Application, number: number, submitTime: Date, dueDate?: string): Submission {
  // Its bound is that of the whole content, which was checked with everything else.
  const { contact: _contact, ...content } = app.content;
  return { number, submitTime, content, ...(dueDate === undefined ? {} : { dueDate }) };
}
