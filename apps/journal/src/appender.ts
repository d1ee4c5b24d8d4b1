import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@cups/contracts';
import { takeRandomBytes } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';
import { entryKey, SALT_BYTES, toRecord } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { EntryIndex, PlacedEntry } from './entry-index.ts';
import type { JournalMetrics } from './journal-metrics.ts';
import { buildKeyEntry, readKeyEntry, selectSigners } from './key-entries.ts';
import type { KeyEntry } from './key-entries.ts';
import { MAX_APPENDED } from './log/log-folder.ts';
import type { LogFolder } from './log/log-folder.ts';
import { LogRefused } from './log/log-refused.ts';
import { openCheckpoint } from './log/checkpoint.ts';
import type { Checkpoint } from './log/checkpoint.ts';
import { formatNoteVerifier, parseNoteVerifier } from './log/signed-note.ts';
import { predecessorKey } from './missing-entries.ts';
import type { MissingEntries } from './missing-entries.ts';
import type { Refusal } from './refusal.ts';
import { indexAhead, keyReplaced, replacedFolder } from './rollback.ts';
import type { SigningKeys } from './signing-keys.ts';
import { createIdReader, sortEntries } from './sort-entries.ts';

export interface AppenderDeps {
  log: LogFolder;
  index: EntryIndex;
  missing: MissingEntries;
  keys: () => SigningKeys;
  origin: string;
  /** Time that a batch collects entries, ms. */
  batchMs: number;
  /** Called after each new checkpoint. */
  onCheckpoint: () => void;
  metrics: JournalMetrics;
  refusal: Refusal;
  processLog: Log;
  now: () => Date;
}

/** Entries of one call, and what it waits for. */
interface Waiting {
  entries: readonly Entry[];
  done: PromiseWithResolvers<ReadonlySet<Entry>>;
}

/** One entry of a batch is left for a new key. */
const MAX_BATCH = MAX_APPENDED - 1;
/** Number of entries that do not wait for more: under load the consumer hands over as many at once. */
const FULL_BATCH = 100;

/**
 * Appends entries in batches. The steps of a batch are, in order: the files of the log, its signed checkpoint, the
 * index, missing entries, and then the offsets of Kafka. A crash between two of them repeats the rest: the index catches
 * up with the log, and entries that it knows are duplicates.
 */
export class Appender {
  readonly #deps: AppenderDeps;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isFull = Promise.withResolvers<void>();
  #isStopping = false;
  /** Whether the folder may have another checkpoint than memory. */
  #isUncertain = false;
  /** Checkpoint of the last append, or of the start. */
  #last: Checkpoint | undefined;
  /** Whether the index lacks or misplaces entries. */
  #isIndexAltered = false;
  #keyEntry: KeyEntry | undefined;

  constructor(deps: AppenderDeps) {
    this.#deps = deps;
  }

