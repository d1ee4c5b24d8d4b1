import { randomBytes, randomUUID } from 'node:crypto';
import { backoffMs } from '@cups/contracts';
import { fillBody } from './applicants.ts';
import type { Job } from './applicants.ts';
import { Connection } from './connection.ts';
import type { HttpReply } from './connection.ts';
import { overload } from './overload/desks.ts';
import type { OverloadCommand } from './overload/desks.ts';
import { nowMs, percentiles } from './processes.ts';
import type { Percentiles } from './processes.ts';

/**
 * The load generator: a process that creates and submits applications through the public REST API. It speaks HTTP/1.1 over its own
 * sockets and reads only status and length of a response, since it shares the CPU with the platform.
 */

export type LoadCommand =
  | { kind: 'jobs'; port: number; jobs: Job[]; firstPerson: number }
  | { kind: 'closed'; level: number; seconds: number }
  | { kind: 'open'; perSecond: number; seconds: number }
  | OverloadCommand;

export interface LoadResult {
  /** IDs with an acknowledged submit. */
  accepted: string[];
  /** Unsuccessful responses by status; 0 without a response. */
  refused: Record<string, number>;
  /** The first unsuccessful response. */
  firstRefusal?: string;
  /** Requests given up after retries, which may be stored or not. */
  unknown: number;
  startMs: number;
  endMs: number;
  createMs: Percentiles;
  submitMs: Percentiles;
  /** Open loop only: time of each submit, by ID. */
  sentMs?: Record<string, number>;
}

/** Maximum attempts of a request. */
const MAX_ATTEMPTS = 6;
const RETRY_BACKOFF = { initialMs: 100, maxMs: 2_000, jitter: 0 };
const NO_RESPONSE: HttpReply = { status: 0, text: 'no answer', retryAfterMs: 0 };

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function newId(): string {
  let time = Date.now();
  let id = '';
  for (let i = 0; i < 10; i += 1) {
    id = CROCKFORD[time % 32]! + id;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(16)) id += CROCKFORD[byte % 32];
  return id;
}

let port = 0;
let jobs: Job[] = [];
let serial = 0;
/** Current session cookies by those of the sign-in: a browser keeps one that the gateway renews. */
const renewedCookies = new Map<string, string>();
const idle: Connection[] = [];

function record() {
  const result = { accepted: [] as string[], refused: {} as Record<string, number>, unknown: 0 };
  let firstRefusal: string | undefined;
  const createMs: number[] = [];
  const submitMs: number[] = [];

  /**
   * Sends one request, with retries under its key on a transient error or without a response, as a desk does; false when it was refused
   * for good.
   */
  async function accepted(connection: Connection, path: string, cookie: string, body: string): Promise<boolean> {
    const key = randomUUID();
    for (let round = 1; ; round += 1) {
      const reply = await send(connection, path, cookie, key, body);
      if (reply.status >= 200 && reply.status < 300) return true;
      firstRefusal ??= `${reply.status} ${path.replace(/[0-9A-Z]{26}/, '{id}')} ${reply.text.slice(0, 400)}`;
      result.refused[reply.status] = (result.refused[reply.status] ?? 0) + 1;
      const passing = [0, 408, 429, 503].includes(reply.status);
      if (!passing) return false;
      if (round === MAX_ATTEMPTS) {
        result.unknown += 1;
        return false;
      }
      await new Promise((done) => setTimeout(done, Math.max(backoffMs(round, RETRY_BACKOFF), reply.retryAfterMs)));
    }
  }

  return {
    result,
    createMs,
    submitMs,
    accepted,
    end: (startMs: number, endMs: number, sentMs?: Record<string, number>): LoadResult => ({
      ...result,
      ...(firstRefusal ? { firstRefusal } : {}),
      ...(sentMs ? { sentMs } : {}),
      startMs,
      endMs,
      createMs: percentiles(createMs),
      submitMs: percentiles(submitMs),
    }),
  };
}

