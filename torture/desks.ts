import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { applicationId, contentFor, publicServices } from '@cups/tools/day';
import type { Centre, PublicService } from '@cups/tools/day';
import { openDesk, Refused } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import type { Acknowledged, Action, AtDesk, Repeat } from './check.ts';

/**
 * Desks that go on working whatever happens: a write is sent again under its request id until it is answered, and what
 * was answered with success is written down.
 */

/** The endings of application ids that tell the simulated agencies how to behave, and how often each is met. */
const COURSES = { ZQ: 30, ZS: 6, ZD: 12, ZE: 4, ZR: 10, ZN: 14, ZB: 4, ZT: 6, ZX: 6, ZC: 4, ZV: 4 } as const;
/** An agency that says nothing: the hostile traffic answers in its place. */
const SILENT = 'ZN';
/** So many visits at most are under way: a real centre has no more desks. */
const VISITS = 200;

interface Write {
  application: string;
  action: Action;
  path: string;
  body: object;
  key: string;
  centre: number;
}

/** An application that its agency certainly has. */
export interface Reached {
  id: string;
  agency: string;
  isSilent: boolean;
}

export interface Desks {
  acknowledged: Acknowledged[];
  reached: Reached[];
  refused: { what: string; application: string }[];
  /** Answers that were no success, by status; 0 for none at all. */
  troubles: Map<string, number>;
  /** Answers of 500, by method and path. */
  raw: Map<string, number>;
  visits: { begun: number; running: number; skipped: number };
  /** Times the ordinary load. */
  load(factor: number): void;
  /** No new visits; resolves when those that run are over, or gives them up after so many seconds. */
  finish(seconds: number): Promise<void>;
  /** Sends acknowledged writes again, `most` at most. */
  repeat(most: number): Promise<Repeat[]>;
  /** What the desks see of everything acknowledged. */
  look(): Promise<AtDesk[]>;
}

