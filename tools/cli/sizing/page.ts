import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { SERVICES } from '../../platform/services.ts';
import { formatMarkdownTable } from '../format-table.ts';
import { computeCost, computeSizing } from './arithmetic.ts';
import type { Prices, Sizing } from './arithmetic.ts';
import { withOverrides, ASSUMPTIONS } from './assumptions.ts';
import type { AssumedValues } from './assumptions.ts';
import { readResourceRequest, chartPartitions, countAgencies, readLife } from './measured.ts';
import type { LifeMeasurement } from './measured.ts';

/** Tables of docs/how-to/size-a-deployment.md, between markers, and of `npm run cups -- sizing`. */

export const PAGE = 'docs/how-to/size-a-deployment.md';
/** Centres: those of the repository, and of the country. */
export const SIZES = [86, 900];

const root = join(import.meta.dirname, '../../..');
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Formats with significant digits only. */
function formatShort(value: number): string {
  if (value >= 100) return count.format(value);
  return String(Number(value.toPrecision(2)));
}

/** Formats a table of numbers, whose first column names them. */
const formatNumbers = (headings: string[], rows: string[][]): string => formatMarkdownTable(headings, rows, 'right');

/** Computes the sizes with the repository's charts. */
export function computeSizes(centres: number[], numbers: AssumedValues): Sizing[] {
  const shared = {
    life: readLife(),
    agencies: countAgencies(),
    asked: Object.fromEntries(SERVICES.map((service) => [service, readResourceRequest(service)])),
    partitions: chartPartitions(),
    assumed: numbers,
  };
  return centres.map((one) => computeSizing(Object.assign({ centres: one }, shared)));
}

/** Formats the sizes, one column each. */
export function formatSizingTable(sizes: Sizing[]): string {
  const row = (what: string, of: (size: Sizing) => number | string) => [
    what,
    ...sizes.map((size) => {
      const value = of(size);
      return typeof value === 'number' ? formatShort(value) : value;
    }),
  ];
  const services = sizes[0]!.pods.map(({ service }, n) =>
    row(
      `pods of ${service} (cores busy at the peak)`,
      ({ pods }) => `${pods[n]!.replicas} (${formatShort(pods[n]!.busyCores)})`,
    ),
  );
  return formatNumbers(
    ['', ...sizes.map(({ centres }) => `${centres} centres`)],
    [
      row('applications a working day', ({ load }) => load.perDay),
      row('applications a year', ({ load }) => load.perYear),
      row('applications a second, in hours of work', ({ load }) => load.meanPerSecond),
      row('the same in the busiest hour', ({ load }) => load.peakPerSecond),
      ...services,
      row('partitions of each topic', ({ kafka }) => kafka.partitions),
      row('partitions of all topics', ({ kafka }) => kafka.allPartitions),
      row('brokers of Kafka', ({ kafka }) => kafka.brokers),
      row('cores busy in each broker at the peak', ({ kafka }) => kafka.busyCores),
      row('disk of each broker, GiB', ({ kafka }) => kafka.diskGiB),
      row('members of MongoDB, on machines of their own', ({ store }) => store.members),
      row('cores busy in the store at the peak (the embedded one)', ({ store }) => store.busyCores),
      row('documents after the years that are kept, GiB', ({ store }) => store.documentGiB),
      row('indexes of them, GiB', ({ store }) => store.indexGiB),
      row('memory of each member, GiB', ({ store }) => store.memoryMiB / 1024),
      row('disk of each member, GiB', ({ store }) => store.diskGiB),
      row('entries of the journal a year', ({ journal }) => journal.entriesPerYear),
      row('claim of the journal after the years that are kept, GiB', ({ journal }) => journal.diskGiB),
      row('lines of log, GiB a year', ({ logGiBPerYear }) => logGiBPerYear),
      row('reserved by pods and brokers, cores', ({ total }) => total.cpu / 1000),
      row('reserved by pods and brokers, GiB of memory', ({ total }) => total.memoryMiB / 1024),
      row('nodes for them', ({ total }) => total.nodes),
      row('disks in all, GiB', ({ total }) => total.diskGiB),
    ],
  );
}

