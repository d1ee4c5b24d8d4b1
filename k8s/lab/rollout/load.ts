import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDesk, ApiError, waitUntil } from '../../../tools/day/desk.ts';
import type { Application, Desk } from '../../../tools/day/desk.ts';
import { QUICK_SCENARIO } from '../../../tools/day/scenarios.ts';
import { applicationId, createContent, fileableAt, simulatedServices } from '../../../tools/day/filings.ts';
import type { Centre, PublicService } from '../../../tools/day/filings.ts';
import { toMandateRequest, toNamedMandate } from '../../../tools/day/mandates.ts';
import { sum } from './kube.ts';

/** Load generator: desks that submit applications at a constant rate (open loop). */

export interface FailedCall {
  /** Seconds since the start of the load. */
  at: number;
  call: string;
  why: string;
}

/** A call that an overloaded platform refused with a time, and served when it was sent again. */
export interface DeferredCall {
  /** Seconds since the start of the load, of the first attempt. */
  at: number;
  /** Seconds from the first attempt to the response. */
  seconds: number;
}

interface SubmittedApplication {
  id: string;
  desk: Desk;
}

/** Numbered after the sample day, so that personal numbers are unique. */
const FIRST_PERSON = 10_000;
/** Attempts until every replica has read a centre's file. */
const MAX_STALE_RETRIES = 90;
const STALE_RETRY_INTERVAL_SECONDS = 1;
/** A call that is not served within this time after its first attempt counts as failed, as the person still waits. */
const MAX_DEFERRED_SECONDS = 30;
/** An application without a reply after this time counts as lost. */
const MAX_ANSWER_WAIT_SECONDS = 120;

