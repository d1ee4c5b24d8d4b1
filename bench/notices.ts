import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { request, Children } from './children.ts';
import { copyRegistryWithoutLimits, LOAD_SETTINGS, signInJobs } from './jobs.ts';
import type { Job } from './applicants.ts';
import type { LoadCommand, LoadResult } from './load.ts';
import { dividePerPair } from './load-runs.ts';
import { diffClocks, nowMs, percentiles, readClocks, round } from './processes.ts';

/** Measures notices by email: how fast a backlog drains after an outage of notifications, and how far they lag at a steady rate. */

const HELP = `node bench/notices.ts [--backlog 1000] [--rate 20] [--seconds 20]

Starts a platform on an empty folder, whose emails go to a folder. Every application has an email address.
1. follow   submits --rate applications a second for --seconds; the lag is the time from the event to its sent email
2. drain    stops notifications, submits --backlog applications, starts notifications, and waits until all emails are sent

Prints one JSON object. \`others\` is the share of one core that other processes used.`;

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    backlog: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '20' },
  },
});
/** Applications that warm up the platform. */
const WARM_UP = 300;
const IN_FLIGHT = 16;

async function measure(): Promise<void> {
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'notices-'));
  const children = new Children();
  let platform: Platform | undefined;
  try {
    platform = await startPlatform({
      port: 0,
      dataDir,
      prefix: `bench${randomBytes(3).toString('hex')}-`,
      env: { ...LOAD_SETTINGS, REGISTRY_DIR: copyRegistryWithoutLimits(dataDir) },
    });
    const store = await mongoose.createConnection(platform.mongoUri, platform.mongoTls).asPromise();
    const run = new NoticesRun(platform, children, store);
    await run.open();
    await run.fill(WARM_UP);
    await run.allSent();
    const follow = await run.follow(Number(args.rate), Number(args.seconds));
    const drain = await run.drain(Number(args.backlog));
    await store.close();
    process.stdout.write(`${JSON.stringify({ follow, drain })}\n`);
  } finally {
    children.kill();
    await platform?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface SentNotice {
  eventTime: Date;
  sendTime: Date;
}

/** One platform with its load, and what it sent. */
class NoticesRun {
  readonly #platform: Platform;
  readonly #load: ReturnType<Children['fork']>;
  readonly #threads: mongoose.mongo.Collection<{ _id: string; notices: SentNotice[] }>;
  /** Accepted applications. */
  #accepted = 0;

  constructor(platform: Platform, children: Children, store: mongoose.Connection) {
    this.#platform = platform;
    this.#load = children.fork('load.ts');
    this.#threads = store.useDb(`${platform.prefix}cups-notifications`).collection('threads');
  }

  async open(): Promise<void> {
    const { url } = this.#platform;
    const jobs = (await signInJobs(url)).map(withEmail);
    await this.#send({ kind: 'jobs', port: Number(new URL(url).port), jobs, firstPerson: 0 });
  }

  /** Submits at least this many applications. */
  async fill(count: number): Promise<void> {
    for (const until = this.#accepted + count; this.#accepted < until;)
      await this.#submit({ kind: 'closed', level: IN_FLIGHT, seconds: 2 });
  }

  /** Resolves when every accepted application has its sent email. */
  async allSent(): Promise<void> {
    while ((await this.#countSent()) < this.#accepted) await pause(50);
  }

  async follow(perSecond: number, seconds: number) {
    const since = new Date();
    await this.#submit({ kind: 'open', perSecond, seconds });
    const missing = this.#accepted - (await this.#countSent());
    await this.allSent();
    const threads = await this.#threads.find({ 'notices.eventTime': { $gte: since } }).toArray();
    const lagMs = threads.flatMap(({ notices }) =>
      notices.map(({ eventTime, sendTime }) => sendTime.getTime() - eventTime.getTime()),
    );
    return { perSecond, notices: lagMs.length, missingAtEnd: missing, lagMs: percentiles(lagMs) };
  }

  async drain(backlog: number) {
    await this.#platform.end('notifications');
    await this.fill(backlog);
    const sentBefore = await this.#countSent();
    const before = readClocks(this.#platform.pids());
    const startMs = nowMs();
    await this.#platform.start('notifications');
    const readyMs = nowMs();
    await this.allSent();
    const endMs = nowMs();
    const { others = 0, ...cpu } = diffClocks(before, readClocks(this.#platform.pids()));
    const notices = this.#accepted - sentBefore;
    return {
      notices,
      startSeconds: round((readyMs - startMs) / 1000),
      perSecond: round((notices * 1000) / (endMs - readyMs), 1),
      cpuMsPerNotice: dividePerPair(cpu, notices),
      othersPercent: round((others * 100) / (endMs - startMs), 1),
    };
  }

  async #submit(order: LoadCommand): Promise<void> {
    const { accepted, firstRefusal } = await this.#send<LoadResult>(order);
    if (accepted.length === 0) throw new Error(`Nothing was accepted: ${firstRefusal ?? 'no answer'}.`);
    this.#accepted += accepted.length;
  }

  #send<T>(order: LoadCommand): Promise<T> {
    return request<T>(this.#load, order);
  }

  #countSent(): Promise<number> {
    return this.#threads.countDocuments({ 'notices.state': 'sent' });
  }
}

/** Gives an application an email address, whatever its template has. */
function withEmail(job: Job): Job {
  const application = JSON.parse(job.body) as { contact: object };
  application.contact = { email: 'person@example.org' };
  return { ...job, body: JSON.stringify(application) };
}

if (args.help) process.stdout.write(`${HELP}\n`);
else await measure();
