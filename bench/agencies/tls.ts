import { setTimeout as pause } from 'node:timers/promises';
import { nowMs, readClocks, round, diffClocks } from '../processes.ts';
import { dividePerPair } from '../load-runs.ts';
import { median, startBenchPlatform } from './bench-platform.ts';
import type { BenchPlatformOptions } from './bench-platform.ts';

/** Measures the throughput cost of TLS. Alternates runs with and without it, each on an empty data folder. */

/** Options of the measured platform and of its baseline. */
type PlatformKind = Pick<BenchPlatformOptions, 'open' | 'plainCalls'>;

const IN_FLIGHT = 32;

async function measurePairs(kind: PlatformKind, seconds: number) {
  const stage = await startBenchPlatform(Object.assign({ onProgress: () => {} }, kind));
  try {
    for (let rounds = 0; rounds < 3; rounds += 1)
      await stage.load({ kind: 'closed', level: IN_FLIGHT, seconds: seconds / 2 });
    await pause(2_000);
    const before = readClocks(stage.platform.pids());
    const { accepted, startMs, endMs } = await stage.load({ kind: 'closed', level: IN_FLIGHT, seconds });
    const { others: _, ...cpu } = diffClocks(before, readClocks(stage.platform.pids()));
    const pairs = round((accepted.length * 1_000) / (endMs - startMs), 1);
    const cpuMsPerPair = round(Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / accepted.length, 2);
    const cpuBy = dividePerPair(cpu, accepted.length);
    return { pairs, cpuMsPerPair, cpuBy };
  } finally {
    await stage.close();
  }
}

interface TlsBenchOptions {
  seconds: number;
  rounds: number;
  onProgress: (line: string) => void;
}

/** Measures the cost of TLS, users and ACLs, between services too. */
export async function measureTls(options: TlsBenchOptions) {
  const {
    ratio,
    first: closed,
    second: open,
    ...rest
  } = await compareAlternating(options, ['closed', {}], ['open', { open: true }]);
  return Object.assign(rest, { ratio, closed, open });
}

/** Measures the cost of mutual TLS between services alone. */
export async function measureCalls(options: TlsBenchOptions) {
  const plainly = { plainCalls: true };
  const {
    ratio,
    first: mutual,
    second: plain,
    ...rest
  } = await compareAlternating(options, ['mutual', {}], ['plain', plainly]);
  const cpuRatio = round(median(mutual.map(cpuOfPair)) / median(plain.map(cpuOfPair)));
  options.onProgress(`CPU-ms a pair, mutual ÷ plain: ${cpuRatio}`);
  return Object.assign(rest, { ratio, cpuRatio, mutual, plain });
}

async function compareAlternating(
  { seconds, rounds, onProgress }: TlsBenchOptions,
  one: [string, PlatformKind],
  other: [string, PlatformKind],
) {
  const began = nowMs();
  const first: Awaited<ReturnType<typeof measurePairs>>[] = [];
  const second: typeof first = [];
  for (let n = 0; n < rounds; n += 1) {
    // Alternate the order, so that warm-up and other load affect both alike.
    for (const turn of n % 2 === 0 ? [one, other] : [other, one]) {
      const [name, kind] = turn;
      const measured = await measurePairs(kind, seconds);
      onProgress(`${name}: ${measured.pairs} pairs/s, ${measured.cpuMsPerPair} CPU-ms a pair`);
      (turn === one ? first : second).push(measured);
    }
  }
  const of = (all: typeof first) => median(all.map(({ pairs }) => pairs));
  const ratio = round(of(first) / of(second));
  onProgress(`${one[0]} ÷ ${other[0]}: ${ratio}`);
  return {
    inFlight: IN_FLIGHT,
    seconds,
    rounds,
    ratio,
    first,
    second,
    tookSeconds: round((nowMs() - began) / 1_000, 0),
  };
}

const cpuOfPair = ({ cpuMsPerPair }: { cpuMsPerPair: number }): number => cpuMsPerPair;
