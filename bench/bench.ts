import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import mongoose from 'mongoose';
import { openJobs, BODY_BYTES, dataWithoutLimits } from './jobs.ts';
import { surroundings } from './surroundings.ts';
import { watchAgencies, readSubjects } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import type { DriversOrder, RawCost, RawName } from './drivers.ts';
import type { EchoOrder } from './echo.ts';
import type { LoadResult, Order } from './load.ts';
import { nowMs, percentiles, pssMiB, readClocks, round, used } from './processes.ts';
import type { Percentiles } from './processes.ts';
import { printTable } from './print.ts';

/**
 * How much the platform does, what of it is the price of its parts, and whether it was all true. Everything runs on this
 * machine, the load generator included: its own part is stated.
 */

const HELP = `npm run bench -- [--json] [--seconds 20] [--profile <service>]

Starts a platform of its own on an empty folder, warms it up and measures
  saturation   pairs (create + submit of a 3 KB application) a second at 8, 16, 32 and 64 in flight
  latency      at 20 pairs a second, from the planned start: submit to its answer, submit to the agency's topic
  raw drivers  gRPC echo, insert, conditional update, produce … in the same run, and the ratio to the measured cost
  idle         CPU of all processes and memory of the Node services, when nothing is to be done
  valid        accepted = stored = published = received by the agencies

  --json             one JSON object only, without progress and table
  --seconds <n>      length of each part; default 20
  --profile <name>   writes a CPU profile of that service to .cups/profiles (it costs a little)
  --help             this text

Ends with 1 when the run was not valid. Each run is kept in bench/results.`;

/** Levels of the ramp: pairs in flight. */
const LEVELS = [8, 16, 32, 64];
const OPEN_RATE = 20;
const MARKS = { pairs: 80, ackP99: 30, toAgencyP95: 80, ratio: 0.6, idlePercent: 15, nodeMiB: 900 };
const AGENCIES = ['asp', 'cnas', 'cadastru', 'mai'];

/**
 * How often each raw driver is needed for one pair, and why. One in three persons of the load has an e-mail address, and
 * a mail is marked as sent. Catalog and identity are asked every 1.5 s at most for a service and a centre: not counted.
 */
const NEEDED: Partial<Record<RawName, { times: number; why: string }>> = {
  grpcEcho: { times: 4, why: 'gateway to intake for create and submit; bridge and notifications to intake' },
  insert: { times: 3, why: 'the application, its delivery, its thread of notices' },
  update: { times: 1 + 1 / 3, why: 'the submit; the mail of one person in three, marked as sent' },
  pull: { times: 2, why: 'the outboxes of application and delivery, emptied in bulk' },
  produce: { times: 2, why: 'cups.applications and agency.<code>.requests' },
};
/** Needed as well, but not in the list that the mark is about. */
const NEEDED_TOO: Partial<Record<RawName, { times: number; why: string }>> = {
  find: { times: 3, why: 'GetSubmission and GetContact read the application; notifications look for a thread' },
  httpEcho: { times: 2, why: 'create and submit' },
};

export interface Level {
  inFlight: number;
  pairs: number;
  pairsPerSecond: number;
  /** From the first create until the last delivery was seen on its topic. */
  seenPerSecond: number;
  /** From the end of the load until everything was seen and every notice written. */
  drainSeconds: number;
  createMs: Percentiles;
  submitMs: Percentiles;
  /** Of one core: what processes that are not ours took meanwhile. Above 10 the figures are worth little. */
  othersPercent: number;
  /** Load and drain. */
  cpuMsPerPair: Record<string, number>;
  refused: Record<string, number>;
}

const root = join(import.meta.dirname, '..');
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '20' },
    profile: { type: 'string' },
  },
});
const seconds = Number(args.seconds);
const say = (line: string) => {
  if (!args.json) process.stdout.write(`${line}\n`);
};

