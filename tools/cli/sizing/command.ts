import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { computeCost } from './arithmetic.ts';
import type { Prices } from './arithmetic.ts';
import { withOverrides, ASSUMPTIONS } from './assumptions.ts';
import type { AssumedValues } from './assumptions.ts';
import { formatCostTable, PAGE, renderPage, computeSizes, formatSizingTable, SIZES } from './page.ts';

/** `npm run sizing`: computes the size and price of a deployment. */

const HELP = `npm run sizing [-- options]

Computes partitions, pods, nodes, memory and disks from the measured cost of one application (bench/life.json, written by
node bench/life.ts), the resource requests of the charts, and assumptions that you can override.

  --centres <n>         may be repeated (default ${SIZES.join(' and ')})
  --prices <file>       YAML with currency, cpuCore, memoryGiB and diskGiB, each the price of one unit per month
  --assume <name>=<n>   overrides an assumption; may be repeated
  --json                prints one JSON object, and nothing else
  --write, --check      writes ${PAGE}, or fails when it is stale
  --help                prints this text

Assumptions: ${Object.keys(ASSUMPTIONS).join(', ')}`;

const root = join(import.meta.dirname, '../../..');
try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

/** @returns the exit code */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      centres: { type: 'string', multiple: true, default: SIZES.map(String) },
      prices: { type: 'string' },
      assume: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(HELP);
  if (values.write || values.check) return writePage(values.check);
  const numbers = withOverrides(parseAssumptions(values.assume));
  const prices = values.prices === undefined ? undefined : readPrices(values.prices);
  const sizes = computeSizes(
    values.centres.map((text) => parseWhole('--centres', text)),
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
  console.error(`Stale: ${PAGE}. Run \`npm run sizing -- --write\`.`);
  return 1;
}

function parseWhole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name}: a number from 1, and not ${text}.`);
  return Number(text);
}

function parseAssumptions(given: string[]): Partial<AssumedValues> {
  const pairs = given.map((text) => {
    const [name = '', value = ''] = text.split('=');
    if (!(name in ASSUMPTIONS)) throw new Error(`There is no assumption named ${name}; --help lists them.`);
    if (!(Number(value) > 0)) throw new Error(`${name}: a number above 0, and not ${value || 'nothing'}.`);
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(pairs) as Partial<AssumedValues>;
}

function readPrices(file: string): Prices {
  const given = (parse(readFileSync(file, 'utf8')) ?? {}) as Partial<Record<keyof Prices, unknown>>;
  const price = (name: keyof Prices): number => {
    const value = given[name];
    if (typeof value !== 'number' || value < 0)
      throw new Error(`${file}: ${name} is a number, the price of one in a month.`);
    return value;
  };
  if (typeof given.currency !== 'string') throw new Error(`${file}: currency is a word, such as MDL.`);
  return {
    currency: given.currency,
    cpuCore: price('cpuCore'),
    memoryGiB: price('memoryGiB'),
    diskGiB: price('diskGiB'),
  };
}
