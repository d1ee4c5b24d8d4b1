import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import type { ServiceName } from '@cups/tools/platform';
import { BACKGROUND_BUDGET, PAIR_BUDGET } from './budget.ts';
import type { BackgroundRow, BudgetRow } from './budget.ts';

/** Reads the operations that services recorded, and compares them with the budget. */

const TABLE = 'e2e/test/budget/budget.ts';

/** Services of the platform. The simulator is outside of it. */
export const COUNTED_SERVICES = [
  'gateway',
  'intake',
  'agency-bridge',
  'notifications',
  'journal',
  'catalog',
  'identity',
] as const satisfies ServiceName[];

/** Number of each operation, by service. */
export type Counts = Record<string, Record<string, number>>;

export interface Measurement {
  counts: Counts;
  pairs: number;
  seconds: number;
}

/** Counts operations and log lines from its creation, or from the last `take`. */
export class OperationCounter {
  readonly #dirs: { operations: string; logs: string };
  readonly #taken = new Map<string, number>();

  constructor(dirs: { operations: string; logs: string }) {
    this.#dirs = dirs;
    this.take();
  }

  /** Returns the counts since the last call. */
  take(): Counts {
    return Object.fromEntries(
      COUNTED_SERVICES.map((service) => {
        const operations = this.#readNewLines(join(this.#dirs.operations, service));
        const logLines = this.#readNewLines(join(this.#dirs.logs, `${service}.log`)).map(describeLogLine);
        const counts: Record<string, number> = {};
        for (const operation of [...operations, ...logLines]) counts[operation] = (counts[operation] ?? 0) + 1;
        return [service, counts];
      }),
    );
  }

  /** Returns how often a service has recorded an operation, without taking it. */
  count(service: ServiceName, operation: string): number {
    return readLines(join(this.#dirs.operations, service)).filter((line) => line === operation).length;
  }

  #readNewLines(file: string): string[] {
    const lines = readLines(file);
    const from = this.#taken.get(file) ?? 0;
    this.#taken.set(file, lines.length);
    return lines.slice(from);
  }
}

/** Returns the complete lines of a file. */
const readLines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

function describeLogLine(line: string): string {
  try {
    const { event } = JSON.parse(line) as { event?: string };
    return `log ${event ?? 'without event'}`;
  } catch {
    return `log ${line}`;
  }
}

/** Returns one sentence per deviation from the budget; none when the operations are as planned. */
export function findDeviations(kind: 'alone' | 'busy', { counts, pairs, seconds }: Measurement): string[] {
  const deviations: string[] = [];
  for (const [service, operations] of Object.entries(counts)) {
    const budgeted = PAIR_BUDGET.filter((row) => row.service === service);
    for (const row of budgeted) {
      const deviation = compareRow(kind, row, operations[row.operation] ?? 0, pairs);
      if (deviation) deviations.push(deviation);
    }
    for (const [operation, count] of Object.entries(operations)) {
      if (budgeted.some((row) => row.operation === operation)) continue;
      const background = findBackgroundRow(service, operation);
      const per = `${count} in ${pairs} pairs and ${seconds.toFixed(1)} s`;
      if (!background) {
        deviations.push(`${service} has a new operation, ${operation}: ${per}. Remove it, or add a row to ${TABLE}.`);
        continue;
      }
      const max = computeBackgroundMaximum(background, pairs, seconds);
      if (count > max) deviations.push(`${service}: ${operation}: ${per}, at most ${max} by its row in ${TABLE}.`);
    }
  }
  return deviations;
}

function compareRow(kind: 'alone' | 'busy', row: BudgetRow, count: number, pairs: number): string | undefined {
  const { service, operation } = row;
  // A share of the pairs is a whole number of them.
  const budget = Math.round(row[kind] * pairs);
  const least = kind === 'busy' ? 0 : Math.round((row.aloneAtLeast ?? row.alone) * pairs);
  if (count >= least && count <= budget) return undefined;
  const found = `${service}: ${operation}: ${count} in ${pairs} pairs, the budget is ${budget}.`;
  if (count < budget) return `${found} Lower "${kind}" of its row in ${TABLE} to ${count / pairs}.`;
  return `${found} Remove the operation, or raise "${kind}" of its row in ${TABLE} with the reason.`;
}

/** Returns the row of the service, or else that of any service. */
function findBackgroundRow(service: string, operation: string): BackgroundRow | undefined {
  const rows = BACKGROUND_BUDGET.filter((row) => matchesGlob(operation, row.operation));
  return rows.find((row) => row.service === service) ?? rows.find((row) => row.service === undefined);
}

const computeBackgroundMaximum = (row: BackgroundRow, pairs: number, seconds: number): number =>
  Math.ceil(row.perSecond * seconds + (row.perPair ?? 0) * pairs) + (row.burst ?? 2);
