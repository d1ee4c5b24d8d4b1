import type { Log } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { CentreFile } from './domain/centres.ts';
import { syntheticIdnp, generateSyntheticOperators } from './domain/synthetic-operators.ts';
import type { SyntheticOperator } from './domain/synthetic-operators.ts';
import type { PersonNumbers } from './person-numbers.ts';
import { PeriodicTask } from './periodic-task.ts';
import type { StoredOperator } from './store.ts';

/** Centres and agencies by code. Each change creates a new Map. */
export interface WorkplaceSource {
  centres: () => ReadonlyMap<string, CentreFile>;
  agencies: () => ReadonlyMap<string, unknown>;
}

export interface SyntheticStaffSeederParts {
  places: WorkplaceSource;
  operators: Documents<StoredOperator>;
  persons: PersonNumbers;
  now: () => Date;
  log: Log;
}

/** Checks for new centre and agency files. */
const POLL_INTERVAL_MS = 1_000;
/** Personal numbers tried per operator until one is unused. */
const MAX_ATTEMPTS = 4;
const SERVICE_SCOPE = { scope: 'service' as const };

/**
 * Creates the synthetic operators of the local test provider for each centre and agency with a file.
 * Existing operators stay unchanged, even if they were edited.
 */
export class SyntheticStaffSeeder {
  readonly #parts: SyntheticStaffSeederParts;
  readonly #seeding: PeriodicTask;
  #seen: [centres: unknown, agencies: unknown] = [undefined, undefined];

  constructor(parts: SyntheticStaffSeederParts) {
    this.#parts = parts;
    this.#seeding = new PeriodicTask(() => this.#seed(), POLL_INTERVAL_MS);
    this.#seeding.trigger();
  }

  /** Whether the operators of the initial files are stored. */
  get isReady(): boolean {
    return this.#seen[0] !== undefined;
  }

  close(): Promise<void> {
    return this.#seeding.close();
  }

  async #seed(): Promise<void> {
    const { places, operators, log } = this.#parts;
    const [centres, agencies] = [places.centres(), places.agencies()];
    if (centres.size === 0 || (centres === this.#seen[0] && agencies === this.#seen[1])) return;
    try {
      const all = generateSyntheticOperators(centres.values(), agencies.keys());
      const projection = { _id: 1 as const, schemaVersion: 1 as const };
      const found = await operators.find(
        { _id: { $in: [...all.keys()] } },
        { ...SERVICE_SCOPE, projection, limit: all.size },
      );
      for (const { _id, schemaVersion } of found) {
        if (schemaVersion === 1) await this.#completeFirstVersion(all.get(_id)!);
        all.delete(_id);
      }
      const count = await this.#create([...all.values()]);
      if (count > 0) log.info({ event: 'synthetic-staff-created', count });
      this.#seen = [centres, agencies];
    } catch (error) {
      log.warn({ event: 'synthetic-staff-failed', error });
      throw error;
    }
  }

  /** Creates the missing operators, each with an unused personal number. Returns their number. */
  async #create(missing: SyntheticOperator[]): Promise<number> {
    const { operators, now } = this.#parts;
    let created = 0;
    for (let attempt = 0, rest = missing; rest.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
      const drafts = await Promise.all(rest.map((operator) => this.#createDraft(operator, attempt)));
      const count = await operators.createMissing(drafts, { ...SERVICE_SCOPE, cause: {}, now: now() });
      created += count;
      if (count === rest.length) break;
      const projection = { _id: 1 as const };
      const ids = rest.map(({ id }) => id);
      const found = await operators.find({ _id: { $in: ids } }, { ...SERVICE_SCOPE, projection, limit: ids.length });
      const known = new Set(found.map(({ _id }) => _id));
      rest = rest.filter(({ id }) => !known.has(id));
    }
    return created;
  }

  /** Completes a document of schema version 1, which stored only the suspension. */
  async #completeFirstVersion(operator: SyntheticOperator): Promise<void> {
    const { operators, now } = this.#parts;
    const draft = await this.#createDraft(operator, 0);
    await operators.update(operator.id, { ...SERVICE_SCOPE, cause: {}, now: now() }, (known) => {
      const { status, revokeTime } = known;
      return { document: { ...known, ...draft, status, revokeTime }, events: [] };
    });
  }

  async #createDraft({ id, ...known }: SyntheticOperator, attempt: number) {
    const person = await this.#parts.persons.seal(syntheticIdnp(id, attempt), id);
    const inviteTime = this.#parts.now();
    return { _id: id, ...known, synthetic: true, person, status: 'active' as const, inviteTime, history: [] };
  }
}
