import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@cups/contracts';
import type { Centre } from '@cups/tools/filings';
import { openDesk, Refused } from '@cups/tools/desk';
import type { Application, Call, Desk } from '@cups/tools/desk';
import type { Acknowledged, Action, AtDesk, Repeat } from './check.ts';

/**
 * The counters of centres: a write is sent again under its request id until it is answered, and what was answered with
 * success is written down.
 */

/** A write as it is sent; `centre` is the place of its centre in the list. */
export interface Write {
  application: string;
  action: Action;
  path: string;
  body: object;
  centre: number;
  etag?: string;
}

export interface Counters {
  acknowledged: Acknowledged[];
  /** Honest writes that were refused for good. */
  refused: { what: string; application: string }[];
  /** Answers that were no success, by status and reason, and what was not answered at all. */
  troubles: Map<string, number>;
  /** Answers of 500, by method and path. */
  raw: Map<string, number>;
  /** Reads, again and again while its trouble can pass. */
  read<T>(centre: number, path: string): Promise<T>;
  /** @throws Refused when the platform says no, AbortError when all is given up */
  write(given: Write): Promise<Application>;
  giveUp(): void;
  /** Sends acknowledged writes again, about `most` of them. */
  repeat(most: number): Promise<Repeat[]>;
  /** What the desks see of everything that was acknowledged. */
  look(): Promise<AtDesk[]>;
}

type Kept = Write & { key: string };

/** What nothing that an agency says can have crossed: it must be taken. */
const ALONE: readonly Action[] = ['create', 'edit', 'submit'];
const methodOf = (action: Action) => (action === 'edit' ? 'PATCH' : 'POST');
const revisionOf = ({ etag }: Application): number => Number(etag.replaceAll('"', ''));

/** Signs a specialist in at each centre. */
export async function openCounters(url: string, centres: readonly Centre[], random: () => number): Promise<Counters> {
  const desks: Desk[] = [];
  for (const { code } of centres) desks.push(await openDesk(url, `${code.toLowerCase()}-specialist`, { tries: 1 }));
  const kept: Kept[] = [];
  const acknowledged: Acknowledged[] = [];
  const refused: Counters['refused'] = [];
  const givenUp = new AbortController();
  const asking: Asking = { desks, troubles: new Map(), raw: new Map(), random, signal: givenUp.signal };
  return {
    acknowledged,
    refused,
    troubles: asking.troubles,
    raw: asking.raw,
    read: (centre, path) => ask(asking, centre, 'GET', path, {}),
    async write(given) {
      const { application, action, path, centre } = given;
      const key = randomUUID();
      try {
        const answer = await ask<Application>(asking, centre, methodOf(action), path, callOf(given, key));
        const { state } = answer;
        acknowledged.push({ application, action, requestId: key, revision: revisionOf(answer), state });
        kept.push(Object.assign({ key }, given));
        return answer;
      } catch (error) {
        if (error instanceof Refused && ALONE.includes(action)) {
          refused.push({ what: `${error.problem.status} ${error.problem.reason} ${action}`, application });
        }
        throw error;
      }
    },
    giveUp: () => givenUp.abort(),
    repeat: (most) => {
      const chosen = kept.filter(() => random() < most / kept.length);
      return inTurns(chosen, (one) => sendAgain(desks[one.centre]!, one));
    },
    async look() {
      const centreOf = new Map(kept.map(({ application, centre }) => [application, centre]));
      return (await inTurns([...centreOf], ([id, centre]) => lookAt(desks[centre]!, id))).flat();
    },
  };
}

/** What every call of the counters shares. */
interface Asking {
  desks: readonly Desk[];
  troubles: Map<string, number>;
  raw: Map<string, number>;
  random: () => number;
  /** When all is given up. */
  signal: AbortSignal;
}

/** One call, repeated under its key for as long as its trouble can pass. */
async function ask<T>(asking: Asking, centre: number, method: string, path: string, call: Call): Promise<T> {
  const { desks, troubles, raw, random, signal } = asking;
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted();
    try {
      return (await desks[centre]!.call<T>(method, path, call)).body;
    } catch (error) {
      const { status, reason } = problemOf(error);
      // The bridge has not heard of it yet.
      if (status === 404 && path.endsWith('/delivery')) throw error;
      count(troubles, status === 0 ? reason : `${status} ${reason}`);
      if (status === 500) count(raw, `500 ${method} ${path.replace(/[0-7][0-9A-Z]{25}/, '{id}')}`);
      if (!isPassing(status)) throw error;
      const again = { first: 225, most: 4_500, jitter: 2 / 3, random };
      await pause(backoffMs(round + 1, again), undefined, { signal });
    }
  }
}

function callOf({ body, etag }: Write, key: string): Call {
  return etag === undefined ? { body, key } : { body, key, etag };
}

/** Status 0: no answer at all. */
function problemOf(error: unknown): { status: number; reason: string } {
  return error instanceof Refused ? error.problem : { status: 0, reason: 'no answer' };
}

const isPassing = (status: number): boolean => status === 0 || status === 429 || status >= 500;

async function sendAgain(desk: Desk, one: Kept): Promise<Repeat> {
  const { application, action, path, key } = one;
  const answer = await patiently(() => desk.call<Application>(methodOf(action), path, callOf(one, key))).then(
    ({ body, replayed }) => (replayed && body.id === application ? 'replayed' : 'done again'),
    () => 'refused' as const,
  );
  return { application, action, requestId: key, answer };
}

/** Nothing when it is not shown. */
async function lookAt(desk: Desk, id: string): Promise<AtDesk[]> {
  try {
    const { body } = await patiently(() => desk.call<Application>('GET', `/applications/${id}`));
    return [{ id, state: body.state, revision: revisionOf(body) }];
  } catch {
    return [];
  }
}

/** A few tries: what is asked after the trouble must be answered. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await call();
    } catch (error) {
      if (round === 6 || !isPassing(problemOf(error).status)) throw error;
      await pause(500 * round);
    }
  }
}

/** All of them, eight at a time, answered in their order. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
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
