import { isUlid } from '@cups/contracts';
import type { ReceivedEvent } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Cause } from '@cups/store';
import { isTooOld, withTold } from './domain/notice.ts';
import type { Notice, Patience } from './domain/notice.ts';
import { heldUntil, isToldBefore, withNotice } from './domain/repeats.ts';
import { fromIntake } from './intake.ts';
import type { ApplicationEvent, News } from './intake.ts';
import type { Reports } from './reports.ts';
import type { Sending } from './sending.ts';
import { newThread, withNotices } from './store.ts';
import type { Thread, Threads } from './store.ts';
import type { Writing } from './writing.ts';

/** All events about an application are counted by one producer, intake. */
const COUNTED = 'applications';

export interface ApplicationsParts {
  threads: Threads;
  writing: Writing;
  sending: Sending;
  reports: Reports;
  patience: Patience;
  now: () => Date;
}

/** What this service does about events of cups.applications. */
export class Applications {
  readonly #parts: ApplicationsParts;

  constructor(parts: ApplicationsParts) {
    this.#parts = parts;
  }

  /**
   * One write counts the event and adds the notice that it leads to. A mail then goes out at once; what cannot go out now is left to
   * the timer of the thread.
   */
  async handle(event: ReceivedEvent): Promise<Handled> {
    const said = fromIntake(event);
    if (!said) return 'refused';
    const { threads, now } = this.#parts;
    const { application, centre } = said;
    const at = now();
    const options = {
      scope: { centre },
      cause: causeOf(event, said),
      now: at,
      initial: newThread(application, centre),
    };
    try {
      const { document, outcome } = await threads.update(application, options, {
        read: (thread) => this.#begin(said, event, thread, at),
        decide: (thread, notice) => ({ document: changed(thread, said.news, notice, event.time), events: [] }),
      });
      if (outcome === 'gap') return 'wait';
      if (outcome === 'applied') await this.#followUp(document, noticeId(said));
      return 'done';
    } catch (error) {
      // An application never changes its centre: what names another is not about this one.
      if (isProblem(error) && error.kind === 'EXISTS') return 'refused';
      throw error;
    }
  }

  /** An operator dropped this event: it is counted, so that the next may come, and nobody is told anything. */
  async skip(event: ReceivedEvent): Promise<void> {
    const said = fromIntake(event);
    if (!said) return;
    const { application, centre } = said;
    const initial = newThread(application, centre);
    const options = { scope: { centre }, cause: causeOf(event, said), now: this.#parts.now(), initial };
    await this.#parts.threads.update(application, options, (thread) => ({ document: thread, events: [] }));
  }

  /** The notice that an event leads to, as far as it can be written now; undefined where the person is told nothing. */
  async #begin(said: ApplicationEvent, event: ReceivedEvent, thread: Thread, now: Date): Promise<Notice | undefined> {
    const { news, application } = said;
    const { time: eventTime } = event;
    if (news.kind === 'nothing' || news.kind === 'told' || isTooOld(eventTime, now, this.#parts.patience))
      return undefined;
    const { kind, answerBy } = news;
    // A timer, which fires again, is the cause of many.
    const causedBy = isUlid(event.causationId) ? event.causationId : '';
    if (isToldBefore(thread.notices, kind, causedBy)) return undefined;
    const notice: Notice = { id: noticeId(said), kind, state: 'compose', eventTime, createTime: now, attempts: 0 };
    if (answerBy !== undefined) notice.answerBy = answerBy;
    if (causedBy !== '') notice.causedBy = causedBy;
    const due = heldUntil(thread.notices, kind, now);
    return due ? { ...notice, held: true, due } : this.#parts.writing.compose(application, notice);
  }

  async #followUp(thread: Thread, id: string): Promise<void> {
    const { sending, reports } = this.#parts;
    const notice = thread.notices.find((one) => one.id === id);
    if (!notice) return;
    if (notice.held) reports.held(thread._id, notice);
    else if (notice.state === 'pending') await sending.send(thread, notice);
    else reports.outcome(thread._id, notice);
  }
}

/** The thread with what is to be told, or was told, after an event. */
function changed(thread: Thread, news: News, notice: Notice | undefined, eventTime: Date): Thread {
  if (news.kind === 'told') {
    return withNotices(thread, withTold(thread.notices, news.notice, news.how, eventTime));
  }
  return notice ? withNotices(thread, withNotice(thread.notices, notice)) : thread;
}

const noticeId = ({ application, sequence }: ApplicationEvent): string => `${application}-${sequence}`;

const causeOf = (event: ReceivedEvent, { sequence }: ApplicationEvent): Cause => ({
  eventId: event.id,
  sequence: { subject: COUNTED, value: sequence },
  ...(event.correlationId && { requestId: event.correlationId }),
  ...(event.traceparent && { traceparent: event.traceparent }),
});
