import { topicsOf, trainingTopics } from '@cups/agency-contract';
import { Cases, newCounts } from './cases.ts';
import type { Counts } from './cases.ts';
import type { Config } from './config.ts';
import { planByRules } from './domain/plan.ts';
import { Connection } from 'cups-agency/connection';
import type { Log } from 'cups-agency/log';
import { ProgressCommitter } from 'cups-agency/progress';

/** Whom a process stands in for in trainings; no agency is called so, its code begins with a letter. */
export const TRAINING_AGENCY = '(training)';

/**
 * Stands in for one agency, or for all of them in trainings, with a connection and a group of its own: it waits for nothing that
 * another one lacks.
 */
export class SimulatedAgency {
  readonly counts: Counts = newCounts();
  readonly #cases: Cases;
  readonly #progress: ProgressCommitter;
  readonly #connection: Connection;

  constructor(agency: string, config: Config, log: Log) {
    const { prefix } = config;
    const isTraining = agency === TRAINING_AGENCY;
    const { requests, replies } = isTraining ? trainingTopics(prefix) : topicsOf(agency, prefix);
    const isSilent = config.rules.only === 'silent';
    const clientId = `${prefix}agency-simulator`;
    this.#cases = new Cases({
      agency: isTraining ? undefined : agency,
      counts: this.counts,
      plan: (request, named) => planByRules(request, named, config),
      send: (messages) => this.#connection.send(messages),
      onProgress: () => this.#progress.schedule(),
      onSendFailed: (error) => log('warn', 'replies wait', { reason: error.name }),
    });
    this.#progress = new ProgressCommitter(this.#cases, (positions) => this.#connection.commit(positions), log);
    this.#connection = new Connection({
      brokers: config.brokers,
      access: config.access,
      clientId,
      groupId: isTraining ? `${clientId}.training` : `${clientId}-${agency}`,
      reads: requests,
      writes: isSilent ? undefined : replies,
      consumeOnly: isSilent,
      onBatch: (partition, messages) => {
        if (isSilent) this.counts.received += messages.length;
        else for (const message of messages) this.#cases.take(partition, message);
      },
      log,
    });
  }

  /** Begins to connect; the broker and the topics may come later. */
  start(): void {
    this.#connection.start();
  }

  /** Whether requests are being consumed and replies can be sent. */
  isReady(): boolean {
    return this.#connection.isReady();
  }

  /** Sends what is in flight, notes how far it came, leaves. Replies not yet due are made by the next start. */
  async stop(): Promise<void> {
    await this.#cases.stop();
    await this.#progress.flush();
    await this.#connection.stop();
  }
}
