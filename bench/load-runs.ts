import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Arrivals } from './arrivals.ts';
import { request } from './children.ts';
import type { LoadResult, LoadCommand } from './load.ts';
import type { OverloadCommand, OverloadResult } from './overload/desks.ts';
import { nowMs, readClocks, round, diffClocks } from './processes.ts';
import type { Percentiles } from './processes.ts';

export interface LoadLevelResult {
  inFlight: number;
  pairs: number;
  pairsPerSecond: number;
  /** From the first create until the last delivery appeared on its topic. */
  seenPerSecond: number;
  /** From the end of the load until every delivery and notice was seen. */
  drainSeconds: number;
  createMs: Percentiles;
  submitMs: Percentiles;
  /** Percent of one core that other processes used. Above 10 the figures are unreliable. */
  othersPercent: number;
  /** Load and drain. */
  cpuMsPerPair: Record<string, number>;
  refused: Record<string, number>;
}

export interface OpenLoopResult {
  result: LoadResult;
  /** CPU by process, the drain included; `others` are processes outside the benchmark. */
  cpu: Record<string, number>;
}

export interface OverloadLoadResult {
  result: OverloadResult;
  /** CPU by process, the drain included. */
  cpu: Record<string, number>;
  /** When every accepted application was on its topic and had its notice, by the clock of nowMs. */
  drainedMs: number;
}

/** After this time without progress, missing results are no longer awaited. */
const STALL_TIMEOUT_MS = 20_000;

export interface LoadRunnerOptions {
  /** Process IDs of the platform. */
  pids: () => Record<string, number>;
  /** Deliveries on the agencies' topics; without them, nothing waits for them. */
  arrivals?: Pick<Arrivals, 'deliveries' | 'lastMs'>;
  /** Counts the notice threads in the store. */
  notices: () => Promise<number>;
  load: ChildProcess;
  signal: AbortSignal;
  /** Failures, one sentence each; shared by all measurements. */
  trouble: string[];
}

/** Runs load on the platform and tracks what it accepted. */
export class LoadRunner {
  /** IDs of applications with an acknowledged submit. */
  readonly accepted = new Set<string>();
  /** Requests without a response: stored or not. */
  unknown = 0;
  firstRefusal: string | undefined;
  readonly #parts: LoadRunnerOptions;
  /** Results that are no longer awaited. */
  #lost = 0;

  constructor(parts: LoadRunnerOptions) {
    this.#parts = parts;
  }

  /** Returns the failures, one sentence each. */
  get trouble(): readonly string[] {
    return this.#parts.trouble;
  }

  /** Returns every process that uses CPU for the load. */
  pids(): Record<string, number> {
    const { pids, load } = this.#parts;
    return Object.assign({ load: load.pid!, bench: process.pid }, pids());
  }

  /** Runs a closed loop and waits until it drains. */
  async closed(inFlight: number, seconds: number): Promise<LoadLevelResult> {
    const { load, signal } = this.#parts;
    if (signal.aborted) throw new Error('stopped');
    const before = readClocks(this.pids());
    const order: LoadCommand = { kind: 'closed', level: inFlight, seconds };
    const result = await request<LoadResult>(load, order);
    this.#take(result);
    const { seenMs, drainedMs } = await this.#drained(result.endMs);
    const { others = 0, ...cpu } = diffClocks(before, readClocks(this.pids()));
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
      cpuMsPerPair: dividePerPair(cpu, pairs),
      refused: result.refused,
    };
  }

  /** Runs an open loop and waits until it drains. */
  async open(perSecond: number, seconds: number): Promise<OpenLoopResult> {
    const before = readClocks(this.pids());
    const order: LoadCommand = { kind: 'open', perSecond, seconds };
    const result = await request<LoadResult>(this.#parts.load, order);
    this.#take(result);
    await this.#drained(result.endMs);
    return { result, cpu: diffClocks(before, readClocks(this.pids())) };
  }

  /** Offers more than the platform can take, and waits until it drains. */
  async overload(order: OverloadCommand): Promise<OverloadLoadResult> {
    const { load, signal } = this.#parts;
    if (signal.aborted) throw new Error('stopped');
    const before = readClocks(this.pids());
    const result = await request<OverloadResult>(load, order);
    this.#take(result);
    const { drainedMs } = await this.#drained(result.endMs);
    return { result, cpu: diffClocks(before, readClocks(this.pids())), drainedMs };
  }

  #take({ accepted, unknown, firstRefusal }: LoadResult): void {
    for (const id of accepted) this.accepted.add(id);
    this.unknown += unknown;
    this.firstRefusal ??= firstRefusal;
  }

  /**
   * Waits until every accepted application appeared on an agency's topic and has its notice. Stops waiting after 20 s without progress.
   */
  async #drained(since: number): Promise<{ seenMs: number; drainedMs: number }> {
    const { arrivals, notices, signal, trouble } = this.#parts;
    const expected = this.accepted.size - this.#lost;
    let done = 0;
    let written = 0;
    for (let movedMs = nowMs(); !signal.aborted; await pause(50)) {
      const seen = arrivals?.deliveries.size ?? expected;
      if (seen >= expected) written = await notices();
      if (written >= expected) break;
      if (seen + written > done) movedMs = nowMs();
      done = seen + written;
      if (nowMs() < movedMs + STALL_TIMEOUT_MS) continue;
      const accepted = this.accepted.size;
      trouble.push(`${accepted} accepted, ${seen} seen on the topics, ${written} with a notice: nothing moves`);
      this.#lost = accepted - Math.min(seen, written);
      break;
    }
    return { seenMs: Math.max(since, arrivals?.lastMs() ?? 0), drainedMs: nowMs() };
  }
}

/** JIT compilation takes long: the platform is warm when two rounds bring no gain. @param seconds length of a part */
export async function warmUp(work: LoadRunner, seconds: number, log: (line: string) => void): Promise<void> {
  log('warming up …');
  for (let rounds = 0, best = 0, flat = 0; rounds < 12 && flat < 2; rounds += 1) {
    const { pairsPerSecond } = await work.closed(16, Math.min(5, seconds / 4));
    log(`  ${pairsPerSecond} pairs/s`);
    flat = pairsPerSecond > best * 1.05 ? 0 : flat + 1;
    best = Math.max(best, pairsPerSecond);
  }
}

export function dividePerPair(cpu: Record<string, number>, pairs: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, round(ms / pairs, 3)]));
}
