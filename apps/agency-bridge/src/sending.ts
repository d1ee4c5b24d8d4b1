import type { Cause } from '@cups/store';
import type { Attention } from './attention.ts';
import { enqueue, fetchAgainMs, newDelivery, settle } from './domain/delivery.ts';
import type { Pending } from './domain/delivery.ts';
import type { ApplicationEvent } from './intake.ts';
import { Retries } from './retries.ts';
import { toChange } from './says.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { fetched } from './submissions.ts';
import type { Answer, Asked, Submissions } from './submissions.ts';

/** ms; what waited for many deliveries together is sent within this time. */
const SPREAD_MS = 2_000;

/** Brings frozen submissions from intake to agencies: at once where intake answers, else as often as it takes. */
export class Sending {
  readonly #deliveries: Deliveries;
  readonly #submissions: Submissions;
  readonly #attention: Attention;
  readonly #now: () => Date;
  readonly #retries = new Retries((id) => this.fetchPending(id));

  constructor(deliveries: Deliveries, submissions: Submissions, attention: Attention, now: () => Date) {
    this.#deliveries = deliveries;
    this.#submissions = submissions;
    this.#attention = attention;
    this.#now = now;
  }

  /** A submission is to be sent: one write when intake answers at once. */
  async send(event: ApplicationEvent, pending: Pending, cause: Cause): Promise<'done' | 'wait'> {
    const { centre, deliveryId } = event;
    const answer = await this.#ask(event, pending);
    const now = this.#now();
    const options = { scope: { centre }, cause, now, initial: newDelivery(event, now) };
    const { document, outcome } = await this.#deliveries.update(deliveryId, options, (delivery) => {
      const queued = enqueue(delivery, pending, now);
      return toChange(settle(queued, pending.submission, fetched(queued, pending, answer), now));
    });
    if (outcome === 'gap') return 'wait';
    this.#lookAfter(document, now);
    return 'done';
  }

  /** A delivery's timer is due: fetches what it waits for, in order, until nothing is left or intake does not answer. */
  async fetchPending(id: string): Promise<void> {
    for (;;) {
      const current = await this.#deliveries.get(id, { scope: 'service' });
      const pending = current?.pending[0];
      if (!current || !pending || this.#retries.stopped) return;
      const answer = await this.#ask(current, pending);
      const cause = { eventId: pending.eventId, requestId: pending.correlationId };
      const at = this.#now();
      const options = { scope: 'service' as const, cause, now: at, current };
      const { document } = await this.#deliveries.update(id, options, (delivery) =>
        toChange(settle(delivery, pending.submission, fetched(delivery, pending, answer), at)),
      );
      this.#lookAfter(document, at);
      if (answer === 'AWAY' || answer === 'AGENCY_UNKNOWN') return;
    }
  }

  /** What these deliveries waited for has come, such as their agency or an operator: they go out, spread over two seconds. */
  sendWaiting(ids: string[]): void {
    for (const id of ids) this.#retries.in(id, 1 + Math.random() * SPREAD_MS);
  }

  stop(): void {
    this.#retries.stop();
  }

  async #ask(about: Asked, pending: Pending): Promise<Answer> {
    const answer = await this.#submissions.ask(about, pending);
    if (typeof answer === 'object') this.#retries.bringNext();
    return answer;
  }

  /** What was written has consequences in this process: the next fetch, and what support must see. */
  #lookAfter(delivery: StoredDelivery, at: Date): void {
    const [next] = delivery.pending;
    // What waits for an agency is left to its durable timer: an answer of intake does not help it.
    if (next && !delivery.waitCause) this.#retries.in(delivery._id, fetchAgainMs(next.attempts));
    this.#attention.note(delivery, at);
  }
}
