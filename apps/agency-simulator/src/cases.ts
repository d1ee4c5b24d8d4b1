import { fromMessage, isRequestType, parseSubject, REQUEST_TYPES } from '@cups/agency-contract';
import type { IncomingMessage, OutgoingMessage, RequestEvent } from '@cups/agency-contract';
import type { Plan, PlannedReply } from './domain/plan.ts';
import type { MessageEvent, SubmissionEvent } from './domain/replies.ts';
import { Outbox } from 'cups-agency/outbox';
import { Positions } from 'cups-agency/positions';
import type { Position } from 'cups-agency/positions';

/** Message counts of an agency since the process started. */
export type Counts = {
  /** Messages of the requests topic, including duplicates. */
  received: number;
  /** Messages that are not a valid request. */
  unreadable: number;
  /** Replies that the platform refused, recorded or changed. */
  refused: number;
  /** Withdrawn and expired applications. */
  ended: number;
  /** Messages sent, including invalid ones. */
  replies: number;
  /** Requests that are not decided because a copy is not what the platform announced. */
  withheld: number;
  /** Requests with replies to send. */
  open: number;
};

export const newCounts = (): Counts => ({
  received: 0,
  unreadable: 0,
  refused: 0,
  ended: 0,
  replies: 0,
  withheld: 0,
  open: 0,
});

/** A request in progress. */
type Case = {
  request: SubmissionEvent;
  requestId: string;
  deliveryId: string;
  plan: Plan;
  started: number;
  /** Number of replies passed to the outbox. */
  scheduled: number;
  unsent: number;
  isClosed: boolean;
  timer?: NodeJS.Timeout;
  close: () => void;
};

export type CasesOptions = {
  /** Agency whose requests are answered; undefined for every agency. */
  agency: string | undefined;
  counts: Counts;
  /** @param agency that the request names */
  plan: (request: SubmissionEvent, agency: string) => Plan;
  /** Answers a message of the desk; undefined: the agency is silent. @default no message is answered */
  answer?: (request: MessageEvent, agency: string) => OutgoingMessage | undefined;
  /** Completes a reply before it is sent; undefined: the case ends without it. Must not reject. */
  complete?: ((request: SubmissionEvent, reply: PlannedReply) => Promise<OutgoingMessage | undefined>) | undefined;
  /** Resolves when the broker has all messages; rejects if that is uncertain. */
  send: (messages: OutgoingMessage[]) => Promise<void>;
  onProgress: () => void;
  onSendFailed: (error: Error) => void;
  retryMs?: number;
};

type AgencyRequest = { request: RequestEvent; deliveryId: string; agency: string };

const isMessage = (event: RequestEvent): event is MessageEvent => event.type === REQUEST_TYPES.messageSent;
/** A reminder changes nothing: what the agency has to do is already planned. */
const isReminder = (event: RequestEvent): boolean => event.type === REQUEST_TYPES.reminded;
const isSubmission = (event: RequestEvent): event is SubmissionEvent => 'answers' in event.data;

/**
 * The open cases of an agency, in memory. A request stays open until the broker has its last reply. After a crash,
 * open requests are read again. Replies sent before the crash are sent again with the same IDs.
 */
export class Cases {
  readonly #options: CasesOptions;
  readonly #positions = new Positions();
  readonly #byDelivery = new Map<string, Set<Case>>();
  readonly #outbox: Outbox;
  #isStopped = false;

