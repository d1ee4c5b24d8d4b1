import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toMessage } from '@cups/agency-contract';
import type { AgencyEvent, OutgoingMessage, RequestEvent } from '@cups/agency-contract';
import { AgencyApiError } from 'cups-agency/http';
import type { AgencyApi, CloudEvent } from 'cups-agency/http';
import type { Log } from 'cups-agency/log';
import { PullClient, verifyWebhook } from 'cups-agency/pull';
import { Cases, newCounts } from './cases.ts';
import type { Counts } from './cases.ts';
import { AgencyDocuments } from './documents.ts';
import { planByRules } from './domain/plan.ts';
import type { PlanOptions } from './domain/plan.ts';
import type { Rules } from './domain/behaviour.ts';

/** A call of the webhook, as it was received. */
export type WebhookCall = Parameters<typeof verifyWebhook>[0];

/** Between two reads that no webhook asked for. */
const POLL_MS = 5_000;
/** At most one read of the public keys of webhooks in this time. */
const KEYS_MIN_AGE_MS = 10_000;

export interface PulledAgencyOptions extends PlanOptions {
  rules: Rules;
  /** Between two reads without a call, ms. @default 5000 */
  pollMs?: number;
}

/**
 * Simulates an agency without Kafka, which reads its messages over HTTPS and replies there. Each start reads its feed from the
 * oldest message and replies again: the platform recognises the IDs of the replies. So a crash loses nothing, and the
 * simulator stores nothing.
 */
export class PulledAgency {
  readonly counts: Counts = newCounts();
  readonly #api: AgencyApi;
  readonly #log: Log;
  readonly #agency: string;
  readonly #pollMs: number;
  readonly #folder: string;
  readonly #cases: Cases;
  readonly #client: PullClient;
  #position = 0;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isFailing = false;
  #isStopped = false;
  #keys: { publicKeys: readonly string[]; readTime: number } = { publicKeys: [], readTime: -Infinity };

  constructor(agency: string, api: AgencyApi, { pollMs = POLL_MS, ...plan }: PulledAgencyOptions, log: Log) {
    this.#agency = agency;
    this.#api = api;
    this.#log = log;
    this.#pollMs = pollMs;
    this.#folder = mkdtempSync(join(tmpdir(), 'cups-pulled-agency-'));
    const documents = new AgencyDocuments(api, log);
    this.#cases = new Cases({
      agency,
      counts: this.counts,
      plan: (request, requestedAgency) => planByRules(request, requestedAgency, plan),
      complete: (request, reply) => documents.complete(request, reply),
      send: (messages) => this.#send(messages),
      // The cursor of the feed is not the progress of the replies.
      onProgress: () => undefined,
      onSendFailed: (error) => log('warn', 'replies wait', { agencies: [agency], reason: reasonOf(error) }),
    });
    const cursorFile = join(this.#folder, 'cursor');
    this.#client = new PullClient({ api, cursorFile, handle: (event) => this.#take(event) });
  }

  /** Starts to read; the platform may become available later. */
  start(): void {
    void this.#pull();
  }

  /** Always true: it waits for nobody, and reads when the platform is available. */
  isReady(): boolean {
    return true;
  }

  /**
   * Handles a call of the webhook, which wakes a read.
   * @returns false for a call that the platform did not sign
   */
  async wake(call: WebhookCall): Promise<boolean> {
    if (!(await this.#isSigned(call))) return false;
    this.#log('info', 'woken by the webhook', { agencies: [this.#agency] });
    void this.#pull();
    return true;
  }

  /** Sends replies in flight. The next start sends the others. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#next;
    await this.#current;
    await this.#cases.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Reads until nothing is new. Calls during a read share one more read, because its pages may have been read before. */
  #pull(): Promise<void> {
    this.#next ??= (this.#current ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      this.#current = this.#pullOnce();
      return this.#current;
    });
    return this.#next;
  }

  async #pullOnce(): Promise<void> {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    try {
      await this.#client.pull();
      this.#isFailing = false;
    } catch (error) {
      // The first failure is logged, and the next one after a success.
      const fields = { agencies: [this.#agency], reason: reasonOf(error) };
      if (!this.#isFailing) this.#log('warn', 'the messages cannot be read', fields);
      this.#isFailing = true;
    }
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#pull(), this.#pollMs);
  }

  #take(event: RequestEvent): void {
    const offset = String((this.#position += 1));
    this.#cases.take(0, Object.assign(toMessage(event as AgencyEvent), { offset }));
  }

  async #send(messages: readonly OutgoingMessage[]): Promise<void> {
    for (const message of messages) {
      const event = toCloudEvent(message);
      if (event) await this.#reply(event);
    }
  }

  /** @throws AgencyApiError if the platform may accept the reply later */
  async #reply(event: CloudEvent): Promise<void> {
    try {
      await this.#api.sendReply(event);
    } catch (error) {
      // A new key is unknown to the platform at first.
      if (!(error instanceof AgencyApiError) || error.isTransient || error.status === 401) throw error;
      this.counts.refused += 1;
      this.#log('warn', 'a reply was refused', { delivery: event.subject, reason: error.reason });
    }
  }

  /** Returns whether the platform signed a call. Reads the keys again for an unknown one, which may be new. */
  async #isSigned(call: WebhookCall): Promise<boolean> {
    const now = new Date();
    if (verifyWebhook(call, this.#keys.publicKeys, now)) return true;
    if (performance.now() - this.#keys.readTime < KEYS_MIN_AGE_MS) return false;
    const readTime = performance.now();
    const { publicKeys } = this.#keys;
    this.#keys = { publicKeys: await this.#api.listWebhookKeys().catch(() => publicKeys), readTime };
    return verifyWebhook(call, this.#keys.publicKeys, now);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof AgencyApiError ? error.reason : ((error as Error).name ?? 'INTERNAL');

/** Converts a message of the binary mode to the structured mode; undefined for bytes that are no JSON object. */
function toCloudEvent({ headers, value }: OutgoingMessage): CloudEvent | undefined {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce_'))
    .map(([name, text]) => [name.slice('ce_'.length), text]);
  if (attributes.length === 0) return undefined;
  try {
    const data = JSON.parse(value.toString()) as object;
    return { ...Object.fromEntries(attributes), datacontenttype: 'application/json', data } as CloudEvent;
  } catch {
    return undefined;
  }
}
