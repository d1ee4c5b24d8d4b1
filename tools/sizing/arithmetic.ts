import type { AssumedValues } from './assumptions.ts';
import type { ResourceRequest, LifeMeasurement } from './measured.ts';

/** How much platform so many centres need. Pure: measured figures, requests of the charts and assumptions in, quantities out. */

const MIB_PER_GIB = 1024;
const BYTES_PER_GIB = 1024 ** 3;
const DAYS_PER_YEAR = 365;

/** Days that a message is kept, by topic; compacted ones do not grow with applications. */
const RETENTION_DAYS: Readonly<Record<string, number>> = {
  'cups.applications': 30,
  'cups.deliveries': 30,
  'agency.<code>.requests': 90,
  'agency.<code>.replies': 90,
};
/** Topics that there are however many agencies: two streams, the centres, the two of trainings. */
const COMMON_TOPICS = 4;

export interface SizingInput {
  centres: number;
  agencies: number;
  life: LifeMeasurement;
  /** By service. */
  asked: Record<string, ResourceRequest>;
  /** Of each topic but that of the centres. */
  partitions: number;
  assumed: AssumedValues;
}

export type Sizing = ReturnType<typeof computeSizing>;

/** All quantities for `centres`; CPU in thousandths of a core, memory in MiB, disks in GiB. */
export function computeSizing(given: SizingInput) {
  const load = computeLoad(given);
  const pods = computePods(given, load.peakPerSecond);
  const kafka = computeKafka(given, load, pods);
  const store = computeStore(given, load);
  const { cpu, memoryMiB } = sumReserved(given, pods);
  return {
    centres: given.centres,
    load,
    pods,
    kafka,
    store,
    logGiBPerYear: (sumValues(given.life.logBytes, ({ bytes }) => bytes) * load.perYear) / BYTES_PER_GIB,
    total: {
      cpu,
      memoryMiB,
      diskGiB: (kafka.diskGiB + store.diskGiB) * given.assumed.copies,
      nodes: computeNodes(given.assumed, cpu, memoryMiB),
    },
  };
}

type Load = ReturnType<typeof computeLoad>;

function computeLoad({ centres, assumed }: SizingInput) {
  const perDay = centres * assumed.applicationsPerCentreDay;
  const perSecond = perDay / (assumed.hoursPerDay * 3600);
  return {
    perDay,
    perYear: perDay * assumed.workingDaysPerYear,
    meanPerSecond: perSecond,
    peakPerSecond: perSecond * assumed.peakFactor,
  };
}

export interface PodSizing {
  service: string;
  /** Cores that all its pods need at the peak, beside what they take when nothing is to be done. */
  busyCores: number;
  /** Not fewer than the chart has: one may be away. */
  replicas: number;
  cpu: number;
  memoryMiB: number;
}

function computePods({ life, asked, assumed }: SizingInput, peakPerSecond: number): PodSizing[] {
  return Object.entries(asked).map(([service, { replicas, cpu, memoryMiB }]) => {
    const busyCores = (peakPerSecond * (life.cpuMs[service] ?? 0)) / 1000;
    return {
      service,
      busyCores,
      replicas: Math.max(replicas, Math.ceil(busyCores / assumed.busyShare)),
      cpu,
      memoryMiB,
    };
  });
}

/** Of one broker of `copies`, each of which has every message. */
function computeKafka({ life, agencies, partitions, assumed }: SizingInput, load: Load, pods: PodSizing[]) {
  const perDay = load.perYear / DAYS_PER_YEAR;
  const topics = Object.entries(RETENTION_DAYS).map(([topic, days]) => {
    const bytes = life.topics[topic]?.bytes;
    if (bytes === undefined) throw new Error(`There is no measured figure for ${topic}.`);
    return { topic, days, bytesPerApplication: bytes, gib: (bytes * days * perDay) / BYTES_PER_GIB };
  });
  const most = Math.max(...pods.map(({ replicas }) => replicas));
  const each = Math.max(partitions, most);
  return {
    topics,
    /** Of each topic. */
    partitions: each,
    /** Of all topics; the centres have one. */
    allPartitions: each * (COMMON_TOPICS + 2 * agencies) + 1,
    brokers: assumed.copies,
    busyCores: (load.peakPerSecond * (life.cpuMs['kafka'] ?? 0)) / 1000,
    diskGiB: sumValues(topics, ({ gib }) => gib) / assumed.diskFill,
  };
}

