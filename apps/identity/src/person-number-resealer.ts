import type { Log, Metrics } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { SealedPersonNumber } from './domain/staff.ts';
import type { PersonNumbers } from './person-numbers.ts';
import { PeriodicTask } from './periodic-task.ts';
import type { StoredOperator } from './store.ts';

export interface PersonNumberResealerParts {
  operators: Documents<StoredOperator>;
  persons: PersonNumbers;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Progress of resealing. */
export interface ResealingState {
  /** Number of stored personal numbers. */
  numbers: number;
  /** Of these, the ones not yet sealed and hashed with the current keys. */
  waiting: number;
  /** Of the waiting ones, those that no key opened in the last scan. */
  unreadable: number;
}

/** Checks whether the keys have changed. */
const POLL_INTERVAL_MS = 1_000;
/** Rescans for numbers that replicas with older keys wrote. */
const RESCAN_INTERVAL_MS = 60_000;
/** Time until every process has loaded the same keys. */
const KEY_ROLLOUT_MS = 5 * 60_000;
const BATCH_SIZE = 50;
const SERVICE_SCOPE = { scope: 'service' as const };

/**
 * Reseals and rehashes personal numbers in the background after a key change.
 * Each number stores the names of its keys, so restarts resume and replicas can run concurrently.
 */
export class PersonNumberResealer {
  readonly #parts: PersonNumberResealerParts;
  readonly #checking: PeriodicTask;
  /** Names of the current keys, when they were first seen, and when the last scan started (ms). */
  #current = { keys: '', since: 0, scanned: 0 };
  /** IDs of all keys that this process has loaded. */
  readonly #known = new Set<string>();
  #pending = 0;
  #unreadable = 0;
  #closed = false;

  constructor(parts: PersonNumberResealerParts) {
    this.#parts = parts;
    const { metrics } = parts;
    const pendingHelp = 'Personal numbers of the staff that are not sealed by the keys of now.';
    metrics.gauge('cups_identity_person_numbers_pending', pendingHelp, [], (gauge) => gauge.set(this.#pending));
    const unreadableHelp = 'Personal numbers of the staff that no key opens.';
    metrics.gauge('cups_identity_person_numbers_unreadable', unreadableHelp, [], (gauge) =>
      gauge.set(this.#unreadable),
    );
    this.#checking = new PeriodicTask(() => this.#check(), POLL_INTERVAL_MS);
    this.#checking.trigger();
  }

  /** Returns the stored state. Triggers a scan if numbers are waiting. */
  async state(): Promise<ResealingState> {
    const waiting = await this.#count(this.#pendingFilter());
    if (waiting > 0) this.#current.scanned = 0;
    return { numbers: await this.#count(HAS_PERSON_NUMBER), waiting, unreadable: Math.min(waiting, this.#unreadable) };
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#checking.close();
  }

  async #check(): Promise<void> {
    const { persons, now } = this.#parts;
    const [keys, time] = [persons.keys(), now().getTime()];
    for (const kid of persons.kids()) this.#known.add(kid);
    if (keys !== this.#current.keys) this.#current = { keys, since: time, scanned: 0 };
    if (time - this.#current.scanned < RESCAN_INTERVAL_MS) return;
    const current = this.#current;
    await this.#resealAll();
    if (!this.#closed) current.scanned = time;
  }

  /** Returns whether the number may be sealed with newer keys that this process has not loaded yet. */
  #mayBeNewer({ keys = '' }: SealedPersonNumber): boolean {
    if (this.#parts.now().getTime() - this.#current.since >= KEY_ROLLOUT_MS) return false;
    return keys.split(' ').some((kid) => kid !== '' && !this.#known.has(kid));
  }

  async #resealAll(): Promise<void> {
    const { operators, log } = this.#parts;
    this.#pending = await this.#count(this.#pendingFilter());
    if (this.#pending === 0) this.#unreadable = 0;
    let [after, done, unreadable] = ['', 0, 0];
    for (;;) {
      const filter = Object.assign(this.#pendingFilter(), { _id: { $gt: after } });
      const found = await operators.find(
        filter,
        Object.assign({ sort: { _id: 1 as const }, limit: BATCH_SIZE }, SERVICE_SCOPE),
      );
      for (const operator of found) {
        if (this.#closed) return;
        if (this.#mayBeNewer(operator.person!)) continue;
        if (await this.#reseal(operator)) [done, this.#pending] = [done + 1, this.#pending - 1];
        else unreadable += 1;
      }
      if (found.length < BATCH_SIZE) break;
      after = found.at(-1)!._id;
    }
    this.#unreadable = unreadable;
    if (done > 0) log.info({ event: 'person-numbers-resealed', count: done });
    if (unreadable > 0) log.error({ event: 'person-numbers-unreadable', count: unreadable });
  }

  /** Returns whether a key opened the number. */
  async #reseal({ _id, person }: StoredOperator): Promise<boolean> {
    const { operators, persons, now } = this.#parts;
    const idnp = await persons.open(person!, _id).catch(() => undefined);
    if (idnp === undefined) return false;
    const sealed = await persons.seal(idnp, _id);
    await operators.update(_id, { ...SERVICE_SCOPE, cause: {}, now: now() }, (staff) => ({
      document: { ...staff, person: sealed },
      events: [],
    }));
    return true;
  }

  #pendingFilter(): object {
    return { person: { $exists: true }, 'person.keys': { $ne: this.#parts.persons.keys() } };
  }

  async #count(filter: object): Promise<number> {
    const group = { $group: { _id: null, count: { $sum: 1 } } };
    const [found] = await this.#parts.operators.aggregate<{ count: number }>(
      [{ $match: filter }, group],
      SERVICE_SCOPE,
    );
    return found?.count ?? 0;
  }
}

const HAS_PERSON_NUMBER = { person: { $exists: true } };
