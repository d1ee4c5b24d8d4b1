import type { Cause } from '@cups/store';
import type { DeliveryMonitor } from './delivery-monitor.ts';
import { enqueue, fetchDelayMs, newDelivery, applyFetchResult } from '../domain/delivery.ts';
import type { PendingSubmission } from '../domain/delivery.ts';
import type { ApplicationEvent } from '../event-decoder.ts';
import { FetchRetries } from './fetch-retries.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import { toFetchResult } from './submission-client.ts';
import type { SubmissionResponse, SubmissionRef, SubmissionClient } from './submission-client.ts';

/** Deliveries that were waiting together are sent within this time. */
const MAX_SPREAD_MS = 2_000;

/** Sends submissions from intake to agencies: immediately if intake is available, else with retries. */
export class SubmissionSender {
  readonly #deliveries: Deliveries;
  readonly #submissions: SubmissionClient;
  readonly #monitor: DeliveryMonitor;
  readonly #now: () => Date;
  readonly #retries = new FetchRetries((id) => this.fetchPending(id));

  constructor(deliveries: Deliveries, submissions: SubmissionClient, monitor: DeliveryMonitor, now: () => Date) {
    this.#deliveries = deliveries;
    this.#submissions = submissions;
    this.#monitor = monitor;
    this.#now = now;
  }

  /** Sends a submission, in one write if intake responds immediately. */
  async send(event: ApplicationEvent, pending: PendingSubmission, cause: Cause): Promise<'done' | 'wait'> {
    const { centre, deliveryId } = event;
    const response = await this.#fetch(event, pending);
    const now = this.#now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(event, now) };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) => {
      const queued = enqueue(delivery, pending, now);
      return toChange(applyFetchResult(queued, pending.submission, toFetchResult(queued, pending, response), now));
    });
    if (outcome === 'gap') return 'wait';
    this.#scheduleNextStep(document, now);
    return 'done';
  }

  /** Fetches the pending submissions of a delivery in order, until none is left or intake is unavailable. */
  async fetchPending(id: string): Promise<void> {
    for (;;) {
      const current = await this.#deliveries.get(id, { scope: 'service' });
      const pending = current?.pending[0];
      if (!current || !pending || this.#retries.isStopped) return;
      const response = await this.#fetch(current, pending);
      const cause = { eventId: pending.eventId, requestId: pending.correlationId };
      const now = this.#now();
      const options = { scope: 'service' as const, cause, now, current };
      const { document } = await this.#deliveries.update(id, options, (delivery) =>
        toChange(applyFetchResult(delivery, pending.submission, toFetchResult(delivery, pending, response), now)),
      );
      this.#scheduleNextStep(document, now);
      if (response === 'UNAVAILABLE' || response === 'AGENCY_UNKNOWN') return;
    }
  }

  /** Sends the pending submissions of these deliveries, spread over two seconds. */
  sendWaiting(ids: string[]): void {
    for (const id of ids) this.#retries.schedule(id, 1 + Math.random() * MAX_SPREAD_MS);
  }

  stop(): void {
    this.#retries.stop();
  }

  async #fetch(about: SubmissionRef, pending: PendingSubmission): Promise<SubmissionResponse> {
    const response = await this.#submissions.fetch(about, pending);
    if (typeof response === 'object') this.#retries.runNext();
    return response;
  }

  /** Schedules the next fetch of a written delivery, and observes it. */
  #scheduleNextStep(delivery: StoredDelivery, now: Date): void {
    const [next] = delivery.pending;
    // A deferred delivery waits for its durable timer, because a response of intake does not help it.
    if (next && !delivery.deferCause) this.#retries.schedule(delivery._id, fetchDelayMs(next.attempts));
    this.#monitor.observe(delivery, now);
  }
}