  constructor(options: CasesOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      send: options.send,
      onFailure: options.onSendFailed,
      retryMs: options.retryMs ?? 500,
    });
  }

  /** Handles a message of the requests topic. Ignores one that this process has seen. */
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
    } else if (isMessage(read.request)) {
      this.#answer(read.request, read.agency, () => this.#positions.open(partition, offset));
    } else if (!isReminder(read.request)) {
      counts.ended += 1;
      this.#end(read.deliveryId);
    }
    onProgress();
  }

  /** Counts a message of the requests topic without reading it. Ignores one that this process has seen. */
  skip(partition: number, { offset }: { offset: string }): void {
    if (!this.#positions.advance(partition, Number(offset))) return;
    this.#options.counts.received += 1;
    this.#options.onProgress();
  }

  /** Returns the offsets to commit, for partitions where they changed. */
  committablePositions(): Position[] {
    return this.#positions.committablePositions();
  }

  markCommitted(positions: Position[]): void {
    this.#positions.markCommitted(positions);
  }

  /** Stops the timers and waits for the batch in flight. Open cases resume at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cases of this.#byDelivery.values()) for (const openCase of cases) clearTimeout(openCase.timer);
    await this.#outbox.stop();
  }

  /** Returns a request to this agency. Ignores reply types and other agencies' deliveries. */
  #requestIn(message: IncomingMessage): AgencyRequest | 'refusal' | undefined {
    const read = fromMessage(message);
    if (!read.ok || !isRequestType(read.event.type)) return undefined;
    if (read.event.type === REQUEST_TYPES.replyRefused) return 'refusal';
    const { deliveryId, agency } = parseSubject(read.event.subject)!;
    if (agency !== (this.#options.agency ?? agency)) return undefined;
    return { request: read.event as RequestEvent, deliveryId, agency };
  }

  /** Opens a case, unless the request is a duplicate or the plan has no replies. */
  #begin(
    request: SubmissionEvent,
    { deliveryId, agency }: { deliveryId: string; agency: string },
    open: () => () => void,
  ): void {
    const cases = this.#byDelivery.get(deliveryId) ?? new Set();
    if ([...cases].some(({ requestId }) => requestId === request.id)) return;
    const plan = this.#options.plan(request, agency);
    if (plan.replies.length === 0) return;
    const openCase: Case = {
      request,
      requestId: request.id,
      deliveryId,
      plan,
      started: performance.now(),
      scheduled: 0,
      unsent: plan.replies.length,
      isClosed: false,
      close: open(),
    };
    this.#byDelivery.set(deliveryId, cases.add(openCase));
    this.#options.counts.open += 1;
    this.#scheduleNext(openCase);
  }

  /** Answers a message of the desk. A repeat is answered again under the same ID. */
  #answer(request: MessageEvent, agency: string, open: () => () => void): void {
    const message = this.#options.answer?.(request, agency);
    if (!message) return;
    const close = open();
    this.#outbox.push({
      message,
      isWanted: () => true,
      onSent: () => {
        this.#options.counts.replies += 1;
        close();
        this.#options.onProgress();
      },
    });
  }

  // The next reply is scheduled when this one is in the outbox, so that equal delays keep the order.
  #scheduleNext(openCase: Case): void {
    const reply = openCase.plan.replies[openCase.scheduled];
    if (!reply) return;
    const delay = Math.max(0, openCase.started + reply.afterMs - performance.now());
    openCase.timer = setTimeout(() => {
      const { complete } = this.#options;
      if (complete) void complete(openCase.request, reply).then((message) => this.#send(openCase, message));
      else this.#send(openCase, reply.message);
    }, delay);
  }

  /** @param message undefined if the agency must not send it */
  #send(openCase: Case, message: OutgoingMessage | undefined): void {
    if (this.#isStopped || openCase.isClosed) return;
    if (!message) {
      this.#options.counts.withheld += 1;
      return this.#finish(openCase);
    }
    this.#push(openCase, message);
    openCase.scheduled += 1;
    this.#scheduleNext(openCase);
  }

  #push(openCase: Case, message: OutgoingMessage): void {
    this.#outbox.push({
      message,
      isWanted: () => !openCase.isClosed,
      onSent: () => {
        this.#options.counts.replies += 1;
        openCase.unsent -= 1;
        if (openCase.unsent === 0 && !openCase.isClosed) this.#finish(openCase);
      },
    });
  }

  /** Applies the plan for a withdrawn or expired application. */
  #end(deliveryId: string): void {
    for (const openCase of [...(this.#byDelivery.get(deliveryId) ?? [])]) {
      if (openCase.plan.afterEnd === 'stop') {
        this.#finish(openCase);
      } else {
        openCase.started = -Infinity;
        clearTimeout(openCase.timer);
        this.#scheduleNext(openCase);
      }
    }
  }

  #finish(openCase: Case): void {
    openCase.isClosed = true;
    clearTimeout(openCase.timer);
    const cases = this.#byDelivery.get(openCase.deliveryId);
    cases?.delete(openCase);
    if (cases?.size === 0) this.#byDelivery.delete(openCase.deliveryId);
    this.#options.counts.open -= 1;
    openCase.close();
    this.#options.onProgress();
  }
}
