import { setTimeout as pause } from 'node:timers/promises';
import { nowMs, readClocks, round, used } from '../processes.ts';
import { perPair } from '../work.ts';
import { medianOf, openStage } from './stage.ts';

/** What TLS, users and rights take of the submissions: closed and open platforms by turns, on empty folders. */

const LEVEL = 32;

async function pairsPerSecond(open: boolean, seconds: number, say: (line: string) => void) {
  const stage = await openStage({ say: () => {}, open });
  try {
    for (let rounds = 0; rounds < 3; rounds += 1)
      await stage.load({ kind: 'closed', level: LEVEL, seconds: seconds / 2 });
    await pause(2_000);
    const before = readClocks(stage.platform.pids());
    const { accepted, startMs, endMs } = await stage.load({ kind: 'closed', level: LEVEL, seconds });
    const { others: _, ...cpu } = used(before, readClocks(stage.platform.pids()));
    const pairs = round((accepted.length * 1_000) / (endMs - startMs), 1);
    const cpuMsPerPair = round(Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / accepted.length, 2);
    const cpuBy = perPair(cpu, accepted.length);
    say(`${open ? 'open' : 'closed'}: ${pairs} pairs/s, ${cpuMsPerPair} CPU-ms a pair`);
    return { pairs, cpuMsPerPair, cpuBy };
  } finally {
    await stage.close();
  }
}

export async function measureTls(options: { seconds: number; rounds: number; say: (line: string) => void }) {
  const { seconds, rounds, say } = options;
  const began = nowMs();
  const closed: Awaited<ReturnType<typeof pairsPerSecond>>[] = [];
  const open: typeof closed = [];
  for (let n = 0; n < rounds; n += 1) {
    // Who goes first changes: a machine that gets warm, or another's work, then harms both alike.
    for (const isOpen of n % 2 === 0 ? [false, true] : [true, false]) {
      (isOpen ? open : closed).push(await pairsPerSecond(isOpen, seconds, say));
    }
  }
  const of = (all: typeof closed) => medianOf(all.map(({ pairs }) => pairs));
  const ratio = round(of(closed) / of(open));
  say(`closed ÷ open: ${ratio}`);
  return { inFlight: LEVEL, seconds, rounds, ratio, closed, open, tookSeconds: round((nowMs() - began) / 1_000, 0) };
}
