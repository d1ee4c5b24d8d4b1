import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { UsageError } from '../errors.ts';
import { computeCost } from './arithmetic.ts';
import type { Prices } from './arithmetic.ts';
import { withOverrides, ASSUMPTIONS } from './assumptions.ts';
import type { AssumedValues } from './assumptions.ts';
import { formatCostTable, PAGE, renderPage, computeSizes, formatSizingTable, SIZES } from './page.ts';

export interface SizingOptions {
  centres?: string[];
  prices?: string;
  assume?: string[];
  json: boolean;
  write: boolean;
  check: boolean;
}

const root = join(import.meta.dirname, '../../..');

/** Computes the size and price of a deployment. @returns the exit code */
export async function sizing(values: SizingOptions): Promise<number> {
  if (values.write || values.check) return writePage(values.check);
  const numbers = withOverrides(parseAssumptions(values.assume ?? []));
  const prices = values.prices === undefined ? undefined : readPrices(values.prices);
  const sizes = computeSizes(
    (values.centres ?? SIZES.map(String)).map((text) => parseWhole('--centres', text)),
    numbers,
  );
  const costs = prices && sizes.map((size) => computeCost(size, numbers, prices));
  if (values.json) return print(JSON.stringify({ sizes, costs }, undefined, 2));
  return print([formatSizingTable(sizes), ...(prices ? [formatCostTable(sizes, numbers, prices)] : [])].join('\n\n'));
}

function print(text: string): number {
  console.log(text);
  return 0;
}

async function writePage(checkOnly: boolean): Promise<number> {
  const path = join(root, PAGE);
  const wanted = await renderPage();
  if (readFileSync(path, 'utf8') === wanted) return print(`${PAGE} is up to date`);
  if (!checkOnly) {
    writeFileSync(path, wanted);
    return print(`written: ${PAGE}`);
  }
  console.error(`Stale: ${PAGE}. Run \`npm run cups -- sizing --write\`.`);
  return 1;
}

function parseWhole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${name}: a number from 1, and not ${text}.`);
  return Number(text);
}

function parseAssumptions(given: string[]): Partial<AssumedValues> {
  const pairs = given.map((text) => {
    const [name = '', value = ''] = text.split('=');
    if (!(name in ASSUMPTIONS)) throw new UsageError(`There is no assumption named ${name}; --help lists them.`);
    if (!(Number(value) > 0)) throw new UsageError(`${name}: a number above 0, and not ${value || 'nothing'}.`);
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(pairs) as Partial<AssumedValues>;
}

function readPrices(file: string): Prices {
  const given = (parse(readFileSync(file, 'utf8')) ?? {}) as Partial<Record<keyof Prices, unknown>>;
  const price = (name: keyof Prices): number => {
    const value = given[name];
    if (typeof value !== 'number' || value < 0)
      throw new UsageError(`${file}: ${name} is a number, the price of one in a month.`);
    return value;
  };
  if (typeof given.currency !== 'string') throw new UsageError(`${file}: currency is a word, such as MDL.`);
  return {
    currency: given.currency,
    cpuCore: price('cpuCore'),
    memoryGiB: price('memoryGiB'),
    diskGiB: price('diskGiB'),
  };
}
