import type { Counter, Log, Metrics } from '@cups/contracts';
import type { StoredDelivery } from '../store.ts';
import { CopyWaits } from './copy-waits.ts';
import { DeferredDeliveries } from './deferred-deliveries.ts';

/** Logs deliveries that failed, are deferred or were sent without all copies, and counts those that wait. */
export class DeliveryMonitor {
  readonly #log: Log;
  readonly #deferred = new DeferredDeliveries();
  readonly #copyWaits = new CopyWaits();
  readonly #erased: Counter;
  readonly #gauge: { set(value: number): void };

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#gauge = metrics.gauge(
      'agency_bridge_deliveries_deferred',
      'ALARM: deliveries that wait until there is a file of their agency',
    );
    this.#gauge.set(0);
    this.#erased = metrics.counter('agency_bridge_deliveries_erased_total', 'Deliveries whose texts were removed.');
    metrics.gauge(
      'agency_bridge_deliveries_waiting_for_copies',
      'Deliveries that wait until documents has checked their copies, or releases those of a sent submission',
      [],
      (gauge) => gauge.set(this.#copyWaits.measure(Date.now()).count),
    );
    metrics.gauge(
      'agency_bridge_copies_oldest_wait_seconds',
      'How long the oldest delivery has waited for its copies; 0 if none waits',
      [],
      (gauge) => gauge.set(this.#copyWaits.measure(Date.now()).oldestSeconds),
    );
  }

  /**
   * Logs a failure that happened at this time.
   * @param time of the change
   */
  observe(delivery: StoredDelivery, time: Date): void {
    this.observeWaits(delivery);
    const { _id, failTime, failCause, failFields } = delivery;
    if (failTime?.getTime() !== time.getTime()) return;
    this.#log.warn({ event: 'delivery-failed', resource: _id, reason: failCause, field: failFields?.join(' ') });
  }

  /** Logs when a delivery is deferred and when it resumes, and counts it while it waits for copies. */
  observeWaits({ _id, agency, deferCause, copiesWaitTime, unreleased, lastRequestTime }: StoredDelivery): void {
    const at = Date.now();
    const change = this.#deferred.observe(_id, deferCause !== undefined, at);
    if (change === 'deferred')
      this.#log.error({ event: 'delivery-deferred', resource: _id, agency, reason: deferCause });
    if (change === 'resumed') this.#log.info({ event: 'delivery-resumed', resource: _id, agency });
    this.#gauge.set(this.#deferred.count(at));
    const isUnreleased = unreleased !== undefined && unreleased.length > 0;
    this.#copyWaits.observe(_id, copiesWaitTime ?? (isUnreleased ? lastRequestTime : undefined), at);
  }

  /** Counts and logs a delivery whose application was erased. */
  recordErasure({ _id, agency }: StoredDelivery): void {
    this.#erased.inc();
    this.#log.info({ event: 'delivery-erased', resource: _id, agency });
  }

  /** Logs a submission that was sent although copies are still coming. */
  reportIncomplete({ _id, agency }: StoredDelivery, count: number): void {
    this.#log.warn({ event: 'delivery-sent-incomplete', resource: _id, agency, count });
  }

  /** Ids of the deliveries that this process saw waiting for an agency. */
  deferredFor(agency: string): string[] {
    return this.#deferred.idsOf(agency);
  }
}
