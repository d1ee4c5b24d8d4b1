import { REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import { Filing } from './filing.ts';
import { Judge } from './judge.ts';
import type { Log } from './log.ts';
import { Outbox } from './outbox.ts';
import { Platform } from './platform.ts';
import type { Heard, Place } from './platform.ts';
import { isTold, Teller } from './refusal.ts';

export type SimulationOptions = {
  place: Place;
  paperKinds: ReadonlySet<string>;
  /** How long a person takes to bring papers (ms). */
  supplyMs: number;
  /** Something goes out to the agency. */
  onSent: (event: RequestEvent) => void;
  /** The agency said something. */
  onHeard: (heard: Heard) => void;
  log: Log;
};

/** Plays the platform for one agency: files applications, brings papers that are asked for, tells what became of bad replies. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #judge: Judge;
  readonly #platform: Platform;
  readonly #teller: Teller;
  readonly #filings = new Map<string, Filing>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #outbox: Outbox;

  constructor(options: SimulationOptions) {
    const { place, paperKinds, log } = options;
    this.#options = options;
    this.#judge = new Judge(place.agency, paperKinds);
    this.#platform = new Platform(place, this.#judge, (heard) => this.#hear(heard), log);
    // What cannot go out now goes out later, in its order.
    this.#outbox = new Outbox({
      send: (messages) => this.#platform.send(messages),
      onFailure: (error) => log('warn', 'requests wait', { reason: error.name }),
      retryMs: 500,
    });
    this.#teller = new Teller(place.agency, (event) => this.#send(event));
  }

  /** Begins to connect; the broker may come later. */
  start(): void {
    this.#platform.start();
  }

  ready(): boolean {
    return this.#platform.ready();
  }

  async stop(): Promise<void> {
    this.#teller.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#outbox.stop();
    await this.#platform.stop();
  }

  /** Files an application of a synthetic person. @param over what of it differs from the sample */
  file(over: ConstructorParameters<typeof Filing>[1] = {}, id?: string): Filing {
    const filing = new Filing(this.#options.place.agency, over, id);
    this.#filings.set(filing.deliveryId, filing);
    this.#judge.open(filing.deliveryId, filing.application, filing.submitTime);
    this.#judge.requested(filing.deliveryId, 1);
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
    if (this.#judge.stageOf(deliveryId) === 'ended') return;
    this.#judge.ended(deliveryId);
    this.#send(event());
  }

  #hear(heard: Heard): void {
    const { verdict, message } = heard;
    this.#options.onHeard(heard);
    if (isTold(verdict)) this.#teller.tell({ verdict, message });
    const { event, deliveryId = '' } = verdict;
    const filing = this.#filings.get(deliveryId);
    if (!filing || event?.type !== REPLY_TYPES.documentsRequested || verdict.handling !== 'taken') return;
    const kinds = event.data.documents.map(({ kind }) => kind);
    this.#later(() => this.#supply(filing, event.id, kinds));
  }

  #supply(filing: Filing, answers: string, kinds: string[]): void {
    if (this.#judge.stageOf(filing.deliveryId) !== 'documents-requested') return;
    this.#judge.requested(filing.deliveryId, 2);
    this.#send(filing.supplied(answers, kinds));
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
    this.#outbox.push({ message: toMessage(event), wanted: () => true, sent: () => {} });
  }
}
