import type { Log, Metrics, ReceivedEvent } from '@cups/contracts';
import type { Handled } from '@cups/events';
import { Applications } from './applications.ts';
import type { Contact } from './domain/letter.ts';
import type { Patience } from './domain/notice.ts';
import type { Mailer } from './mail.ts';
import { Reports } from './reports.ts';
import { Sending } from './sending.ts';
import type { Threads } from './store.ts';
import { Writing } from './writing.ts';

export interface EventsOptions {
  threads: Threads;
  mailer: Mailer;
  /** Asks intake, under our own identity; throws a Problem. */
  contactOf: (application: string) => Promise<Contact>;
  patience: Patience;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** What notifications does about what intake says, and about its own timers. */
export function createEvents({ mailer, contactOf, log, metrics, ...shared }: EventsOptions) {
  const reports = new Reports(log, metrics);
  const writing = new Writing({ ...shared, contactOf, log });
  const sending = new Sending({ ...shared, mailer, writing, reports });
  const applications = new Applications({ ...shared, writing, sending, reports });
  return {
    handle: (event: ReceivedEvent): Promise<Handled> => applications.handle(event),
    /** An event that an operator dropped. */
    skip: (event: ReceivedEvent): Promise<void> => applications.skip(event),
    /** The timer of a thread is due. */
    workDue: (application: string): Promise<void> => sending.workDue(application),
    /** Resolves when nothing is under way; no event and no timer comes any more. */
    stop: (): Promise<void> => writing.settled(),
  };
}
