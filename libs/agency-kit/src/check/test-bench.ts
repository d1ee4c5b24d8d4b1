import { setTimeout as pause } from 'node:timers/promises';
import { REPLY_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage, ReplyEvent, ReplyType, RequestEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import { Filing } from '../filing.ts';
import { ReplyEvaluator } from '../reply-evaluator.ts';
import type { Log } from '../log.ts';
import { partitionOf, Platform } from '../platform.ts';
import type { EvaluatedReply, BrokerTarget } from '../platform.ts';
import { Finding } from './finding.ts';
import type { RuleName } from './rules.ts';

const POLL_INTERVAL_MS = 20;
/** The default session of a consumer in Kafka's own client, librdkafka and franz-go (ms). */
const DEFAULT_SESSION_MS = 45_000;

export type TestBenchOptions = {
  target: BrokerTarget;
  documentKinds: ReadonlySet<string>;
  /** How long a reply is waited for (ms). */
  timeoutMs: number;
  /** Whether the kit starts and kills the agency's system, so that its client joins its group again. */
  canRejoin: boolean;
  /** Whether the agency's system still runs, where the kit started it. */
  isRunning: () => boolean;
  /** Told every few seconds what is waited for. */
  onWait: (what: string, seconds: number) => void;
};

type FilingOverrides = ConstructorParameters<typeof Filing>[1];

/** What scenarios play on: applications that are filed, the agency's replies about them, and what must still hold at the end. */
export class TestBench {
  readonly target: BrokerTarget;
  readonly #options: TestBenchOptions;
  readonly #evaluator: ReplyEvaluator;
  readonly #platform: Platform;
  readonly #filings = new Map<string, Filing>();
  readonly #replies: EvaluatedReply[] = [];
  readonly #sent: OutgoingMessage[] = [];
  #deferredChecks: (() => void)[] = [];
  #partitions = { requests: 1, replies: 1 };
  /** What the connection complained of last. */
  #lastProblem = '';

  constructor(options: TestBenchOptions) {
    this.#options = options;
    this.target = options.target;
    this.#evaluator = new ReplyEvaluator(options.target.agency, options.documentKinds);
    const note: Log = (level, event, fields) => {
      if (level === 'warn') this.#lastProblem = [event, fields?.reason].filter(Boolean).join(': ');
    };
    this.#platform = new Platform(options.target, this.#evaluator, (heard) => this.#replies.push(heard), note);
  }

  /** @throws Error, one sentence, when the sandbox cannot be reached in time */
  async open(): Promise<void> {
    this.#platform.start();
    const end = Date.now() + Math.min(this.#options.timeoutMs, 30_000);
    while (!this.#platform.isReady()) {
      if (Date.now() > end) throw new Error(this.#unreachable());
      await pause(POLL_INTERVAL_MS);
    }
    this.#partitions = await this.#platform.partitions();
  }

  async close(): Promise<void> {
    await this.#platform.stop();
  }

  #unreachable(): string {
    const { brokers, access, agency } = this.target;
    const { requests, replies } = this.#platform.topics;
    return (
      `The sandbox was not reached: brokers ${brokers.join()}, user ${access.username || '(none)'}, agency ${agency}; ` +
      `the last trouble was ${this.#lastProblem || 'that the topics are not there'}. check plays the platform: its user ` +
      `must be able to write ${requests} and to read ${replies}.`
    );
  }

  /** Where a time-out may be the kit's own fault, what to do about it. */
  #hint(): string {
    if (!this.#options.canRejoin || this.#options.timeoutMs >= DEFAULT_SESSION_MS) return '';
    const session = DEFAULT_SESSION_MS / 1000;
    return (
      ` A client that was killed gets its partitions back when its session is over, ${session} s in most clients: ` +
      `choose a --timeout above it, or a shorter session.timeout.ms in your system.`
    );
  }

  /** An application that is not filed yet. @param beside one whose messages lie in the same partition of the requests */
  file(overrides: FilingOverrides = {}, beside?: Filing): Filing {
    const { agency } = this.target;
    const filing = new Filing(agency, overrides, beside ? this.#idBeside(beside) : ulid());
    this.#filings.set(filing.deliveryId, filing);
    this.#evaluator.open(filing.deliveryId, filing.application, filing.submitTime);
    return filing;
  }

  #idBeside({ deliveryId, agency }: Filing): string {
    const { requests } = this.#partitions;
    const wanted = partitionOf(deliveryId, requests);
    for (;;) {
      const id = ulid();
      if (partitionOf(`${id}-${agency}`, requests) === wanted) return id;
    }
  }

  /** Sends requests in their order, and notes what they mean for the replies. */
  async send(...events: RequestEvent[]): Promise<void> {
    for (const event of events) this.track(event);
    await this.sendRaw(events.map(toMessage));
  }

  /** Sends messages as they are, which the judge is told nothing of. */
  async sendRaw(messages: OutgoingMessage[]): Promise<void> {
    this.#sent.push(...messages);
    await this.#platform.send(messages);
  }

  /** Everything that was sent, from the first message on. */
  sent(): OutgoingMessage[] {
    return [...this.#sent];
  }

  /** Notes what a request means for the replies to it. */
  track({ type, data, subject }: RequestEvent): void {
    const deliveryId = subject.slice('deliveries/'.length);
    if ('submission' in data) this.#evaluator.markRequested(deliveryId, data.submission);
    else if (type !== 'md.cups.reply.refused.v1') this.#evaluator.markEnded(deliveryId);
  }

  /** What the agency said about an application, in the order in which it was read. */
  repliesAbout({ deliveryId }: Filing): EvaluatedReply[] {
    return this.#replies.filter(({ evaluation }) => evaluation.deliveryId === deliveryId);
  }

  /** Everything that the agency said, from the message of that number on. */
  replies(from = 0): EvaluatedReply[] {
    return this.#replies.slice(from);
  }

  /** Applications of this run. */
  allFilings(): Filing[] {
    return [...this.#filings.values()];
  }

  /** Whether the agency has begun to work on an application, and has still to decide it. */
  isInProgress(filing: Filing): boolean {
    return this.#evaluator.stageOf(filing.deliveryId) === 'in-work' && this.repliesAbout(filing).length > 0;
  }

  /** The partition in which replies about an application must lie. */
  partitionOf({ deliveryId }: Filing): number {
    return partitionOf(deliveryId, this.#partitions.replies);
  }

  /** How often this was said about an application, each ce_id once. */
  repliesOfType<T extends ReplyType>(
    filing: Filing,
    type: T,
  ): (EvaluatedReply & { event: Extract<ReplyEvent, { type: T }> })[] {
    const found = new Map<string, EvaluatedReply & { event: Extract<ReplyEvent, { type: T }> }>();
    for (const one of this.repliesAbout(filing)) {
      const { event } = one.evaluation;
      if (event?.type !== type || found.has(event.id)) continue;
      found.set(event.id, Object.assign({ event: event as Extract<ReplyEvent, { type: T }> }, one));
    }
    return [...found.values()];
  }

  /** Waits for a reply of a type. @throws Finding by the rule when it does not come in time */
  async awaitReply<T extends ReplyType>(filing: Filing, type: T, rule: RuleName) {
    const name = Object.entries(REPLY_TYPES).find(([, one]) => one === type)?.[0];
    const what = `${name} of ${filing.application}`;
    return this.waitUntil(what, rule, () => {
      this.#throwRefused(filing);
      return this.repliesOfType(filing, type)[0];
    });
  }

  #throwRefused(filing: Filing): void {
    const refused = this.repliesAbout(filing).find(({ evaluation }) => evaluation.handling === 'refused');
    if (refused) throw new Finding(refused.evaluation.cause!, 'A reply was refused.', refused);
  }

  /**
   * Waits for the decision of an application; where the agency asks for documents first, they are supplied, once.
   * @throws Finding by the rule when it does not come in time
   */
  async awaitDecision(filing: Filing, rule: RuleName) {
    const { decided, documentsRequested } = REPLY_TYPES;
    await this.waitUntil(`decided of ${filing.application}`, rule, () => {
      this.#throwRefused(filing);
      return this.repliesOfType(filing, decided)[0] ?? this.repliesOfType(filing, documentsRequested)[0];
    });
    const [request] = this.repliesOfType(filing, documentsRequested);
    const isOwed = this.#evaluator.stageOf(filing.deliveryId) === 'documents-requested';
    if (request && isOwed) {
      const kinds = request.event.data.documents.map(({ kind }) => kind);
      await this.send(filing.documentsSupplied(request.event.id, kinds));
    }
    return this.awaitReply(filing, decided, rule);
  }

  /** Waits until `look` finds something. @throws Finding by the rule when it does not in time */
  async waitUntil<T>(what: string, rule: RuleName, check: () => T | undefined): Promise<T> {
    const { timeoutMs, onWait, isRunning: runs } = this.#options;
    const began = Date.now();
    let told = began;
    for (;;) {
      const found = check();
      if (found !== undefined) return found;
      if (!runs()) throw new Finding(rule, `Your system ended by itself; what was waited for: ${what}.`);
      const now = Date.now();
      if (now - began > timeoutMs) {
        throw new Finding(rule, `Nothing came within ${timeoutMs / 1000} s: ${what}.${this.#hint()}`);
      }
      if (now - told >= 5_000) {
        told = now;
        onWait(what, Math.round((now - began) / 1000));
      }
      await pause(POLL_INTERVAL_MS);
    }
  }

  /**
   * An application that is filed behind what was sent last about another one, in the same partition: when the agency has acknowledged
   * it, it has read all that came before.
   */
  async awaitProcessed(beside: Filing, rule: RuleName): Promise<void> {
    const behind = this.file({}, beside);
    await this.send(behind.submitted());
    await this.awaitReply(behind, REPLY_TYPES.acknowledged, rule);
  }

  /** What must hold when the run is over and late replies had time to come. @param check throws a Finding when it does not */
  deferCheck(check: () => void): void {
    this.#deferredChecks.push(check);
  }

  /** The checks that the scenarios since the last call left for the end. */
  takeDeferredChecks(): (() => void)[] {
    const finals = this.#deferredChecks;
    this.#deferredChecks = [];
    return finals;
  }
}
