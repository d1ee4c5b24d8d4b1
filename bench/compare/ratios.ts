import { formatTable } from '@cups/tools/format-table';
import { round } from '../processes.ts';

/** Figures of one turn, by name: `pairs/s at 16`, `ack p99 ms` … */
export type Figures = Record<string, number>;

export interface Ratio {
  /** Medians of all rounds. */
  base: number;
  current: number;
  /** Current divided by base, within each round. */
  ratio: { median: number; least: number; most: number };
}

/** Compares the rounds of two sides. A figure that a round lacks is left out. */
export function computeRatios(rounds: readonly { base: Figures; current: Figures }[]): Record<string, Ratio> {
  const names = Object.keys(rounds[0]?.base ?? {}).filter((name) =>
    rounds.every(({ base, current }) => name in base && name in current),
  );
  return Object.fromEntries(
    names.map((name) => {
      const base = rounds.map((one) => one.base[name]!);
      const current = rounds.map((one) => one.current[name]!);
      const ratios = current.map((value, n) => value / base[n]!);
      const ratio = { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
      return [name, { base: round(median(base)), current: round(median(current)), ratio: mapValues(ratio) }];
    }),
  );
}

const mapValues = ({ median: middle, least, most }: Ratio['ratio']): Ratio['ratio'] => ({
  median: round(middle, 3),
  least: round(least, 3),
  most: round(most, 3),
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function formatRatios(ratios: Record<string, Ratio>): string {
  const rows = Object.entries(ratios).map(([name, { base, current, ratio }]) => [
    ...[name, base, current],
    ...[ratio.median, ratio.least, ratio.most],
  ]);
  return formatTable(['', 'commit', 'this checkout', 'ratio', 'least', 'most'], rows);
}