if (args.help) {
  process.stdout.write(`${HELP}\n`);
} else if (!(seconds >= 2 && seconds <= 600)) {
  process.stderr.write('--seconds must be from 2 to 600.\n');
  process.exitCode = 1;
} else {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    process.exitCode = await bench(stop.signal);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** @returns the exit code */
async function bench(signal: AbortSignal): Promise<number> {
  mkdirSync(join(root, '.cups'), { recursive: true });
  // On the disk of the embedded default, whose syncs are a part of what is measured.
  const dataDir = mkdtempSync(join(root, '.cups', 'bench-'));
  const children: ChildProcess[] = [];
  let platform: Platform | undefined;
  let arrivals: Arrivals | undefined;
  let store: mongoose.Connection | undefined;
  const trouble: string[] = [];
  let finished = false;
  try {
    const loadBefore = loadavg()[0]!;
    const profiles = join(root, '.cups', 'profiles');
    const profiled = SERVICES.find((name) => name === args.profile);
    if (args.profile && !profiled) throw new Error(`There is no service named ${args.profile}.`);
    platform = await startPlatform({
      port: 0,
      dataDir,
      prefix: `bench${randomBytes(3).toString('hex')}-`,
      signal,
      onProgress: say,
      onExit: (name, code) => trouble.push(`${name} ended by itself (${code})`),
      env: {
        CUPS_DATA: dataWithoutLimits(dataDir),
        SIMULATOR_BEHAVIOUR: '{"only":"silent"}',
        LOG_LEVEL: 'info',
        RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
        RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
      },
      ...(profiled ? { envOf: { [profiled]: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` } } } : {}),
    });
    const { kafkaBrokers, prefix, mongoUri } = platform;
    const brokers = kafkaBrokers.split(',');
    const topics = AGENCIES.map((code) => `${prefix}agency.${code}.requests`);
    arrivals = await watchAgencies(brokers, `${prefix}bench`, topics);
    store = await mongoose.createConnection(mongoUri).asPromise();
    const threads = store.useDb(`${prefix}cups-notifications`).collection('threads');
    const applications = store.useDb(`${prefix}cups-intake`).collection<{ _id: string }>('applications');

    const load = child('load.ts', children);
    const jobs = await openJobs(platform.url);
    await ask(load, { kind: 'jobs', port: Number(new URL(platform.url).port), jobs, firstPerson: 0 } satisfies Order);
    say(`${jobs.length} applications of about ${BODY_BYTES} bytes to choose from`);
    const pids = () => ({ ...platform!.pids(), load: load.pid!, bench: process.pid });

    const accepted = new Set<string>();
    let unknown = 0;
    let lost = 0;
    let firstRefusal: string | undefined;

    /** A closed loop, then the wait until nothing is left of it. */
    async function level(inFlight: number, duration: number): Promise<Level> {
      if (signal.aborted) throw new Error('stopped');
      const before = readClocks(pids());
      const result = await ask<LoadResult>(load, { kind: 'closed', level: inFlight, seconds: duration });
      take(result);
      const { seenMs, drainedMs } = await drained(result.endMs);
      const { others = 0, ...cpu } = used(before, readClocks(pids()));
      const pairs = result.accepted.length;
      return {
        inFlight,
        pairs,
        pairsPerSecond: round((pairs * 1000) / (result.endMs - result.startMs), 1),
        seenPerSecond: round((pairs * 1000) / (seenMs - result.startMs), 1),
        drainSeconds: round((drainedMs - result.endMs) / 1000, 2),
        createMs: result.createMs,
        submitMs: result.submitMs,
        othersPercent: round((others * 100) / (drainedMs - result.startMs), 1),
        cpuMsPerPair: perPair(cpu, pairs),
        refused: result.refused,
      };
    }
    function take(result: LoadResult): void {
      for (const id of result.accepted) accepted.add(id);
      unknown += result.unknown;
      firstRefusal ??= result.firstRefusal;
    }
    /**
     * Until every accepted application was seen on an agency's topic and its notice is written. What has not come when
     * nothing moved for 20 s is not waited for again.
     */
    async function drained(since: number): Promise<{ seenMs: number; drainedMs: number }> {
      let done = 0;
      let written = 0;
      for (let movedMs = nowMs(); !signal.aborted; await pause(50)) {
        const seen = arrivals!.deliveries.size;
        if (seen >= accepted.size - lost) written = await threads.estimatedDocumentCount();
        if (written >= accepted.size - lost) break;
        if (seen + written > done) movedMs = nowMs();
        done = seen + written;
        if (nowMs() < movedMs + 20_000) continue;
        trouble.push(`${accepted.size} accepted, ${seen} seen on the topics, ${written} with a notice: nothing moves`);
        lost = accepted.size - Math.min(seen, written);
        break;
      }
      return { seenMs: Math.max(since, arrivals!.lastMs()), drainedMs: nowMs() };
    }

    say('warming up …');
    // The virtual machines compile for long: warm is when two rounds have brought nothing more.
    for (let rounds = 0, best = 0, flat = 0; rounds < 12 && flat < 2; rounds += 1) {
      const { pairsPerSecond } = await level(16, Math.min(5, seconds / 4));
      say(`  ${pairsPerSecond} pairs/s`);
      flat = pairsPerSecond > best * 1.05 ? 0 : flat + 1;
      best = Math.max(best, pairsPerSecond);
    }
    const ramp: Level[] = [];
    for (const inFlight of LEVELS) {
      const one = await level(inFlight, seconds / 2);
      ramp.push(one);
      say(`${inFlight} in flight: ${one.pairsPerSecond} pairs/s, ${one.seenPerSecond}/s until seen on the topic`);
    }
    const best = ramp.reduce((a, b) => (b.pairsPerSecond > a.pairsPerSecond ? b : a));

    say(`${OPEN_RATE} pairs/s for ${seconds} s …`);
    const beforeOpen = readClocks(pids());
    const open = await ask<LoadResult>(load, { kind: 'open', perSecond: OPEN_RATE, seconds });
    take(open);
    await drained(open.endMs);
    const openCpu = used(beforeOpen, readClocks(pids()));
    const toAgency = open.accepted.flatMap((id) => {
      const seen = arrivals!.applications.get(id);
      return seen === undefined ? [] : [seen - open.sentMs![id]!];
    });

    say('raw drivers …');
    const rawBegan = nowMs();
    const beforeRaw = readClocks(pids());
    const raw = await rawDrivers(platform, best.inFlight, Math.max(1, seconds / 8), applications, children);

    const fresh = children.filter((one) => one !== load).map(({ pid }) => [`child ${pid}`, pid!]);
    const rawOthers = used(beforeRaw, readClocks({ ...pids(), ...Object.fromEntries(fresh) }))['others']!;
    const othersPercent = {
      saturation: best.othersPercent,
      openLoop: round((openCpu['others']! * 100) / (open.endMs - open.startMs), 1),
      raw: round((rawOthers * 100) / (nowMs() - rawBegan), 1),
    };
    say('counting …');
    const stored = new Set<string>();
    for await (const { _id } of applications.find({ state: { $ne: 'draft' } }, { projection: { _id: 1 } })) {
      stored.add(_id);
    }
    const published = await readSubjects(brokers, `${prefix}cups.applications`, 'cups.intake.v1.ApplicationSubmitted');
    const received = new Set([...arrivals.applications.keys()]);
    const counts = {
      accepted: accepted.size,
      stored: stored.size,
      published: published.size,
      received: arrivals.deliveries.size,
      messages: arrivals.messages(),
      notices: await threads.estimatedDocumentCount(),
      unknown,
    };
    // What got no answer may have been stored or not; everything that was stored must have come through.
    const missing = [...accepted].filter((id) => !stored.has(id)).length;
    const valid =
      trouble.length === 0 &&
      missing === 0 &&
      stored.size <= accepted.size + unknown &&
      same(stored, published) &&
      same(stored, received) &&
      arrivals.deliveries.size === received.size;
    await arrivals.stop();
    arrivals = undefined;
    await store.close();
    for (const one of children) one.kill();

    say('idle …');
    await pause(5_000);
    const idle = await measureIdle(platform, Math.max(10, seconds * 1.5));

    const pairMs = 1000 / best.pairsPerSecond;
    const sum = (needed: typeof NEEDED, of: 'wallMs' | 'cpuMs', from = raw) =>
      Object.entries(needed).reduce((total, [name, { times }]) => total + times * from[name as RawName][of], 0);
    const cpuPerPair = Object.values(best.cpuMsPerPair).reduce((total, ms) => total + ms, 0);
    const batched = { ...raw, produce: raw.produceBatch };
    const figures = {
      submissionsPerSecond: best.pairsPerSecond,
      seenPerSecond: best.seenPerSecond,
      ackMs: open.submitMs,
      toAgencyMs: percentiles(toAgency),
      raw,
      ratio: round(sum(NEEDED, 'wallMs') / pairMs),
      ratios: {
        /** As the relay produces: many messages in one call. */
        batchedProduce: round(sum(NEEDED, 'wallMs', batched) / pairMs),
        /** Reads and HTTP counted as well. */
        withReadsAndHttp: round((sum(NEEDED, 'wallMs', batched) + sum(NEEDED_TOO, 'wallMs')) / pairMs),
        /** The same by CPU: raw CPU ÷ CPU of a pair, without load generator and bench. */
        cpu: round(
          (sum(NEEDED, 'cpuMs', batched) + sum(NEEDED_TOO, 'cpuMs')) /
            (cpuPerPair - best.cpuMsPerPair['load']! - best.cpuMsPerPair['bench']!),
        ),
      },
      needed: { ...NEEDED, ...NEEDED_TOO },
      idle,
      valid,
    };
    const marks = {
      submissionsPerSecond: mark(figures.submissionsPerSecond, '>=', MARKS.pairs),
      // Without answers there is no latency to be proud of.
      ackP99Ms: mark(open.accepted.length > 0 ? figures.ackMs.p99 : Infinity, '<=', MARKS.ackP99),
      toAgencyP95Ms: mark(toAgency.length > 0 ? figures.toAgencyMs.p95 : Infinity, '<=', MARKS.toAgencyP95),
      ratio: mark(figures.ratio, '>=', MARKS.ratio),
      idleCpuPercent: mark(idle.cpuPercent, '<=', MARKS.idlePercent),
      nodeMiB: mark(idle.nodeMiB, '<=', MARKS.nodeMiB),
    };
    const report = {
      ...figures,
      /** Percent of one core that was not ours. Above 10 the run is disturbed: its figures are worth little. */
      othersPercent,
      disturbed: Object.values(othersPercent).some((percent) => percent > 10),
      cpuMsPerPair: { ...best.cpuMsPerPair, total: round(cpuPerPair, 3) },
      openLoop: {
        perSecond: OPEN_RATE,
        pairs: open.accepted.length,
        createMs: open.createMs,
        refused: open.refused,
        cpuMsPerPair: perPair(openCpu, open.accepted.length),
      },
      ramp,
      counts,
      ...(firstRefusal ? { firstRefusal } : {}),
      ...(trouble.length > 0 ? { trouble } : {}),
      marks,
      seconds,
      ...surroundings(loadBefore),
    };
    const file = keep(report);
    if (!args.json) printTable(report);
    say(`kept in ${relative(root, file)}`);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    finished = valid;
    return valid ? 0 : 1;
  } finally {
    for (const one of children) one.kill();
    await arrivals?.stop().catch(() => {});
    await store?.close().catch(() => {});
    await platform?.stop();
    if (finished) rmSync(dataDir, { recursive: true, force: true });
    else
      process.stderr.write(
        `${[...trouble, ''].join('\n')}The run did not end well: its folder ${relative(root, dataDir)} is kept.\n`,
      );
  }
}

function mark(value: number, comparison: '>=' | '<=', first: number) {
  return { first: `${comparison} ${first}`, value, reached: comparison === '>=' ? value >= first : value <= first };
}

function perPair(cpu: Record<string, number>, pairs: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, round(ms / pairs, 3)]));
}

function same(a: Set<string>, b: Set<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}

async function rawDrivers(
  platform: Platform,
  level: number,
  duration: number,
  applications: mongoose.Collection<{ _id: string }>,
  children: ChildProcess[],
): Promise<Record<RawName, RawCost>> {
  const sample = (await applications.findOne({ state: 'submitted' })) as unknown as Record<string, never> & {
    submissions: { content: { answers: object } }[];
  };
  const { content } = sample.submissions[0]!;
  const submission = {
    ...{ name: `applications/${String(sample['_id'])}/submissions/1`, centre: sample['centre'] },
    ...{ centreName: sample['centreName'], publicService: sample['publicService'], agency: sample['agency'] },
    content: { ...content, answers: Buffer.from(JSON.stringify(content.answers)).toString('base64') },
  };
  const echo = child('echo.ts', children);
  const text = JSON.stringify({ ...sample, submissions: undefined, outbox: undefined });
  const ports = await ask<{ grpcPort: number; httpPort: number }>(echo, { submission, text } satisfies EchoOrder);
  const drivers = child('drivers.ts', children);
  const { prefix, mongoUri, kafkaBrokers } = platform;
  const { kafka = 0, store = 0 } = platform.pids();
  const answer = await ask<{ raw?: Record<RawName, RawCost>; error?: string }>(drivers, {
    ...{ mongoUri, brokers: kafkaBrokers.split(','), from: `${prefix}cups-intake`, into: `${prefix}bench` },
    ...{ topic: `${prefix}bench-raw`, level, seconds: duration, pids: { echo: echo.pid!, kafka, store } },
    ...ports,
  } satisfies DriversOrder);
  if (!answer.raw) throw new Error(`A raw driver failed: ${answer.error}`);
  return answer.raw;
}

/** CPU of everything, in percent of one core, and memory of the Node services, when nobody asks for anything. */
async function measureIdle(platform: Platform, duration: number) {
  const pids = platform.pids();
  const before = readClocks(pids);
  const began = nowMs();
  await pause(duration * 1000);
  const percent = (ms: number) => round((ms * 100) / (nowMs() - began));
  const { others, ...spent } = used(before, readClocks(pids));
  const cpuBy = Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, percent(ms)]));
  const memory = Object.fromEntries(SERVICES.map((name) => [name, pids[name] ? round(pssMiB(pids[name]), 1) : 0]));
  const jvms = Object.fromEntries(
    Object.keys(pids)
      .filter((name) => !(SERVICES as readonly string[]).includes(name))
      .map((name) => [name, round(pssMiB(pids[name]!), 1)]),
  );
  return {
    seconds: duration,
    cpuPercent: round(Object.values(cpuBy).reduce((total, one) => total + one, 0)),
    cpuBy,
    othersPercent: percent(others!),
    nodeMiB: round(
      Object.values(memory).reduce((total, one) => total + one, 0),
      1,
    ),
    memory,
    jvms,
  };
}

function child(file: string, children: ChildProcess[]): ChildProcess {
  const made = fork(join(import.meta.dirname, file), [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  children.push(made);
  return made;
}

/** One order, one answer. */
function ask<T = unknown>(to: ChildProcess, order: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A process of the bench ended (${code}).`));
    to.once('exit', ended);
    to.once('message', (answer) => {
      to.off('exit', ended);
      resolve(answer as T);
    });
    to.send(order, (error) => error && reject(error));
  });
}

/** @returns the file */
function keep(report: { time: string; commit: string }): string {
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const stamp = report.time.slice(0, 16).replace('T', '-').replace(':', '');
  const file = join(folder, `${stamp}-${report.commit}.json`);
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}
