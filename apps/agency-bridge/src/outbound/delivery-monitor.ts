import type { Log, Metrics } from '@cups/contracts';
import type { StoredDelivery } from '../store.ts';
import { DeferredDeliveries } from './deferred-deliveries.ts';

/** Logs deliveries that failed or are deferred, and counts the deferred ones. */
export class DeliveryMonitor {
  readonly #log: Log;
  readonly #deferred = new DeferredDeliveries();
  readonly #gauge: { set(value: number): void };

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#gauge = metrics.gauge(
      'agency_bridge_deliveries_deferred',
      'ALARM: deliveries that wait until there is a file of their agency',
    );
    this.#gauge.set(0);
  }

  /**
   * Logs a failure that happened at this time.
   * @param time of the change
   */
  observe(delivery: StoredDelivery, time: Date): void {
    this.observeDeferral(delivery);
    const { _id, failTime, failCause, failFields } = delivery;
    if (failTime?.getTime() !== time.getTime()) return;
    this.#log.warn({ event: 'delivery-failed', resource: _id, reason: failCause, field: failFields?.join(' ') });
  }

  /** Logs when a delivery is deferred and when it resumes. */
  observeDeferral({ _id, agency, deferCause }: StoredDelivery): void {
    const change = this.#deferred.observe(_id, deferCause !== undefined, Date.now());
    if (change === 'deferred')
      this.#log.error({ event: 'delivery-deferred', resource: _id, agency, reason: deferCause });
    if (change === 'resumed') this.#log.info({ event: 'delivery-resumed', resource: _id, agency });
    this.#gauge.set(this.#deferred.count(Date.now()));
  }

  /** Ids of the deliveries that this process saw waiting for an agency. */
  deferredFor(agency: string): string[] {
    return this.#deferred.idsOf(agency);
  }
}
