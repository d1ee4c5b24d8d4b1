import type { Request, Response } from 'express';
import { isProblem, Problem } from '@cups/problem';
import type { Metrics } from '@cups/contracts';
import type { Config } from '../config.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import type { LimitedRequest, RequestOutcome } from './adaptive-limit.ts';
import { clientAddressOf } from './guards.ts';
import { RefusalRate } from './refusal-rate.ts';

export const TOO_MANY_REQUESTS = 'Too many concurrent requests.';
/**
 * The operation that begins work. It gives way to all others: an application that is created but cannot be submitted has cost
 * more than its refusal.
 */
const NEW_WORK = 'createApplication';
const MIN_NEW_WORK = 2;
/** Under a heavy overload, a refused client waits 4 to 12 instead of 1 to 3 seconds. */
const MAX_RETRY_FACTOR = 4;

/** Admission slot of one request in progress. It is free at the latest when the response is sent or aborted. */
export interface AdmissionSlot {
  /** Releases the slot while the request waits for something that costs no work. */
  release(): void;
  /** @throws Problem OVERLOADED with a retry time, when no slot is free */
  acquire(): void;
  /** Records how the work ended, which adapts the limit of the operation. @param error what it threw */
  recordOutcome(error?: unknown): void;
}

export interface Admission {
  /** Admits one request of an operation until its end. @throws Problem OVERLOADED, as `AdmissionSlot.acquire` */
  admit(req: Request, res: Response, operation: string): AdmissionSlot;
  /** Whether no request of an operation can be admitted now, from any address. */
  isFull(operation: string): boolean;
  /** Returns the refusal of a request, and counts it. */
  refuse(message: string): Problem;
}

/**
 * Limits the requests in progress: in total, per address, and per operation to what upstream services can take
 * ({@link AdaptiveLimit}). The more requests it refuses for each admitted one, the longer it asks clients to wait.
 */
export function createAdmission(
  { maxInFlight, maxInFlightPerAddress, budgetMs }: Pick<Config, 'maxInFlight' | 'maxInFlightPerAddress' | 'budgetMs'>,
  metrics: Metrics,
): Admission {
  let running = 0;
  const byAddress = new Map<string, number>();
  const limits = new Map<string, AdaptiveLimit>();
  const clock = () => performance.now();
  const rate = new RefusalRate(clock);
  metrics.gauge('http_requests_in_flight', 'Requests that are being answered.', [], (gauge) => gauge.set(running));
  const limitOf = (operation: string): AdaptiveLimit => {
    const min = operation === NEW_WORK ? MIN_NEW_WORK : undefined;
    const limit = limits.get(operation) ?? new AdaptiveLimit({ min, max: maxInFlight, slowMs: budgetMs / 2, clock });
    limits.set(operation, limit);
    return limit;
  };
  const giveWayTo = (operation: string): void => {
    if (operation !== NEW_WORK) limitOf(NEW_WORK).giveWay();
  };
  const refuse = (message: string): Problem => {
    rate.record('refused');
    return overloaded(message, rate.perAdmitted);
  };
  const isFull = (operation: string): boolean => running >= maxInFlight || limitOf(operation).isFull;
  const admit: Admission['admit'] = (req, res, operation) => {
    const address = clientAddressOf(req);
    const limit = limitOf(operation);
    let admitted: LimitedRequest | undefined;
    const slot: AdmissionSlot = {
      acquire() {
        // A disconnected client would never release the slot.
        if (admitted || res.closed) return;
        const own = byAddress.get(address) ?? 0;
        if (isFull(operation)) {
          giveWayTo(operation);
          throw refuse(TOO_MANY_REQUESTS);
        }
        if (own >= maxInFlightPerAddress) throw refuse('Too many concurrent requests from this address.');
        rate.record('admitted');
        admitted = limit.begin();
        running++;
        byAddress.set(address, own + 1);
      },
      release() {
        if (!admitted) return;
        admitted = undefined;
        limit.end();
        running--;
        const own = byAddress.get(address)! - 1;
        if (own > 0) byAddress.set(address, own);
        else byAddress.delete(address);
      },
      recordOutcome(error) {
        const outcome = outcomeOf(error);
        if (admitted && outcome) limit.record(admitted, outcome);
        if (outcome === 'overloaded') giveWayTo(operation);
      },
    };
    slot.acquire();
    res.once('close', () => slot.release());
    return slot;
  };
  return { admit, isFull, refuse };
}

/** Returns undefined for failures that say nothing about the load. */
function outcomeOf(error: unknown): RequestOutcome | undefined {
  if (error === undefined) return 'served';
  if (!isProblem(error)) return undefined;
  const { reason, kind, metadata } = error;
  if (reason === 'OVERLOADED') return metadata['upstream'] === undefined ? undefined : 'overloaded';
  if (kind === 'DEADLINE') return 'overloaded';
  return kind === 'UNAVAILABLE' || kind === 'INTERNAL' || kind === 'CANCELLED' ? undefined : 'served';
}

/** @param refusedPerAdmitted the load of the refusals, which grows with the number of clients that come back */
export function overloaded(message: string, refusedPerAdmitted = 0): Problem {
  const factor = Math.min(MAX_RETRY_FACTOR, Math.max(1, refusedPerAdmitted));
  // Add jitter, so that rejected clients do not return together.
  const retryAfterMs = Math.round((1000 + Math.random() * 2000) * factor);
  return new Problem({ reason: 'OVERLOADED', message, retryAfterMs });
}
