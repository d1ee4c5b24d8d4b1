import { basename } from 'node:path';
import type { Counter, DataVersions, Log, Metrics } from '@cups/contracts';
import { watchRegistry } from '@cups/registry';
import type { RegistryParser, RegistryProblem } from '@cups/registry';
import type { Documents, NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';
import {
  areSameCentres,
  trackPreviousHashes,
  dropWrittenHashes,
  invalidTransitions,
  resolveServedCentres,
  pendingWrites,
  orphanedCentres,
} from './domain/reconciliation.ts';
import type { CentreSources } from './domain/reconciliation.ts';
import { validateTransfers } from './domain/centre-transfers.ts';
import { PeriodicTask } from './periodic-task.ts';
import { storeCentre, loadStoredCentres } from './store.ts';
import type { StoredCentre } from './store.ts';

export interface Registry {
  /** Returns all centres in the order of their codes: a new Map after each change, the same one otherwise. */
  current(): Map<string, Centre>;
  /** Loads what other replicas wrote to the store. Concurrent calls share one read. @throws Problem of the store */
  refreshFromStore(): Promise<void>;
  /** Returns rejected files, with invalid status changes and centres without a file included. */
  problems(): RegistryProblem[];
  close(): Promise<void>;
}

export interface RegistryOptions {
  dir: string;
  parse: RegistryParser<Centre>;
  centres: Documents<StoredCentre>;
  /** Returns the event that agencies receive, or undefined before the centre opens. */
  announce: (centre: Centre) => NewEvent | undefined;
  /** Receives the hash of the files in force. */
  versions: Pick<DataVersions, 'inForce'>;
  now: () => Date;
  /** Milliseconds between comparisons with the store. */
  syncMs: number;
  log: Log;
  metrics: Metrics;
}

/** Centres written together: the store combines them. A new platform writes hundreds. */
const CONCURRENT_WRITES = 32;

/**
 * Opens the registry of centres. Files are served as soon as they are read, then written to the store by content hash.
 * Each stored change emits one event. A centre whose file disappeared stays in service and is reported as a problem.
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const registry = new CentreRegistry(options);
  await registry.watch();
  return registry;
}

class CentreRegistry implements Registry {
  readonly #options: RegistryOptions;
  readonly #sync: PeriodicTask;
  readonly #failures: Counter;
  readonly #updateGauges: (serving: number, problems: number) => void;
  #sources: CentreSources = { files: new Map(), stored: new Map(), previousHashes: new Map() };
  #served = new Map<string, Centre>();
  #fileProblems: RegistryProblem[] = [];
  #isFailing = false;
  #unwatch: (() => void) | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(options: RegistryOptions) {
    const { metrics, syncMs } = options;
    this.#options = options;
    this.#sync = new PeriodicTask(() => this.#writeToStore(), syncMs);
    const serving = metrics.gauge('cups_identity_centres', 'Centres in service.');
    const problems = metrics.gauge('cups_identity_registry_problems', 'Files of centres that are refused or gone.');
    this.#failures = metrics.counter('cups_identity_sync_failures_total', 'Comparisons with the store that failed.');
    this.#updateGauges = (servedCount, problemCount) => {
      serving.set(servedCount);
      problems.set(problemCount);
    };
  }

  current(): Map<string, Centre> {
    return this.#served;
  }

  refreshFromStore(): Promise<void> {
    this.#refreshing ??= loadStoredCentres(this.#options.centres)
      .then((stored) => this.#updateSources({ ...this.#sources, stored }))
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  problems(): RegistryProblem[] {
    const named = new Set(this.#fileProblems.map(({ file }) => basename(file, '.yaml')));
    const gone = orphanedCentres(this.#sources, named);
    return [
      ...this.#fileProblems,
      ...invalidTransitions(this.#sources).map(({ code, from, to }) => ({
        file: `${code}.yaml`,
        message: `status ${to} cannot follow ${from}; the centre remains unchanged`,
      })),
      ...validateTransfers(this.#served).map(({ code, message }) => ({ file: `${code}.yaml`, message })),
      ...gone.map((code) => ({ file: `${code}.yaml`, message: 'the file was deleted' })),
    ];
  }

  async watch(): Promise<void> {
    const watched = await watchRegistry<Centre>({
      dir: this.#options.dir,
      parse: this.#options.parse,
      onContent: (hash) => this.#options.versions.inForce('centres', hash),
      onChange: (centres, problems) => this.#acceptFiles(centres, problems),
    });
    this.#unwatch = () => watched.close();
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    await this.#sync.close();
  }

  #acceptFiles(centres: Map<string, Centre>, problems: RegistryProblem[]): void {
    const { files, stored, previousHashes: before } = this.#sources;
    this.#fileProblems = problems;
    for (const { file, message } of problems) {
      this.#options.log.error({ event: 'centre-refused', file, reason: message });
    }
    this.#updateSources({ files: centres, stored, previousHashes: trackPreviousHashes(before, files, centres) });
    this.#sync.trigger();
  }

  /** Loads the state of the store and writes newer files to it. */
  async #writeToStore(): Promise<void> {
    try {
      const { files, previousHashes: before } = this.#sources;
      const stored = await loadStoredCentres(this.#options.centres);
      const pending = [...pendingWrites({ files, stored, previousHashes: before }).values()];
      await runInGroups(pending, CONCURRENT_WRITES, async (file) => {
        const expected = { isKnown: stored.has(file.code), before: before.get(file.code) };
        stored.set(file.code, await this.#writeCentre(file, expected));
      });
      const now = this.#sources;
      this.#updateSources({
        files: now.files,
        stored,
        previousHashes: dropWrittenHashes(now.previousHashes, now.files, files),
      });
      this.#isFailing = false;
    } catch (error) {
      this.#failures.inc();
      if (!this.#isFailing) this.#options.log.warn({ event: 'centre-sync-failed', error });
      this.#isFailing = true;
      throw error;
    }
  }

  async #writeCentre(file: Centre, expected: { isKnown: boolean; before: string | undefined }): Promise<StoredCentre> {
    const { centres, announce, now, log } = this.#options;
    const written = await storeCentre(centres, file, { ...expected, event: announce(file), now: now() });
    log.info({ event: 'centre-stored', centre: `centres/${file.code}`, generation: written.generation });
    return written;
  }

  #updateSources(sources: CentreSources): void {
    this.#sources = sources;
    const served = resolveServedCentres(sources);
    // Readers compare the Map to detect a change.
    if (!areSameCentres(served, this.#served)) this.#served = served;
    this.#updateGauges(this.#served.size, this.problems().length);
  }
}

/** Does the work for groups of items, one group after the other. Rejects after the whole group has ended. */
async function runInGroups<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += size) {
    const results = await Promise.allSettled(items.slice(at, at + size).map(work));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
