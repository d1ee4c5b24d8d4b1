import { fromMessage, isRequestType, parseSubject, REQUEST_TYPES } from '@cups/agency-contract';
import type { IncomingMessage, OutgoingMessage, RequestEvent } from '@cups/agency-contract';
import type { Plan, PlannedReply } from './domain/plan.ts';
import type { SubmissionEvent } from './domain/replies.ts';
import { Outbox } from 'cups-agency/outbox';
import { Positions } from 'cups-agency/positions';
import type { Position } from 'cups-agency/positions';

/** What came in and went out for an agency since the start of the process. */
export type Counts = {
  /** Messages of the requests topic, repeats included. */
  received: number;
  /** Those that are no valid request. */
  unreadable: number;
  /** Replies that the platform says it did not take as they were sent. */
  refused: number;
  /** Withdrawn and expired applications. */
  ended: number;
  /** Messages sent, rubbish included. */
  replies: number;
  /** Requests with replies still to send. */
  open: number;
};

export const newCounts = (): Counts => ({ received: 0, unreadable: 0, refused: 0, ended: 0, replies: 0, open: 0 });

/** One request that is worked on. */
type Case = {
  requestId: string;
  deliveryId: string;
  plan: Plan;
  started: number;
  /** Replies that were put into the outbox. */
  scheduled: number;
  unsent: number;
  isClosed: boolean;
  timer?: NodeJS.Timeout;
  close: () => void;
};

export type CasesOptions = {
  /** Whose requests are answered; undefined: those to every agency. */
  agency: string | undefined;
  counts: Counts;
  /** @param agency that the request is for */
  plan: (request: SubmissionEvent, agency: string) => Plan;
  /** Resolves when all are at the broker, rejects when that is not known. */
  send: (messages: OutgoingMessage[]) => Promise<void>;
  onProgress: () => void;
  onSendFailed: (error: Error) => void;
  retryMs?: number;
};

type AgencyRequest = { request: RequestEvent; deliveryId: string; agency: string };

const isSubmission = (event: RequestEvent): event is SubmissionEvent => 'answers' in event.data;

/**
 * The cases that an agency works on, in memory. A request stays open until its last reply is at the broker: after a crash
 * the open requests are read again and the cases finished. Replies that had been sent then go out a second time with the
 * same ids.
 */
export class Cases {
  readonly #options: CasesOptions;
  readonly #positions = new Positions();
  readonly #byDelivery = new Map<string, Set<Case>>();
  readonly #outbox: Outbox;

  constructor(options: CasesOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      send: options.send,
      onFailure: options.onSendFailed,
      retryMs: options.retryMs ?? 500,
    });
  }

  /** Takes a message of the requests topic; one that this process has seen before is passed over. */
  take(partition: number, message: IncomingMessage & { offset: string }): void {
    const offset = Number(message.offset);
    if (!this.#positions.advance(partition, offset)) return;
    const { counts, onProgress } = this.#options;
    counts.received += 1;
    const read = this.#requestIn(message);
    if (read === 'refusal') {
      counts.refused += 1;
    } else if (!read) {
      counts.unreadable += 1;
    } else if (isSubmission(read.request)) {
      this.#begin(read.request, read, () => this.#positions.open(partition, offset));
    } else {
      counts.ended += 1;
      this.#end(read.deliveryId);
    }
    onProgress();
  }

  /** Where a restarted process would have to begin, for the partitions in which that has moved. */
  committablePositions(): Position[] {
    return this.#positions.committablePositions();
  }

  markCommitted(positions: Position[]): void {
    this.#positions.markCommitted(positions);
  }

  /** Stops the clocks and waits for the batch in flight; what is open is left for the next start. */
  async stop(): Promise<void> {
    for (const cases of this.#byDelivery.values()) for (const one of cases) clearTimeout(one.timer);
    await this.#outbox.stop();
  }

  /** A request to this agency; a reply type in the requests topic is as foreign here as another agency's delivery. */
  #requestIn(message: IncomingMessage): AgencyRequest | 'refusal' | undefined {
    const read = fromMessage(message);
    if (!read.ok || !isRequestType(read.event.type)) return undefined;
    if (read.event.type === REQUEST_TYPES.replyRefused) return 'refusal';
    const { deliveryId, agency } = parseSubject(read.event.subject)!;
    if (agency !== (this.#options.agency ?? agency)) return undefined;
    return { request: read.event as RequestEvent, deliveryId, agency };
  }

  /** Opens a case, unless the platform has sent this request before or nothing will be answered. */
  #begin(
    request: SubmissionEvent,
    { deliveryId, agency }: { deliveryId: string; agency: string },
    open: () => () => void,
  ): void {
    const known = this.#byDelivery.get(deliveryId) ?? new Set();
    if ([...known].some((one) => one.requestId === request.id)) return;
    const plan = this.#options.plan(request, agency);
    if (plan.replies.length === 0) return;
    const one: Case = {
      requestId: request.id,
      deliveryId,
      plan,
      started: performance.now(),
      scheduled: 0,
      unsent: plan.replies.length,
      isClosed: false,
      close: open(),
    };
    this.#byDelivery.set(deliveryId, known.add(one));
    this.#options.counts.open += 1;
    this.#arm(one);
  }

  // A reply is armed when the one before it is in the outbox, so that equal delays cannot change the order.
  #arm(one: Case): void {
    const reply = one.plan.replies[one.scheduled];
    if (!reply) return;
    const wait = Math.max(0, one.started + reply.afterMs - performance.now());
    one.timer = setTimeout(() => {
      this.#reply(one, reply);
      one.scheduled += 1;
      this.#arm(one);
    }, wait);
  }

  #reply(one: Case, { message }: PlannedReply): void {
    this.#outbox.push({
      message,
      isWanted: () => !one.isClosed,
      onSent: () => {
        this.#options.counts.replies += 1;
        one.unsent -= 1;
        if (one.unsent === 0 && !one.isClosed) this.#finish(one);
      },
    });
  }

  /** The application was withdrawn or has expired: what was planned for that happens. */
  #end(deliveryId: string): void {
    for (const one of [...(this.#byDelivery.get(deliveryId) ?? [])]) {
      if (one.plan.afterEnd === 'stop') {
        this.#finish(one);
      } else {
        one.started = -Infinity;
        clearTimeout(one.timer);
        this.#arm(one);
      }
    }
  }

  #finish(one: Case): void {
    one.isClosed = true;
    clearTimeout(one.timer);
    const others = this.#byDelivery.get(one.deliveryId);
    others?.delete(one);
    if (others?.size === 0) this.#byDelivery.delete(one.deliveryId);
    this.#options.counts.open -= 1;
    one.close();
    this.#options.onProgress();
  }
}
