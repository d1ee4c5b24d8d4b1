import type { Log, Metrics, ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { ApplicationEventHandler } from './application-event-handler.ts';
import type { NoticeContext } from './domain/compose-notice.ts';
import type { RetryPolicy } from './domain/notice.ts';
import type { Mailer } from './mail.ts';
import { NoticeMetrics } from './notice-metrics.ts';
import { NoticeSender } from './notice-sender.ts';
import type { Threads } from './store.ts';
import { NoticeComposer } from './notice-composer.ts';

export interface EventHandlersDeps {
  threads: Threads;
  mailer: Mailer;
  /** Asks intake, under our own identity; throws a Problem. */
  fetchNoticeContext: (application: string) => Promise<NoticeContext>;
  retryPolicy: RetryPolicy;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** What notifications does about what intake says, and about its own timers. */
export function createEventHandlers({ mailer, fetchNoticeContext, log, metrics, ...shared }: EventHandlersDeps) {
  const noticeMetrics = new NoticeMetrics(log, metrics);
  const composer = new NoticeComposer({ ...shared, fetchNoticeContext, log });
  const sender = new NoticeSender({ ...shared, mailer, composer, noticeMetrics });
  const applications = new ApplicationEventHandler({ ...shared, composer, sender, noticeMetrics });
  return {
    handle: (event: ReceivedEvent): Promise<HandlerResult> => applications.handle(event),
    /** An event that an operator dropped. */
    skip: (event: ReceivedEvent): Promise<void> => applications.skip(event),
    /** The timer of a thread is due. */
    processDue: (application: string): Promise<void> => sender.processDue(application),
    /** Resolves when nothing is under way; no event and no timer comes any more. */
    stop: (): Promise<void> => composer.waitUntilIdle(),
  };
}
