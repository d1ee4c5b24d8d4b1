import type { Log, Metrics, ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import type { AgencyLetters } from './agency-letters.ts';
import { ApplicationEventHandler } from './application-event-handler.ts';
import type { NoticeContext } from './domain/compose-notice.ts';
import type { RetryPolicy } from './domain/notice.ts';
import type { Erasure } from './erasure.ts';
import type { Mailer } from './mail.ts';
import { NoticeMetrics } from './notice-metrics.ts';
import { NoticeSender } from './notice-sender.ts';
import type { Threads } from './store.ts';
import { NoticeComposer } from './notice-composer.ts';

export interface EventHandlersDeps {
  threads: Threads;
  mailer: Mailer;
  erasure: Erasure;
  letters: Pick<AgencyLetters, 'add'>;
  /** Fetches the notice context from intake, as this service. @throws Problem */
  fetchNoticeContext: (application: string) => Promise<NoticeContext>;
  retryPolicy: RetryPolicy;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Connects the handlers of events and timers. */
export function createEventHandlers({ mailer, fetchNoticeContext, log, metrics, ...shared }: EventHandlersDeps) {
  const noticeMetrics = new NoticeMetrics(log, metrics);
  const composer = new NoticeComposer({ ...shared, fetchNoticeContext, log });
  const sender = new NoticeSender({ ...shared, mailer, composer, noticeMetrics });
  const applications = new ApplicationEventHandler({ ...shared, composer, sender, noticeMetrics });
  return {
    handle: (event: ReceivedEvent): Promise<HandlerResult> => applications.handle(event),
    /** Handles an event that an administrator dropped. */
    skip: (event: ReceivedEvent): Promise<void> => applications.skip(event),
    /** Handles the due timer of a thread. */
    processDue: (application: string): Promise<void> => sender.processDue(application),
    /** Resolves when no work is in progress. Call it after the consumer and the timers have stopped. */
    stop: (): Promise<void> => composer.waitUntilIdle(),
  };
}
