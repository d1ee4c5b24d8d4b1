import { setTimeout as pause } from 'node:timers/promises';
import type { StoredBackend } from '@cups/backend/stored';
import { backoff } from '@cups/contracts';
import { JOURNAL_SOURCES, journalTopic } from '@cups/events';
import type { Appender } from './appender.ts';
import type { Config } from './config.ts';
import type { EntryIndex } from './entry-index.ts';
import { createEntryHandlers } from './event-handlers.ts';
import type { LogFolder } from './log/log-folder.ts';
import { LogRefused } from './log/log-refused.ts';
import type { Refusal } from './refusal.ts';
import { assertContinues, readPublishedNote } from './rollback.ts';
import type { SigningKeys } from './signing-keys.ts';
import { removeFormerIndex } from './store.ts';

export interface StartUpDeps {
  backend: StoredBackend<Config>;
  log: LogFolder;
  index: EntryIndex;
  keys: () => SigningKeys;
  appender: Appender;
  refusal: Refusal;
  /** Time between two attempts to continue a refused log, ms. */
  refusedRetryMs: number;
  /** Called with the size of the published checkpoint. */
  onPublished: (size: number) => void;
  /** Publishes the checkpoint of the folder. */
  onCheckpoint: () => void;
  /** Called when the log is continued. */
  onStarted: () => void;
}

const RETRY = { initialMs: 200, maxMs: 5_000 };
/** Interval between two looks for a new signing key. */
const KEY_POLL_MS = 1_000;
/** Longest pause between two fetches, which is a part of the time that a batch collects entries. */
const MAX_PAUSE_MS = 500;

/**
 * Begins work once Kafka has said what was published and the store what is indexed. It never continues a log that
 * contradicts its own files or one of them. A journal with such a log is ready, so that nothing waits for it: it serves
 * the reason, and opens the folder again from time to time.
 */
export class StartUp {
  readonly #deps: StartUpDeps;
  readonly #stopping = new AbortController();
  #isOpen = false;
  #isCompared = false;
  #isStarted = false;

  constructor(deps: StartUpDeps) {
    this.#deps = deps;
    const { backend, refusal } = deps;
    backend.readyWhile(() => this.#isStarted || refusal.current !== undefined);
  }

  /**
   * Opens the folder and compares the log with what was published, or leaves that to later while Kafka is unavailable.
   * @throws Error if the folder cannot be read
   */
  async begin(): Promise<void> {
    const { backend } = this.#deps;
    await this.#try(() => this.#open());
    if (this.#isOpen)
      await this.#try(() => this.#compare()).catch((error: unknown) =>
        backend.log.warn({ event: 'journal-comparison-delayed', error }),
      );
    const running = this.#run();
    backend.onShutdown('sources', async () => {
      this.#stopping.abort();
      await running;
    });
  }

  /** A refused log is opened again before the next attempt. @throws other errors than a refusal */
  async #try(step: () => Promise<void>): Promise<void> {
    const { log, refusal } = this.#deps;
    try {
      await step();
    } catch (error) {
      if (!(error instanceof LogRefused)) throw error;
      refusal.begin(error, log.checkpoint?.time);
      this.#isOpen = this.#isCompared = false;
    }
  }

  async #open(): Promise<void> {
    const { log, index } = this.#deps;
    await log.reload();
    await index.reopen();
    this.#isOpen = true;
  }

  async #compare(): Promise<void> {
    const { backend, log, keys, onPublished } = this.#deps;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix, origin } = backend.config;
    const note = await readPublishedNote({ brokers, access, prefix }, origin);
    if (note !== undefined) onPublished(assertContinues(log, note, { origin, verifiers: keys().verifiers }));
    this.#isCompared = true;
  }

  async #start(): Promise<void> {
    const { backend, appender, refusal } = this.#deps;
    if (!this.#isOpen) await this.#open();
    if (!this.#isCompared) await this.#compare();
    await appender.start();
    await removeFormerIndex(backend.store);
    this.#isStarted = true;
    refusal.end();
  }

  async #run(): Promise<void> {
    const { backend, appender, refusal, refusedRetryMs, onCheckpoint, onStarted } = this.#deps;
    const { signal } = this.#stopping;
    const retry = backoff(RETRY);
    while (!this.#isStarted && !signal.aborted) {
      if (refusal.current) await pause(refusedRetryMs, undefined, { signal }).catch(() => {});
      try {
        if (!signal.aborted) await this.#try(() => this.#start());
      } catch (error) {
        if (retry.failures() === 0) backend.log.warn({ event: 'journal-start-delayed', error });
        await pause(retry.next(), undefined, { signal }).catch(() => {});
      }
    }
    if (!this.#isStarted) return;
    onCheckpoint();
    onStarted();
    backend.consume({
      groupId: 'journal',
      topics: JOURNAL_SOURCES.map(journalTopic),
      pauseMs: Math.min(MAX_PAUSE_MS, backend.config.batchMs / 2),
      ...createEntryHandlers(appender),
    });
    await this.#watchKey();
  }

  /** Names a new signing key in the log, also when no entry comes. */
  async #watchKey(): Promise<void> {
    const { appender } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // A failed append is logged, and the next look repeats it.
      if (appender.isKeyNew) await appender.append([]).catch(() => {});
      await pause(KEY_POLL_MS, undefined, { signal }).catch(() => {});
    }
  }
}
