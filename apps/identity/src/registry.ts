import { basename } from 'node:path';
import type { Counter, DataVersions, Log, Metrics } from '@cups/contracts';
import { watchRegistry } from '@cups/registry';
import type { RegistryParser, RegistryProblem } from '@cups/registry';
import type { Documents, NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';
import { beforeAfter, beforeWhenTold, forbidden, servingFrom, untold, withoutFile } from './domain/serving.ts';
import type { Knowledge } from './domain/serving.ts';
import { faultsOfTransfers } from './domain/transfers.ts';
import { Repeated } from './repeat.ts';
import { storeCentre, storedCentres } from './store.ts';
import type { StoredCentre } from './store.ts';

export interface Registry {
  /** All centres by code, in the order of codes; another Map after each change. */
  current(): Map<string, Centre>;
  /** Takes in what other replicas have told the store; calls at the same time share one look. @throws Problem of the store */
  askStore(): Promise<void>;
  /** Files that are refused, for what they say or for what they said before, and centres whose file is gone. */
  problems(): RegistryProblem[];
  close(): Promise<void>;
}

export interface RegistryOptions {
  /** Folder of the files. */
  dir: string;
  parse: RegistryParser<Centre>;
  centres: Documents<StoredCentre>;
  /** What agencies are told of it; undefined while they are told nothing. */
  announce: (centre: Centre) => NewEvent | undefined;
  /** Is told which files are in force here. */
  versions: Pick<DataVersions, 'inForce'>;
  now: () => Date;
  /** Milliseconds between comparisons with the store. */
  syncMs: number;
  log: Log;
  metrics: Metrics;
}

/**
 * Centres from files, in service as soon as they are read; then brought to the store by content hash, where each change
 * leaves one event. What the store knows and no file names any more stays in service: a vanished file is an error.
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const registry = new CentreRegistry(options);
  await registry.follow();
  return registry;
}

class CentreRegistry implements Registry {
  readonly #options: RegistryOptions;
  readonly #sync: Repeated;
  readonly #failures: Counter;
  readonly #show: (serving: number, problems: number) => void;
  #knowledge: Knowledge = { files: new Map(), stored: new Map(), before: new Map() };
  #serving = new Map<string, Centre>();
  #fileProblems: RegistryProblem[] = [];
  #isFailing = false;
  #unfollow: (() => void) | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: RegistryOptions) {
    const { metrics, syncMs } = options;
    this.#options = options;
    this.#sync = new Repeated(() => this.#bringToStore(), syncMs);
    const serving = metrics.gauge('cups_identity_centres', 'Centres in service.');
    const problems = metrics.gauge('cups_identity_registry_problems', 'Files of centres that are refused or gone.');
    this.#failures = metrics.counter('cups_identity_sync_failures_total', 'Comparisons with the store that failed.');
    this.#show = (inService, wrong) => {
      serving.set(inService);
      problems.set(wrong);
    };
  }

  current(): Map<string, Centre> {
    return this.#serving;
  }

  askStore(): Promise<void> {
    this.#asking ??= storedCentres(this.#options.centres)
      .then((stored) => this.#know({ ...this.#knowledge, stored }))
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  problems(): RegistryProblem[] {
    const named = new Set(this.#fileProblems.map(({ file }) => basename(file, '.yaml')));
    const gone = withoutFile(this.#knowledge, named);
    return [
      ...this.#fileProblems,
      ...forbidden(this.#knowledge).map(({ code, from, to }) => ({
        file: `${code}.yaml`,
        message: `status ${to} cannot follow ${from}; the centre stays as it was`,
      })),
      ...faultsOfTransfers(this.#serving).map(({ code, message }) => ({ file: `${code}.yaml`, message })),
      ...gone.map((code) => ({ file: `${code}.yaml`, message: 'the file is gone' })),
    ];
  }

  async follow(): Promise<void> {
    const watched = await watchRegistry<Centre>({
      dir: this.#options.dir,
      parse: this.#options.parse,
      onContent: (hash) => this.#options.versions.inForce('centres', hash),
      onChange: (centres, problems) => this.#takeFiles(centres, problems),
    });
    this.#unfollow = () => watched.close();
  }

  async close(): Promise<void> {
    this.#unfollow?.();
    await this.#sync.close();
  }

  #takeFiles(centres: Map<string, Centre>, problems: RegistryProblem[]): void {
    const { files, stored, before } = this.#knowledge;
    this.#fileProblems = problems;
    for (const { file, message } of problems) {
      this.#options.log.error({ event: 'centre-refused', file, reason: message });
    }
    this.#know({ files: centres, stored, before: beforeAfter(before, files, centres) });
    this.#sync.soon();
  }

  /** Compares with the store, for what other replicas wrote, and tells it what the files say. */
  async #bringToStore(): Promise<void> {
    try {
      const { files, before } = this.#knowledge;
      const stored = await storedCentres(this.#options.centres);
      for (const file of untold({ files, stored, before }).values()) {
        const how = { isKnown: stored.has(file.code), before: before.get(file.code) };
        stored.set(file.code, await this.#tell(file, how));
      }
      const now = this.#knowledge;
      this.#know({ files: now.files, stored, before: beforeWhenTold(now.before, now.files, files) });
      this.#isFailing = false;
    } catch (error) {
      this.#failures.inc();
      if (!this.#isFailing) this.#options.log.warn({ event: 'centre-sync-failed', error });
      this.#isFailing = true;
      throw error;
    }
  }

  async #tell(file: Centre, how: { isKnown: boolean; before: string | undefined }): Promise<StoredCentre> {
    const { centres, announce, now, log } = this.#options;
    const written = await storeCentre(centres, file, { ...how, event: announce(file), now: now() });
    log.info({ event: 'centre-stored', centre: `centres/${file.code}`, generation: written.generation });
    return written;
  }

  #know(knowledge: Knowledge): void {
    this.#knowledge = knowledge;
    this.#serving = servingFrom(knowledge);
    this.#show(this.#serving.size, this.problems().length);
  }
}
