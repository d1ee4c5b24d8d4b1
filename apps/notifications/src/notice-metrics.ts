import { resourceName } from '@cups/contracts';
import type { Counter, Log, Metrics } from '@cups/contracts';
import type { Notice } from './domain/notice.ts';

/** Counts and logs the outcomes of notices: codes only, never a text or an address. */
export class NoticeMetrics {
  readonly #log: Log;
  readonly #outcomes: Counter<'kind' | 'outcome'>;

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#outcomes = metrics.counter('cups_notices_total', 'Notices by what became of them.', ['kind', 'outcome']);
  }

  /** Records the end of an attempt: sent, printable, failed, or waiting for the next attempt. */
  recordOutcome(application: string, { kind, state, failCause, training }: Notice): void {
    // Failed and waiting notices do not count as sent.
    const isOut = state === 'sent' || state === 'printable';
    this.#outcomes.inc({ kind, outcome: training && isOut ? 'training' : state });
    const resource = resourceName('applications', application);
    const line = { event: 'notice-processed', resource, messageType: kind, outcome: state, reason: failCause };
    if (isOut) this.#log.info(line);
    else this.#log.warn(line);
  }

  /** Records a notice that waits because of the daily limit. */
  recordThrottled(application: string, { kind }: Notice): void {
    this.#outcomes.inc({ kind, outcome: 'throttled' });
    this.#log.warn({
      event: 'notice-throttled',
      resource: resourceName('applications', application),
      messageType: kind,
    });
  }
}
