import { backoffMs } from '@cups/contracts';
import type { BackoffOptions } from '@cups/contracts';

/** When the webhook of an agency is called. One call says that something is new, whatever the number. Pure functions. */

export interface Webhook {
  /** Agency code. */
  _id: string;
  /** Agency code. */
  agency: string;
  /** Address at the last change of this state. */
  url: string;
  /** How often there was something new. A call covers all that came before it. */
  wakes: number;
  /** The message of the last call if it failed. A repeat has its ID, unless there is something new meanwhile. */
  message?: WebhookMessage;
  /** Failed calls since the last that succeeded. */
  failures: number;
  /** Code of the last failure. */
  cause?: string;
  /** Since when the webhook counts as dead; absent otherwise. */
  deadTime?: Date;
  /** Time of the last call. */
  callTime?: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

export interface WebhookMessage {
  /** The `webhook-id`. Receivers ignore one that they have seen (Standard Webhooks). */
  id: string;
  /** The count of wakes that the message covers. */
  wakes: number;
}

/** What comes within this time is one call. */
const COALESCE_MS = 1_000;
/** Failures in a row after which a webhook is dead: about one and a half hours. */
export const MAX_FAILURES = 10;
/** While it is dead, it is called at most once in this time, and only when something is new. */
export const PROBE_INTERVAL_MS = 3_600_000;
const RETRY_BACKOFF: BackoffOptions = { initialMs: 5_000, maxMs: 3_600_000, jitter: 0 };

export const newWebhook = (agency: string, url: string): Webhook => ({
  _id: agency,
  agency,
  url,
  wakes: 0,
  failures: 0,
});

/** Returns the webhook at its current address. A new address has no failures, and waits for nothing. */
export function moveTo<W extends Webhook>(webhook: W, url: string): W {
  if (webhook.url === url) return webhook;
  const { cause: _cause, message: _message, deadTime: _deadTime, ...others } = webhook;
  return { ...others, url, failures: 0, timer: null } as W;
}

/** Schedules a call because something is new. A call that is due later stays: it covers this too. */
export function wake<W extends Webhook>(webhook: W, now: Date): W {
  const wakes = webhook.wakes + 1;
  if (webhook.timer) return { ...webhook, wakes };
  const next = webhook.deadTime && webhook.callTime ? webhook.callTime.getTime() + PROBE_INTERVAL_MS : 0;
  return { ...webhook, wakes, timer: callAt(new Date(Math.max(now.getTime() + COALESCE_MS, next))) };
}

/** Returns the message of the next call. @param newId of a message with something new */
export const nextMessage = ({ message, wakes }: Webhook, newId: () => string): WebhookMessage =>
  message?.wakes === wakes ? message : { id: newId(), wakes };

/** Records the result of a call. */
export function recordCall<W extends Webhook>(
  webhook: W,
  { message, failure }: { message: WebhookMessage; failure: string | undefined },
  now: Date,
): W {
  const { cause: _cause, message: _message, deadTime, ...others } = webhook;
  if (failure === undefined) {
    const timer = webhook.wakes > message.wakes ? callAt(new Date(now.getTime() + COALESCE_MS)) : null;
    return { ...others, failures: 0, callTime: now, timer } as W;
  }
  const failures = webhook.failures + 1;
  const failed = { ...others, message, failures, cause: failure, callTime: now } as W;
  if (failures >= MAX_FAILURES) return { ...failed, deadTime: deadTime ?? now, timer: null };
  return { ...failed, timer: callAt(new Date(now.getTime() + backoffMs(failures, RETRY_BACKOFF))) };
}

const callAt = (due: Date) => ({ kind: 'call', due });