/** Opens a desk at each of some centres and begins to work: `perSecond` applications are begun. */
export async function openDesks(url: string, perSecond: number, random: () => number): Promise<Desks> {
  const { centres } = (await (await fetch(`${url}/api/v1/centres?pageSize=200`)).json()) as { centres: Centre[] };
  const active = centres.filter(({ status }) => status === 'active');
  const services = (await publicServices(url)).filter(({ version }) => version.centreKinds);
  const desks: Desk[] = [];
  const signIn = async (n: number): Promise<void> => {
    desks[n] = await openDesk(url, `${active[n]!.code.toLowerCase()}-specialist`, 1);
  };
  for (let n = 0; n < active.length; n += 1) await signIn(n);

  const writes: Write[] = [];
  const acknowledged: Acknowledged[] = [];
  const reached: Reached[] = [];
  const refused: Desks['refused'] = [];
  const troubles = new Map<string, number>();
  const raw = new Map<string, number>();
  const visits = { begun: 0, running: 0, skipped: 0 };
  const givenUp = new AbortController();
  let factor = 1;
  let isOpen = true;

  /** One call, repeated under its key for as long as its trouble can pass. */
  async function ask<T>(
    centre: number,
    method: string,
    path: string,
    call: { body?: object; key?: string; etag?: string },
  ) {
    for (let round = 0; ; round += 1) {
      givenUp.signal.throwIfAborted();
      try {
        return await desks[centre]!.call<T>(method, path, call);
      } catch (error) {
        const status = error instanceof Refused ? error.problem.status : 0;
        if (status === 404 && path.endsWith('/delivery')) throw error;
        note(troubles, status === 0 ? 'no answer' : `${status} ${(error as Refused).problem.reason}`);
        if (status === 500) note(raw, `500 ${method} ${path.replace(/[0-7][0-9A-Z]{25}/, '{id}')}`);
        if (status !== 0 && status < 500 && status !== 429) throw error;
        await pause(Math.min(3_000, 150 * 2 ** round) * (0.5 + random()), undefined, { signal: givenUp.signal });
      }
    }
  }

  /** How far it is on its way to its agency; what the bridge has not heard of is queued. */
  const stateOfDelivery = (centre: number, id: string): Promise<string> =>
    ask<{ state: string }>(centre, 'GET', `/applications/${id}/delivery`, {}).then(
      ({ body }) => body.state,
      (error: unknown) => {
        if (error instanceof Refused && error.problem.status === 404) return 'queued';
        throw error;
      },
    );

  async function write(given: Omit<Write, 'key'>, etag?: string): Promise<Application> {
    const one: Write = { ...given, key: randomUUID() };
    const { application, action, path, body, key, centre } = one;
    const method = action === 'edit' ? 'PATCH' : 'POST';
    try {
      const call = etag === undefined ? { body, key } : { body, key, etag };
      const { body: answer } = await ask<Application>(centre, method, path, call);
      const revision = revisionOf(answer);
      acknowledged.push({ application, action, requestId: key, revision, state: answer.state });
      writes.push(one);
      return answer;
    } catch (error) {
      // A person's step can cross a message of the agency: only what nothing can have crossed must be taken.
      const alone = action === 'create' || action === 'edit' || action === 'submit';
      if (error instanceof Refused && alone) {
        refused.push({ what: `${error.problem.status} ${error.problem.reason} ${action}`, application });
      }
      throw error;
    }
  }

  /** A person at a desk: opens, perhaps edits, submits, and comes back once or twice. */
  async function visit(n: number): Promise<void> {
    const centre = n % active.length;
    const ending = pick(COURSES, random);
    const id = applicationId(ending);
    const fileable = services.filter(({ version }) => version.centreKinds!.includes(active[centre]!.kind));
    const service = fileable[Math.floor(random() * fileable.length)]!;
    const path = `/applications/${id}`;
    const at = (action: Action, body: object, etag?: string) =>
      write({ application: id, action, path: action === 'edit' ? path : `${path}/${action}`, body, centre }, etag);

    const body = { id, publicService: service.code, ...contentWithCanaries(n, active[centre]!, service) };
    let app = await write({ application: id, action: 'create', path: '/applications', body, centre });
    if (random() < 0.3) {
      app = await at('edit', { delivery: { kind: 'at-centre', note: `canary-remark ${n}` } }, app.etag);
    }
    if (random() < 0.05) return void (await at('withdraw', { reason: 'another day' }));
    app = await at('submit', {});
    if (random() < 0.08) return void (await at('withdraw', { reason: 'no longer needed' }));
    const agency = app.agency.replace('agencies/', '');
    for (let round = 0; round < 5 && isOpen; round += 1) {
      await pause(1_500 + random() * 4_000, undefined, { signal: givenUp.signal });
      if (await comeBack(id, centre, agency, ending === SILENT, at)) return;
    }
  }

  /** Looks how far it is, and does what is to be done; true when it is at its end. */
  async function comeBack(
    id: string,
    centre: number,
    agency: string,
    isSilent: boolean,
    at: (action: Action, body: object) => Promise<Application>,
  ): Promise<boolean> {
    const { body: app } = await ask<Application>(centre, 'GET', `/applications/${id}`, {});
    if (!reached.some((one) => one.id === id)) {
      const delivery = await stateOfDelivery(centre, id);
      if (delivery !== 'queued' && delivery !== 'cancelled') reached.push({ id, agency, isSilent });
    }
    if (app.state === 'documents-requested') {
      const evidence = app.documentRequest!.evidenceKinds.map((kind) => ({
        kind,
        number: 'CANARY-PAPER',
        originalSeen: true,
      }));
      await at('supply-documents', { evidence });
    } else if (app.state === 'ready' || app.state === 'rejected') {
      const paper = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'CANARY-PAPER' };
      await at('hand-over', paper);
      await at('confirm-outcome', {
        needMet: app.state === 'ready',
        ...(app.state === 'ready' ? {} : { missing: 'all' }),
      });
      return true;
    }
    return false;
  }

  const begin = (): void => {
    if (visits.running >= VISITS) return void (visits.skipped += 1);
    const n = (visits.begun += 1);
    visits.running += 1;
    visit(n)
      .catch((error: unknown) => {
        if (!(error instanceof Refused) && !givenUp.signal.aborted) note(troubles, (error as Error).name);
      })
      .finally(() => (visits.running -= 1));
  };
  void (async () => {
    while (isOpen) {
      begin();
      await pause((1_000 / (perSecond * factor)) * (0.5 + random()));
    }
  })();

  return {
    acknowledged,
    reached,
    refused,
    troubles,
    raw,
    visits,
    load: (times) => (factor = times),
    async finish(seconds) {
      isOpen = false;
      const end = performance.now() + seconds * 1000;
      while (visits.running > 0 && performance.now() < end) await pause(100);
      givenUp.abort();
      while (visits.running > 0) await pause(50);
    },
    async repeat(most) {
      const chosen = writes.filter(() => random() < most / writes.length);
      return inTurns(chosen, async ({ application, action, path, body, key, centre }) => {
        const method = action === 'edit' ? 'PATCH' : 'POST';
        const etag = action === 'edit' ? { etag: '"1"' } : {};
        const answer = await patiently(() => desks[centre]!.call<Application>(method, path, { body, key, ...etag }))
          .then(({ body: app, replayed }) => (replayed && app.id === application ? 'replayed' : 'done again'))
          .catch(() => 'refused');
        return { application, action, requestId: key, answer: answer as Repeat['answer'] };
      });
    },
    async look() {
      const centreOf = new Map(writes.map(({ application, centre }) => [application, centre]));
      const seen = await inTurns([...centreOf], async ([id, centre]) =>
        patiently(() => desks[centre]!.call<Application>('GET', `/applications/${id}`))
          .then(({ body }): AtDesk[] => [{ id, state: body.state, revision: revisionOf(body) }])
          .catch((): AtDesk[] => []),
      );
      return seen.flat();
    },
  };
}

const revisionOf = ({ etag }: Application): number => Number(etag.replaceAll('"', ''));

function note(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** A few tries: what is asked after the trouble must be answered. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await call();
    } catch (error) {
      const status = error instanceof Refused ? error.problem.status : 503;
      if (round === 6 || (status < 500 && status !== 429)) throw error;
      await pause(500 * round);
    }
  }
}

/** All of them, eight at a time, in order. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...all.entries()];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
    }),
  );
  return results;
}

function pick(weights: Readonly<Record<string, number>>, random: () => number): string {
  const all = Object.entries(weights);
  let left = random() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of all) {
    left -= weight;
    if (left < 0) return name;
  }
  return all[0]![0];
}

function contentWithCanaries(n: number, centre: Centre, service: PublicService): Record<string, unknown> {
  const content = contentFor(n, centre, service);
  const contact = content['contact'] as { email?: string };
  return {
    ...content,
    applicant: { ...(content['applicant'] as object), familyName: 'Canarescu' },
    contact: contact.email === undefined ? contact : { email: `${n}.canary@example.org` },
    evidence: (content['evidence'] as object[]).map((paper) => ({ ...paper, number: 'CANARY-PAPER' })),
  };
}
