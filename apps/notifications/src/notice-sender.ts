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
 * Sends notices: claims each by a write, sends its email, and marks the result by another write.
 * After a crash in between, the email is sent again under the same Message-ID when the claim expires.
 */
export class NoticeSender {
  readonly #deps: NoticeSenderDeps;
  /** ms since 1970. Until then sends are skipped after a failure, and the timers send those notices. */
  #serverUnavailableUntil = 0;

  constructor(deps: NoticeSenderDeps) {
    this.#deps = deps;
  }

  /** Processes the due notices of a thread; called by its durable timer. */
  async processDue(application: string): Promise<void> {
    const { threads, now } = this.#deps;
    const thread = await threads.get(application, { scope: 'service' });
    const at = now();
    const due = (thread?.notices ?? []).filter((notice) => isDue(notice, at));
    for (const notice of due) await this.#processNotice(application, notice);
  }

  /** Sends a claimed email and marks it. While the mail server is unavailable, does nothing: the claim expires. */
  async send(thread: Thread, notice: Notice): Promise<void> {
    const { mailer, now } = this.#deps;
    const { id, emailAddress = '', subject = '', text = '', language = 'ro' } = notice;
    if (now().getTime() < this.#serverUnavailableUntil) return;
    await this.#recordResult(thread, id, await mailer({ id, emailAddress, subject, text, language }));
  }

  async #processNotice(application: string, notice: Notice): Promise<void> {
    const { threads, composer, noticeMetrics, retryPolicy, now } = this.#deps;
    const composed = notice.state === 'compose' ? await composer.compose(application, notice) : undefined;
    const at = now();
    const claim = (current: Notice) =>
      current.state === 'compose' ? (composed ?? current) : claimNotice(current, at, retryPolicy);
    const { thread, notice: next, isChanged } = await updateNotice(threads, application, notice.id, at, claim);
    if (next?.state === 'pending') await this.send(thread, next);
    else if (next && isChanged) noticeMetrics.recordOutcome(application, next);
  }

  async #recordResult(thread: Thread, id: string, result: MailResult): Promise<void> {
    const { threads, noticeMetrics, retryPolicy, now } = this.#deps;
    const at = now();
    if (result.outcome === 'unavailable' && ['smtp-unavailable', 'smtp-certificate'].includes(result.cause))
      this.#serverUnavailableUntil = at.getTime() + retryPolicy.retryMs;
    const mark = (notice: Notice): Notice => {
      if (result.outcome === 'sent') return markSent(notice, at);
      if (result.outcome === 'refused') return markFailed(notice, result.cause);
      return scheduleRetry(notice, result.cause, at, retryPolicy);
    };
    // A closed notice is not changed again; one to retry is.
    const more = { current: thread, isRepeatable: result.outcome !== 'unavailable' };
    const { notice, isChanged } = await updateNotice(threads, thread._id, id, at, mark, more);
    if (notice && isChanged) noticeMetrics.recordOutcome(thread._id, notice);
  }
}
