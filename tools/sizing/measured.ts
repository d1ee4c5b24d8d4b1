import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What the arithmetic counts with: what was measured of one application, and what the charts ask for. */

/** What `node bench/life.ts` found; only what is counted with. */
export interface LifeMeasurement {
  command: string;
  time: string;
  commit: string;
  applications: number;
  machine: { cores: number; model: string };
  versions: Record<string, string>;
  /** Processor time of each process for one application, in milliseconds, beside what it takes anyway. */
  cpuMs: Record<string, number>;
  /** Of one core, when nobody asks for anything. */
  idlePercent: Record<string, number>;
  /** Percent of one core that others took meanwhile. */
  othersPercent: number;
  memoryMiB: { idle: Record<string, number>; loaded: Record<string, number> };
  /** Of one application, by `service.collection`: documents, bytes as BSON, bytes of the fields of its indexes. */
  collections: Record<string, { documents: number; bytes: number; indexBytes: number }>;
  /** How many indexes each collection has. */
  indexes: Record<string, number>;
  /** Of one application, by topic, those of all agencies together. */
  topics: Record<string, { bytes: number }>;
  logBytes: Record<string, { bytes: number }>;
}

/** What a chart asks for: pods and what each of them reserves. */
export interface ResourceRequest {
  replicas: number;
  /** Thousandths of a core. */
  cpu: number;
  memoryMiB: number;
}

const root = join(import.meta.dirname, '../..');
const yaml = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));

/** The last measurement that is kept. */
export const readLife = (): LifeMeasurement =>
  JSON.parse(readFileSync(join(root, 'bench/life.json'), 'utf8')) as LifeMeasurement;

export const countAgencies = (): number =>
  readdirSync(join(root, 'data/agencies')).filter((name) => name.endsWith('.yaml')).length;

/** Partitions of a topic where charts make them. */
export const chartPartitions = (): number =>
  (yaml('helm/agencies/values.yaml') as { topics: { partitions: number } }).topics.partitions;

/** What the chart of a service asks for as it stands in the repository. */
export function readResourceRequest(service: string): ResourceRequest {
  const { replicas, resources } = yaml(`helm/${service}/values.yaml`) as {
    replicas: number;
    resources: { requests: { cpu: string; memory: string } };
  };
  const { cpu, memory } = resources.requests;
  return { replicas, cpu: parseQuantity(cpu, 'm'), memoryMiB: parseQuantity(memory, 'Mi') };
}

function parseQuantity(quantity: string, unit: string): number {
  if (!quantity.endsWith(unit)) throw new Error(`${quantity} is not in ${unit}.`);
  return Number(quantity.slice(0, -unit.length));
}