/** Of one member of `copies`, each of which has every document. It stands on a machine of its own. */
function computeStore({ life, assumed }: SizingInput, { perYear, peakPerSecond }: Load) {
  const collections = Object.entries(life.collections).map(([name, { documents, bytes, indexBytes }]) => {
    const entries = documents * (life.indexes[name] ?? 1);
    return { name, bytes, indexBytes: indexBytes + entries * assumed.indexEntryBytes };
  });
  const documentBytes = sumValues(collections, ({ bytes }) => bytes);
  const indexBytes = sumValues(collections, (one) => one.indexBytes);
  const kept = perYear * assumed.yearsKept;
  const hotGiB = (documentBytes * perYear * assumed.hotDays) / DAYS_PER_YEAR / BYTES_PER_GIB;
  const indexGiB = (indexBytes * kept) / BYTES_PER_GIB;
  const documentGiB = (documentBytes * kept) / BYTES_PER_GIB;
  return {
    collections,
    members: assumed.copies,
    busyCores: (peakPerSecond * (life.cpuMs['store'] ?? 0)) / 1000,
    cpu: assumed.memberCpu,
    documentGiB,
    indexGiB,
    hotGiB,
    diskGiB: (documentGiB + indexGiB) / assumed.diskFill,
    // Half of a member's memory is its cache, in which shall be what is read again.
    memoryMiB: Math.max(
      assumed.memberMemoryMiB,
      Math.ceil((hotGiB + indexGiB * assumed.hotIndexShare) * 2) * MIB_PER_GIB,
    ),
  };
}

/** What pods and brokers reserve together. */
function sumReserved({ assumed }: SizingInput, pods: PodSizing[]) {
  const { copies, brokerCpu, brokerMemoryMiB } = assumed;
  return {
    cpu: sumValues(pods, (one) => one.replicas * one.cpu) + copies * brokerCpu,
    memoryMiB: sumValues(pods, (one) => one.replicas * one.memoryMiB) + copies * brokerMemoryMiB,
  };
}

/** So many that all fits when one is lost, and never fewer than there are copies. */
export function computeNodes(assumed: AssumedValues, cpu: number, memoryMiB: number): number {
  const byCpu = cpu / (assumed.nodeCpu - assumed.nodeOwnCpu);
  const byMemory = memoryMiB / (assumed.nodeMemoryMiB - assumed.nodeOwnMemoryMiB);
  return Math.max(assumed.copies, Math.ceil(Math.max(byCpu, byMemory)) + 1);
}

/** What units cost in a month; nobody's but yours. */
export interface Prices {
  currency: string;
  cpuCore: number;
  memoryGiB: number;
  diskGiB: number;
}

/** What nodes, members and disks of a sizing cost in a month: nodes are paid whole. */
export function computeCost({ total, store }: Sizing, { nodeCpu, nodeMemoryMiB }: AssumedValues, prices: Prices) {
  const cpu = ((total.nodes * nodeCpu + store.members * store.cpu) / 1000) * prices.cpuCore;
  const memory = ((total.nodes * nodeMemoryMiB + store.members * store.memoryMiB) / MIB_PER_GIB) * prices.memoryGiB;
  const disk = total.diskGiB * prices.diskGiB;
  return { cpu, memory, disk, month: cpu + memory + disk };
}

function sumValues<T>(things: readonly T[] | Record<string, T>, of: (thing: T) => number): number {
  return Object.values(things).reduce((sum: number, thing: T) => sum + of(thing), 0);
}
