import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { Centre } from '@cups/tools/filings';
import { openDesk, ApiError } from '@cups/tools/desk';
import type { Application, ApiRequest, Desk } from '@cups/tools/desk';
import type { AcknowledgedWrite, Action, DeskApplication, FrozenCopy, RepeatedWrite } from './chaos-record.ts';

/** Sends each write under one request ID until the platform responds, and records the acknowledged writes. */

/** A write to send; `centre` is an index into the list of centres. */
export interface Write {
  application: string;
  action: Action;
  path: string;
  body: object;
  centre: number;
  etag?: string;
  /** Whether the end of a check may change the version meanwhile: a stale etag is no violation then. */
  mayBeStale?: boolean;
  /** Whether the person has revoked the mandate: a refusal for it is no violation then. */
  isMandateRevoked?: boolean;
}

export interface Workload {
  acknowledged: AcknowledgedWrite[];
  /** Valid writes that were refused for good. */
  refused: { what: string; application: string }[];
  /** Unsuccessful responses by status and reason, and calls without a response. */
  troubles: Map<string, number>;
  /** Responses of 500, by method and path. */
  raw: Map<string, number>;
  /** Reads, with retries while the fault is transient. */
  read<T>(centre: number, path: string): Promise<T>;
  /** Creates something beside an application, with retries under one key. @throws ApiError, AbortError */
  create<T>(centre: number, path: string, body: object): Promise<T>;
  /** @throws ApiError when the platform refuses, AbortError on an abort */
  write(given: Write): Promise<Application>;
  /** Deletes a resource, with retries while the fault is transient. A repeat does not find what the first request deleted. */
  remove(centre: number, path: string): Promise<void>;
  giveUp(): void;
  /** Sends about `most` of the acknowledged writes again. */
  repeat(most: number): Promise<RepeatedWrite[]>;
  /** Reads every acknowledged application as the desks show it. */
  readApplications(): Promise<DeskApplication[]>;
  /** Reads the scans of a frozen submission at its centre; the store has it encrypted. Empty if the desk does not show it. */
  readCopies(application: string, submission: number): Promise<Omit<FrozenCopy, 'uploadSha256'>[]>;
}

type PendingWrite = Write & { key: string };

/** Actions that no agency message can invalidate: the platform must accept them. */
const CONFLICT_FREE_ACTIONS: readonly Action[] = ['create', 'edit', 'submit'];
const methodOf = (action: Action) => (action === 'edit' ? 'PATCH' : 'POST');
const revisionOf = ({ etag }: Application): number => Number(etag.replaceAll('"', ''));

/** Signs in a specialist at each centre. */
export async function signInAll(url: string, centres: readonly Centre[]): Promise<Desk[]> {
  const desks: Desk[] = [];
  for (const { code } of centres) desks.push(await openDesk(url, `${code.toLowerCase()}-specialist`, { tries: 1 }));
  return desks;
}

export function openWorkload(desks: readonly Desk[], random: () => number): Workload {
  const kept: PendingWrite[] = [];
  const acknowledged: AcknowledgedWrite[] = [];
  const refused: Workload['refused'] = [];
  const givenUp = new AbortController();
  const asking: RequestContext = { desks, troubles: new Map(), raw: new Map(), random, signal: givenUp.signal };
  return {
    acknowledged,
    refused,
    troubles: asking.troubles,
    raw: asking.raw,
    read: (centre, path) => sendWithRetries(asking, centre, 'GET', path, {}),
    create: (centre, path, body) => sendWithRetries(asking, centre, 'POST', path, { body, key: randomUUID() }),
    async write(given) {
      const { application, action, path, centre } = given;
      const key = randomUUID();
      try {
        const answer = await sendWithRetries<Application>(
          asking,
          centre,
          methodOf(action),
          path,
          toRequest(given, key),
        );
        const { state } = answer;
        acknowledged.push({ application, action, requestId: key, revision: revisionOf(answer), state });
        kept.push(Object.assign({ key }, given));
        return answer;
      } catch (error) {
        const isExpected =
          (given.mayBeStale && isStale(error)) ||
          (given.isMandateRevoked && toProblem(error).reason === 'MANDATE_REVOKED');
        if (error instanceof ApiError && CONFLICT_FREE_ACTIONS.includes(action) && !isExpected) {
          refused.push({ what: `${error.problem.status} ${error.problem.reason} ${action}`, application });
        }
        throw error;
      }
    },
    async remove(centre, path) {
      try {
        await sendWithRetries(asking, centre, 'DELETE', path, {});
      } catch (error) {
        if (toProblem(error).status !== 404) throw error;
      }
    },
    giveUp: () => givenUp.abort(),
    repeat: (most) => {
      const chosen = kept.filter(() => random() < most / kept.length);
      return mapConcurrently(chosen, (one) => resend(desks[one.centre]!, one));
    },
    async readApplications() {
      const centreOf = new Map(kept.map(({ application, centre }) => [application, centre]));
      return (await mapConcurrently([...centreOf], ([id, centre]) => readAtDesk(desks[centre]!, id))).flat();
    },
    async readCopies(application, submission) {
      const centre = kept.find((write) => write.application === application)?.centre;
      return centre === undefined ? [] : readCopies(desks[centre]!, application, submission);
    },
  };
}

