import { setTimeout as pause } from 'node:timers/promises';
import { REPLY_TYPES, REQUEST_TYPES, toMessage } from '@cups/agency-contract';
import type { OutgoingMessage, ReplyEvent, ReplyType, RequestEvent } from '@cups/agency-contract';
import { ulid } from 'ulid';
import type { AgencyApiServer } from '../api/agency-api-server.ts';
import { Filing } from '../filing.ts';
import { ReplyEvaluator } from '../reply-evaluator.ts';
import type { Log } from '../log.ts';
import { partitionOf, Platform } from '../platform.ts';
import type { BrokerTarget, EvaluatedReply, PlatformSide, PullTarget } from '../platform.ts';
import { PullPlatform } from '../pull/pull-platform.ts';
import { Finding } from './finding.ts';
import type { RuleName } from './rules.ts';

/** Requests after which the agency sends no reply. Reminders and messages of the desk change no stage. */
const ENDING_TYPES: readonly string[] = [REQUEST_TYPES.withdrawn, REQUEST_TYPES.expired];
const POLL_INTERVAL_MS = 20;
/** Default session timeout of a consumer in the Java client, librdkafka and franz-go. */
const DEFAULT_SESSION_MS = 45_000;

export type TestBenchOptions = {
  target: BrokerTarget | PullTarget;
  documentKinds: ReadonlySet<string>;
  /** Plays the agency API, if the agency's system uses it. An agency that pulls needs it. */
  api?: AgencyApiServer | undefined;
  /** Time to wait for a reply, in ms. */
  timeoutMs: number;
  /** Whether the kit kills and restarts the agency's system, so that its client rejoins its group. */
  canRejoin: boolean;
  /** Returns whether the agency's system is running; true if the kit did not start it. */
  isRunning: () => boolean;
  /** Called every 5 s with what is awaited. */
  onWait: (what: string, seconds: number) => void;
};

type FilingOverrides = ConstructorParameters<typeof Filing>[1];

/** Test bench for scenarios: files applications, collects replies and holds deferred checks. */
export class TestBench {
  readonly target: BrokerTarget | PullTarget;
  readonly #options: TestBenchOptions;
  readonly #evaluator: ReplyEvaluator;
  readonly #platform: PlatformSide;
  readonly #filings = new Map<string, Filing>();
  readonly #replies: EvaluatedReply[] = [];
  readonly #sent: OutgoingMessage[] = [];
  #deferredChecks: (() => void)[] = [];
  #partitions = { requests: 1, replies: 1 };
  /** Last warning of the connection. */
  #lastProblem = '';

