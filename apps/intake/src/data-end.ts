import { resourceName } from '@cups/contracts';
import type { Counter, Log, Metrics } from '@cups/contracts';
import type { DataKeys } from '@cups/data-keys';
import type { Change, Documents } from '@cups/store';
import { startErasure } from './domain/commands/data-rights.ts';
import { eraseApplication, expiryOf, isErased, nextCheckOf, RETRY_MS, UNKNOWN_RETRY_MS } from './domain/data-end.ts';
import type { DataEndTerms } from './domain/data-end.ts';
import type { SearchHasher } from './domain/search-hasher.ts';
import { toChange } from './event-encoder.ts';
import type { StoredApplication } from './store.ts';
import type { StoredMandate } from './store/mandates.ts';
import { endMandateCopies, findNeeds } from './mandate-ends.ts';
import type { HistorySegments } from './store/history-segments.ts';

export interface DataEndDeps {
  applications: Documents<StoredApplication>;
  keys: Pick<DataKeys, 'destroy'>;
  history: Pick<HistorySegments, 'remove'>;
  /** The copies of mandates. */
  mandates: Documents<StoredMandate>;
  /** Erases the content of quarantined acts of an application. */
  eraseActs: (id: string) => Promise<void>;
  /** Removes events of a subject that could not be handled: they have texts of the agency. */
  removeParked: (subject: string) => Promise<unknown>;
  /** Whether documents holds the application. @throws Problem while it does not answer */
  isHeld: (id: string) => Promise<boolean>;
  terms: DataEndTerms;
  /** Whether the terms are confirmed. Erasure on request needs no confirmation. */
  isConfirmed: boolean;
  hashes: SearchHasher;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Why an erasure that is due waits: for a day, or for minutes while documents does not answer. */
type Obstacle = 'not-confirmed' | 'restricted' | 'hold' | 'hold-unknown';

/**
 * Erases applications: when their term ends, or when a person asked for it. The order is: the application says that it is
 * being erased, the key is destroyed, then one write erases what is stored and reports it. Every step can be repeated, by
 * any replica.
 */
export class DataEnd {
  readonly #deps: DataEndDeps;
  readonly #postponed: Counter<'cause'>;
  readonly #erased: Counter<'cause'>;

  constructor(deps: DataEndDeps) {
    this.#deps = deps;
    this.#postponed = deps.metrics.counter(
      'intake_erasures_postponed_total',
      'Erasures that were due and postponed by a day, by cause: not-confirmed, restricted, hold; or by five minutes: hold-unknown, while documents does not answer.',
      ['cause'],
    );
    this.#erased = deps.metrics.counter(
      'intake_applications_erased_total',
      'Applications whose personal data were erased, by cause: expired or requested.',
      ['cause'],
    );
  }

  /** Handles the due timer of an application. */
  async process(id: string): Promise<void> {
    const { applications, terms, now } = this.#deps;
    const app = await applications.get(id, { scope: 'service' });
    if (!app || app.erasure?.time) return;
    if (isErased(app)) return this.#complete(app);
    const time = now();
    const expiry = app.erasureRequest ? time : expiryOf(app, terms);
    if (!expiry) return this.#schedule(app, null);
    if (expiry > time) return this.#schedule(app, nextCheckOf(expiry, time));
    const obstacle = await this.#findObstacle(app);
    if (obstacle) return this.#postpone(app, obstacle, time);
    const { document } = await this.#update(id, (before) => {
      // A write since the checks: the timer is still due, and they run again.
      if (before.revision !== app.revision) return { document: before, events: [] };
      return toChange(before, startErasure(before, time), this.#deps.hashes);
    });
    if (isErased(document)) await this.#complete(document);
  }

  async #findObstacle(app: StoredApplication): Promise<Obstacle | undefined> {
    if (!this.#deps.isConfirmed && !app.erasureRequest) return 'not-confirmed';
    if (app.restriction) return 'restricted';
    try {
      return (await this.#deps.isHeld(app._id)) ? 'hold' : undefined;
    } catch {
      // The client has logged the reason.
      return 'hold-unknown';
    }
  }

  async #postpone(app: StoredApplication, cause: Obstacle, time: Date): Promise<void> {
    this.#postponed.inc({ cause });
    const resource = resourceName('applications', app._id);
    this.#deps.log.warn({ event: 'application-erasure-postponed', resource, reason: cause });
    const delayMs = cause === 'hold-unknown' ? UNKNOWN_RETRY_MS : RETRY_MS;
    await this.#schedule(app, new Date(time.getTime() + delayMs));
  }

  /** Sets the next check, unless something changed meanwhile: the timer is due again then. */
  async #schedule(app: StoredApplication, due: Date | null): Promise<void> {
    await this.#update(app._id, (before) =>
      before.revision === app.revision
        ? { document: { ...before, timer: due && { kind: 'retention', due } }, events: [] }
        : { document: before, events: [] },
    );
  }

  /** Destroys the key, then erases what is stored: the archive of the history, and the application itself. */
  async #complete(app: StoredApplication): Promise<void> {
    const { _id: id, agency, formerAgencies = [], erasure: { mandates: named = [] } = {} } = app;
    const { applications, mandates, keys, history, eraseActs, removeParked, hashes, log, now } = this.#deps;
    await keys.destroy(id);
    await history.remove(id);
    await eraseActs(id);
    const agencies = new Set([agency, ...formerAgencies.map((former) => former.agency)]);
    for (const name of agencies) await removeParked(`deliveries/${id}-${name.slice('agencies/'.length)}`);
    const { free } = await findNeeds(applications, named);
    await endMandateCopies(mandates, free, now());
    const { document, outcome } = await this.#update(id, (before) => {
      if (before.erasure?.time) return { document: before, events: [] };
      const event = { type: 'ApplicationErased' as const, mandates: free };
      const erased = { document: eraseApplication(before, now()), events: [event] };
      return { ...toChange(before, erased, hashes), erase: true };
    });
    if (outcome !== 'applied') return;
    const { cause = 'expired' } = document.erasure ?? {};
    this.#erased.inc({ cause });
    log.info({ event: 'application-erased', resource: resourceName('applications', id), reason: cause });
  }

  #update(id: string, decide: (before: StoredApplication) => Change<StoredApplication>) {
    const options = { scope: 'service' as const, cause: { eventId: 'timer:retention' }, now: this.#deps.now() };
    return this.#deps.applications.update(id, options, decide);
  }
}
