import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { HttpReply } from '../connection.ts';
import type { LoadResult } from '../load.ts';
import { nowMs, percentiles } from '../processes.ts';
import type { Percentiles } from '../processes.ts';

/** Desks that are offered more applicants than the platform can take. */

export interface OverloadCommand {
  kind: 'overload';
  /** Applicants who arrive each second. */
  perSecond: number;
  seconds: number;
  /** How long an applicant waits for the submit. */
  patienceMs: number;
}

/** `refused` is by status and reason. Latencies are of accepted attempts, without waits. */
export interface OverloadResult extends LoadResult {
  /** Applicants who arrived. */
  offered: number;
  /** Submits that were acknowledged before the last arrival. */
  acceptedInTime: number;
  /** Applications that a desk gave up, by the request that was refused. */
  gaveUp: { create: number; submit: number };
  /** From the arrival of an applicant to the acknowledged submit, with all waits. */
  pairMs: Percentiles;
  /** The last arrival, by the clock of nowMs. */
  lastArrivalMs: number;
}

/** The load generator's parts. */
export interface OverloadSource {
  /** Returns the next application. */
  next(): { id: string; cookie: string; body: string };
  post(path: string, cookie: string, key: string, body: string): Promise<HttpReply>;
}

/** Waits of the page between attempts of a write; a longer Retry-After counts. */
const DESK_BACKOFF = { initialMs: 1_000, maxMs: 30_000, jitter: 0 };
/** How often the applicants that are due begin. */
const PACE_MS = 5;
/** Reasons of refusals before any work: the request is not stored. */
const REFUSED_REASONS = ['OVERLOADED', 'RATE_LIMITED'];

/**
 * Runs a desk for each applicant, who arrives by the clock. A refused desk waits as the page does, and gives up when the applicant
 * has waited for `patienceMs`.
 */
export async function overload(order: OverloadCommand, source: OverloadSource): Promise<OverloadResult> {
  const { perSecond, seconds, patienceMs } = order;
  const offered = Math.round(perSecond * seconds);
  const startMs = nowMs();
  const lastArrivalMs = startMs + seconds * 1000;
  const desks = new Desks(source, lastArrivalMs);
  const running: Promise<void>[] = [];
  while (running.length < offered) {
    const due = Math.min(offered, Math.ceil(((nowMs() - startMs) * perSecond) / 1000));
    while (running.length < due) {
      const arrivedMs = startMs + (running.length * 1000) / perSecond;
      running.push(desks.serve(arrivedMs, arrivedMs + patienceMs));
    }
    await pause(PACE_MS);
  }
  await Promise.all(running);
  return { ...desks.result(), offered, startMs, endMs: nowMs(), lastArrivalMs };
}

class Desks {
  readonly #source: OverloadSource;
  readonly #lastArrivalMs: number;
  readonly #accepted: string[] = [];
  readonly #refused: Record<string, number> = {};
  readonly #gaveUp = { create: 0, submit: 0 };
  readonly #createMs: number[] = [];
  readonly #submitMs: number[] = [];
  readonly #pairMs: number[] = [];
  #acceptedInTime = 0;
  #unknown = 0;

  constructor(source: OverloadSource, lastArrivalMs: number) {
    this.#source = source;
    this.#lastArrivalMs = lastArrivalMs;
  }

  result(): Omit<OverloadResult, 'offered' | 'startMs' | 'endMs' | 'lastArrivalMs'> {
    return {
      accepted: this.#accepted,
      acceptedInTime: this.#acceptedInTime,
      refused: this.#refused,
      gaveUp: this.#gaveUp,
      unknown: this.#unknown,
      createMs: percentiles(this.#createMs),
      submitMs: percentiles(this.#submitMs),
      pairMs: percentiles(this.#pairMs),
    };
  }

  /** Creates and submits the application of one applicant. */
  async serve(arrivedMs: number, untilMs: number): Promise<void> {
    const { id, cookie, body } = this.#source.next();
    const created = await this.#send('/applications', cookie, body, untilMs);
    if (created === undefined) return void (this.#gaveUp.create += 1);
    this.#createMs.push(created);
    const submitted = await this.#send(`/applications/${id}/submit`, cookie, '{}', untilMs);
    if (submitted === undefined) return void (this.#gaveUp.submit += 1);
    this.#submitMs.push(submitted);
    this.#pairMs.push(nowMs() - arrivedMs);
    this.#accepted.push(id);
    if (nowMs() <= this.#lastArrivalMs) this.#acceptedInTime += 1;
  }

  /** Repeats a request under its key. Returns the ms of the accepted attempt; undefined when the desk gave up. */
  async #send(path: string, cookie: string, body: string, untilMs: number): Promise<number | undefined> {
    const key = randomUUID();
    let isStored: 'no' | 'unknown' = 'no';
    for (let attempt = 1; ; attempt += 1) {
      const sentMs = nowMs();
      const reply = await this.#source.post(path, cookie, key, body);
      if (reply.status >= 200 && reply.status < 300) return nowMs() - sentMs;
      const reason = /"reason":"(\w+)"/.exec(reply.text)?.[1] ?? 'none';
      const name = `${reply.status} ${reason}`;
      this.#refused[name] = (this.#refused[name] ?? 0) + 1;
      if (!REFUSED_REASONS.includes(reason)) isStored = 'unknown';
      const waitMs = Math.max(backoffMs(attempt, DESK_BACKOFF), reply.retryAfterMs);
      if (nowMs() + waitMs <= untilMs) {
        await pause(waitMs);
        continue;
      }
      if (isStored === 'unknown') this.#unknown += 1;
      return undefined;
    }
  }
}