  constructor(options: TestBenchOptions) {
    this.#options = options;
    this.target = options.target;
    this.#evaluator = new ReplyEvaluator(options.target.agency, options.documentKinds);
    const log: Log = (level, event, fields) => {
      if (level === 'warn') this.#lastProblem = [event, fields?.reason].filter(Boolean).join(': ');
    };
    const onReply = (reply: EvaluatedReply) => void this.#replies.push(reply);
    const { target, api } = options;
    this.#platform =
      'brokers' in target
        ? new Platform(target, this.#evaluator, onReply, log)
        : new PullPlatform(api!, this.#evaluator, onReply);
  }

  get api(): AgencyApiServer | undefined {
    return this.#options.api;
  }

  /** @throws Error if the broker is not reachable within 30 s or the timeout */
  async open(): Promise<void> {
    this.#platform.start();
    const end = Date.now() + Math.min(this.#options.timeoutMs, 30_000);
    while (!this.#platform.isReady()) {
      if (Date.now() > end) throw new Error(this.#describeUnreachable());
      await pause(POLL_INTERVAL_MS);
    }
    this.#partitions = await this.#platform.partitions();
  }

  async close(): Promise<void> {
    await this.#platform.stop();
  }

  #describeUnreachable(): string {
    const { brokers, access, agency } = this.target as BrokerTarget;
    const { requests, replies } = this.#platform.topics;
    return (
      `The broker is not reachable: brokers ${brokers.join()}, user ${access.username || '(none)'}, agency ${agency}; ` +
      `last problem: ${this.#lastProblem || 'the topics do not exist'}. check plays the platform, so its user ` +
      `needs the rights to write ${requests} and read ${replies}.`
    );
  }

  /** Returns why the last request to the agency API was refused, or ''. */
  #refusalHint(): string {
    const { problem = '' } = this.#options.api ?? {};
    return problem === '' ? '' : ` The last request was refused: ${problem}.`;
  }

  /** Returns advice for a timeout that may be too short, or ''. */
  #timeoutHint(): string {
    if (!this.#options.canRejoin || this.#options.timeoutMs >= DEFAULT_SESSION_MS) return '';
    const session = DEFAULT_SESSION_MS / 1000;
    return (
      ` A killed client gets its partitions back when its session expires, ${session} s in most clients: ` +
      `choose a --timeout above it or a shorter session.timeout.ms in your system.`
    );
  }

  /**
   * Creates an application without sending it.
   * @param beside application whose requests go to the same partition
   */
  file(overrides: FilingOverrides = {}, beside?: Filing): Filing {
    const { agency } = this.target;
    const filing = new Filing(agency, overrides, beside ? this.#idBeside(beside) : ulid());
    this.#filings.set(filing.deliveryId, filing);
    this.#evaluator.open(filing.deliveryId, filing.application, filing.submitTime);
    return filing;
  }

  #idBeside({ deliveryId, agency }: Filing): string {
    const { requests } = this.#partitions;
    const partition = partitionOf(deliveryId, requests);
    for (;;) {
      const id = ulid();
      if (partitionOf(`${id}-${agency}`, requests) === partition) return id;
    }
  }

  /** Sends requests in order and tracks them. */
  async send(...events: RequestEvent[]): Promise<void> {
    for (const event of events) this.track(event);
    await this.sendRaw(events.map(toMessage));
  }

  /** Sends messages without tracking them. */
  async sendRaw(messages: OutgoingMessage[]): Promise<void> {
    this.#sent.push(...messages);
    await this.#platform.send(messages);
  }

  /** Returns all messages sent so far. */
  sent(): OutgoingMessage[] {
    return [...this.#sent];
  }

  /** Records in the evaluator that a request was sent. */
  track({ type, data, subject }: RequestEvent): void {
    const deliveryId = subject.slice('deliveries/'.length);
    if ('submission' in data) this.#evaluator.markRequested(deliveryId, data.submission);
    else if (ENDING_TYPES.includes(type)) this.#evaluator.markEnded(deliveryId);
  }

  /** Returns the replies about an application, in the order consumed. */
  repliesAbout({ deliveryId }: Filing): EvaluatedReply[] {
    return this.#replies.filter(({ evaluation }) => evaluation.deliveryId === deliveryId);
  }

  /** Returns all replies, starting with index `from`. */
  replies(from = 0): EvaluatedReply[] {
    return this.#replies.slice(from);
  }

  /** Returns the applications of this run. */
  allFilings(): Filing[] {
    return [...this.#filings.values()];
  }

  /** Returns whether the agency has replied to an application without deciding it. */
  isInProgress(filing: Filing): boolean {
    return this.#evaluator.stageOf(filing.deliveryId) === 'in-work' && this.repliesAbout(filing).length > 0;
  }

  /** Returns the expected partition of replies about an application. */
  partitionOf({ deliveryId }: Filing): number {
    return partitionOf(deliveryId, this.#partitions.replies);
  }

  /** Returns the replies of a type about an application, each ce_id once. */
  repliesOfType<T extends ReplyType>(
    filing: Filing,
    type: T,
  ): (EvaluatedReply & { event: Extract<ReplyEvent, { type: T }> })[] {
    const found = new Map<string, EvaluatedReply & { event: Extract<ReplyEvent, { type: T }> }>();
    for (const reply of this.repliesAbout(filing)) {
      const { event } = reply.evaluation;
      if (event?.type !== type || found.has(event.id)) continue;
      found.set(event.id, Object.assign({ event: event as Extract<ReplyEvent, { type: T }> }, reply));
    }
    return [...found.values()];
  }

  /**
   * Waits for a reply of a type.
   * @throws Finding with the rule after the timeout
   */
  async awaitReply<T extends ReplyType>(filing: Filing, type: T, rule: RuleName) {
    const name = Object.entries(REPLY_TYPES).find(([, value]) => value === type)?.[0];
    const label = `${name} of ${filing.application}`;
    return this.waitUntil(label, rule, () => {
      this.#throwRefused(filing);
      return this.repliesOfType(filing, type)[0];
    });
  }

  #throwRefused(filing: Filing): void {
    const refused = this.repliesAbout(filing).find(({ evaluation }) => evaluation.handling === 'refused');
    if (refused) throw new Finding(refused.evaluation.cause!, 'A reply was refused.', refused);
  }

  /**
   * Waits for the decision of an application. If the agency requests documents first, supplies them once.
   * @throws Finding with the rule after the timeout
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

  /**
   * Polls `check` until it returns a value.
   * @throws Finding with the rule after the timeout, or when the agency's system ends
   */
  async waitUntil<T>(what: string, rule: RuleName, check: () => T | undefined): Promise<T> {
    const { timeoutMs, onWait, isRunning } = this.#options;
    const startTime = Date.now();
    let lastNoticeTime = startTime;
    for (;;) {
      const found = check();
      if (found !== undefined) return found;
      if (!isRunning()) throw new Finding(rule, `Your system stopped while waiting for ${what}.`);
      const now = Date.now();
      if (now - startTime > timeoutMs) {
        throw new Finding(
          rule,
          `No reply within ${timeoutMs / 1000} s: ${what}.${this.#refusalHint()}${this.#timeoutHint()}`,
        );
      }
      if (now - lastNoticeTime >= 5_000) {
        lastNoticeTime = now;
        onWait(what, Math.round((now - startTime) / 1000));
      }
      await pause(POLL_INTERVAL_MS);
    }
  }

  /**
   * Waits until the agency has processed everything sent about an application. Files another application in the same
   * partition and waits for its acknowledgement.
   */
  async awaitProcessed(beside: Filing, rule: RuleName): Promise<void> {
    const marker = this.file({}, beside);
    await this.send(marker.submitted());
    await this.awaitReply(marker, REPLY_TYPES.acknowledged, rule);
  }

  /**
   * Registers a check to run when the run is over and late replies had time to arrive.
   * @param check throws a Finding on failure
   */
  deferCheck(check: () => void): void {
    this.#deferredChecks.push(check);
  }

  /** Returns and clears the checks deferred since the last call. */
  takeDeferredChecks(): (() => void)[] {
    const checks = this.#deferredChecks;
    this.#deferredChecks = [];
    return checks;
  }
}