/** Formats the monthly costs. */
export function formatCostTable(sizes: Sizing[], numbers: AssumedValues, prices: Prices): string {
  const costs = sizes.map((size) => computeCost(size, numbers, prices));
  const row = (what: string, of: (cost: (typeof costs)[number]) => number) => [
    what,
    ...costs.map((cost) => count.format(of(cost))),
  ];
  return formatNumbers(
    [`${prices.currency} a month`, ...sizes.map(({ centres }) => `${centres} centres`)],
    [
      row('cores of nodes and members', ({ cpu }) => cpu),
      row('memory of nodes and members', ({ memory }) => memory),
      row('disks', ({ disk }) => disk),
      row('in all', ({ month }) => month),
    ],
  );
}

function processTable({ cpuMs, idlePercent, memoryMiB }: LifeMeasurement): string {
  const rows = Object.keys(cpuMs).map((name) => [
    name,
    formatShort(cpuMs[name]!),
    formatShort(idlePercent[name] ?? 0),
    formatShort(memoryMiB.idle[name] ?? 0),
    formatShort(memoryMiB.loaded[name] ?? 0),
  ]);
  return formatNumbers(['process', 'CPU-ms an application', '% of a core idle', 'MiB idle', 'MiB after the day'], rows);
}

function byteTable({ collections, indexes, topics, journal, logBytes }: LifeMeasurement): string {
  const stored = Object.entries(collections).map(([name, { bytes, indexBytes }]) => [
    `collection \`${name}\``,
    formatShort(bytes),
    `${formatShort(indexBytes)} in ${indexes[name]} indexes`,
  ]);
  const sent = Object.entries(topics).map(([name, { bytes }]) => [`topic \`${name}\``, formatShort(bytes), '']);
  const logged = Object.entries(logBytes).map(([name, { bytes }]) => [`log of ${name}`, formatShort(bytes), '']);
  return formatNumbers(
    ['', 'bytes an application', 'fields of its indexes'],
    [
      ...stored,
      ...sent,
      [`log of the journal, ${formatShort(journal.entries)} entries`, formatShort(journal.bytes), ''],
      ...logged,
    ],
  );
}

function measuredText(life: LifeMeasurement): string {
  const { command, time, commit, machine, versions, applications, othersPercent } = life;
  return (
    `\`${command}\` on ${time.slice(0, 10)} at commit ${commit}: ${applications} applications of a sample day, each to its end, ` +
    `on ${machine.cores} cores (${machine.model}), Node ${versions['node']}, Kafka ${versions['kafka']} as one node, ` +
    `the embedded store (${versions['store']}); others took ${formatShort(othersPercent)} % of a core meanwhile.`
  );
}

function assumptionTable(): string {
  const rows = Object.entries(ASSUMPTIONS).map(([name, { value, unit, why }]) => [
    `\`${name}\``,
    `${value} ${unit}`,
    why,
  ]);
  return formatMarkdownTable(['assumption', 'number', 'why'], rows);
}

/** Returns the page with renewed tables. */
export async function renderPage(): Promise<string> {
  const life = readLife();
  const parts: Record<string, string> = {
    measured: [measuredText(life), processTable(life), byteTable(life)].join('\n\n'),
    assumptions: assumptionTable(),
    sizes: formatSizingTable(computeSizes(SIZES, withOverrides())),
  };
  const path = join(root, PAGE);
  let text = readFileSync(path, 'utf8');
  for (const [name, made] of Object.entries(parts)) {
    const mark = new RegExp(`(<!-- ${name}: [^\\n]* -->\\n)[^]*?(<!-- end of ${name} -->)`);
    if (!mark.test(text)) throw new Error(`${PAGE} has no place for ${name}.`);
    text = text.replace(mark, (_, begin: string, end: string) => `${begin}\n${made}\n\n${end}`);
  }
  return format(text, Object.assign({ filepath: path }, await resolveConfig(path)));
}
