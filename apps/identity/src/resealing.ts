import type { Log, Metrics } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { SealedPerson } from './domain/staff.ts';
import type { Persons } from './persons.ts';
import { Repeated } from './repeat.ts';
import type { StoredOperator } from './store.ts';

export interface ResealingParts {
  operators: Documents<StoredOperator>;
  persons: Persons;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** How far the personal numbers have followed the keys. */
export interface Resealed {
  /** All that are stored. */
  numbers: number;
  /** Those that are not sealed and hashed by the keys of now. */
  waiting: number;
  /** Those of them that no key opened at the last look. */
  unreadable: number;
}

/** How often it is seen whether the keys have changed. */
const LOOK_MS = 1_000;
/** How often it is looked after what others wrote, who had other keys for a while. */
const AGAIN_MS = 60_000;
/** Until every process has read the same keys. */
const SETTLED_MS = 5 * 60_000;
const AT_ONCE = 50;
const SERVICE = { scope: 'service' as const };

/**
 * Seals and hashes the personal numbers anew after their keys have changed, in the background, one after the other. What is done
 * stands with each number, so that a restart goes on where it was, and replicas may do the same at once.
 */
export class Resealing {
  readonly #parts: ResealingParts;
  readonly #looking: Repeated;
  /** The keys of now by name, since when, and when the numbers were looked through last (ms). */
  #now = { keys: '', since: 0, looked: 0 };
  /** Kids of keys that this process has had. */
  readonly #known = new Set<string>();
  #waiting = 0;
  #unreadable = 0;
  #closed = false;

  /** Begins. */
  constructor(parts: ResealingParts) {
    this.#parts = parts;
    const { metrics } = parts;
    const waits = 'Personal numbers of the staff that are not sealed by the keys of now.';
    metrics.gauge('cups_identity_person_numbers_waiting', waits, [], (gauge) => gauge.set(this.#waiting));
    const lost = 'Personal numbers of the staff that no key opens.';
    metrics.gauge('cups_identity_person_numbers_unreadable', lost, [], (gauge) => gauge.set(this.#unreadable));
    this.#looking = new Repeated(() => this.#look(), LOOK_MS);
    this.#looking.soon();
  }

  /** As the store says it now. What is left is done soon: whoever asks waits for it. */
  async state(): Promise<Resealed> {
    const waiting = await this.#count(this.#left());
    if (waiting > 0) this.#now.looked = 0;
    return { numbers: await this.#count(HAVE_ONE), waiting, unreadable: Math.min(waiting, this.#unreadable) };
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#looking.close();
  }

  async #look(): Promise<void> {
    const { persons, now } = this.#parts;
    const [keys, time] = [persons.keys(), now().getTime()];
    for (const kid of persons.kids()) this.#known.add(kid);
    if (keys !== this.#now.keys) this.#now = { keys, since: time, looked: 0 };
    if (time - this.#now.looked < AGAIN_MS) return;
    const at = this.#now;
    await this.#resealAll();
    if (!this.#closed) at.looked = time;
  }

  /** Whether these keys may be newer ones, of which this process has not heard yet: it leaves what they sealed alone. */
  #mayBeNewer({ keys = '' }: SealedPerson): boolean {
    if (this.#parts.now().getTime() - this.#now.since >= SETTLED_MS) return false;
    return keys.split(' ').some((kid) => kid !== '' && !this.#known.has(kid));
  }

  async #resealAll(): Promise<void> {
    const { operators, log } = this.#parts;
    this.#waiting = await this.#count(this.#left());
    if (this.#waiting === 0) this.#unreadable = 0;
    let [after, done, unreadable] = ['', 0, 0];
    for (;;) {
      const filter = Object.assign(this.#left(), { _id: { $gt: after } });
      const found = await operators.find(filter, Object.assign({ sort: { _id: 1 as const }, limit: AT_ONCE }, SERVICE));
      for (const one of found) {
        if (this.#closed) return;
        if (this.#mayBeNewer(one.person!)) continue;
        if (await this.#reseal(one)) [done, this.#waiting] = [done + 1, this.#waiting - 1];
        else unreadable += 1;
      }
      if (found.length < AT_ONCE) break;
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
    await operators.update(_id, { ...SERVICE, cause: {}, now: now() }, (staff) => ({
      document: { ...staff, person: sealed },
      events: [],
    }));
    return true;
  }

  #left(): object {
    return { person: { $exists: true }, 'person.keys': { $ne: this.#parts.persons.keys() } };
  }

  async #count(filter: object): Promise<number> {
    const group = { $group: { _id: null, count: { $sum: 1 } } };
    const [found] = await this.#parts.operators.aggregate<{ count: number }>([{ $match: filter }, group], SERVICE);
    return found?.count ?? 0;
  }
}

const HAVE_ONE = { person: { $exists: true } };
