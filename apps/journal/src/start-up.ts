import { setTimeout as pause } from 'node:timers/promises';
import type { StoredBackend } from '@cups/backend/stored';
import { backoff } from '@cups/contracts';
import { JOURNAL_SOURCES, journalTopic } from '@cups/events';
import type { Appender } from './appender.ts';
import type { Config } from './config.ts';
import { createEntryHandlers } from './event-handlers.ts';
import type { LogFolder } from './log/log-folder.ts';
import { assertContinues, LogRefused, readPublishedNote } from './rollback.ts';
import type { SigningKeys } from './signing-keys.ts';
import { removeFormerIndex } from './store.ts';

export interface StartUpDeps {
  backend: StoredBackend<Config>;
  log: LogFolder;
  keys: () => SigningKeys;
  appender: Appender;
  /** Called with the size of the published checkpoint. */
  onPublished: (size: number) => void;
  /** Publishes the checkpoint of the folder. */
  onCheckpoint: () => void;
}

const RETRY = { initialMs: 200, maxMs: 5_000 };
/** Interval between two looks for a new signing key. */
const KEY_POLL_MS = 1_000;
/** Longest pause between two fetches, which is a part of the time that a batch collects entries. */
const MAX_PAUSE_MS = 500;

/**
 * Begins work once Kafka has said what was published and the store what is indexed. Until then the service is not
 * ready. It never continues a log that contradicts one of them.
 */
export class StartUp {
  readonly #deps: StartUpDeps;
  readonly #stopping = new AbortController();
  #isCompared = false;
  #isStarted = false;
  #isRefused = false;

  constructor(deps: StartUpDeps) {
    this.#deps = deps;
    const { backend } = deps;
    backend.readyWhile(() => this.#isStarted);
    backend.aliveWhile(() => !this.#isRefused);
    backend.metrics.gauge('journal_refused', '1 if the log must not be continued.', [], (gauge) =>
      gauge.set(this.#isRefused ? 1 : 0),
    );
  }

  /**
   * Compares the log with what was published, or leaves that to later while Kafka is unavailable.
   * @throws Error, one sentence, if the log must not be continued
   */
  async begin(): Promise<void> {
    const { backend } = this.#deps;
    try {
      await this.#compare();
    } catch (error) {
      // A plain error is the message of a failed start.
      if (error instanceof LogRefused) throw new Error(error.message);
      backend.log.warn({ event: 'journal-comparison-delayed', error });
    }
    const running = this.#run();
    backend.onShutdown('sources', async () => {
      this.#stopping.abort();
      await running;
    });
  }

  async #compare(): Promise<void> {
    const { backend, log, keys, onPublished } = this.#deps;
    const { kafkaBrokers: brokers, kafkaAccess: access, prefix, origin } = backend.config;
    const note = await readPublishedNote({ brokers, access, prefix }, origin);
    if (note !== undefined) onPublished(assertContinues(log, note, { origin, verifiers: keys().verifiers }));
    this.#isCompared = true;
  }

  async #run(): Promise<void> {
    const { backend, appender, onCheckpoint } = this.#deps;
    const retry = backoff(RETRY);
    while (!this.#isStarted && !this.#stopping.signal.aborted) {
      try {
        if (!this.#isCompared) await this.#compare();
        await appender.start();
        await removeFormerIndex(backend.store);
        this.#isStarted = true;
      } catch (error) {
        if (error instanceof LogRefused) return this.#refuse(error);
        if (retry.failures() === 0) backend.log.warn({ event: 'journal-start-delayed', error });
        await pause(retry.next(), undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
    if (!this.#isStarted) return;
    onCheckpoint();
    backend.consume({
      groupId: 'journal',
      topics: JOURNAL_SOURCES.map(journalTopic),
      pauseMs: Math.min(MAX_PAUSE_MS, backend.config.batchMs / 2),
      ...createEntryHandlers(appender),
    });
    await this.#watchKey();
  }

  /** The process fails its liveness probe, and refuses its next start with the sentence. */
  #refuse({ message }: LogRefused): void {
    this.#isRefused = true;
    process.stderr.write(`${message}\n`);
    this.#deps.backend.log.error({ event: 'journal-log-refused' });
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
