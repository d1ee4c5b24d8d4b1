import { REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import { Filing } from './filing.ts';
import { ReplyEvaluator } from './reply-evaluator.ts';
import type { Log } from './log.ts';
import { Outbox } from './outbox.ts';
import { Platform } from './platform.ts';
import type { EvaluatedReply, BrokerTarget } from './platform.ts';
import { isReportable, RefusalNotifier } from './refusal-notifier.ts';

export type SimulationOptions = {
  target: BrokerTarget;
  documentKinds: ReadonlySet<string>;
  /** Time an applicant takes to supply documents, in ms. */
  supplyMs: number;
  /** Called when a message is sent to the agency. */
  onSent: (event: RequestEvent) => void;
  /** Called with each reply of the agency. */
  onReply: (reply: EvaluatedReply) => void;
  log: Log;
};

/** Plays the platform for one agency: files applications, supplies requested documents and reports invalid replies. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #evaluator: ReplyEvaluator;
  readonly #platform: Platform;
  readonly #refusalNotifier: RefusalNotifier;
  readonly #filings = new Map<string, Filing>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #outbox: Outbox;

  constructor(options: SimulationOptions) {
    const { target, documentKinds, log } = options;
    this.#options = options;
    this.#evaluator = new ReplyEvaluator(target.agency, documentKinds);
    this.#platform = new Platform(target, this.#evaluator, (reply) => this.#onReply(reply), log);
    // Messages that cannot be sent now are sent later, in order.
    this.#outbox = new Outbox({
      send: (messages) => this.#platform.send(messages),
      onFailure: (error) => log('warn', 'requests delayed', { reason: error.name }),
      retryMs: 500,
    });
    this.#refusalNotifier = new RefusalNotifier(target.agency, (event) => this.#send(event));
  }

  /** Starts to connect; the broker may become available later. */
  start(): void {
    this.#platform.start();
  }

  isReady(): boolean {
    return this.#platform.isReady();
  }

  async stop(): Promise<void> {
    this.#refusalNotifier.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#outbox.stop();
    await this.#platform.stop();
  }

  /**
   * Files a synthetic application.
   * @param overrides fields that differ from the sample
   */
  file(overrides: ConstructorParameters<typeof Filing>[1] = {}, id?: string): Filing {
    const filing = new Filing(this.#options.target.agency, overrides, id);
    this.#filings.set(filing.deliveryId, filing);
    this.#evaluator.open(filing.deliveryId, filing.application, filing.submitTime);
    this.#evaluator.markRequested(filing.deliveryId, 1);
    this.#send(filing.submitted());
    return filing;
  }

  /** Withdraws an application, unless it has ended. */
  withdraw(filing: Filing): void {
    this.#end(filing, () => filing.withdrawn());
  }

  /** Expires an application whose documents are overdue, unless it has ended. */
  expire(filing: Filing): void {
    this.#end(filing, () => filing.expired());
  }

  #end({ deliveryId }: Filing, event: () => RequestEvent): void {
    if (this.#evaluator.stageOf(deliveryId) === 'ended') return;
    this.#evaluator.markEnded(deliveryId);
    this.#send(event());
  }

  #onReply(reply: EvaluatedReply): void {
    const { evaluation, message } = reply;
    this.#options.onReply(reply);
    if (isReportable(evaluation)) this.#refusalNotifier.notify({ evaluation, message });
    const { event, deliveryId = '' } = evaluation;
    const filing = this.#filings.get(deliveryId);
    if (!filing || event?.type !== REPLY_TYPES.documentsRequested || evaluation.handling !== 'taken') return;
    const kinds = event.data.documents.map(({ kind }) => kind);
    this.#afterSupplyTime(() => this.#supply(filing, event.id, kinds));
  }

  #supply(filing: Filing, answers: string, kinds: string[]): void {
    if (this.#evaluator.stageOf(filing.deliveryId) !== 'documents-requested') return;
    this.#evaluator.markRequested(filing.deliveryId, 2);
    this.#send(filing.documentsSupplied(answers, kinds));
  }

  #afterSupplyTime(task: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, this.#options.supplyMs);
    this.#timers.add(timer);
  }

  #send(event: RequestEvent): void {
    this.#options.onSent(event);
    this.#outbox.push({ message: toMessage(event), isWanted: () => true, onSent: () => {} });
  }
}
