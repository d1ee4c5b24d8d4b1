import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { createCheckout, describeWorkingTree, resolveCommit } from './compare/checkout.ts';
import { computeRatios, formatRatios } from './compare/ratios.ts';
import type { Figures } from './compare/ratios.ts';
import { runSide } from './compare/side.ts';
import { measureTurn } from './compare/turn.ts';
import type { Turn } from './compare/turn.ts';
import { round } from './processes.ts';

/** Measures this checkout and another commit alternately, on empty folders of one disk, and compares them. */

export interface CompareOptions {
  commit: string;
  rounds: number;
  seconds: number;
  open: boolean;
  /** Settings of the platform of the commit alone. */
  baseEnv: Record<string, string>;
  json: boolean;
  /** File for the JSON. */
  out: string | undefined;
  signal: AbortSignal;
  log: (line: string) => void;
}

const root = join(import.meta.dirname, '..');
type Side = 'base' | 'current';
/** Odd rounds begin with the base, even ones with this checkout: a drift of the machine affects both. */
const ORDERS: readonly (readonly Side[])[] = [
  ['base', 'current'],
  ['current', 'base'],
];

/** @throws Error, one sentence */
export async function compare(options: CompareOptions): Promise<void> {
  try {
    await compareInRounds(options);
  } catch (error) {
    throw options.signal.aborted ? new Error('stopped') : error;
  }
}

async function compareInRounds(options: CompareOptions): Promise<void> {
  const { signal, log, rounds } = options;
  const commit = await resolveCommit(options.commit);
  const current = await describeWorkingTree();
  const loadBefore = loadavg()[0]!;
  const checkout = await createCheckout(commit, { signal, onProgress: log });
  const measured: Record<Side, Turn>[] = [];
  try {
    const dirs = { base: checkout.dir, current: root };
    for (let n = 0; n < rounds; n += 1) {
      const turns: Partial<Record<Side, Turn>> = {};
      for (const side of ORDERS[n % 2]!) {
        log(`round ${n + 1} of ${rounds}: ${side === 'base' ? commit.slice(0, 10) : 'this checkout'}`);
        const env = side === 'base' ? options.baseEnv : {};
        turns[side] = await runTurn(dirs[side], env, options);
        log(`  ${formatFigures(turns[side].figures)}`);
      }
      measured.push(turns as Record<Side, Turn>);
    }
  } finally {
    await checkout.remove();
  }
  report(measured, { base: commit.slice(0, 10), current, loadBefore }, options);
}

function runTurn(
  checkout: string,
  env: Record<string, string>,
  { seconds, open, signal, log }: CompareOptions,
): Promise<Turn> {
  const onProgress = (line: string) => log(`  ${line}`);
  return runSide(checkout, { open, env, signal, onProgress }, (side, prefix) =>
    measureTurn(side, { prefix, seconds, signal, onProgress }),
  );
}

const formatFigures = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${round(value, 1)}`)
    .join(', ');

function report(
  measured: readonly Record<Side, Turn>[],
  { base, current, loadBefore }: { base: string; current: string; loadBefore: number },
  { json, out, log, seconds, open, baseEnv }: CompareOptions,
): void {
  const rounds = measured.map((turns) => ({ base: turns.base.figures, current: turns.current.figures }));
  const ratios = computeRatios(rounds);
  const othersPercent = Math.max(
    ...measured.flatMap((turns) => [turns.base.othersPercent, turns.current.othersPercent]),
  );
  const machine = { cores: cpus().length, loadBefore: round(loadBefore), othersPercent };
  const result = { time: new Date().toISOString(), base, baseEnv, current, seconds, open, machine, ratios, rounds };
  if (out) writeFileSync(out, `${JSON.stringify(result, undefined, 2)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  log(`\n${formatRatios(ratios)}\n`);
  log(
    `${current} compared with ${base}; rounds: ${rounds.length}. Load of the machine before: ${machine.loadBefore} on ${machine.cores} cores.`,
  );
  log(`Other processes used up to ${othersPercent} % of a core. Above 10, use only the ratios, and see their spread.`);
}