export class LoadGenerator {
  readonly #url: string;
  readonly #started = performance.now();
  readonly #desks: { desk: Desk; centre: Centre }[] = [];
  readonly #filed: SubmittedApplication[] = [];
  readonly #open = new Set<Promise<void>>();
  /** Calls by second since the start; seconds without calls may be absent. */
  readonly #seconds: number[] = [];
  /** Public services whose agency the simulator plays; `start` reads them. */
  services: readonly PublicService[] = [];
  #n = FIRST_PERSON;
  #rate = 0;
  #ended = false;
  #loop: Promise<void> | undefined;
  readonly failed: FailedCall[] = [];
  readonly deferred: DeferredCall[] = [];
  /** Responses STALE_REPLICA, each followed by a retry. */
  early = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Calls since the start. */
  get calls(): number {
    return sum(this.#seconds);
  }

  get accepted(): number {
    return this.#filed.length;
  }

  /** Seconds since the start. */
  get now(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Counts calls between two times. */
  callsBetween(from: number, to: number): number {
    return sum(this.#seconds.slice(Math.floor(from), Math.ceil(to)));
  }

  failedBetween = (from: number, to: number): FailedCall[] => this.failed.filter(({ at }) => at >= from && at < to);

  deferredBetween = (from: number, to: number): DeferredCall[] =>
    this.deferred.filter(({ at }) => at >= from && at < to);

  /** @param rate applications per second, three calls each */
  async start(centres: readonly Centre[], rate: number): Promise<void> {
    this.services = await simulatedServices(this.#url);
    for (const centre of centres) await this.join(centre);
    this.#rate = rate;
    this.#loop = this.#run();
  }

  set rate(rate: number) {
    this.#rate = rate;
  }

  /** Adds a centre. @throws ApiError while it is not open, Error when the platform is unreachable */
  async join(centre: Centre): Promise<Desk> {
    const desk = await openDesk(this.#url, `${centre.code.toLowerCase()}-specialist`, { tries: 1 });
    this.#desks.push({ desk, centre });
    return desk;
  }

  /** Submits the first application of a centre. @throws ApiError, Error */
  async submitApplication(desk: Desk, centre: Centre): Promise<void> {
    const n = (this.#n += 1);
    const service = this.#serviceOf(centre, n);
    const id = applicationId(QUICK_SCENARIO.ending);
    const content = { id, publicService: service.code, ...createContent(n, centre, service) };
    const granted = await this.#call<{ name: string }>(desk, 'POST', '/mandates', { body: toMandateRequest(content) });
    const body = { ...content, mandate: toNamedMandate(content, granted.name) };
    const draft = await this.#call(desk, 'POST', '/applications', { body });
    await this.#call(desk, 'POST', `/applications/${draft.id}/submit`, { etag: draft.etag });
    this.#filed.push({ id, desk });
    await this.#call(desk, 'GET', `/applications/${id}`);
  }

  /** Stops new visits; running ones finish. */
  async stop(): Promise<void> {
    this.#ended = true;
    await this.#loop;
    await Promise.all(this.#open);
  }

  /** Checks that the agency has replied to every acknowledged application. @returns the missing ones */
  async findMissing(): Promise<string[]> {
    const lost: string[] = [];
    for (const { id, desk } of this.#filed) {
      const ask = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body.state;
      await waitUntil(ask, (state) => state === 'ready', id, MAX_ANSWER_WAIT_SECONDS).catch((error: unknown) => {
        lost.push(`${id}: ${(error as Error).message}`);
      });
    }
    return lost;
  }

  async #run(): Promise<void> {
    let due = performance.now();
    for (let turn = 0; !this.#ended; turn += 1) {
      const { desk, centre } = this.#desks[turn % this.#desks.length]!;
      // The failure is already in the list.
      const visit = this.submitApplication(desk, centre)
        .catch(() => {})
        .finally(() => this.#open.delete(visit));
      this.#open.add(visit);
      due = Math.max(due + 1000 / this.#rate, performance.now() - 1000);
      await delay(Math.max(0, due - performance.now()));
    }
  }

  #serviceOf(centre: Centre, n: number): PublicService {
    const fileable = fileableAt(this.services, centre);
    if (fileable.length === 0) throw new Error(`${centre.code} files no service whose agency the simulator plays.`);
    return fileable[n % fileable.length]!;
  }

  async #call<T = Application>(
    desk: Desk,
    method: string,
    path: string,
    given: Parameters<Desk['call']>[2] = {},
  ): Promise<T> {
    const at = this.now;
    const second = Math.floor(at);
    this.#seconds[second] = (this.#seconds[second] ?? 0) + 1;
    // A repeated write is the same one.
    const same = Object.assign({ key: randomUUID() }, given);
    for (let round = 1, isDeferred = false; ; round += 1) {
      try {
        const { body } = await desk.call<T>(method, path, same);
        if (isDeferred) this.deferred.push({ at, seconds: this.now - at });
        return body;
      } catch (error) {
        const retrySeconds = this.#retrySeconds(error, { at, round });
        if (retrySeconds === undefined) {
          this.#recordFailure(at, `${method} ${path}`, error);
          throw error;
        }
        isDeferred ||= !isStaleReplica(error);
        await delay(retrySeconds * 1000);
      }
    }
  }

  /** Returns the seconds after which a desk sends a refused call again; undefined if the call has failed. */
  #retrySeconds(error: unknown, { at, round }: { at: number; round: number }): number | undefined {
    if (isStaleReplica(error)) {
      if (round >= MAX_STALE_RETRIES) return undefined;
      this.early += 1;
      return STALE_RETRY_INTERVAL_SECONDS;
    }
    const asked = askedRetrySeconds(error);
    return asked !== undefined && this.now + asked - at <= MAX_DEFERRED_SECONDS ? asked : undefined;
  }

  #recordFailure(at: number, call: string, error: unknown): void {
    this.failed.push({ at, call: call.replace(/[0-9A-HJKMNP-TV-Z]{26}/, '{id}'), why: describeError(error) });
  }
}

/** Whether a replica has not read a new centre's file yet. */
const isStaleReplica = (error: unknown): boolean =>
  error instanceof ApiError && error.problem.reason === 'STALE_REPLICA';

/** The seconds that an overloaded platform asks for, and that the desk's page waits too. */
const askedRetrySeconds = (error: unknown): number | undefined =>
  error instanceof ApiError && error.problem.reason === 'OVERLOADED' ? error.retryAfter : undefined;

function describeError(error: unknown): string {
  if (error instanceof ApiError) return `${error.problem.status} ${error.problem.reason}`;
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
