import type { Log, Metrics } from '@cups/contracts';
import type { StoredDelivery } from './store.ts';
import { DeferredDeliveries } from './deferred-deliveries.ts';

/** What support must see of deliveries: log lines of those that failed or wait for an agency, and how many wait. */
export class DeliveryMonitor {
  readonly #log: Log;
  readonly #unroutable = new DeferredDeliveries();
  readonly #waits: { set(value: number): void };

  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#waits = metrics.gauge(
      'agency_bridge_waits_for_agency',
      'ALARM: deliveries that wait until there is a file of their agency',
    );
    this.#waits.set(0);
  }

  /** Says what is new about a delivery. @param at of the change that made it as it is now */
  observe(delivery: StoredDelivery, at: Date): void {
    this.observeDeferral(delivery);
    const { _id, failTime, failCause, failFields } = delivery;
    if (failTime?.getTime() !== at.getTime()) return;
    this.#log.warn({ event: 'delivery-failed', resource: _id, reason: failCause, field: failFields?.join(' ') });
  }

  /** Says when a delivery begins to wait for its agency, and when it goes on. */
  observeDeferral({ _id, agency, waitCause }: StoredDelivery): void {
    const change = this.#unroutable.observe(_id, waitCause !== undefined, Date.now());
    if (change === 'waits') this.#log.error({ event: 'delivery-waits', resource: _id, agency, reason: waitCause });
    if (change === 'goes-on') this.#log.info({ event: 'delivery-goes-on', resource: _id, agency });
    this.#waits.set(this.#unroutable.count(Date.now()));
  }

  /** Ids of the deliveries that this process saw waiting for an agency. */
  deferredFor(agency: string): string[] {
    return this.#unroutable.idsOf(agency);
  }
}
