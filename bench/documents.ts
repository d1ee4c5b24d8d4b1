import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { Children, request } from './children.ts';
import { computeRatios } from './compare/ratios.ts';
import type { Figures } from './compare/ratios.ts';
import { readEnvironmentInfo } from './environment-info.ts';
import { copyRegistryWithoutLimits, LOAD_SETTINGS, signInJobs } from './jobs.ts';
import type { Job } from './applicants.ts';
import type { LoadCommand } from './load.ts';
import { LoadRunner, warmUp } from './load-runs.ts';
import { round } from './processes.ts';
import type { StartUploads, UploadCounts } from './uploads.ts';

/** Measures what running uploads of documents cost: memory of the gateway, and time of a submit beside them. */

const HELP = `node bench/documents.ts [--uploads 50] [--kbit 256] [--rate 20] [--seconds 20] [--rounds 3]
                            [--out bench/results/documents.json]

Starts a platform on an empty folder, warms it up and measures
  memory   highest RSS of the gateway with --uploads in transit, minus RSS before them (target: at most 32 MiB)
  ack      submits at --rate a second for --seconds, with and without the uploads, alternating (A B, B A, A B ...):
           p50, p95 and p99 until the response, from the planned start (target: p99 with / without at most 1.2)

Each upload is a PDF of 1 MB at --kbit kbit/s, one after another, with its check. --rounds 0 measures the memory only.
Takes 5 minutes. Prints one JSON object, and keeps it in --out. Exit code 1 when an upload or a submit failed.`;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    uploads: { type: 'string', default: '50' },
    kbit: { type: 'string', default: '256' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(import.meta.dirname, 'results', 'documents.json') },
  },
});
const [uploads, kbit, rate, seconds, rounds] = [args.uploads, args.kbit, args.rate, args.seconds, args.rounds].map(
  Number,
) as [number, number, number, number, number];

type Side = 'without' | 'with';
/** A drift of the machine affects both sides. */
const ORDERS: readonly (readonly Side[])[] = [
  ['without', 'with'],
  ['with', 'without'],
];
const SAMPLE_MS = 100;
const MEMORY_BASE_SECONDS = 5;

/** @returns the exit code */
async function main(): Promise<number> {
  const loadBefore = loadavg()[0]!;
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'documents-'));
  const children = new Children();
  let platform: Platform | undefined;
  try {
    platform = await startPlatform({
      port: 0,
      dataDir,
      prefix: `bench${randomBytes(3).toString('hex')}-`,
      env: { ...LOAD_SETTINGS, REGISTRY_DIR: copyRegistryWithoutLimits(dataDir) },
      envOf: { documents: { DOCUMENTS_QUOTA_MIB: '100000' } },
    });
    const run = new DocumentsRun(platform, children);
    const measured = await run.measure();
    const report = { uploads, kbit, rate, seconds, rounds, ...measured, ...readEnvironmentInfo(loadBefore) };
    writeFileSync(args.out, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    process.stderr.write(`kept in ${args.out}\n`);
    return measured.failed > 0 || measured.trouble.length > 0 ? 1 : 0;
  } finally {
    children.kill();
    await platform?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** One platform with its load. */
class DocumentsRun {
  readonly #platform: Platform;
  readonly #children: Children;
  #jobs: Job[] = [];
  readonly #counts: UploadCounts = { completed: 0, failed: 0 };

  constructor(platform: Platform, children: Children) {
    this.#platform = platform;
    this.#children = children;
  }

  async measure() {
    const { url, prefix, mongoUri, mongoTls } = this.#platform;
    const store = await mongoose.createConnection(mongoUri, mongoTls).asPromise();
    const threads = store.useDb(`${prefix}cups-notifications`).collection('threads');
    const load = this.#children.fork('load.ts');
    this.#jobs = await signInJobs(url);
    const order: LoadCommand = { kind: 'jobs', port: Number(new URL(url).port), jobs: this.#jobs, firstPerson: 0 };
    await request(load, order);
    const trouble: string[] = [];
    const work = new LoadRunner({
      pids: () => this.#platform.pids(),
      notices: () => threads.estimatedDocumentCount(),
      load,
      trouble,
      signal: new AbortController().signal,
    });
    const log = (line: string) => void process.stderr.write(`${line}\n`);
    await warmUp(work, seconds, log);
    const gatewayMiB = await this.#measureMemory();
    log(`gateway, MiB: ${JSON.stringify(gatewayMiB)}`);
    const turns: Record<'base' | 'current', Figures>[] = [];
    for (let n = 0; n < rounds; n += 1) {
      const turn: Partial<Record<Side, Figures>> = {};
      for (const side of ORDERS[n % 2]!) {
        turn[side] = await this.#measureAck(work, side);
        log(`round ${n + 1}, ${side} uploads: ${JSON.stringify(turn[side])}`);
      }
      turns.push({ base: turn.without!, current: turn.with! });
    }
    await store.close();
    return { gatewayMiB, ackMs: computeRatios(turns), turns, trouble, ...this.#counts };
  }

  /** Returns the memory of the gateway before and during uploads. */
  async #measureMemory(): Promise<{ before: number; during: number; added: number }> {
    const before = await this.#maxRss(MEMORY_BASE_SECONDS);
    const during = await this.#duringUploads(() => this.#maxRss(seconds));
    return { before, during, added: round(during - before, 1) };
  }

  async #measureAck(work: LoadRunner, side: Side): Promise<Figures> {
    const open = () => work.open(rate, seconds);
    const { result } = await (side === 'with' ? this.#duringUploads(open) : open());
    const { p50, p95, p99, max } = result.submitMs;
    return { p50, p95, p99, max };
  }

  /** Runs `work` while all uploads are in transit. */
  async #duringUploads<T>(work: () => Promise<T>): Promise<T> {
    const child = this.#children.fork('uploads.ts');
    const sessions = new Map(this.#jobs.map((job) => [job.cookie, job]));
    const order: StartUploads = {
      kind: 'start',
      url: this.#platform.url,
      jobs: [...sessions.values()],
      count: uploads,
      bytesPerSecond: (kbit * 1000) / 8,
    };
    try {
      await request(child, order);
      const result = await work();
      const { completed, failed, failure } = await request<UploadCounts>(child, { kind: 'count' });
      this.#counts.completed += completed;
      this.#counts.failed += failed;
      if (failure !== undefined) this.#counts.failure ??= failure;
      return result;
    } finally {
      child.kill();
    }
  }

  /** Returns the highest resident set size of the gateway, MiB. */
  async #maxRss(forSeconds: number): Promise<number> {
    const pid = this.#platform.pids()['gateway']!;
    const end = performance.now() + forSeconds * 1000;
    let max = 0;
    for (; performance.now() < end; await pause(SAMPLE_MS)) max = Math.max(max, rssMiB(pid));
    return round(max, 1);
  }
}

function rssMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

if (args.help) process.stdout.write(`${HELP}\n`);
else if (![uploads, kbit, rate, seconds].every((value) => value >= 1) || !(rounds >= 0)) {
  process.stderr.write('All options are numbers from 1 on; --rounds also 0.\n');
  process.exitCode = 2;
} else process.exitCode = await main();
