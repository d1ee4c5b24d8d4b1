import { nameOf } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import type { Logger, Metrics } from '@cups/service';
import type { Documents } from '@cups/store';
import { composeNotice, failed, later, open, sent } from './domain/notices.ts';
import type { Contact, Notice, Usefulness } from './domain/notices.ts';
import type { Mailer } from './mail.ts';
import { changeNotice, withNotices } from './store.ts';
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
  log: Logger;
  metrics: Metrics;
}

export interface Delivery {
  /** The notice written by what intake says now; while intake is away it stays in the state compose, to be tried later. */
  compose(application: string, notice: Notice): Promise<Notice>;
  /** Sends a claimed mail and marks it; a crash between the two repeats it once, under the same Message-ID. */
  send(thread: Thread, notice: Notice): Promise<void>;
  /** Does what is due in a thread: the durable timer calls it. */
  work(application: string): Promise<void>;
}

/** Brings notices out. Nothing here decides who is told what: that is domain/notices.ts. */
export function openDelivery(parts: DeliveryParts): Delivery {
  const { threads, mailer, rules, now, log } = parts;
  const outcomes = parts.metrics.counter('cups_notices_total', 'Notices by what became of them.', ['kind', 'outcome']);
  /** After the mail server was away nobody else waits for it until then: the timers bring those notices out. */
  let serverAwayUntil = 0;

  const claimUntil = (): Date => new Date(now().getTime() + parts.claimMs);
  const report = (application: string, { kind, state, failCause }: Notice): void => {
    outcomes.inc({ kind, outcome: state });
    const fields = {
      event: 'notice',
      resource: nameOf('applications', application),
      messageType: kind,
      outcome: state,
    };
    if (state === 'sent') log.info(fields);
    else log.warn({ ...fields, reason: failCause });
  };

  const compose: Delivery['compose'] = async (application, notice) => {
    let written: Notice;
    try {
      written = composeNotice(notice, await parts.contactOf(application), now(), rules, claimUntil());
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') written = failed(notice, 'application-unknown');
      else written = later(notice, 'intake-away', now(), parts.retryMs, rules);
    }
    if (written.state !== 'pending') report(application, written);
    return written;
  };

  const send: Delivery['send'] = async (thread, notice) => {
    const { to = '', subject = '', text = '', language = 'ro' } = notice;
    if (now().getTime() < serverAwayUntil) return;
    const result = await mailer.send({ id: notice.id, to, subject, text, language });
    if (result.outcome === 'away' && result.cause === 'smtp-away') serverAwayUntil = now().getTime() + parts.retryMs;
    const at = now();
    const marked = await changeNotice(
      threads,
      thread._id,
      notice.id,
      at,
      (claimed) => {
        if (result.outcome === 'sent') return sent(claimed, at);
        if (result.outcome === 'refused') return failed(claimed, result.cause);
        return later(claimed, result.cause, at, parts.retryMs, rules);
      },
      thread,
    );
    if (marked.notice) report(thread._id, marked.notice);
  };

  const work: Delivery['work'] = async (application) => {
    const thread = await threads.get(application);
    const at = now();
    const due = thread?.notices.filter((notice) => open(notice) && (!notice.due || notice.due <= at)) ?? [];
    for (const notice of due) {
      const written = notice.state === 'compose' ? await compose(application, notice) : undefined;
      // The claim is renewed before the mail goes out, so that nobody else sends it meanwhile.
      const claimed = await changeNotice(threads, application, notice.id, now(), (one) =>
        one.state === 'compose' ? (written ?? one) : { ...one, due: claimUntil() },
      );
      if (claimed.notice?.state === 'pending') await send(claimed.thread, claimed.notice);
    }
    if (thread && due.length === 0)
      await threads.update(application, { cause: { eventId: 'timer:notices' }, now: at }, (current) => ({
        document: withNotices(current, current.notices),
        events: [],
      }));
  };

  return { compose, send, work };
}