  /**
   * Indexes what a crash left out, and begins an empty log with its key.
   * @throws LogRefused if the log lacks indexed entries, or a key that it has replaced signed its checkpoint
   */
  async start(): Promise<void> {
    const { log, index, missing, origin } = this.#deps;
    if ((await index.countIndexed()) > log.size) throw indexAhead();
    await index.catchUp(log);
    await missing.load();
    // The first entry of each log names its key.
    if (log.size > 0 && !readKeyEntry(index, log)) {
      this.#deps.processLog.error({ event: 'journal-altered', resource: 'index/files' });
      await index.rebuild(log);
    }
    this.#keyEntry = readKeyEntry(index, log);
    if (this.#keyEntry && log.note !== undefined) {
      try {
        openCheckpoint(log.note, origin, [parseNoteVerifier(this.#keyEntry.verifier)]);
      } catch {
        throw keyReplaced();
      }
    }
    this.#last = log.checkpoint;
    await this.append([]);
  }

  /**
   * Resolves when the entries are durable, covered by a checkpoint, and indexed. Repeats are ignored.
   * @returns the refused ones: the log has another event under their number
   */
  append(entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
    const done = Promise.withResolvers<ReadonlySet<Entry>>();
    this.#waiting.push({ entries, done });
    if (this.#countWaiting() >= FULL_BATCH) this.#isFull.resolve();
    this.#running ??= this.#run();
    return done.promise;
  }

  /** Builds the index from the log again, between two batches. */
  async rebuildIndex(): Promise<void> {
    this.#isIndexAltered = true;
    await this.append([]);
  }

  /** Whether the signing key differs from that of the log. */
  get isKeyNew(): boolean {
    return this.#keyEntry?.verifier !== formatNoteVerifier(this.#deps.keys().current);
  }

  /** Resolves when the waiting entries are appended or refused. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#isFull.resolve();
    await this.#running;
  }

  #countWaiting(): number {
    return this.#waiting.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (!this.#isStopping) await this.#collect();
      const batch = this.#takeBatch();
      try {
        const conflicting = await this.#write(batch.flatMap(({ entries }) => entries));
        this.#deps.refusal.end();
        for (const { done } of batch) done.resolve(conflicting);
      } catch (error) {
        const problem = toProblem(error);
        this.#deps.processLog.error({ event: 'journal-append-failed', error: problem });
        if (error instanceof LogRefused) this.#deps.refusal.begin(error, this.#deps.log.checkpoint?.time);
        for (const { done } of batch) done.reject(problem);
      }
    }
    this.#running = undefined;
  }

  /** Waits for more entries, until the batch is full or its time is over. */
  async #collect(): Promise<void> {
    this.#isFull = Promise.withResolvers<void>();
    if (this.#countWaiting() >= FULL_BATCH) return;
    const ended = new AbortController();
    const late = pause(this.#deps.batchMs, undefined, { signal: ended.signal }).catch(() => {});
    await Promise.race([this.#isFull.promise, late]);
    ended.abort();
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    const end = this.#waiting.findIndex(({ entries }, at) => (count += entries.length) > MAX_BATCH && at > 0);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  /** @returns the entries whose number another event has */
  async #write(entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
    const { log, index, missing, metrics, processLog } = this.#deps;
    if (this.#isUncertain) await this.#reload();
    if (this.#isIndexAltered) await index.rebuild(log);
    this.#isIndexAltered = false;
    await index.catchUp(log);
    const befores = entries.map(predecessorKey).filter((key) => key !== undefined);
    const known = index.findKeys([...new Set([...entries.map(entryKey), ...befores])]);
    const { added, repeatCount, conflicting } = sortEntries(entries, known, createIdReader(log, index));
    await this.#appendNew(added);
    await missing.record(entries, known);
    metrics.countEntries(added, repeatCount);
    for (const { source, subject } of conflicting)
      processLog.error({ event: 'journal-number-used', caller: source, resource: subject });
    return conflicting;
  }

  /** Reads the folder again after a failure. @throws LogRefused if it is not that of the last append, or a later one */
  async #reload(): Promise<void> {
    const { log } = this.#deps;
    await log.reload();
    const { size = 0, root } = this.#last ?? {};
    if (log.size < size || (root && !log.rootAt(size).equals(root))) throw replacedFolder(size);
    this.#isUncertain = false;
  }

  async #appendNew(entries: readonly Entry[]): Promise<void> {
    const { log, index, keys, now, onCheckpoint } = this.#deps;
    const time = now();
    const { current, signers } = keys();
    const keyEntry = this.isKeyNew ? buildKeyEntry(current, this.#keyEntry, time) : undefined;
    const all = keyEntry ? [keyEntry, ...entries] : entries;
    if (all.length === 0) return;
    const from = log.size;
    const records = all.map((entry) => toRecord(entry, takeRandomBytes(SALT_BYTES)));
    this.#isUncertain = true;
    await log.append(records, { signers: selectSigners(current, signers, keyEntry && this.#keyEntry), time });
    this.#isUncertain = false;
    this.#last = log.checkpoint;
    onCheckpoint();
    const placed: PlacedEntry[] = all.map((entry, at) => ({ entry, position: from + at }));
    await index.add(placed);
    if (keyEntry) this.#keyEntry = { ...keyEntry, position: from };
  }
}

const FULL_CODES = ['ENOSPC', 'EDQUOT'];

/** Returns a problem of the kind UNAVAILABLE: no entry causes a failed append, so each is retried until it succeeds. */
function toProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  const { code = 'unknown' } = error as { code?: string };
  if (FULL_CODES.includes(code))
    return new Problem({ reason: 'STORAGE_FULL', message: 'The folder of the journal has no space left.' });
  const metadata = { cause: code };
  return new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The journal cannot append entries.', metadata });
}
