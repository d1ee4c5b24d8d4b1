import { setTimeout as pause } from 'node:timers/promises';
import type { Log, Metrics } from '@cups/contracts';
import type { AlterationKind, Alterations } from './alterations.ts';
import { readNames } from './entry-index.ts';
import type { EntryIndex } from './entry-index.ts';
import type { LogFolder } from './log/log-folder.ts';
import { countHashes, TILE_WIDTH } from './log/tiles.ts';

export interface VerificationDeps {
  log: LogFolder;
  index: EntryIndex;
  alterations: Alterations;
  /** Builds the index again when its files were altered. */
  rebuildIndex: () => Promise<void>;
  /** Time between the starts of two verifications, ms. */
  intervalMs: number;
  processLog: Log;
  metrics: Metrics;
  now: () => Date;
}

/** Pause after each tile, so that a verification takes a tenth of a processor: 2,500,000 entries in three minutes. */
const TILE_PAUSE_MS = 10;
const MS_PER_SECOND = 1_000;

/**
 * Compares the whole folder with its signed checkpoint in the background, at the start and once in an interval: each
 * record with its leaf, each tile with the level above it, the tiles with the root, and the index with the entries.
 */
export class Verification {
  readonly #deps: VerificationDeps;
  readonly #stopping = new AbortController();
  #completeTime: Date | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: VerificationDeps) {
    this.#deps = deps;
    deps.metrics.gauge(
      'journal_verified_timestamp_seconds',
      'Start of the last complete verification of the folder, in seconds; 0 before the first.',
      [],
      (gauge) => gauge.set((this.#completeTime?.getTime() ?? 0) / MS_PER_SECOND),
    );
  }

  /** Start of the last complete verification. */
  get completeTime(): Date | undefined {
    return this.#completeTime;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { intervalMs, processLog, now } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      const startTime = now();
      try {
        await this.#verify();
        this.#completeTime = startTime;
      } catch (error) {
        if (!this.#stopping.signal.aborted) processLog.error({ event: 'journal-verification-failed', error });
      }
      await pause(intervalMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  /** @throws Error for a file that cannot be read, or the reason of the end */
  async #verify(): Promise<void> {
    const { log, alterations, rebuildIndex } = this.#deps;
    const found = new Set<string>();
    const report = (kind: AlterationKind, place: number | string): void => {
      found.add(`${kind}/${place}`);
      alterations.report(kind, place);
    };
    let isIndexAltered = false;
    for (let level = 0; countHashes(log.size, level) > 0; level += 1)
      for (let index = 0; index * TILE_WIDTH < countHashes(log.size, level); index += 1) {
        if (level === 0 && !this.#checkEntries(index * TILE_WIDTH, report)) isIndexAltered = true;
        if (!log.isTileIntact({ level, index })) report('tile', `${level}/${index}`);
        await pause(TILE_PAUSE_MS, undefined, { signal: this.#stopping.signal });
      }
    if (!log.isRootIntact()) report('tile', 'root');
    // The alert stays until the next verification has found a right index.
    if (isIndexAltered) {
      report('index', 'files');
      await rebuildIndex();
    }
    alterations.keep(found);
  }

  /** @returns whether the index has the entries of the bundle */
  #checkEntries(from: number, report: (kind: AlterationKind, place: number) => void): boolean {
    const { log, index } = this.#deps;
    for (const position of log.checkBundle(from).altered) report('entry', position);
    return index.hasAll(from, readNames(log, from));
  }
}
