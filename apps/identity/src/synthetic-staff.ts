import type { Log } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { CentreFile } from './domain/centres.ts';
import { syntheticIdnp, syntheticStaff } from './domain/synthetic.ts';
import type { Synthetic } from './domain/synthetic.ts';
import type { Persons } from './persons.ts';
import { Repeated } from './repeat.ts';
import type { StoredOperator } from './store.ts';

/** Where operators may work, by code; another Map after each change. */
export interface Places {
  centres: () => ReadonlyMap<string, CentreFile>;
  agencies: () => ReadonlyMap<string, unknown>;
}

export interface SyntheticStaffParts {
  places: Places;
  operators: Documents<StoredOperator>;
  persons: Persons;
  now: () => Date;
  log: Log;
}

/** How often it is seen whether a file of a centre or an agency is new. */
const LOOK_MS = 1_000;
/** Of so many numbers for one operator one belongs to nobody else. */
const ATTEMPTS = 4;
const SERVICE = { scope: 'service' as const };

/**
 * The synthetic operators of the local test provider, brought to the store for each centre and agency that has a file, a new one
 * included. Who is there already is left as they are, whatever somebody made of them.
 */
export class SyntheticStaff {
  readonly #parts: SyntheticStaffParts;
  readonly #bringing: Repeated;
  #seen: [centres: unknown, agencies: unknown] = [undefined, undefined];

  /** Begins to bring them. */
  constructor(parts: SyntheticStaffParts) {
    this.#parts = parts;
    this.#bringing = new Repeated(() => this.#bring(), LOOK_MS);
    this.#bringing.soon();
  }

  /** Whether all of the first files are in the store. */
  get isThere(): boolean {
    return this.#seen[0] !== undefined;
  }

  close(): Promise<void> {
    return this.#bringing.close();
  }

  async #bring(): Promise<void> {
    const { places, operators, log } = this.#parts;
    const [centres, agencies] = [places.centres(), places.agencies()];
    if (centres.size === 0 || (centres === this.#seen[0] && agencies === this.#seen[1])) return;
    try {
      const all = syntheticStaff(centres.values(), agencies.keys());
      const projection = { _id: 1 as const, schemaVersion: 1 as const };
      const found = await operators.find(
        { _id: { $in: [...all.keys()] } },
        { ...SERVICE, projection, limit: all.size },
      );
      for (const { _id, schemaVersion } of found) {
        if (schemaVersion === 1) await this.#complete(all.get(_id)!);
        all.delete(_id);
      }
      const count = await this.#make([...all.values()]);
      if (count > 0) log.info({ event: 'synthetic-staff-made', count });
      this.#seen = [centres, agencies];
    } catch (error) {
      log.warn({ event: 'synthetic-staff-failed', error });
      throw error;
    }
  }

  /** Makes them, each with a personal number that nobody has. @returns how many were made */
  async #make(missing: Synthetic[]): Promise<number> {
    const { operators, now } = this.#parts;
    let made = 0;
    for (let attempt = 0, rest = missing; rest.length > 0 && attempt < ATTEMPTS; attempt += 1) {
      const drafts = await Promise.all(rest.map((one) => this.#draftOf(one, attempt)));
      const count = await operators.createMissing(drafts, { ...SERVICE, cause: {}, now: now() });
      made += count;
      if (count === rest.length) break;
      const projection = { _id: 1 as const };
      const ids = rest.map(({ id }) => id);
      const there = await operators.find({ _id: { $in: ids } }, { ...SERVICE, projection, limit: ids.length });
      const known = new Set(there.map(({ _id }) => _id));
      rest = rest.filter(({ id }) => !known.has(id));
    }
    return made;
  }

  /** Somebody of whom an earlier release knew only whether they are suspended. */
  async #complete(one: Synthetic): Promise<void> {
    const { operators, now } = this.#parts;
    const draft = await this.#draftOf(one, 0);
    await operators.update(one.id, { ...SERVICE, cause: {}, now: now() }, (known) => {
      const { status, endedBefore } = known;
      return { document: { ...known, ...draft, status, endedBefore }, events: [] };
    });
  }

  async #draftOf({ id, ...known }: Synthetic, attempt: number) {
    const person = await this.#parts.persons.seal(syntheticIdnp(id, attempt), id);
    const inviteTime = this.#parts.now();
    return { _id: id, ...known, synthetic: true, person, status: 'active' as const, inviteTime, history: [] };
  }
}
