import { claimed, failed, isDue, later, sent } from './domain/notice.ts';
import type { Notice, Patience } from './domain/notice.ts';
import type { Mailer, MailResult } from './mail.ts';
import type { Reports } from './reports.ts';
import { changeNotice } from './store.ts';
import type { Thread, Threads } from './store.ts';
import type { Writing } from './writing.ts';

export interface SendingParts {
  threads: Threads;
  mailer: Mailer;
  writing: Writing;
  reports: Reports;
  patience: Patience;
  now: () => Date;
}

/**
 * Brings notices out: each is claimed by a write, its mail sent, and what became of it marked by another write. After a crash between
 * sending and marking the mail is sent once more, under the same Message-ID, when the claim has lapsed.
 */
export class Sending {
  readonly #parts: SendingParts;
  /** ms since 1970. Once the mail server was away nobody waits for it again until then: the timers bring those notices out. */
  #serverAwayUntil = 0;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** Does what is due in a thread: its durable timer calls it. */
  async workDue(application: string): Promise<void> {
    const { threads, now } = this.#parts;
    const thread = await threads.get(application, { scope: 'service' });
    const at = now();
    const due = (thread?.notices ?? []).filter((notice) => isDue(notice, at));
    for (const notice of due) await this.#bringOut(application, notice);
  }

  /** Sends a claimed mail and marks it. While the mail server is away, nothing happens: the claim lapses. */
  async send(thread: Thread, notice: Notice): Promise<void> {
    const { mailer, now } = this.#parts;
    const { id, to = '', subject = '', text = '', language = 'ro' } = notice;
    if (now().getTime() < this.#serverAwayUntil) return;
    await this.#mark(thread, id, await mailer({ id, to, subject, text, language }));
  }

  async #bringOut(application: string, notice: Notice): Promise<void> {
    const { threads, writing, reports, patience, now } = this.#parts;
    const written = notice.state === 'compose' ? await writing.compose(application, notice) : undefined;
    const at = now();
    const claim = (one: Notice) => (one.state === 'compose' ? (written ?? one) : claimed(one, at, patience));
    const { thread, notice: next, isChanged } = await changeNotice(threads, application, notice.id, at, claim);
    if (next?.state === 'pending') await this.send(thread, next);
    else if (next && isChanged) reports.outcome(application, next);
  }

  async #mark(thread: Thread, id: string, result: MailResult): Promise<void> {
    const { threads, reports, patience, now } = this.#parts;
    const at = now();
    if (result.outcome === 'away' && ['smtp-away', 'smtp-certificate'].includes(result.cause))
      this.#serverAwayUntil = at.getTime() + patience.retryMs;
    const mark = (notice: Notice): Notice => {
      if (result.outcome === 'sent') return sent(notice, at);
      if (result.outcome === 'refused') return failed(notice, result.cause);
      return later(notice, result.cause, at, patience);
    };
    const { notice, isChanged } = await changeNotice(threads, thread._id, id, at, mark, thread);
    if (notice && isChanged) reports.outcome(thread._id, notice);
  }
}
