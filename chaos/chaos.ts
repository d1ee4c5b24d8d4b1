import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openElapsing } from '@cups/tools/elapse-term';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { startAgencyClient } from './agency.ts';
import type { AgencyClient } from './agency.ts';
import { toObservedReplies } from './clerks.ts';
import { checkInvariants, findUnsettled } from './invariants.ts';
import type { ChaosRecord, FrozenCopy } from './chaos-record.ts';
import { openDesks } from './desks.ts';
import type { Desks } from './desks.ts';
import { mapConcurrently } from './workload.ts';
import type { Workload } from './workload.ts';
import { createHostileTraffic } from './hostile-traffic.ts';
import type { HostileTraffic } from './hostile-traffic.ts';
import { observeJournal } from './observe-journal.ts';
import { findPulledReplies, observeFeeds } from './observe-feeds.ts';
import { observeLogs, observeProcesses, observeSettledState, observeTopics } from './observe.ts';
import { FAULT_KINDS, planFaults, createRandom } from './plan.ts';
import type { FaultKind, FaultTarget } from './plan.ts';
import { formatReport } from './report.ts';
import { findUnnamed, readStoredUploads } from './stored-uploads.ts';
import type { ChaosReport } from './report.ts';
import { injectFaults } from './faults.ts';
import type { FaultOutcome } from './faults.ts';

/** `cups chaos`, which checks the options: starts a platform, works at its desks, injects faults, and checks the invariants. */

/** Approximate number of acknowledged writes that are sent again at the end. */
const REPEATS = 400;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: Math.random().toString(36).slice(2, 8) },
    only: { type: 'string', default: FAULT_KINDS.join(',') },
    rate: { type: 'string', default: '4' },
    rest: { type: 'string', default: '240' },
    keep: { type: 'boolean', default: false },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { seed } = values;
const minutes = positive('minutes');
const rate = positive('rate');
const rest = positive('rest');
const only = values.only.split(',').map((kind) => {
  if (!FAULT_KINDS.includes(kind as FaultKind)) usage(`--only: ${FAULT_KINDS.join(', ')}`);
  return kind as FaultKind;
});

function positive(name: 'minutes' | 'rate' | 'rest'): number {
  const value = Number(values[name]);
  if (!(value > 0)) usage(`--${name}: a number above 0`);
  return value;
}
function usage(message: string): never {
  console.error(message);
  process.exit(2);
}

const dataDir = values.data ? resolve(values.data) : mkdtempSync(join(tmpdir(), 'cups-chaos-'));
const started = performance.now();
const progress = (line: string): void => {
  if (!values.json) console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
};

const aborted = new AbortController();
const endedByThemselves: string[] = [];
/** Settings of the documents service, which its next start reads. */
const documentsEnv: Record<string, string> = {};
/** Kafka and the store while they have a fault. */
const faultyParts = new Set<FaultTarget>();
let platform: Platform | undefined;
let agency: AgencyClient | undefined;
let desks: Desks | undefined;
let ticker: NodeJS.Timeout | undefined;
let lastCount = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => aborted.abort());
// `tools/run.mjs`, which passes signals on, was killed.
process.on('disconnect', () => aborted.abort());
// The run kills processes, so it never uses those that the environment names.
for (const name of ['MONGODB_URI', 'KAFKA_BROKERS', 'CUPS_PREFIX']) delete process.env[name];

