import { topicsOf, trainingTopics } from '@cups/agency-contract';
import { Cases, newCounts } from './cases.ts';
import type { Counts } from './cases.ts';
import type { Config } from './config.ts';
import { openAgencyDocuments } from './documents.ts';
import { planAnswer, planByRules } from './domain/plan.ts';
import { Connection } from 'cups-agency/connection';
import type { Log } from 'cups-agency/log';
import { ProgressCommitter } from 'cups-agency/progress';

/** Code of the simulator of all agencies in trainings. Real codes begin with a letter. */
export const TRAINING_AGENCY = '(training)';

/**
 * Simulates one agency, or all agencies in trainings. Its own connection and group keep it independent of other
 * agencies.
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
    const documents = isTraining ? undefined : openAgencyDocuments(agency, config.platform, log);
    this.#cases = new Cases({
      agency: isTraining ? undefined : agency,
      counts: this.counts,
      plan: (request, requestedAgency) => planByRules(request, requestedAgency, config),
      answer: (request, requestedAgency) => planAnswer(request, requestedAgency, config),
      complete: documents && ((request, reply) => documents.complete(request, reply)),
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
      onBatch: (partition, messages) => {
        for (const message of messages) {
          if (isSilent) this.#cases.skip(partition, message);
          else this.#cases.take(partition, message);
        }
      },
      log,
    });
  }

  /** Starts to connect; the broker and the topics may become available later. */
  start(): void {
    this.#connection.start();
  }

  /** Returns whether requests can be consumed and replies sent. */
  isReady(): boolean {
    return this.#connection.isReady();
  }

  /** Sends replies in flight, commits the progress and disconnects. The next start sends replies that are not due. */
  async stop(): Promise<void> {
    await this.#cases.stop();
    await this.#progress.flush();
    await this.#connection.stop();
  }
}
