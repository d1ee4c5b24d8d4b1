import type { Log, Metrics } from '@cups/contracts';
import type { AnyDocuments, StoredDocument } from '@cups/store';
import type { SealedPersonNumber } from './domain/staff.ts';
import type { PersonNumbers } from './person-numbers.ts';
import { PeriodicTask } from './periodic-task.ts';

/** Documents with a sealed personal number, or a sealed text about a person, in `person`. */
export interface SealedSource {
  documents: AnyDocuments;
  /** Returns the ID for which the text of a document is sealed. */
  sealedFor: (id: string) => string;
  /** Seals an unsealed text of any release, as the current one stores it. */
  seal: (id: string, text: string) => Promise<SealedPersonNumber>;
  /** Documents of earlier versions are stored again, whatever their keys. */
  schemaVersion?: number;
}

type SealedDocument = StoredDocument & {
  person: Omit<SealedPersonNumber, 'sealed'> & Partial<Pick<SealedPersonNumber, 'sealed'>>;
};

export interface PersonNumberResealerParts {
  sources: readonly SealedSource[];
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
 * Reseals and rehashes personal numbers and sealed texts about people in the background after a key change.
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
    const waiting = await this.#countPending();
    if (waiting > 0) this.#current.scanned = 0;
    return {
      numbers: await this.#count(() => HAS_PERSON_NUMBER),
      waiting,
      unreadable: Math.min(waiting, this.#unreadable),
    };
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
  #mayBeNewer({ keys = '' }: Pick<SealedPersonNumber, 'keys'>): boolean {
    if (this.#parts.now().getTime() - this.#current.since >= KEY_ROLLOUT_MS) return false;
    return keys.split(' ').some((kid) => kid !== '' && !this.#known.has(kid));
  }

  async #resealAll(): Promise<void> {
    const { sources, log } = this.#parts;
    this.#pending = await this.#countPending();
    if (this.#pending === 0) this.#unreadable = 0;
    const total = { done: 0, unreadable: 0 };
    for (const source of sources) {
      const { done, unreadable } = await this.#resealSource(source);
      if (this.#closed) return;
      total.done += done;
      total.unreadable += unreadable;
    }
    this.#unreadable = total.unreadable;
    if (total.done > 0) log.info({ event: 'person-numbers-resealed', count: total.done });
    if (total.unreadable > 0) log.error({ event: 'person-numbers-unreadable', count: total.unreadable });
  }

  async #resealSource(source: SealedSource): Promise<{ done: number; unreadable: number }> {
    let [after, done, unreadable] = ['', 0, 0];
    for (;;) {
      const filter = Object.assign(this.#pendingFilter(source), { _id: { $gt: after } });
      const found = (await source.documents.find(
        filter,
        Object.assign({ sort: { _id: 1 as const }, limit: BATCH_SIZE }, SERVICE_SCOPE),
      )) as SealedDocument[];
      for (const document of found) {
        if (this.#closed) return { done, unreadable };
        const { sealed } = document.person;
        // Erased details stay erased.
        if (sealed === undefined || this.#mayBeNewer(document.person)) continue;
        if (await this.#reseal(document._id, sealed, source)) [done, this.#pending] = [done + 1, this.#pending - 1];
        else unreadable += 1;
      }
      if (found.length < BATCH_SIZE) return { done, unreadable };
      after = found.at(-1)!._id;
    }
  }

  /** Returns whether a key opened the text. */
  async #reseal(_id: string, sealed: string, source: SealedSource): Promise<boolean> {
    const { persons, now } = this.#parts;
    const text = await persons.open({ sealed }, source.sealedFor(_id)).catch(() => undefined);
    if (text === undefined) return false;
    const person = await source.seal(_id, text);
    await source.documents.update(_id, { ...SERVICE_SCOPE, cause: {}, now: now() }, (document: SealedDocument) => ({
      document: { ...document, person },
      events: [],
    }));
    return true;
  }

  #pendingFilter({ schemaVersion }: SealedSource): object {
    const byOtherKeys = { 'person.keys': { $ne: this.#parts.persons.keys() } };
    const filter = { 'person.sealed': { $exists: true } };
    if (schemaVersion === undefined) return { ...filter, ...byOtherKeys };
    return { ...filter, $or: [byOtherKeys, { schemaVersion: { $lt: schemaVersion } }] };
  }

  #countPending(): Promise<number> {
    return this.#count((source) => this.#pendingFilter(source));
  }

  async #count(filterOf: (source: SealedSource) => object): Promise<number> {
    const group = { $group: { _id: null, count: { $sum: 1 } } };
    let total = 0;
    for (const source of this.#parts.sources) {
      const pipeline = [{ $match: filterOf(source) }, group];
      const [found] = await source.documents.aggregate<{ count: number }>(pipeline, SERVICE_SCOPE);
      total += found?.count ?? 0;
    }
    return total;
  }
}

const HAS_PERSON_NUMBER = { 'person.sealed': { $exists: true } };
