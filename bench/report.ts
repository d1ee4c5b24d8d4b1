import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReconciledCounts } from './reconciliation.ts';
import type { RawCost, RawName } from './drivers/meter.ts';
import type { IdleUsage } from './idle.ts';
import { percentiles, round } from './processes.ts';
import type { readEnvironmentInfo } from './environment-info.ts';
import { dividePerPair } from './load-runs.ts';
import type { LoadLevelResult, OpenLoopResult } from './load-runs.ts';

/** Computes the result of a run: figures, targets and the ratio to the raw drivers. */

/** Targets. */
const MARKS = { pairs: 80, ackP99: 30, toAgencyP95: 80, ratio: 0.6, idlePercent: 15, nodeMiB: 900 };
/** Percent of a core that other processes may use before a run counts as disturbed. */
const DISTURBED_PERCENT = 10;

type DriverOperations = Partial<Record<RawName, { times: number; why: string }>>;
/**
 * Operations of each raw driver per pair. One in three applicants has an email address, whose notice is marked as sent. Catalog and
 * identity are called at most every 1.5 s for a service and a centre, which does not count.
 */
const REQUIRED_OPERATIONS: DriverOperations = {
  grpcEcho: { times: 4, why: 'gateway to intake for create and submit; bridge and notifications to intake' },
  insert: { times: 3, why: 'the application, its delivery, its thread of notices' },
  update: { times: 1 + 1 / 3, why: 'the submit; the mail of one person in three, marked as sent' },
  pull: { times: 2, why: 'the outboxes of application and delivery, emptied in bulk' },
  produce: { times: 2, why: 'cups.applications and agency.<code>.requests' },
};
/** Further operations, outside the target's list. */
const ADDITIONAL_OPERATIONS: DriverOperations = {
  find: { times: 3, why: 'GetSubmission and GetNoticeContext read the application; notifications look for a thread' },
  httpEcho: { times: 2, why: 'create and submit' },
};

/** Measurements of a run. */
export interface BenchMeasurement {
  ramp: LoadLevelResult[];
  best: LoadLevelResult;
  perSecond: number;
  open: OpenLoopResult;
  /** Milliseconds from submit to the agency's topic, for each application of the open loop. */
  toAgency: number[];
  raw: Record<RawName, RawCost>;
  /** Percent of one core used by others while the raw drivers ran. */
  rawOthersPercent: number;
  idle: IdleUsage;
  counted: ReconciledCounts;
  firstRefusal: string | undefined;
  trouble: string[];
  seconds: number;
  around: ReturnType<typeof readEnvironmentInfo>;
}

export type Report = ReturnType<typeof buildReport>;

export function buildReport(measured: BenchMeasurement) {
  const { best, open, toAgency, raw, idle, counted, trouble, firstRefusal } = measured;
  const { result } = open;
  const { ratio, ratios } = computeRatios(raw, best);
  const ackMs = result.submitMs;
  const toAgencyMs = percentiles(toAgency);
  const othersPercent = {
    saturation: best.othersPercent,
    openLoop: round((open.cpu['others']! * 100) / (result.endMs - result.startMs), 1),
    raw: measured.rawOthersPercent,
  };
  return {
    submissionsPerSecond: best.pairsPerSecond,
    seenPerSecond: best.seenPerSecond,
    ackMs,
    toAgencyMs,
    raw,
    ratio,
    ratios,
    needed: { ...REQUIRED_OPERATIONS, ...ADDITIONAL_OPERATIONS },
    idle,
    valid: trouble.length === 0 && counted.isWhole,
    /** Percent of one core used by others. */
    othersPercent,
    disturbed: Object.values(othersPercent).some((percent) => percent > DISTURBED_PERCENT),
    cpuMsPerPair: Object.assign({}, best.cpuMsPerPair, { total: round(sumCpu(best), 3) }),
    openLoop: {
      perSecond: measured.perSecond,
      pairs: result.accepted.length,
      createMs: result.createMs,
      refused: result.refused,
      cpuMsPerPair: dividePerPair(open.cpu, result.accepted.length),
    },
    ramp: measured.ramp,
    counts: counted.counts,
    ...(firstRefusal ? { firstRefusal } : {}),
    ...(trouble.length > 0 ? { trouble } : {}),
    marks: {
      submissionsPerSecond: markChange(best.pairsPerSecond, '>=', MARKS.pairs),
      // Without responses there is no latency.
      ackP99Ms: markChange(result.accepted.length > 0 ? ackMs.p99 : Infinity, '<=', MARKS.ackP99),
      toAgencyP95Ms: markChange(toAgency.length > 0 ? toAgencyMs.p95 : Infinity, '<=', MARKS.toAgencyP95),
      ratio: markChange(ratio, '>=', MARKS.ratio),
      idleCpuPercent: markChange(idle.cpuPercent, '<=', MARKS.idlePercent),
      nodeMiB: markChange(idle.nodeMiB, '<=', MARKS.nodeMiB),
    },
    seconds: measured.seconds,
    ...measured.around,
  };
}

/** Raw cost of a pair's operations divided by the cost of a pair. */
function computeRatios(raw: Record<RawName, RawCost>, best: LoadLevelResult) {
  const pairMs = 1000 / best.pairsPerSecond;
  // As the relay does: many messages per call.
  const batched = { ...raw, produce: raw.produceBatch };
  const ownCpu = sumCpu(best) - best.cpuMsPerPair['load']! - best.cpuMsPerPair['bench']!;
  const neededMs =
    sumOperations(REQUIRED_OPERATIONS, batched, 'wallMs') + sumOperations(ADDITIONAL_OPERATIONS, raw, 'wallMs');
  return {
    ratio: round(sumOperations(REQUIRED_OPERATIONS, raw, 'wallMs') / pairMs),
    ratios: {
      batchedProduce: round(sumOperations(REQUIRED_OPERATIONS, batched, 'wallMs') / pairMs),
      /** Includes reads and HTTP. */
      withReadsAndHttp: round(neededMs / pairMs),
      /** By CPU: raw CPU divided by the CPU of a pair, without load generator and benchmark. */
      cpu: round(
        (sumOperations(REQUIRED_OPERATIONS, batched, 'cpuMs') + sumOperations(ADDITIONAL_OPERATIONS, raw, 'cpuMs')) /
          ownCpu,
      ),
    },
  };
}

function sumOperations(needed: DriverOperations, raw: Record<RawName, RawCost>, of: 'wallMs' | 'cpuMs'): number {
  return Object.entries(needed).reduce((total, [name, { times }]) => total + times * raw[name as RawName][of], 0);
}

function sumCpu({ cpuMsPerPair }: LoadLevelResult): number {
  return Object.values(cpuMsPerPair).reduce((total, ms) => total + ms, 0);
}

function markChange(value: number, comparison: '>=' | '<=', first: number) {
  return { first: `${comparison} ${first}`, value, reached: comparison === '>=' ? value >= first : value <= first };
}

/** Writes a run to bench/results, over the previous one. @returns the file */
export function saveReport(report: Report): string {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'bench.json');
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}