function next(): { id: string; cookie: string; body: string } {
  const n = (serial += 1);
  const job = jobs[n % jobs.length]!;
  const id = newId();
  return { id, cookie: job.cookie, body: fillBody(job, id, n) };
}

const acquireConnection = (): Connection => idle.pop() ?? new Connection(port);

/** Sends one request with the current cookie of a session. Status 0 without a response. @param cookie of the sign-in */
async function send(
  connection: Connection,
  path: string,
  cookie: string,
  key: string,
  body: string,
): Promise<HttpReply> {
  const current = renewedCookies.get(cookie) ?? cookie;
  const reply = await connection.post(path, current, key, body).catch((): HttpReply => NO_RESPONSE);
  if (reply.cookie !== undefined) renewedCookies.set(cookie, reply.cookie);
  return reply;
}

/** Sends one request on an idle connection, or on a new one. */
async function post(path: string, cookie: string, key: string, body: string): Promise<HttpReply> {
  const connection = acquireConnection();
  const reply = await send(connection, path, cookie, key, body);
  idle.push(connection);
  return reply;
}

/** Runs `level` desks that each start the next application after the last submit. */
async function closedLoop(level: number, seconds: number): Promise<LoadResult> {
  const { result, createMs, submitMs, accepted, end } = record();
  const startMs = nowMs();
  const until = startMs + seconds * 1000;
  await Promise.all(
    Array.from({ length: level }, async () => {
      const connection = acquireConnection();
      for (let began = nowMs(); began < until; began = nowMs()) {
        const { id, cookie, body } = next();
        if (!(await accepted(connection, '/applications', cookie, body))) continue;
        const created = nowMs();
        createMs.push(created - began);
        if (!(await accepted(connection, `/applications/${id}/submit`, cookie, '{}'))) continue;
        submitMs.push(nowMs() - created);
        result.accepted.push(id);
      }
      idle.push(connection);
    }),
  );
  return end(startMs, nowMs());
}

/**
 * Starts creates and submits by the clock, regardless of earlier ones; latency counts from the planned start. A submit is planned ten and
 * a half periods after its create, so that they do not coincide.
 */
async function openLoop(perSecond: number, seconds: number): Promise<LoadResult> {
  const { result, createMs, submitMs, accepted, end } = record();
  const period = 1000 / perSecond;
  const startMs = nowMs() + 50;
  const sentMs: Record<string, number> = {};
  const at = (planned: number) => new Promise<void>((done) => setTimeout(done, Math.max(0, planned - nowMs())));

  async function pair(n: number): Promise<void> {
    const { id, cookie, body } = next();
    const createAt = startMs + n * period;
    await at(createAt);
    let connection = acquireConnection();
    const created = await accepted(connection, '/applications', cookie, body);
    createMs.push(nowMs() - createAt);
    idle.push(connection);
    if (!created) return;
    const submitAt = createAt + 10.5 * period;
    await at(submitAt);
    connection = acquireConnection();
    sentMs[id] = nowMs();
    if (await accepted(connection, `/applications/${id}/submit`, cookie, '{}')) {
      submitMs.push(nowMs() - submitAt);
      result.accepted.push(id);
    }
    idle.push(connection);
  }
  await Promise.all(Array.from({ length: Math.round(perSecond * seconds) }, (_, n) => pair(n)));
  return end(startMs, nowMs(), sentMs);
}

process.on('message', (order: LoadCommand) => {
  void (async () => {
    if (order.kind === 'jobs') {
      ({ port, jobs, firstPerson: serial } = order);
      process.send!({ ready: true });
    } else if (order.kind === 'closed') process.send!(await closedLoop(order.level, order.seconds));
    else if (order.kind === 'open') process.send!(await openLoop(order.perSecond, order.seconds));
    else process.send!(await overload(order, { next, post }));
  })();
});
process.on('disconnect', () => process.exit(0));
