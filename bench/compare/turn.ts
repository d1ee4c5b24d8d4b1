import type { ChildProcess } from 'node:child_process';
import mongoose from 'mongoose';
import { request, Children } from '../children.ts';
import { signInJobs } from '../jobs.ts';
import type { LoadCommand } from '../load.ts';
import { LoadRunner, warmUp } from '../load-runs.ts';
import { measureMemory, round } from '../processes.ts';
import type { Figures } from './ratios.ts';
import type { RunningSide } from './side.ts';

/** Measures one platform by the load generator of this checkout. */

const LEVELS = [1, 16, 64];
const OPEN_RATE = 20;

export interface Turn {
  figures: Figures;
  /** Maximum percent of one core that other processes used during a level. */
  othersPercent: number;
}

export interface TurnOptions {
  prefix: string;
  seconds: number;
  signal: AbortSignal;
  onProgress: (line: string) => void;
}

/** @throws Error, one sentence, when the platform refuses or loses pairs */
export function measureTurn(side: RunningSide, options: TurnOptions): Promise<Turn> {
  return withLoad(side, options, (work) => measureLevels(work, side, options));
}

/** Runs work with a load generator that is signed in, and ends the generator. */
export async function withLoad<T>(
  side: RunningSide,
  { prefix, signal }: Pick<TurnOptions, 'prefix' | 'signal'>,
  run: (work: LoadRunner) => Promise<T>,
): Promise<T> {
  const children = new Children();
  const stop = () => children.kill();
  signal.addEventListener('abort', stop, { once: true });
  const store = await mongoose.createConnection(side.mongoUri, side.mongoTls).asPromise();
  try {
    const load = children.fork('load.ts');
    await sendJobs(load, side.url);
    return await run(createRunner(side, load, store, { prefix, signal }));
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await store.close();
  }
}

async function sendJobs(load: ChildProcess, url: string): Promise<void> {
  const jobs = await signInJobs(url);
  const order: LoadCommand = { kind: 'jobs', port: Number(new URL(url).port), jobs, firstPerson: 0 };
  await request(load, order);
}

/** A pair is complete with its delivery and its notice. */
function createRunner(
  side: RunningSide,
  load: ChildProcess,
  store: mongoose.Connection,
  { prefix, signal }: Pick<TurnOptions, 'prefix' | 'signal'>,
): LoadRunner {
  const collections = [
    store.useDb(`${prefix}cups-agency-bridge`).collection('deliveries'),
    store.useDb(`${prefix}cups-notifications`).collection('threads'),
  ];
  const notices = async () => Math.min(...(await Promise.all(collections.map((one) => one.estimatedDocumentCount()))));
  return new LoadRunner({ pids: () => side.pids, notices, load, signal, trouble: [] });
}

async function measureLevels(work: LoadRunner, side: RunningSide, options: TurnOptions): Promise<Turn> {
  const { seconds, onProgress } = options;
  await warmUp(work, seconds, onProgress);
  const figures: Figures = {};
  const cpu: Figures = {};
  let othersPercent = 0;
  for (const level of LEVELS) {
    const one = await work.closed(level, seconds / 2);
    if (one.pairs === 0) throw new Error(`The platform accepts no application: ${work.firstRefusal}`);
    figures[`pairs/s at ${level}`] = one.pairsPerSecond;
    cpu[`CPU ms per pair at ${level}`] = sumPlatform(one.cpuMsPerPair);
    othersPercent = Math.max(othersPercent, one.othersPercent);
  }
  const { result } = await work.open(OPEN_RATE, seconds);
  if (result.accepted.length === 0) throw new Error(`The platform accepts no application: ${work.firstRefusal}`);
  for (const name of ['p50', 'p95', 'p99'] as const) cpu[`ack ${name} ms at ${OPEN_RATE}/s`] = result.submitMs[name];
  const lost = [...work.trouble, ...side.exited.map((name) => `${name} exited unexpectedly`)];
  if (lost.length > 0) throw new Error(lost.join('; '));
  return { figures: Object.assign(figures, cpu, measureSide(side.pids)), othersPercent };
}

const GENERATOR: readonly string[] = ['load', 'bench'];

const sumPlatform = (cpuMsPerPair: Record<string, number>): number =>
  round(
    Object.entries(cpuMsPerPair).reduce((sum, [name, ms]) => (GENERATOR.includes(name) ? sum : sum + ms), 0),
    3,
  );

const JVMS: readonly string[] = ['kafka', 'store'];

/** Returns the memory after the load. Parts that the platform did not start are left out. */
function measureSide(pids: Record<string, number>): Figures {
  const memory: Figures = { 'services MiB': 0, 'Kafka and store MiB': 0 };
  for (const [name, pid] of Object.entries(pids)) {
    const mib = measureMemory(pid);
    if (typeof mib === 'number') memory[JVMS.includes(name) ? 'Kafka and store MiB' : 'services MiB']! += mib;
  }
  return Object.fromEntries(Object.entries(memory).filter(([, mib]) => mib > 0));
}
