import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { agenciesIn } from '../topics/agencies.ts';

/** Inputs of the computation: measured cost of one application, and resource requests of the charts. */

/** The used part of the result of `node bench/life.ts`. */
export interface LifeMeasurement {
  command: string;
  time: string;
  commit: string;
  applications: number;
  machine: { cores: number; model: string };
  versions: Record<string, string>;
  /** CPU time of each process per application, in milliseconds, without the idle load. */
  cpuMs: Record<string, number>;
  /** Idle load, in percent of one core. */
  idlePercent: Record<string, number>;
  /** CPU use of other processes during the measurement, in percent of one core. */
  othersPercent: number;
  memoryMiB: { idle: Record<string, number>; loaded: Record<string, number> };
  /** Per application, by `service.collection`: documents, BSON bytes, bytes of indexed fields. */
  collections: Record<string, { documents: number; bytes: number; indexBytes: number }>;
  /** Number of indexes by collection. */
  indexes: Record<string, number>;
  /** Per application, by topic; agency topics summed. */
  topics: Record<string, { bytes: number }>;
  logBytes: Record<string, { bytes: number }>;
  /** Log of the journal, per application. */
  journal: { entries: number; bytes: number };
}

/** Resource requests of a chart: pods, and the reservation of each. */
export interface ResourceRequest {
  replicas: number;
  /** Millicores. */
  cpu: number;
  memoryMiB: number;
}

const root = join(import.meta.dirname, '../../..');
const yaml = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));

/** Returns the last stored measurement. A collection lacks the numbers that did not grow. */
export function readLife(): LifeMeasurement {
  const life = JSON.parse(readFileSync(join(root, 'bench/life.json'), 'utf8')) as LifeMeasurement;
  const collections = Object.entries(life.collections).map(([name, grown]) => [
    name,
    Object.assign({ documents: 0, bytes: 0, indexBytes: 0 }, grown),
  ]);
  return { ...life, collections: Object.fromEntries(collections) as LifeMeasurement['collections'] };
}

/** Returns the number of agencies with topics. */
export const countAgencies = (): number => agenciesIn(join(root, 'data')).length;

/** Returns the partitions that the charts give a topic. */
export const chartPartitions = (): number =>
  (yaml('helm/agencies/values.yaml') as { topics: { partitions: number } }).topics.partitions;

/** Returns the resource requests in a service's chart. */
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