async function run(): Promise<number> {
  progress(`seed ${seed}: repeat it with --seed ${seed} --minutes ${values.minutes}${onlyFlag()}`);
  platform = await startPlatform({
    port: 0,
    dataDir,
    // Forged messages come from clients that do not sign in.
    open: true,
    // It has the simulator of MPower.
    testIdp: true,
    signal: aborted.signal,
    isHeldUp: () => faultyParts.size > 0,
    onProgress: progress,
    onExit: (name, code) => {
      endedByThemselves.push(`${name} (${code ?? 'killed'})`);
      progress(`${name} EXITED UNEXPECTEDLY (${code ?? 'killed'})`);
    },
    envOf: {
      documents: documentsEnv,
      // All desks share one address here.
      gateway: {
        RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
        RATE_LIMIT_SESSION_PER_MINUTE: '100000',
        MAX_IN_FLIGHT_PER_ADDRESS: '512',
      },
    },
  });
  agency = await startAgencyClient(platform.kafkaBrokers);
  const random = createRandom(`${seed} at the desks`);
  const elapseTerm = openElapsing(platform);
  desks = await openDesks({ url: platform.url, mpower: `${platform.testIdp}/mpower`, rate, random, elapseTerm });
  const hostile = createHostileTraffic(agency, platform.prefix, desks.deliveredApplications, random);
  const seconds = minutes * 60;
  const plan = planFaults({ seed, seconds, only });
  progress(`${plan.length} faults in ${seconds} s, ${rate} applications per second`);
  ticker = setInterval(() => printProgress(desks!), 5_000);
  const { signal } = aborted;
  const begun = performance.now();
  const trouble = await injectFaults({ platform, desks, hostile, plan, faultyParts, signal, onProgress: progress });
  await pause(Math.max(0, begun + seconds * 1000 - performance.now()), undefined, { signal });
  progress('no more faults; the desks finish their visits');
  await desks.finish(Math.min(60, rest));
  clearInterval(ticker);

  const restSeconds = await waitUntilSettled(platform);
  const swept = await sweepOrphans(platform);
  progress('reading stores, topics and logs, and repeating acknowledged writes');
  const record = await collectRecord(platform, desks, hostile, trouble);
  const report = buildReport(record, { done: trouble.done, messages: hostile.sent, restSeconds, swept }, desks);
  console.log(values.json ? JSON.stringify(report) : formatReport(report));
  return report.violations.length > 0 ? 1 : 0;
}

/** Seconds in which the documents service must have removed what crashes left behind, once it looks every second. */
const SWEEP_SECONDS = 30;

/** Lets the documents service remove what crashes left behind, instead of after 24 hours. @returns the number of orphans */
async function sweepOrphans(of: Platform): Promise<number> {
  const before = findUnnamed(await readStoredUploads(of, dataDir)).length;
  documentsEnv['DOCUMENTS_ORPHAN_AGE_MS'] = '1000';
  await of.end('documents');
  await of.start('documents');
  const end = performance.now() + SWEEP_SECONDS * 1000;
  let left = before;
  while (left > 0 && performance.now() < end) {
    await pause(1_000, undefined, { signal: aborted.signal });
    left = findUnnamed(await readStoredUploads(of, dataDir)).length;
  }
  progress(`the documents service has removed ${before - left} of ${before} objects and keys without a document`);
  return before - left;
}

/** Collects everything that the invariants check. */
async function collectRecord(
  of: Platform,
  { counters, uploads, clerks, channels, elapsed }: Desks,
  hostile: HostileTraffic,
  trouble: FaultOutcome,
): Promise<ChaosRecord> {
  const { acknowledged, refused, raw } = counters;
  const repeats = [...(await counters.repeat(REPEATS)), ...(await clerks.repeat())];
  const atDesk = await counters.readApplications();
  const read = await uploads.observe();
  const copies = await readFrozenCopies((await observeSettledState(of)).applications, counters);
  // Each read has an entry for the journal, which is under way for some seconds.
  await waitUntilSettled(of);
  const orphans = findUnnamed(await readStoredUploads(of, dataDir));
  const journal = await observeJournal(of, dataDir);
  const record: ChaosRecord = Object.assign(
    { acknowledged, repeats, atDesk, refused, hostile: hostile.ids, uploads: read, orphans, journal },
    await observeSettledState(of),
    await observeTopics(of, hostile.ids),
    { channels, elapsed: [...elapsed], feeds: [] },
    { processes: await observeProcesses(of), raw: [...raw].map(([what, count]) => ({ what, count })) },
    { endedByThemselves: [...endedByThemselves, ...trouble.failures] },
  );
  const { feeds, requests } = await observeFeeds(of);
  record.feeds.push(...feeds);
  record.requests.push(...requests);
  const { events } = record;
  record.replies.push(...findPulledReplies(events, channels), ...toObservedReplies(clerks.sent, events));
  for (const app of record.applications) app.copies.push(...(copies.get(app.id) ?? []));
  record.personal.push(...observeLogs(dataDir));
  return record;
}

/** Reads the scans of all submissions at the desks, by application. Intake stores submissions encrypted. */
async function readFrozenCopies(
  applications: ChaosRecord['applications'],
  { readCopies }: Workload,
): Promise<Map<string, FrozenCopy[]>> {
  const withScans = applications.filter(({ documents }) => documents.length > 0);
  const found = await mapConcurrently(withScans, async ({ id, submissions, documents }) => {
    const copies: FrozenCopy[] = [];
    for (const number of submissions) copies.push(...(await readCopies(id, number)));
    for (const copy of copies) {
      const known = documents.find(({ document }) => document === copy.document);
      if (known) copy.uploadSha256 = known.uploadSha256;
    }
    return [id, copies] as const;
  });
  return new Map(found);
}

