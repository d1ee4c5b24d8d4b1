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

/** How far the personal numbers have followed the keys. */
export interface ResealingState {
  /** All that are stored. */
  numbers: number;
  /** Those that are not sealed and hashed by the keys of now. */
  waiting: number;
  /** Those of them that no key opened at the last look. */
  unreadable: number;
}

/** How often it is seen whether the keys have changed. */
const POLL_INTERVAL_MS = 1_000;
/** How often it is looked after what others wrote, who had other keys for a while. */
const RESCAN_INTERVAL_MS = 60_000;
/** Until every process has read the same keys. */
const KEY_ROLLOUT_MS = 5 * 60_000;
const BATCH_SIZE = 50;
const SERVICE_SCOPE = { scope: 'service' as const };

/**
 * Seals and hashes the personal numbers anew after their keys have changed, in the background, one after the other. What is done
 * stands with each number, so that a restart goes on where it was, and replicas may do the same at once.
 */
export class PersonNumberResealer {
  readonly #parts: PersonNumberResealerParts;
  readonly #checking: PeriodicTask;
  /** The keys of now by name, since when, and when the numbers were looked through last (ms). */
  #now = { keys: '', since: 0, looked: 0 };
  /** Kids of keys that this process has had. */
  readonly #known = new Set<string>();
  #pending = 0;
  #unreadable = 0;
  #closed = false;

  /** Begins. */
  constructor(parts: PersonNumberResealerParts) {
    this.#parts = parts;
    const { metrics } = parts;
    const pendingHelp = 'Personal numbers of the staff that are not sealed by the keys of now.';
    metrics.gauge('cups_identity_person_numbers_waiting', pendingHelp, [], (gauge) => gauge.set(this.#pending));
    const unreadableHelp = 'Personal numbers of the staff that no key opens.';
    metrics.gauge('cups_identity_person_numbers_unreadable', unreadableHelp, [], (gauge) =>
      gauge.set(this.#unreadable),
    );
    this.#checking = new PeriodicTask(() => this.#check(), POLL_INTERVAL_MS);
    this.#checking.trigger();
  }

  /** As the store says it now. What is left is done soon: whoever asks waits for it. */
  async state(): Promise<ResealingState> {
    const waiting = await this.#count(this.#pendingFilter());
    if (waiting > 0) this.#now.looked = 0;
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
    if (keys !== this.#now.keys) this.#now = { keys, since: time, looked: 0 };
    if (time - this.#now.looked < RESCAN_INTERVAL_MS) return;
    const at = this.#now;
    await this.#resealAll();
    if (!this.#closed) at.looked = time;
  }

  /** Whether these keys may be newer ones, of which this process has not heard yet: it leaves what they sealed alone. */
  #mayBeNewer({ keys = '' }: SealedPersonNumber): boolean {
    if (this.#parts.now().getTime() - this.#now.since >= KEY_ROLLOUT_MS) return false;
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
      for (const one of found) {
        if (this.#closed) return;
        if (this.#mayBeNewer(one.person!)) continue;
        if (await this.#reseal(one)) [done, this.#pending] = [done + 1, this.#pending - 1];
        else unreadable += 1;
      }
      if (found.length < BATCH_SIZE) break;
      after = found.at(-1)!._id;
    }
    this.#unreadable = unreadable;
    if (done > 0) log.info({ event: 'person-numbers-resealed', count: done });
    if (unreadable > 0) log.error({ event: 'person-numbers-unreadable', count: unreadable });
  }

  /** @returns whether it could be opened */
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
