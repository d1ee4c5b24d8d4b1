import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDesk } from '@cups/tools/desk';
import type { Desk } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { readSubjects } from '../arrivals.ts';
import { Children, request } from '../children.ts';
import { measureIdle } from '../idle.ts';
import { LOAD_SETTINGS, signInJobs } from '../jobs.ts';
import type { LoadCommand } from '../load.ts';
import { LoadRunner, warmUp } from '../load-runs.ts';
import { percentiles, round, timeRuns } from '../processes.ts';
import type { Percentiles } from '../processes.ts';
import { createRegistry } from './registry.ts';

/** Measures a platform with a number of active centres, from its start on an empty folder. */

export interface CentresOptions {
  centres: number;
  /** Length of the idle part and of the load. */
  seconds: number;
  /** Requests of each screen. */
  runs: number;
  log: (line: string) => void;
  signal: AbortSignal;
}

export type CentresResult = Awaited<ReturnType<typeof measureCentres>>;

const root = join(import.meta.dirname, '../..');
const IN_FLIGHT = 16;
const CENTRE_EVENT = 'md.cups.centre.changed.v1';
/** Maximum number of desk and service pairs; consecutive ones belong to different centres. */
const MAX_JOBS = 2_000;
const SETTLE_MS = 10_000;

export async function measureCentres(options: CentresOptions) {
  const { centres, seconds, log, signal } = options;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'centres-'));
  const REGISTRY_DIR = createRegistry(dataDir, centres);
  const prefix = `centres${randomBytes(3).toString('hex')}-`;
  const env = { ...LOAD_SETTINGS, REGISTRY_DIR };
  const trouble: string[] = [];
  let platform: Platform | undefined;
  try {
    const starting = performance.now();
    platform = await startPlatform({ port: 0, dataDir, prefix, env, signal, onProgress: log });
    const startSeconds = secondsSince(starting);
    const catchUp = await readCentres(platform, centres);
    log(`idle for ${seconds} s …`);
    await pause(SETTLE_MS);
    const idle = await measureIdle(platform, seconds);
    const screens = await measureScreens(platform.url, options.runs);
    const load = await measureLoad(platform, options, trouble);
    const again = performance.now();
    await platform.end('identity');
    await platform.start('identity');
    return { centres, startSeconds, catchUp, idle, screens, load, identityStartSeconds: secondsSince(again), trouble };
  } finally {
    await platform?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const secondsSince = (started: number): number => round((performance.now() - started) / 1_000, 1);

/** Reads cups.centres as a new agency does, until it has every centre. */
async function readCentres(platform: Platform, centres: number) {
  const topic = `${platform.prefix}cups.centres`;
  for (let attempts = 1; ; attempts += 1) {
    const started = performance.now();
    const read = await readSubjects(platform, topic, CENTRE_EVENT);
    const ms = Math.round(performance.now() - started);
    // The platform is ready before identity has published all of them.
    if (read.size >= centres || attempts === 60) return { centres: read.size, attempts, ms };
    await pause(500);
  }
}

/** Requests of one centre, and of a supervisor of all. */
async function measureScreens(url: string, runs: number): Promise<Record<string, Percentiles>> {
  const desk = await openDesk(url, 'cu-001-specialist');
  const supervisor = await openDesk(url, 'supervisor');
  const to = new Date();
  const from = new Date(to.getTime() - 364 * 86_400_000);
  const period = `from=${from.toISOString().slice(0, 10)}&to=${to.toISOString().slice(0, 10)}`;
  const screens: Record<string, () => Promise<unknown>> = {
    'queue of one centre': () => desk.call('GET', '/queue'),
    'one centre': () => desk.call('GET', '/centres/CU-001'),
    'list of all centres': () => readAllCentres(supervisor),
    'statistics by centre': () => supervisor.call('GET', `/statistics?${period}&groupBy=centre`),
    'statistics by service': () => supervisor.call('GET', `/statistics?${period}&groupBy=public-service`),
  };
  const results: Record<string, Percentiles> = {};
  for (const [name, read] of Object.entries(screens)) {
    results[name] = percentiles(await timeRuns(runs, read));
  }
  return results;
}

async function readAllCentres(desk: Desk): Promise<void> {
  let token: string | undefined;
  do {
    const query = `pageSize=200${token ? `&pageToken=${encodeURIComponent(token)}` : ''}`;
    const { body } = await desk.call<{ nextPageToken?: string }>('GET', `/centres?${query}`);
    token = body.nextPageToken;
  } while (token);
}

/** Pairs at 16 in flight, spread over all centres. */
async function measureLoad(platform: Platform, { seconds, runs, log, signal }: CentresOptions, trouble: string[]) {
  const children = new Children();
  const store = await mongoose.createConnection(platform.mongoUri, platform.mongoTls).asPromise();
  try {
    log('signing in at all centres …');
    const signingIn = performance.now();
    const jobs = (await signInJobs(platform.url)).slice(0, MAX_JOBS);
    const signInSeconds = secondsSince(signingIn);
    const load = children.fork('load.ts');
    const order: LoadCommand = { kind: 'jobs', port: Number(new URL(platform.url).port), jobs, firstPerson: 0 };
    await request(load, order);
    const threads = store.useDb(`${platform.prefix}cups-notifications`).collection('threads');
    const notices = () => threads.estimatedDocumentCount();
    const runner = new LoadRunner({ pids: () => platform.pids(), notices, load, signal, trouble });
    await warmUp(runner, seconds, log);
    const result = await runner.closed(IN_FLIGHT, seconds);
    return { ...result, signInSeconds, after: await measureScreens(platform.url, runs) };
  } finally {
    children.kill();
    await store.close();
  }
}
