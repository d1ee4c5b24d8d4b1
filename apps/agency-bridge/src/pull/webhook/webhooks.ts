import type { Counter, Gauge, Log, Metrics } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { Keys } from '@cups/rpc';
import type { Documents, Store, StoredDocument } from '@cups/store';
import { moveTo, newWebhook, nextMessage, recordCall, wake } from '../../domain/webhook.ts';
import type { Webhook, WebhookMessage } from '../../domain/webhook.ts';
import { sendPing } from './ping.ts';
import type { PingFailure, PingOptions } from './ping.ts';

/** Calls the webhooks of agencies: signed requests without personal data (Standard Webhooks). */

export type StoredWebhook = Webhook & StoredDocument;

export function webhooksOf(store: Store): Documents<StoredWebhook> {
  return store.documents<StoredWebhook>({
    collection: 'webhooks',
    schema: {
      agency: { type: String, required: true },
      url: { type: String, required: true },
      wakes: { type: Number, required: true },
      message: { id: String, wakes: Number },
      failures: { type: Number, required: true },
      cause: String,
      deadTime: Date,
      callTime: Date,
    },
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
    indexes: [],
  });
}

export interface WebhooksDeps {
  documents: Documents<StoredWebhook>;
  /** Returns the address in the file of an agency; undefined without one. */
  urlOf: (agency: string) => string | undefined;
  keys: Pick<Keys, 'signWebhook'>;
  ping: PingOptions;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Type of the messages. The system reads its feed after each. */
const TYPE = 'cups.requests.available';

export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #calls: Counter<'agency' | 'outcome'>;
  readonly #dead: Gauge<'agency'>;

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    const { metrics } = deps;
    const calls = 'Calls of webhooks, by outcome.';
    this.#calls = metrics.counter('agency_webhook_calls_total', calls, ['agency', 'outcome']);
    const meaning = 'ALARM: 1 while the webhook of an agency is dead: its system learns of nothing until it polls';
    this.#dead = metrics.gauge('agency_webhook_dead', meaning, ['agency']);
  }

  /** Schedules a call of each of these agencies that has a webhook. */
  async wake(agencies: readonly string[]): Promise<void> {
    for (const agency of agencies) {
      const url = this.#deps.urlOf(agency);
      if (url !== undefined) await this.#update(agency, url, (webhook, now) => wake(moveTo(webhook, url), now));
    }
  }

  /** Reports the state of an agency's webhook, and calls it at a new address. */
  async observe(agency: string): Promise<void> {
    const url = this.#deps.urlOf(agency);
    const known = await this.#deps.documents.get(agency, { scope: 'service' });
    if (!url || !known) return this.#dead.set({ agency }, 0);
    if (known.url !== url) return this.wake([agency]);
    this.#dead.set({ agency }, known.deadTime ? 1 : 0);
  }

  /** Handles the due timer of an agency. A call that the deadline ends has no result, and is repeated. */
  async callDue(agency: string, deadline: AbortSignal): Promise<void> {
    const { documents, urlOf } = this.#deps;
    const url = urlOf(agency);
    const known = await documents.get(agency, { scope: 'service' });
    if (!known) return;
    if (url === undefined) {
      await this.#update(agency, known.url, (webhook) => ({ ...webhook, timer: null }));
      return;
    }
    const message = nextMessage(moveTo(known, url), () => `msg_${newUlid(this.#deps.now())}`);
    const failure = await this.#call({ agency, url, message }, deadline);
    if (deadline.aborted) return;
    this.#calls.inc({ agency, outcome: failure ?? 'OK' });
    const call = { message, failure };
    const after = await this.#update(agency, url, (webhook, now) => recordCall(moveTo(webhook, url), call, now));
    this.#report(known, after);
  }

  async #call(
    { agency, url, message: { id } }: { agency: string; url: string; message: WebhookMessage },
    signal: AbortSignal,
  ): Promise<PingFailure | undefined> {
    const { keys, now, ping } = this.#deps;
    const time = now();
    const seconds = String(Math.floor(time.getTime() / 1_000));
    const body = JSON.stringify({ type: TYPE, timestamp: time.toISOString(), data: { agency } });
    const signature = keys.signWebhook(`${id}.${seconds}.${body}`);
    const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1a,${signature}` };
    return sendPing({ url, body, headers }, { ...ping, signal });
  }

  #report(before: StoredWebhook, { agency, failures, cause, deadTime }: StoredWebhook): void {
    const { log } = this.#deps;
    this.#dead.set({ agency }, deadTime ? 1 : 0);
    if (deadTime && !before.deadTime) log.error({ event: 'webhook-dead', agency, reason: cause, count: failures });
    else if (failures === 1) log.warn({ event: 'webhook-failed', agency, reason: cause });
    else if (failures === 0 && before.failures > 0) log.info({ event: 'webhook-recovered', agency });
  }

  async #update(
    agency: string,
    url: string,
    change: (webhook: StoredWebhook, now: Date) => StoredWebhook,
  ): Promise<StoredWebhook> {
    const { documents, now } = this.#deps;
    const time = now();
    const options = { scope: 'service' as const, cause: {}, now: time, initial: newWebhook(agency, url) };
    const { document } = await documents.update(agency, options, (webhook) => ({
      document: change(webhook, time),
      events: [],
    }));
    return document;
  }
}
