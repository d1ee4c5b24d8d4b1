import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** As the platform bounds a call. */
const TIMEOUT_MS = 5_000;
const RETRY_MS = 500;
const MAX_TRIES = 6;
const TYPE = 'cups.requests.available';

/** A call of the webhook, before it is signed. */
export interface WebhookMessage {
  /** The `webhook-id`: the same for a repeat. */
  id: string;
  body: string;
}

/** How a call differs from a genuine one; for calls that the agency must refuse. */
export interface Forgery {
  key?: KeyObject;
  time?: Date;
  /** Sent instead of the signed body. */
  body?: string;
  isUnsigned?: true;
}

/** Calls the webhook of an agency as the platform does, by Standard Webhooks with Ed25519. */
export class WebhookCaller {
  readonly #url: string;
  readonly #agency: string;
  readonly #keys = generateKeyPairSync('ed25519');
  /** How often the agency has read the public keys. */
  keyReads = 0;
  #pending: { repeats: number } | undefined;

  /** @throws Error if the address is not http or https */
  constructor(agency: string, url: string) {
    if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('A webhook needs an http or https address.');
    this.#agency = agency;
    this.#url = url;
  }

  /** Returns the public keys as the platform publishes them. */
  readKeys(): { keys: { kid: string; publicKey: string }[] } {
    this.keyReads += 1;
    const { x = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ kid: 'kit', publicKey: `whpk_${Buffer.from(x, 'base64url').toString('base64')}` }] };
  }

  newMessage(): WebhookMessage {
    const content = { type: TYPE, timestamp: new Date().toISOString(), data: { agency: this.#agency } };
    return { id: `msg_${randomUUID()}`, body: JSON.stringify(content) };
  }

  /**
   * Makes one call.
   * @returns the status, or why there is none
   */
  async call(
    { id, body }: WebhookMessage,
    forgery: Forgery = {},
  ): Promise<number | 'no answer within 5 s' | 'no answer'> {
    const { key = this.#keys.privateKey, time = new Date(), body: sent = body, isUnsigned = false } = forgery;
    const seconds = String(Math.floor(time.getTime() / 1000));
    const signature = sign(null, Buffer.from(`${id}.${seconds}.${body}`), key).toString('base64');
    const signed = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1a,${signature}` };
    const headers = { 'content-type': 'application/json', ...(isUnsigned ? {} : signed) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(this.#url, { method: 'POST', headers, body: sent, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status;
    } catch {
      return signal.aborted ? 'no answer within 5 s' : 'no answer';
    }
  }

  /** Reports new messages. Repeats a failed call with the same ID; what comes meanwhile is part of one further call. */
  notify(): void {
    if (this.#pending) {
      this.#pending.repeats = 1;
      return;
    }
    const pending = { repeats: 0 };
    this.#pending = pending;
    void this.#deliver().then(() => {
      this.#pending = undefined;
      if (pending.repeats > 0) this.notify();
    });
  }

  async #deliver(): Promise<void> {
    const message = this.newMessage();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const status = await this.call(message);
      if (typeof status === 'number' && status >= 200 && status < 300) return;
      await pause(RETRY_MS * 2 ** tries, undefined, { ref: false });
    }
  }
}
