import type { Cause } from '@cups/store';
import type { CopiesClient } from './copies-client.ts';
import { routeTo } from '../domain/channel.ts';
import type { Channel } from '../domain/channel.ts';
import type { DeliveryMonitor } from './delivery-monitor.ts';
import { NO_COPIES } from '../domain/copies.ts';
import type { Copies } from '../domain/copies.ts';
import {
  applyRelease,
  enqueue,
  fetchDelayMs,
  newDelivery,
  applyFetchResult,
  startAfterPassingOn,
} from '../domain/delivery.ts';
import type { CommandResult, FetchResult, PendingSubmission } from '../domain/delivery.ts';
import type { ApplicationEvent } from '../event-decoder.ts';
import type { MessageSender } from './message-sender.ts';
import { FetchRetries } from './fetch-retries.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';
import { toFetchResult } from './submission-client.ts';
import type { SubmissionResponse, SubmissionRef, SubmissionClient } from './submission-client.ts';

/** Deliveries that were waiting together are sent within this time. */
const MAX_SPREAD_MS = 2_000;

export interface SubmissionSenderDeps {
  deliveries: Deliveries;
  submissions: SubmissionClient;
  copies: CopiesClient;
  messages: MessageSender;
  monitor: DeliveryMonitor;
  /** Returns how an agency receives deliveries. */
  channelOf: (agency: string) => Channel;
  now: () => Date;
}

/** A submission, and what documents says of its copies. */
interface FetchedSubmission {
  response: SubmissionResponse;
  copies: Copies;
}

/** Sends submissions from intake to agencies: immediately if intake is available, else with retries. */
export class SubmissionSender {
  readonly #deps: SubmissionSenderDeps;
  readonly #retries = new FetchRetries((id) => this.fetchPending(id));

  constructor(deps: SubmissionSenderDeps) {
    this.#deps = deps;
  }

  /** Sends a submission, in one write if intake responds immediately and its copies are checked. */
  async send(event: ApplicationEvent, pending: PendingSubmission, cause: Cause): Promise<'done' | 'wait'> {
    const { centre, deliveryId, meaning } = event;
    const isFirst = meaning.kind === 'passed-on';
    const { response, copies } = await this.#fetch(event, pending);
    const now = this.#deps.now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(event, now) };
    let fetched: FetchResult | undefined;
    const { document, outcome } = await this.#deps.deliveries.update(deliveryId, options, (delivery) => {
      const started = isFirst ? startAfterPassingOn(delivery, pending.submission) : delivery;
      const queued = enqueue(started, pending, now);
      fetched = toFetchResult(queued, pending, response, copies, now);
      return toChange(this.#route(applyFetchResult(queued, pending.submission, fetched, now), now));
    });
    if (outcome === 'gap') return 'wait';
    this.#continue(document, pending, fetched, now);
    return 'done';
  }

  /**
   * Sends the pending submissions of a delivery in order, until none is left or one must wait. Then sends messages of
   * the desk, and releases copies that could not be released before.
   */
  async fetchPending(id: string): Promise<void> {
    for (;;) {
      const current = await this.#deps.deliveries.get(id, { scope: 'service' });
      const pending = current?.pending[0];
      if (!current || this.#retries.isStopped) return;
      if (!pending) {
        await this.#deps.messages.sendPending(current);
        return this.#releaseCopies(current);
      }
      const { response, copies } = await this.#fetch(current, pending);
      const cause = { eventId: pending.eventId, requestId: pending.correlationId };
      const now = this.#deps.now();
      const options = { scope: 'service' as const, cause, now, current };
      let fetched: FetchResult | undefined;
      const { document } = await this.#deps.deliveries.update(id, options, (delivery) => {
        fetched = toFetchResult(delivery, pending, response, copies, now);
        return toChange(this.#route(applyFetchResult(delivery, pending.submission, fetched, now), now));
      });
      this.#continue(document, pending, fetched, now);
      if (document.pending[0]?.submission === pending.submission) return;
    }
  }

  /** Sends the pending submissions of these deliveries, spread over two seconds. */
  sendWaiting(ids: string[]): void {
    for (const id of ids) this.#retries.schedule(id, 1 + Math.random() * MAX_SPREAD_MS);
  }

  /** Sends the pending submissions of a delivery now. */
  sendNow(id: string): void {
    this.#retries.schedule(id, 0);
  }

  stop(): void {
    this.#retries.stop();
  }

  #route(result: CommandResult<StoredDelivery>, now: Date): CommandResult<StoredDelivery> {
    return routeTo(this.#deps.channelOf(result.delivery.agency), result, now);
  }

  async #fetch(about: SubmissionRef, pending: PendingSubmission): Promise<FetchedSubmission> {
    const { submissions, copies } = this.#deps;
    const response = await submissions.fetch(about, pending);
    if (typeof response !== 'object') return { response, copies: NO_COPIES };
    this.#retries.runNext();
    return { response, copies: await copies.release(response, about, pending.correlationId) };
  }

  /** Releases the copies of the first submission that was sent without. The durable timer repeats it. */
  async #releaseCopies(delivery: StoredDelivery): Promise<void> {
    const [first] = delivery.unreleased ?? [];
    if (!first) return;
    const { submission } = first;
    const { response, copies } = await this.#fetch(delivery, {
      submission,
      eventId: '',
      correlationId: '',
      attempts: 0,
    });
    const isDone = response === 'UNAVAILABLE' || response === 'AGENCY_UNKNOWN' ? false : copies.isReleased;
    const now = this.#deps.now();
    const options = { scope: 'service' as const, cause: {}, now, current: delivery };
    const { document } = await this.#deps.deliveries.update(delivery._id, options, (current) =>
      toChange(applyRelease(current, submission, isDone, now)),
    );
    this.#deps.monitor.observe(document, now);
  }

  /** Schedules the next fetch of a written delivery, and observes it. */
  #continue(
    delivery: StoredDelivery,
    { submission, isReplay }: PendingSubmission,
    fetched: FetchResult | undefined,
    now: Date,
  ): void {
    const [next] = delivery.pending;
    if (!next && delivery.pendingMessages?.length) this.#retries.schedule(delivery._id, 0);
    // A deferred delivery, and one that waits for copies, has a durable timer: a response of intake does not help it.
    if (next && !delivery.deferCause && !delivery.copiesWaitTime)
      this.#retries.schedule(delivery._id, fetchDelayMs(next.attempts));
    this.#deps.monitor.observe(delivery, now);
    if (fetched?.kind === 'request' && fetched.coming > 0 && !isReplay && delivery.requested >= submission)
      this.#deps.monitor.reportIncomplete(delivery, fetched.coming);
  }
}
