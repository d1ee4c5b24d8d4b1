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
  /** How long a person takes to bring papers (ms). */
  supplyMs: number;
  /** Something goes out to the agency. */
  onSent: (event: RequestEvent) => void;
  /** The agency said something. */
  onReply: (reply: EvaluatedReply) => void;
  log: Log;
};

/** Plays the platform for one agency: files applications, brings papers that are asked for, tells what became of bad replies. */
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
    // What cannot go out now goes out later, in its order.
    this.#outbox = new Outbox({
      send: (messages) => this.#platform.send(messages),
      onFailure: (error) => log('warn', 'requests wait', { reason: error.name }),
      retryMs: 500,
    });
    this.#refusalNotifier = new RefusalNotifier(target.agency, (event) => this.#send(event));
  }

  /** Begins to connect; the broker may come later. */
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

  /** Files an application of a synthetic person. @param overrides what of it differs from the sample */
  file(overrides: ConstructorParameters<typeof Filing>[1] = {}, id?: string): Filing {
    const filing = new Filing(this.#options.target.agency, overrides, id);
    this.#filings.set(filing.deliveryId, filing);
    this.#evaluator.open(filing.deliveryId, filing.application, filing.submitTime);
    this.#evaluator.markRequested(filing.deliveryId, 1);
    this.#send(filing.submitted());
    return filing;
  }

  /** The person withdraws an application, unless it has ended already. */
  withdraw(filing: Filing): void {
    this.#end(filing, () => filing.withdrawn());
  }

  /** The papers of an application did not come in time. */
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
    this.#later(() => this.#supply(filing, event.id, kinds));
  }

  #supply(filing: Filing, answers: string, kinds: string[]): void {
    if (this.#evaluator.stageOf(filing.deliveryId) !== 'documents-requested') return;
    this.#evaluator.markRequested(filing.deliveryId, 2);
    this.#send(filing.documentsSupplied(answers, kinds));
  }

  #later(what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, this.#options.supplyMs);
    this.#timers.add(timer);
  }

  #send(event: RequestEvent): void {
    this.#options.onSent(event);
    this.#outbox.push({ message: toMessage(event), isWanted: () => true, onSent: () => {} });
  }
}