/** State that all calls of the workload share. */
interface RequestContext {
  desks: readonly Desk[];
  troubles: Map<string, number>;
  raw: Map<string, number>;
  random: () => number;
  /** Aborts all calls. */
  signal: AbortSignal;
}

/** Sends one call, with retries under its key while the fault is transient. */
async function sendWithRetries<T>(
  asking: RequestContext,
  centre: number,
  method: string,
  path: string,
  call: ApiRequest,
): Promise<T> {
  const { desks, troubles, raw, random, signal } = asking;
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted();
    try {
      return (await desks[centre]!.call<T>(method, path, call)).body;
    } catch (error) {
      const { status, reason } = toProblem(error);
      // The bridge has not received the application yet.
      if (status === 404 && path.endsWith('/delivery')) throw error;
      count(troubles, status === 0 ? reason : `${status} ${reason}`);
      if (status === 500) count(raw, `500 ${method} ${path.replace(/[0-7][0-9A-Z]{25}/, '{id}')}`);
      if (!isTransient(status)) throw error;
      const again = { initialMs: 225, maxMs: 4_500, jitter: 2 / 3, random };
      await pause(backoffMs(round + 1, again), undefined, { signal });
    }
  }
}

function toRequest({ body, etag }: Write, key: string): ApiRequest {
  return etag === undefined ? { body, key } : { body, key, etag };
}

/** Status 0 means no response. */
function toProblem(error: unknown): { status: number; reason: string } {
  return error instanceof ApiError ? error.problem : { status: 0, reason: 'no answer' };
}

/** Whether another write has changed the version that a write names. */
export const isStale = (error: unknown): boolean => toProblem(error).status === 412;

const isTransient = (status: number): boolean => [0, 408, 429].includes(status) || status >= 500;

async function resend(desk: Desk, one: PendingWrite): Promise<RepeatedWrite> {
  const { application, action, path, key } = one;
  const answer = await retryRequest(() => desk.call<Application>(methodOf(action), path, toRequest(one, key))).then(
    ({ body, replayed }) => (replayed && body.id === application ? 'replayed' : 'done again'),
    () => 'refused' as const,
  );
  return { application, action, requestId: key, answer };
}

/** Returns nothing if the desk does not show it. */
async function readAtDesk(desk: Desk, id: string): Promise<DeskApplication[]> {
  try {
    const { body } = await retryRequest(() => desk.call<Application>('GET', `/applications/${id}`));
    return [{ id, state: body.state, revision: revisionOf(body) }];
  } catch {
    return [];
  }
}

interface FiledSubmission {
  submitTime: string;
  evidence?: { copy?: string }[];
}

async function readCopies(desk: Desk, id: string, submission: number): ReturnType<Workload['readCopies']> {
  const path = `/applications/${id}/submissions/${submission}`;
  const { body } = await retryRequest(() => desk.call<FiledSubmission>('GET', path));
  const fileTime = Date.parse(body.submitTime);
  return (body.evidence ?? []).flatMap(({ copy }) =>
    copy?.startsWith('documents/') ? [{ submission, fileTime, document: copy.slice('documents/'.length) }] : [],
  );
}

/** Retries a few times: after the faults, calls must succeed. */
export async function retryRequest<T>(call: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await call();
    } catch (error) {
      if (round === 6 || !isTransient(toProblem(error).status)) throw error;
      await pause(500 * round);
    }
  }
}

/** Maps all items, eight at a time, in order. */
export async function mapConcurrently<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...all.entries()];
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return results;
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
