import type { Application, ServiceVersion } from './application.ts';
import { computeDue, computeRemainingTerm, UnknownYearError } from './terms.ts';
import type { Due, Term, WorkingTime } from './terms.ts';

/**
 * The clock of an application: it starts with the filing, stands while documents are awaited, and goes on with what is left
 * of the term. A counter stays open when the days off of a year are not known yet: then there is no due date, and the
 * application says why.
 */

type Clock = Partial<Due> & Pick<Application, 'noDueDateReason' | 'termUnit'>;

/**
 * The due date by the term of a cost option, or why there is none.
 * @param filingTime when it is filed: a term that counts from payment starts then at the earliest
 * @param payTime when the fee was paid, where it was
 */
export function startClock(
  { costOptions }: ServiceVersion,
  costOption: string | undefined,
  filingTime: Date,
  workingTime: WorkingTime,
  payTime?: Date,
): Clock {
  const term = costOptions.find(({ code }) => code === costOption)?.term;
  if (!term) return { noDueDateReason: 'no-term' };
  if (term.from === 'payment' && !payTime) return { noDueDateReason: 'awaiting-payment' };
  const from = term.from === 'payment' && payTime && payTime > filingTime ? payTime : filingTime;
  return { ...computeDueOrReason(from, term, workingTime), termUnit: term.unit };
}

/** The application with the clock that its payment starts; while documents are awaited, the whole term is what is left of it. */
export function startClockOnPayment(
  app: Application,
  version: ServiceVersion,
  payTime: Date,
  workingTime: WorkingTime,
): Application {
  const { noDueDateReason, submitTime, ...rest } = app;
  if (noDueDateReason !== 'awaiting-payment' || !submitTime) return app;
  const started = startClock(version, app.content.costOption, submitTime, workingTime, payTime);
  const running: Application = { ...rest, submitTime, ...started };
  const term = version.costOptions.find(({ code }) => code === app.content.costOption)?.term;
  if (app.state !== 'documents-requested' || !term) return running;
  const { dueDate: _date, dueTime: _time, ...standing } = running;
  return { ...standing, termLeft: { amount: term.amount, unit: term.unit }, noDueDateReason: 'clock-stopped' };
}

/** The application with what is left of its term in the place of its due date; one without a due date as it is. */
export function stopClock(app: Application, now: Date, workingTime: WorkingTime): Application {
  const { dueDate, dueTime, ...rest } = app;
  if (dueDate === undefined || !app.termUnit) return app;
  const due: Due = { dueDate };
  if (dueTime) due.dueTime = dueTime;
  try {
    return {
      ...rest,
      termLeft: computeRemainingTerm(now, due, app.termUnit, workingTime),
      noDueDateReason: 'clock-stopped',
    };
  } catch (error) {
    if (!(error instanceof UnknownYearError)) throw error;
    // What is left of the term cannot be counted: a message must not wait until it can.
    return { ...rest, noDueDateReason: 'calendar-unknown' };
  }
}

/** The application with a due date by what was left of its term; one whose clock does not stand as it is. */
export function resumeClock(app: Application, now: Date, workingTime: WorkingTime): Application {
  const { termLeft, noDueDateReason: _stopped, ...rest } = app;
  return termLeft ? { ...rest, ...computeDueOrReason(now, termLeft, workingTime) } : app;
}

function computeDueOrReason(from: Date, term: Term, workingTime: WorkingTime): Clock {
  try {
    return computeDue(from, term, workingTime);
  } catch (error) {
    if (!(error instanceof UnknownYearError)) throw error;
    return { noDueDateReason: 'calendar-unknown' };
  }
}
