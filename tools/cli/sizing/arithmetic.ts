import type { AssumedValues } from './assumptions.ts';
import type { ResourceRequest, LifeMeasurement } from './measured.ts';

/** Computes the size of a deployment from measurements, chart requests and assumptions. Pure. */

const MIB_PER_GIB = 1024;
const BYTES_PER_GIB = 1024 ** 3;
const DAYS_PER_YEAR = 365;

/** Retention in days by topic; compacted topics do not grow with applications. */
const RETENTION_DAYS: Readonly<Record<string, number>> = {
  'cups.applications': 40,
  'cups.deliveries': 30,
  'cups.documents': 40,
  'cups.mandates': 40,
  'cups.journal.<service>': 40,
  'agency.<code>.requests': 90,
  'agency.<code>.replies': 90,
};
/** Topics independent of the number of agencies: four streams, five of entries for the journal, two for trainings. */
const COMMON_TOPICS = 11;
/** Topics of one partition: centres, and checkpoints of the journal. */
const SINGLE_PARTITIONS = 2;

export interface SizingInput {
  centres: number;
  agencies: number;
  life: LifeMeasurement;
  /** By service. */
  asked: Record<string, ResourceRequest>;
  /** Partitions of each topic except that of the centres. */
  partitions: number;
  assumed: AssumedValues;
}

export type Sizing = ReturnType<typeof computeSizing>;

/** Computes all quantities for `centres`; CPU in millicores, memory in MiB, disks in GiB. */
export function computeSizing(given: SizingInput) {
  const load = computeLoad(given);
  const pods = computePods(given, load.peakPerSecond);
  const kafka = computeKafka(given, load, pods);
  const store = computeStore(given, load);
  const journal = computeJournal(given, load);
  const { cpu, memoryMiB } = sumReserved(given, pods);
  return {
    centres: given.centres,
    load,
    pods,
    kafka,
    store,
    journal,
    logGiBPerYear: (sumValues(given.life.logBytes, ({ bytes }) => bytes) * load.perYear) / BYTES_PER_GIB,
    total: {
      cpu,
      memoryMiB,
      diskGiB: (kafka.diskGiB + store.diskGiB) * given.assumed.copies + journal.diskGiB,
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
  /** Cores of all its pods at the peak, beyond the idle load. */
  busyCores: number;
  /** At least the number in the chart, so that one may be down. */
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

/** Computes one broker of `copies`; each has every message. */
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
    /** Per topic. */
    partitions: each,
    /** Of all topics. */
    allPartitions: each * (COMMON_TOPICS + 2 * agencies) + SINGLE_PARTITIONS,
    brokers: assumed.copies,
    busyCores: (load.peakPerSecond * (life.cpuMs['kafka'] ?? 0)) / 1000,
    diskGiB: sumValues(topics, ({ gib }) => gib) / assumed.diskFill,
  };
}

/** Computes one member of `copies`; each has every document and its own machine. */
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
    // Half of a member's memory is its cache, which must hold the working set.
    memoryMiB: Math.max(
      assumed.memberMemoryMiB,
      Math.ceil((hotGiB + indexGiB * assumed.hotIndexShare) * 2) * MIB_PER_GIB,
    ),
  };
}

/** Computes the log of the journal and its index: files of one claim, of which nothing is deleted. */
function computeJournal({ life, assumed }: SizingInput, { perYear }: Load) {
  const { entries, bytes } = life.journal;
  return {
    entriesPerYear: entries * perYear,
    diskGiB:
      ((bytes + entries * assumed.journalIndexBytes) * perYear * assumed.yearsKept) / BYTES_PER_GIB / assumed.diskFill,
  };
}

/** Sums the reservations of pods and brokers. */
function sumReserved({ assumed }: SizingInput, pods: PodSizing[]) {
  const { copies, brokerCpu, brokerMemoryMiB } = assumed;
  return {
    cpu: sumValues(pods, (one) => one.replicas * one.cpu) + copies * brokerCpu,
    memoryMiB: sumValues(pods, (one) => one.replicas * one.memoryMiB) + copies * brokerMemoryMiB,
  };
}

/** Returns the number of nodes so that everything fits with one lost, at least the number of copies. */
export function computeNodes(assumed: AssumedValues, cpu: number, memoryMiB: number): number {
  const byCpu = cpu / (assumed.nodeCpu - assumed.nodeOwnCpu);
  const byMemory = memoryMiB / (assumed.nodeMemoryMiB - assumed.nodeOwnMemoryMiB);
  return Math.max(assumed.copies, Math.ceil(Math.max(byCpu, byMemory)) + 1);
}

/** Monthly unit prices, from the user. */
export interface Prices {
  currency: string;
  cpuCore: number;
  memoryGiB: number;
  diskGiB: number;
}

/** Computes the monthly cost of nodes, members and disks; nodes count as whole. */
export function computeCost({ total, store }: Sizing, { nodeCpu, nodeMemoryMiB }: AssumedValues, prices: Prices) {
  const cpu = ((total.nodes * nodeCpu + store.members * store.cpu) / 1000) * prices.cpuCore;
  const memory = ((total.nodes * nodeMemoryMiB + store.members * store.memoryMiB) / MIB_PER_GIB) * prices.memoryGiB;
  const disk = total.diskGiB * prices.diskGiB;
  return { cpu, memory, disk, month: cpu + memory + disk };
}

function sumValues<T>(things: readonly T[] | Record<string, T>, of: (thing: T) => number): number {
  return Object.values(things).reduce((sum: number, thing: T) => sum + of(thing), 0);
}
