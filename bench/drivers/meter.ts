import { readCpuMs, nowMs, percentiles, round } from '../processes.ts';
import type { Percentiles } from '../processes.ts';

export type RawName = 'grpcEcho' | 'insert' | 'update' | 'pull' | 'produce' | 'produceBatch' | 'find' | 'httpEcho';

export interface RawCost {
  perSecond: number;
  /** 1000 / perSecond: wall time of one operation at this level. */
  wallMs: number;
  /** CPU of driver, server and JVM per operation. */
  cpuMs: number;
  ms: Percentiles;
}

export interface MeterParts {
  /** Calls in flight. */
  level: number;
  /** Seconds per driver, after a third of it as warm-up. */
  seconds: number;
  /** Processes whose CPU counts; 0 for one on another machine. */
  pids: number[];
}

/** Measures the cost of one operation alone. */
export class Meter {
  readonly level: number;
  readonly #seconds: number;
  readonly #pids: number[];

  constructor({ level, seconds, pids }: MeterParts) {
    this.level = level;
    this.#seconds = seconds;
    this.#pids = pids.filter((pid) => pid > 0);
  }

  /** Runs callers in closed loops; one call does `each` operations. */
  async run(one: () => Promise<unknown>, each = 1, callers = this.level): Promise<RawCost> {
    const took: number[] = [];
    await runForSeconds(this.#seconds / 3, callers, one, []);
    const began = nowMs();
    const cpuBefore = this.#cpu();
    await runForSeconds(this.#seconds, callers, one, took);
    return computeCost(took, took.length * each, nowMs() - began, this.#cpu() - cpuBefore);
  }

  /** Processes all items once, in batches. */
  async runOver<T>(items: T[], each: number, one: (some: T[]) => Promise<unknown>): Promise<RawCost> {
    const took: number[] = [];
    const began = nowMs();
    const cpuBefore = this.#cpu();
    for (let at = 0; at < items.length; at += each) {
      const before = nowMs();
      await one(items.slice(at, at + each));
      took.push(nowMs() - before);
    }
    return computeCost(took, items.length, nowMs() - began, this.#cpu() - cpuBefore);
  }

  #cpu(): number {
    return this.#pids.reduce((sum, pid) => sum + readCpuMs(pid), 0);
  }
}

async function runForSeconds(seconds: number, callers: number, one: () => Promise<unknown>, took: number[]) {
  const until = nowMs() + seconds * 1000;
  const call = async () => {
    for (let began = nowMs(); began < until;) {
      await one();
      const ended = nowMs();
      took.push(ended - began);
      began = ended;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
}

const computeCost = (took: number[], count: number, wallMs: number, cpuMs: number): RawCost => ({
  perSecond: round((count * 1000) / wallMs, 1),
  wallMs: round(wallMs / count, 4),
  cpuMs: round(cpuMs / count, 4),
  ms: percentiles(took),
});
