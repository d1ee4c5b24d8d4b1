import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import type { Event, Log, Metrics } from '@cups/contracts';
import { CHECKPOINT_SOURCE, toCheckpointPayload } from '@cups/agency-contract';
import type { JournalCheckpoint } from '@cups/agency-contract';
import { newUlid } from '@cups/contracts/node';
import { CHECKPOINTS_TOPIC } from '@cups/events';
import type { Checkpoint } from './log/checkpoint.ts';

export interface CheckpointPublisherDeps {
  /** Resolves when the broker has the event. @throws Error if it does not accept it for now */
  publish: (event: Event) => Promise<void>;
  /** Returns the proof that a checkpoint's log begins with a smaller one. */
  proveConsistency: (from: number, to: number) => Buffer[];
  /** Least time between two checkpoints, ms. */
  intervalMs: number;
  log: Log;
  metrics: Metrics;
  now: () => Date;
}

interface NewCheckpoint {
  checkpoint: Checkpoint;
  note: string;
}

/** Failed attempts, ms. */
const RETRY = { initialMs: 500, maxMs: 10_000 };
const MS_PER_SECOND = 1_000;

/** Publishes the newest checkpoint, at most once in an interval, until Kafka has it. Nothing waits for it. */
export class CheckpointPublisher {
  readonly #deps: CheckpointPublisherDeps;
  readonly #stopping = new AbortController();
  #next: NewCheckpoint | undefined;
  /** Size of the checkpoint published before; 0 if unknown. */
  #previousSize = 0;
  /** Time of the first unpublished checkpoint. */
  #since: Date | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: CheckpointPublisherDeps) {
    this.#deps = deps;
    deps.metrics.gauge(
      'journal_unpublished_seconds',
      'Age of the oldest checkpoint that Kafka does not have, in seconds; 0 without one.',
      [],
      (gauge) => gauge.set(this.#since ? (deps.now().getTime() - this.#since.getTime()) / MS_PER_SECOND : 0),
    );
  }

  /** Publishes a checkpoint in the background, unless a newer one follows before. */
  publish(checkpoint: NewCheckpoint): void {
    this.#next = checkpoint;
    this.#since ??= this.#deps.now();
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  }

  /** Publishes the last checkpoint, once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (this.#next) await this.#deps.publish(this.#toEvent(this.#next)).catch(() => {});
  }

  async #run(): Promise<void> {
    const retry = backoff(RETRY);
    for (let next = this.#next; next && !this.#stopping.signal.aborted; next = this.#next) {
      const isPublished = await this.#tryToPublish(next, retry.failures() === 0);
      // A newer one may have been offered meanwhile.
      if (isPublished && this.#next === next) this.#next = this.#since = undefined;
      if (isPublished) retry.reset();
      const delay = isPublished ? this.#deps.intervalMs : retry.next();
      await pause(delay, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    this.#running = undefined;
  }

  async #tryToPublish(next: NewCheckpoint, isFirst: boolean): Promise<boolean> {
    try {
      await this.#deps.publish(this.#toEvent(next));
      this.#previousSize = next.checkpoint.size;
      return true;
    } catch (error) {
      if (isFirst) this.#deps.log.warn({ event: 'checkpoint-unpublished', topic: CHECKPOINTS_TOPIC, error });
      return false;
    }
  }

  #toEvent({ checkpoint, note }: NewCheckpoint): Event {
    const { origin, size, root, time } = checkpoint;
    const content: JournalCheckpoint = { origin, size, root: root.toString('base64'), time: time.toISOString(), note };
    if (this.#previousSize > 0) {
      const proof = this.#deps.proveConsistency(this.#previousSize, size);
      Object.assign(content, {
        previousSize: this.#previousSize,
        consistency: proof.map((hash) => hash.toString('base64')),
      });
    }
    const { type, subject, dataschema, datacontenttype: contentType, key, value } = toCheckpointPayload(content);
    return {
      id: newUlid(this.#deps.now()),
      source: CHECKPOINT_SOURCE,
      type,
      subject,
      time,
      contentType,
      key,
      sequence: null,
      correlationId: '',
      causationId: '',
      extra: { dataschema },
      topic: CHECKPOINTS_TOPIC,
      data: value,
    };
  }

  /** Sets the size of the checkpoint that an earlier process published. */
  continueFrom(size: number): void {
    this.#previousSize = size;
  }
}
