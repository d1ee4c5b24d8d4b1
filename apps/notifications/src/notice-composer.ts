import type { Log } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { composeNotice } from './domain/compose-notice.ts';
import type { NoticeContext } from './domain/compose-notice.ts';
import { markFailed, INTAKE_UNAVAILABLE, scheduleRetry } from './domain/notice.ts';
import type { Notice, RetryPolicy } from './domain/notice.ts';
import { resumeWaitingNotices } from './store.ts';
import type { Threads } from './store.ts';

/** Minimum interval in ms between checks for notices that wait for intake. */
const RESUME_INTERVAL_MS = 1000;

export interface NoticeComposerDeps {
  threads: Threads;
  /** Fetches the notice context from intake, as this service. @throws Problem */
  fetchNoticeContext: (application: string) => Promise<NoticeContext>;
  retryPolicy: RetryPolicy;
  now: () => Date;
  log: Log;
}

/** Composes notices from intake's data. Resumes waiting notices when intake recovers. */
export class NoticeComposer {
  readonly #deps: NoticeComposerDeps;
  /** Whether notices may wait for intake. True at start, because an earlier process may have left some. */
  #hasWaiting = true;
  #lastResumeTime = -Infinity;
  #resuming: Promise<void> = Promise.resolve();

  constructor(deps: NoticeComposerDeps) {
    this.#deps = deps;
  }

  /** Returns the composed notice. While intake is unavailable, it stays in state compose and is retried. */
  async compose(application: string, notice: Notice): Promise<Notice> {
    const { now, retryPolicy } = this.#deps;
    try {
      const contact = await this.#deps.fetchNoticeContext(application);
      this.#resumeIfWaiting();
      return composeNotice(notice, contact, now(), retryPolicy);
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') return markFailed(notice, 'application-unknown');
      this.#hasWaiting = true;
      return scheduleRetry(notice, INTAKE_UNAVAILABLE, now(), retryPolicy);
    }
  }

  /** Resolves when no resumption is in progress. */
  waitUntilIdle(): Promise<void> {
    return this.#resuming;
  }

  #resumeIfWaiting(): void {
    if (!this.#hasWaiting || performance.now() - this.#lastResumeTime <= RESUME_INTERVAL_MS) return;
    this.#hasWaiting = false;
    this.#lastResumeTime = performance.now();
    this.#resuming = this.#resume();
  }

  async #resume(): Promise<void> {
    const { threads, now, log } = this.#deps;
    try {
      const count = await resumeWaitingNotices(threads, now());
      if (count > 0) log.info({ event: 'notices-resumed', count });
    } catch (error) {
      this.#hasWaiting = true;
      log.warn({ event: 'notices-resume-failed', error });
    }
  }
}
