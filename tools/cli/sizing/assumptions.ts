/** Assumptions with their sources. The command line can override each. */

interface Assumption {
  value: number;
  unit: string;
  why: string;
}

export const ASSUMPTIONS = {
  applicationsPerCentreDay: {
    value: 30,
    unit: 'applications',
    why: 'tens of cases for each centre and day; 86 centres file 0.09 a second then, the 0.1 that the programme plans with. Seen until 2024 were about 1.6 (60,000 in two and a half years at up to 100 centres)',
  },
  hoursPerDay: { value: 8, unit: 'hours', why: 'in which desks are open' },
  workingDaysPerYear: { value: 250, unit: 'days', why: 'a calendar year without week-ends and holidays' },
  peakFactor: { value: 10, unit: 'times the mean', why: 'of the busiest hour; pensions on 1 January' },
  busyShare: { value: 0.5, unit: 'of a core', why: 'that a pod may be busy at the peak; a Node process has one core' },
  yearsKept: {
    value: 5,
    unit: 'years',
    why: 'in which rows of an application stay. Its data key is destroyed after three years, and the rows remain for statistics',
  },
  copies: { value: 3, unit: 'copies', why: 'of each topic and each document; one may be lost, and one more be away' },
  diskFill: { value: 0.6, unit: 'of a disk', why: 'that is used; compaction, rebalancing and growth take the rest' },
  indexEntryBytes: {
    value: 16,
    unit: 'bytes',
    why: 'that an entry of an index takes beside its fields. Not measured: MongoDB was not run here',
  },
  journalIndexBytes: {
    value: 52,
    unit: 'bytes',
    why: 'of an entry in the index of the journal: a row for its document and one for its resource, in files beside the log. A merge needs them twice for a while, which `diskFill` covers',
  },
  brokerCpu: { value: 500, unit: 'thousandths of a core', why: 'reserved for a broker; the load needs far less' },
  brokerMemoryMiB: { value: 2048, unit: 'MiB', why: 'a heap of 1 GiB and as much for the cache of the system' },
  memberCpu: { value: 1000, unit: 'thousandths of a core', why: 'of the machine of a member of MongoDB' },
  memberMemoryMiB: { value: 2048, unit: 'MiB', why: 'the least for a member; more when the hot documents need it' },
  hotDays: { value: 30, unit: 'days', why: 'in which an application is read again: from its draft to its end' },
  hotIndexShare: {
    value: 0.2,
    unit: 'of the indexes',
    why: 'that is read in a month: their inner pages, where new entries go (ids and times only grow), and leaves of look-ups by number',
  },
  nodeCpu: { value: 4000, unit: 'thousandths of a core', why: 'of a node' },
  nodeMemoryMiB: { value: 16384, unit: 'MiB', why: 'of a node' },
  nodeOwnCpu: { value: 500, unit: 'thousandths of a core', why: 'that a node keeps for itself and its agents' },
  nodeOwnMemoryMiB: { value: 1536, unit: 'MiB', why: 'that a node keeps for itself and its agents' },
} satisfies Record<string, Assumption>;

export type AssumedValues = Record<keyof typeof ASSUMPTIONS, number>;

/** Returns the numbers, with overrides. */
export function withOverrides(given: Partial<AssumedValues> = {}): AssumedValues {
  const values = Object.entries(ASSUMPTIONS).map(([name, { value }]) => [name, value]);
  return Object.assign(Object.fromEntries(values) as AssumedValues, given);
}
