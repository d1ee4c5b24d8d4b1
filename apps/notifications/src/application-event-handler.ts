import { isUlid } from '@cups/contracts';
import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Cause } from '@cups/store';
import type { AgencyLetters } from './agency-letters.ts';
import { isTooOld, withNewContact, withPersonNotification } from './domain/notice.ts';
import type { Notice, RetryPolicy } from './domain/notice.ts';
import { throttledUntil, isDuplicate, withNotice } from './domain/throttle.ts';
import { decodeApplicationEvent } from './event-decoder.ts';
import type { ApplicationEvent, NoticeTrigger } from './event-decoder.ts';
import { toChange } from './journal.ts';
import type { NoticeMetrics } from './notice-metrics.ts';
import type { NoticeSender } from './notice-sender.ts';
import { toErased } from './erasure.ts';
import type { Erasure } from './erasure.ts';
import { newThread, withNotices } from './store.ts';
import type { Thread, Threads } from './store.ts';
import type { NoticeComposer } from './notice-composer.ts';

/** Intake numbers the events of all applications. */
const SEQUENCE_SUBJECT = 'applications';

export interface ApplicationEventHandlerDeps {
  threads: Threads;
  composer: NoticeComposer;
  sender: NoticeSender;
  noticeMetrics: NoticeMetrics;
  erasure: Erasure;
  letters: Pick<AgencyLetters, 'add'>;
  retryPolicy: RetryPolicy;
  now: () => Date;
}

/** Handles events of cups.applications. */
export class ApplicationEventHandler {
  readonly #deps: ApplicationEventHandlerDeps;

  constructor(deps: ApplicationEventHandlerDeps) {
    this.#deps = deps;
  }

  /**
   * Records the event's sequence number and adds its notice, in one write.
   * Then sends an email immediately. The thread's timer retries what fails.
   */
  async handle(event: ReceivedEvent): Promise<HandlerResult> {
    const applicationEvent = decodeApplicationEvent(event);
    if (!applicationEvent) return 'refused';
    const { threads, letters, now } = this.#deps;
    const { application, centre, trigger, letter } = applicationEvent;
    const receiveTime = now();
    const options = {
      scope: { centre },
      cause: toCause(event, applicationEvent),
      now: receiveTime,
      initial: newThread(application, centre),
    };
    try {
      // Before the event is counted: a repeat after a crash adds the same entry, once.
      if (letter) await letters.add(letter.agency, letter.entry, event.id);
      if (trigger.kind === 'erased') return await this.#erase(application, options, trigger);
      const { document, outcome } = await threads.update(application, options, {
        read: (thread) => this.#createNotice(applicationEvent, event, thread, receiveTime),
        decide: (thread, notice) =>
          toChange(thread, this.#applyTrigger(thread, applicationEvent.trigger, notice, event.time)),
      });
      if (outcome === 'gap') return 'wait';
      if (outcome === 'applied') await this.#followUp(document, noticeId(applicationEvent));
      return 'done';
    } catch (error) {
      // An application never changes its centre, so the event is invalid.
      if (isProblem(error) && error.kind === 'EXISTS') return 'refused';
      throw error;
    }
  }

  async #erase(
    application: string,
    options: Parameters<Threads['update']>[1],
    { isRequested }: { isRequested: boolean },
  ): Promise<HandlerResult> {
    const { threads, erasure } = this.#deps;
    const { outcome } = await threads.update(application, options, {
      read: () => erasure.destroyKey(application),
      decide: (thread) => toErased(thread, options.now, isRequested ? 'person-request' : 'retention-rule'),
    });
    if (outcome === 'applied') erasure.record(application);
    return outcome === 'gap' ? 'wait' : 'done';
  }

  /** Handles an event that an administrator dropped: records its sequence number without a notice. */
  async skip(event: ReceivedEvent): Promise<void> {
    const applicationEvent = decodeApplicationEvent(event);
    if (!applicationEvent) return;
    const { application, centre } = applicationEvent;
    const initial = newThread(application, centre);
    const options = { scope: { centre }, cause: toCause(event, applicationEvent), now: this.#deps.now(), initial };
    await this.#deps.threads.update(application, options, (thread) => ({ document: thread, events: [] }));
  }

  /** Returns the notice for an event, composed if possible; undefined when the event needs none. */
  async #createNotice(
    applicationEvent: ApplicationEvent,
    event: ReceivedEvent,
    thread: Thread,
    now: Date,
  ): Promise<Notice | undefined> {
    const { trigger, application } = applicationEvent;
    const { time: eventTime } = event;
    if (
      trigger.kind === 'nothing' ||
      trigger.kind === 'person-notified' ||
      trigger.kind === 'contact-changed' ||
      trigger.kind === 'erased' ||
      // Nothing about the person is stored after their data were erased.
      thread.erased ||
      thread.eraseTime ||
      isTooOld(eventTime, now, this.#deps.retryPolicy)
    )
      return undefined;
    const { kind, answerBy } = trigger;
    // Timers fire repeatedly, so their causation ID does not identify one event.
    const causedBy = isUlid(event.causationId) ? event.causationId : '';
    if (isDuplicate(thread.notices, kind, causedBy)) return undefined;
    const notice: Notice = {
      id: noticeId(applicationEvent),
      kind,
      state: 'compose',
      eventTime,
      createTime: now,
      attempts: 0,
    };
    if (answerBy !== undefined) notice.answerBy = answerBy;
    if (causedBy !== '') notice.causedBy = causedBy;
    const due = throttledUntil(thread.notices, kind, now);
    return due ? { ...notice, throttled: true, due } : this.#deps.composer.compose(application, notice);
  }

  /** Returns the thread after an event: with its notice, its recorded notification, or the new contact. */
  #applyTrigger(thread: Thread, trigger: NoticeTrigger, notice: Notice | undefined, eventTime: Date): Thread {
    const { now, retryPolicy } = this.#deps;
    switch (trigger.kind) {
      case 'person-notified':
        return withNotices(thread, withPersonNotification(thread.notices, trigger.notice, trigger.method, eventTime));
      case 'contact-changed':
        return withNotices(thread, withNewContact(thread.notices, now(), retryPolicy));
      default:
        return notice ? withNotices(thread, withNotice(thread.notices, notice)) : thread;
    }
  }

  async #followUp(thread: Thread, id: string): Promise<void> {
    const { sender, noticeMetrics } = this.#deps;
    const notice = thread.notices.find((candidate) => candidate.id === id);
    if (!notice) return;
    if (notice.throttled) noticeMetrics.recordThrottled(thread._id, notice);
    else if (notice.state === 'pending') await sender.send(thread, notice);
    else noticeMetrics.recordOutcome(thread._id, notice);
  }
}

const noticeId = ({ application, sequence }: ApplicationEvent): string => `${application}-${sequence}`;

const toCause = (event: ReceivedEvent, { sequence }: ApplicationEvent): Cause => ({
  eventId: event.id,
  sequence: { subject: SEQUENCE_SUBJECT, value: sequence },
  ...(event.correlationId && { requestId: event.correlationId }),
  ...(event.traceparent && { traceparent: event.traceparent }),
});
