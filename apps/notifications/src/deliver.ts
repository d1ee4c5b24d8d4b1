import { nameOf } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { Log, Metrics } from '@cups/contracts';
import type { Documents } from '@cups/store';
import { composeNotice, failed, INTAKE_AWAY, later, open, sent } from './domain/notices.ts';
import type { Contact, Notice, Usefulness } from './domain/notices.ts';
import type { Mailer } from './mail.ts';
import { changeNotice, wakeWaiting } from './store.ts';
import type { Thread } from './store.ts';

export interface DeliveryParts {
  threads: Documents<Thread>;
  mailer: Mailer;
  /** Asks intake, under our own identity. */
  contactOf: (application: string) => Promise<Contact>;
  rules: Usefulness;
  claimMs: number;
  retryMs: number;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

export type Delivery = ReturnType<typeof openDelivery>;

const WAKE_MS = 1000;

/** Brings notices out. Nothing here decides who is told what: that is domain/notices.ts. */
export function openDelivery(parts: DeliveryParts) {
  const { threads, mailer, rules, now, log } = parts;
  const outcomes = parts.metrics.counter('cups_notices_total', 'Notices by what became of them.', ['kind', 'outcome']);
  /** After the mail server was away nobody else waits for it until then: the timers bring those notices out. */
  let serverAwayUntil = 0;
  /** Notices may wait for intake; at the start too, left by the process before. */
  let intakeMissed = true;
  let wokenAt = -Infinity;

  const claimUntil = (): Date => new Date(now().getTime() + parts.claimMs);
  const report = (application: string, { kind, state, failCause }: Notice): void => {
    outcomes.inc({ kind, outcome: state });
    const resource = nameOf('applications', application);
    const line = { event: 'notice', resource, messageType: kind, outcome: state, reason: failCause };
    if (state === 'sent') log.info(line);
    else log.warn(line);
  };

  /** What intake says; its first answer after it was away wakes the notices that wait for it, at most once a second. */
  async function ask(application: string): Promise<Contact> {
    const contact = await parts.contactOf(application);
    if (intakeMissed && performance.now() - wokenAt > WAKE_MS) {
      intakeMissed = false;
      wokenAt = performance.now();
      wakeWaiting(threads, now()).then(
        (count) => count > 0 && log.info({ event: 'notices-woken', count }),
        (error: unknown) => {
          intakeMissed = true;
          log.warn({ event: 'notices-not-woken', error });
        },
      );
    }
    return contact;
  }

  /** The notice written by what intake says now; while intake is away it stays in the state compose, to be tried later. */
  async function compose(application: string, notice: Notice): Promise<Notice> {
    let written: Notice;
    try {
      written = composeNotice(notice, await ask(application), now(), rules, claimUntil());
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') written = failed(notice, 'application-unknown');
      else {
        intakeMissed = true;
        written = later(notice, INTAKE_AWAY, now(), parts.retryMs, rules);
      }
    }
    if (written.state !== 'pending') report(application, written);
    return written;
  }

  /** One too many of its kind today: it waits, which is counted and logged. */
  function hold(application: string, notice: Notice, due: Date): Notice {
    const resource = nameOf('applications', application);
    outcomes.inc({ kind: notice.kind, outcome: 'held' });
    log.warn({ event: 'notice-held', resource, messageType: notice.kind });
    return { ...notice, held: true, due };
  }

  /** Sends a claimed mail and marks it; a crash between the two repeats it once, under the same Message-ID. */
  async function send(thread: Thread, notice: Notice): Promise<void> {
    const { id, to = '', subject = '', text = '', language = 'ro' } = notice;
    if (now().getTime() < serverAwayUntil) return;
    const result = await mailer({ id, to, subject, text, language });
    const at = now();
    if (result.outcome === 'away' && result.cause === 'smtp-away') serverAwayUntil = at.getTime() + parts.retryMs;
    const mark = (claimed: Notice): Notice => {
      if (result.outcome === 'sent') return sent(claimed, at);
      if (result.outcome === 'refused') return failed(claimed, result.cause);
      return later(claimed, result.cause, at, parts.retryMs, rules);
    };
    const marked = await changeNotice(threads, thread._id, id, at, mark, thread);
    if (marked.notice) report(thread._id, marked.notice);
  }

  /** Does what is due in a thread: the durable timer calls it. */
  async function work(application: string): Promise<void> {
    const thread = await threads.get(application, { scope: 'service' });
    const at = now();
    for (const notice of thread?.notices ?? []) {
      if (!open(notice) || (notice.due && notice.due > at)) continue;
      const written = notice.state === 'compose' ? await compose(application, notice) : undefined;
      // The claim is renewed before the mail goes out, so that nobody else sends it meanwhile.
      const claimed = await changeNotice(threads, application, notice.id, now(), (one) =>
        one.state === 'compose' ? (written ?? one) : { ...one, due: claimUntil() },
      );
      if (claimed.notice?.state === 'pending') await send(claimed.thread, claimed.notice);
    }
  }

  return { compose, hold, send, work };
}