function buildReport(
  record: ChaosRecord,
  played: Pick<ChaosReport, 'done' | 'messages' | 'restSeconds' | 'swept'>,
  { visits, counters, clerks }: Desks,
): ChaosReport {
  const { begun, skipped } = visits;
  return {
    seed,
    minutes,
    only,
    done: played.done,
    messages: played.messages,
    visits: { begun, skipped },
    acknowledged: record.acknowledged.length,
    repeats: record.repeats.length,
    events: record.events.length,
    entries: record.journal.entries.length,
    checkpoints: record.journal.checkpoints.length,
    revocations: record.revocations.length,
    clerkReplies: clerks.sent.filter(({ isAcknowledged }) => isAcknowledged).length,
    feedEntries: record.feeds.length,
    elapsed: record.elapsed.length,
    passedOn: record.applications.filter(({ formerAgencies = [] }) => formerAgencies.length > 0).length,
    uploads: record.uploads.filter(({ isAcknowledged }) => isAcknowledged).length,
    copies: record.applications.reduce((sum, { copies }) => sum + copies.length, 0),
    swept: played.swept,
    troubles: Object.fromEntries(counters.troubles),
    restSeconds: played.restSeconds,
    violations: checkInvariants(record),
  };
}

/** Waits until the platform settles. @returns seconds; undefined on a timeout */
async function waitUntilSettled(of: Platform): Promise<number | undefined> {
  const begun = performance.now();
  const passed = () => Math.round((performance.now() - begun) / 1000);
  for (let quiet = 0, told = 0; passed() < rest;) {
    aborted.signal.throwIfAborted();
    const left = await observeSettledState(of)
      .then((seen) => findUnsettled(Object.assign(createEmptyRecord(), seen, { elapsed: [...(desks?.elapsed ?? [])] })))
      .catch(() => undefined);
    quiet = left?.length === 0 ? quiet + 1 : 0;
    // Two polls in a row: a message may have been in transit between them.
    if (quiet === 2) return passed();
    if (left?.[0] && passed() >= told) {
      progress(`not settled: ${left.length} open, such as ${left[0].what}`);
      told = passed() + 10;
    }
    await pause(1_500);
  }
  progress(`NOT SETTLED after ${rest} s`);
  return undefined;
}

const createEmptyRecord = () => ({
  acknowledged: [],
  repeats: [],
  atDesk: [],
  uploads: [],
  orphans: [],
  journal: { entries: [], events: [], streams: [], checkpoints: [], findings: [] },
  events: [],
  requests: [],
  replies: [],
  feeds: [],
  channels: {},
  elapsed: [],
  hostile: [],
  processes: [],
  endedByThemselves: [],
  personal: [],
  refused: [],
  raw: [],
});

function printProgress({ counters: { acknowledged, troubles }, visits }: Desks): void {
  const perSecond = ((acknowledged.length - lastCount) / 5).toFixed(1);
  lastCount = acknowledged.length;
  const failed = [...troubles.values()].reduce((sum, count) => sum + count, 0);
  progress(
    `        ${acknowledged.length} writes acknowledged (${perSecond}/s), ${visits.running} visits under way, ${failed} unsuccessful responses so far`,
  );
}

function onlyFlag(): string {
  return only.length === FAULT_KINDS.length ? '' : ` --only ${only.join(',')}`;
}

/** Ends every process in order, paused ones included. */
async function stop(): Promise<void> {
  clearInterval(ticker);
  for (const pid of Object.values(platform?.pids() ?? {})) {
    try {
      if (pid > 0) process.kill(pid, 'SIGCONT');
    } catch {
      // The process has already ended.
    }
  }
  await desks?.finish(0);
  await agency?.stop();
  await platform?.stop();
  // The logs explain a violation.
  if (values.keep || values.data || process.exitCode !== 0)
    progress(`data and logs: ${dataDir} (logs in ${join(dataDir, 'logs')})`);
  else rmSync(dataDir, { recursive: true, force: true });
}

process.exitCode = await run().catch((error: unknown) => {
  console.error(aborted.signal.aborted ? 'stopped' : (error as Error).message);
  return 1;
});
await stop();
process.exit();
