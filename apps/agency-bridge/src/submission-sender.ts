import type { Cause } from '@cups/store';
import type { DeliveryMonitor } from './delivery-monitor.ts';
import { enqueue, fetchDelayMs, newDelivery, applyFetchResult } from './domain/delivery.ts';
import type { PendingSubmission } from './domain/delivery.ts';
import type { ApplicationEvent } from './intake.ts';
import { FetchRetries } from './retries.ts';
import { toChange } from './outbound.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { toFetchResult } from './submission-client.ts';
import type { SubmissionResponse, SubmissionRef, SubmissionClient } from './submission-client.ts';

/** ms; what waited for many deliveries together is sent within this time. */
const MAX_SPREAD_MS = 2_000;

/** Brings frozen submissions from intake to agencies: at once where intake answers, else as often as it takes. */
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

  /** A submission is to be sent: one write when intake answers at once. */
  async send(event: ApplicationEvent, pending: PendingSubmission, cause: Cause): Promise<'done' | 'wait'> {
    const { centre, deliveryId } = event;
    const answer = await this.#ask(event, pending);
    const now = this.#now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(event, now) };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) => {
      const queued = enqueue(delivery, pending, now);
      return toChange(applyFetchResult(queued, pending.submission, toFetchResult(queued, pending, answer), now));
    });
    if (outcome === 'gap') return 'wait';
    this.#scheduleNextStep(document, now);
    return 'done';
  }

  /** A delivery's timer is due: fetches what it waits for, in order, until nothing is left or intake does not answer. */
  async fetchPending(id: string): Promise<void> {
    for (;;) {
      const current = await this.#deliveries.get(id, { scope: 'service' });
      const pending = current?.pending[0];
      if (!current || !pending || this.#retries.isStopped) return;
      const answer = await this.#ask(current, pending);
      const cause = { eventId: pending.eventId, requestId: pending.correlationId };
      const at = this.#now();
      const options = { scope: 'service' as const, cause, now: at, current };
      const { document } = await this.#deliveries.update(id, options, (delivery) =>
        toChange(applyFetchResult(delivery, pending.submission, toFetchResult(delivery, pending, answer), at)),
      );
      this.#scheduleNextStep(document, at);
      if (answer === 'AWAY' || answer === 'AGENCY_UNKNOWN') return;
    }
  }

  /** What these deliveries waited for has come, such as their agency or an operator: they go out, spread over two seconds. */
  sendWaiting(ids: string[]): void {
    for (const id of ids) this.#retries.schedule(id, 1 + Math.random() * MAX_SPREAD_MS);
  }

  stop(): void {
    this.#retries.stop();
  }

  async #ask(about: SubmissionRef, pending: PendingSubmission): Promise<SubmissionResponse> {
    const answer = await this.#submissions.fetch(about, pending);
    if (typeof answer === 'object') this.#retries.runNext();
    return answer;
  }

  /** What was written has consequences in this process: the next fetch, and what support must see. */
  #scheduleNextStep(delivery: StoredDelivery, at: Date): void {
    const [next] = delivery.pending;
    // What waits for an agency is left to its durable timer: an answer of intake does not help it.
    if (next && !delivery.waitCause) this.#retries.schedule(delivery._id, fetchDelayMs(next.attempts));
    this.#monitor.observe(delivery, at);
  }
}
