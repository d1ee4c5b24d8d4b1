import type { Application, ServiceVersion } from './application.ts';
import { computeDue, computeRemainingTerm, UnknownYearError } from './terms.ts';
import type { Due, Term, WorkingTime } from './terms.ts';

/**
 * The clock of an application. It starts at filing, stops while documents are pending, and resumes with the
 * remaining term. If the calendar of a needed year is missing, there is no due date and the application stores the
 * reason.
 */

type Clock = Partial<Due> & Pick<Application, 'noDueDateReason' | 'termUnit'>;

/**
 * Returns the due date for a cost option, or the reason why there is none.
 * @param filingTime earliest start of a term that counts from payment
 * @param payTime when the fee was paid, if it was
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

/**
 * Returns the application with the clock started by its payment. While documents are pending, the whole term
 * remains.
 */
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
  const { dueDate: _date, dueTime: _time, ...stopped } = running;
  return { ...stopped, termLeft: { amount: term.amount, unit: term.unit }, noDueDateReason: 'clock-stopped' };
}

/** Returns the application with its remaining term instead of its due date. Without a due date it is unchanged. */
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
    // The remaining term is unknown; the message must not wait for the calendar.
    return { ...rest, noDueDateReason: 'calendar-unknown' };
  }
}

/**
 * Returns the application with a due date for its remaining term. If its clock is not stopped it is unchanged. Without a
 * calendar the remaining term stays, so that {@link retryClock} can count it later.
 */
export function resumeClock(app: Application, now: Date, workingTime: WorkingTime): Application {
  const { termLeft, noDueDateReason: _stopped, ...rest } = app;
  if (!termLeft) return app;
  const resumed = computeDueOrReason(now, termLeft, workingTime);
  return { ...rest, ...resumed, ...(resumed.dueDate === undefined ? { termLeft } : {}) };
}

/**
 * Returns the application with the due date that its calendar did not allow before; unchanged while it still does not, and
 * if the remaining term is unknown.
 */
export function retryClock(app: Application, version: ServiceVersion, workingTime: WorkingTime): Application {
  if (app.noDueDateReason !== 'calendar-unknown' || !app.submitTime) return app;
  const { noDueDateReason: _unknown, termLeft, ...rest } = app;
  const resumed = app.submissions.findLast(({ answersRequest }) => answersRequest !== undefined);
  if (resumed && !termLeft) return app;
  const clock =
    resumed && termLeft
      ? computeDueOrReason(resumed.submitTime, termLeft, workingTime)
      : startClock(version, app.content.costOption, app.submitTime, workingTime, app.payment?.payTime);
  return clock.dueDate === undefined ? app : { ...rest, ...clock };
}

function computeDueOrReason(from: Date, term: Term, workingTime: WorkingTime): Clock {
  try {
    return computeDue(from, term, workingTime);
  } catch (error) {
    if (!(error instanceof UnknownYearError)) throw error;
    return { noDueDateReason: 'calendar-unknown' };
  }
}
