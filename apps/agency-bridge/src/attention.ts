import type { Log, Metrics } from '@cups/contracts';
import type { StoredDelivery } from './store.ts';
import { Unroutable } from './unroutable.ts';

/** What support must see of deliveries: log lines of those that failed or wait for an agency, and how many wait. */
export class Attention {
  readonly #log: Log;
  readonly #unroutable = new Unroutable();
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
  note(delivery: StoredDelivery, at: Date): void {
    this.noteWaiting(delivery);
    const { _id, failTime, failCause, failFields } = delivery;
    if (failTime?.getTime() !== at.getTime()) return;
    this.#log.warn({ event: 'delivery-failed', resource: _id, reason: failCause, field: failFields?.join(' ') });
  }

  /** Says when a delivery begins to wait for its agency, and when it goes on. */
  noteWaiting({ _id, agency, waitCause }: StoredDelivery): void {
    const news = this.#unroutable.found(_id, waitCause !== undefined, Date.now());
    if (news === 'waits') this.#log.error({ event: 'delivery-waits', resource: _id, agency, reason: waitCause });
    if (news === 'goes-on') this.#log.info({ event: 'delivery-goes-on', resource: _id, agency });
    this.#waits.set(this.#unroutable.count(Date.now()));
  }

  /** Ids of the deliveries that this process saw waiting for an agency. */
  waitingFor(agency: string): string[] {
    return this.#unroutable.of(agency);
  }
}
