import { claimNotice, markFailed, isDue, scheduleRetry, markSent } from './domain/notice.ts';
import type { Notice, RetryPolicy } from './domain/notice.ts';
import type { Mailer, MailResult } from './mail.ts';
import type { NoticeMetrics } from './notice-metrics.ts';
import { updateNotice } from './store.ts';
import type { Thread, Threads } from './store.ts';
import type { NoticeComposer } from './notice-composer.ts';

export interface NoticeSenderDeps {
  threads: Threads;
  mailer: Mailer;
  composer: NoticeComposer;
  noticeMetrics: NoticeMetrics;
  retryPolicy: RetryPolicy;
  now: () => Date;
}

/**
 * Brings notices out: each is claimed by a write, its mail sent, and what became of it marked by another write. After a crash between
 * sending and marking the mail is sent once more, under the same Message-ID, when the claim has lapsed.
 */
export class NoticeSender {
  readonly #deps: NoticeSenderDeps;
  /** ms since 1970. Once the mail server was away nobody waits for it again until then: the timers bring those notices out. */
  #serverUnavailableUntil = 0;

  constructor(deps: NoticeSenderDeps) {
    this.#deps = deps;
  }

  /** Does what is due in a thread: its durable timer calls it. */
  async processDue(application: string): Promise<void> {
    const { threads, now } = this.#deps;
    const thread = await threads.get(application, { scope: 'service' });
    const at = now();
    const due = (thread?.notices ?? []).filter((notice) => isDue(notice, at));
    for (const notice of due) await this.#processNotice(application, notice);
  }

  /** Sends a claimed mail and marks it. While the mail server is away, nothing happens: the claim lapses. */
  async send(thread: Thread, notice: Notice): Promise<void> {
    const { mailer, now } = this.#deps;
    const { id, to = '', subject = '', text = '', language = 'ro' } = notice;
    if (now().getTime() < this.#serverUnavailableUntil) return;
    await this.#recordResult(thread, id, await mailer({ id, to, subject, text, language }));
  }

  async #processNotice(application: string, notice: Notice): Promise<void> {
    const { threads, composer, noticeMetrics, retryPolicy, now } = this.#deps;
    const composed = notice.state === 'compose' ? await composer.compose(application, notice) : undefined;
    const at = now();
    const claim = (one: Notice) => (one.state === 'compose' ? (composed ?? one) : claimNotice(one, at, retryPolicy));
    const { thread, notice: next, isChanged } = await updateNotice(threads, application, notice.id, at, claim);
    if (next?.state === 'pending') await this.send(thread, next);
    else if (next && isChanged) noticeMetrics.recordOutcome(application, next);
  }

  async #recordResult(thread: Thread, id: string, result: MailResult): Promise<void> {
    const { threads, noticeMetrics, retryPolicy, now } = this.#deps;
    const at = now();
    if (result.outcome === 'away' && ['smtp-away', 'smtp-certificate'].includes(result.cause))
      this.#serverUnavailableUntil = at.getTime() + retryPolicy.retryMs;
    const mark = (notice: Notice): Notice => {
      if (result.outcome === 'sent') return markSent(notice, at);
      if (result.outcome === 'refused') return markFailed(notice, result.cause);
      return scheduleRetry(notice, result.cause, at, retryPolicy);
    };
    const { notice, isChanged } = await updateNotice(threads, thread._id, id, at, mark, thread);
    if (notice && isChanged) noticeMetrics.recordOutcome(thread._id, notice);
  }
}
