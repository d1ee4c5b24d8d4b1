/**
 * Data files reach replicas up to a minute apart, so one may reject what another knows already. Calls and responses
 * carry the known versions of each set of files. A replica that learns of a newer version than its own returns "retry
 * later" instead of a rejection.
 */

/** Sets of data files that each replica reads independently. */
const DATA_SETS = ['centres', 'agencies', 'public-services'] as const;
type DataSet = (typeof DATA_SETS)[number];

/** A version of a set of files. */
interface DataVersion {
  /** Hash of the content, equal on replicas with equal files. */
  hash: string;
  /**
   * Time at which the first replica loaded it, in ms since 1970. Unlike a counter it is comparable between processes.
   */
  generation: number;
}

/** Maximum lag of a replica; after that its own version counts. */
export const MAX_REPLICA_LAG_MS = 120_000;
/** Maximum clock difference; versions further in the future are ignored. */
const MAX_CLOCK_SKEW_MS = 60_000;
/** Remembered versions per set, and pending names. */
const MAX_VERSIONS_PER_SET = 20;
const MAX_PENDING_NAMES = 1_000;
/** Reported versions per set. With two, a process that starts with the older one learns that it is older. */
const REPORTED_VERSIONS = 2;
/** Number of transmitted hex digits. */
const HASH_DIGITS = 16;
const VERSION_PATTERN = /^([a-z-]{1,20})=(\d{1,15})\.([0-9a-f]{16})$/;

interface ObservedVersion extends DataVersion {
  /** Local time of the first report. */
  since: number;
  /** Whether this process has loaded it. */
  isOwn: boolean;
}

/** The versions of data files known to a process: its own and reported ones. */
export class DataVersions {
  readonly #now: () => number;
  readonly #observed = new Map<DataSet, ObservedVersion[]>();
  readonly #own = new Map<DataSet, ObservedVersion>();
  /** Time since which a name is pending. */
  readonly #pendingSince = new Map<string, number>();

  /** @param now ms since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Records the version that this process has loaded. @param hash in hex, at least 16 digits */
  inForce(set: DataSet, hash: string): void {
    const now = this.#now();
    const own = this.#record(set, { hash: hash.slice(0, HASH_DIGITS), generation: now });
    // A restored version is newer than the one it replaces.
    if (own.isOwn) own.generation = now;
    own.isOwn = true;
    this.#own.set(set, own);
  }

  /** Merges the versions that a caller or upstream reports; ignores invalid text. */
  merge(text: string | undefined): void {
    for (const part of text?.split(',', DATA_SETS.length * REPORTED_VERSIONS) ?? []) {
      const [, set, generation, hash] = VERSION_PATTERN.exec(part) ?? [];
      if (!isDataSet(set) || hash === undefined) continue;
      if (Number(generation) > this.#now() + MAX_CLOCK_SKEW_MS) continue;
      this.#record(set, { hash, generation: Number(generation) });
    }
  }

  /** Returns the newest known versions of each set: `centres=1764300000000.0123456789abcdef,…`, or ''. */
  toText(): string {
    const parts = [...this.#observed].flatMap(([set, all]) =>
      [...all]
        .sort((one, other) => other.generation - one.generation)
        .slice(0, REPORTED_VERSIONS)
        .map(({ generation, hash }) => `${set}=${generation}.${hash}`),
    );
    return parts.join(',');
  }

  /** Whether another process reported a newer version within the last two minutes. */
  isBehind(set: DataSet): boolean {
    const own = this.#own.get(set);
    const newest = this.#newest(set);
    if (!own || !newest || newest.isOwn || newest.generation <= own.generation) return false;
    return this.#now() - newest.since < MAX_REPLICA_LAG_MS;
  }

  /** Whether a missing entry may still arrive after a reference to it, for two minutes from the first request. */
  mayCome(set: DataSet | 'staff', code: string): boolean {
    const key = `${set}/${code}`;
    const since = this.#pendingSince.get(key) ?? this.#now();
    this.#pendingSince.set(key, since);
    if (this.#pendingSince.size > MAX_PENDING_NAMES) this.#pendingSince.delete(this.#pendingSince.keys().next().value!);
    return this.#now() - since < MAX_REPLICA_LAG_MS;
  }

  #record(set: DataSet, { hash, generation }: DataVersion): ObservedVersion {
    const all = this.#observed.get(set) ?? [];
    this.#observed.set(set, all);
    const known = all.find((one) => one.hash === hash);
    if (known) {
      known.generation = Math.min(known.generation, generation);
      return known;
    }
    const observed = { hash, generation, since: this.#now(), isOwn: false };
    all.push(observed);
    if (all.length > MAX_VERSIONS_PER_SET) all.splice(all.indexOf(findOldest(all)), 1);
    return observed;
  }

  #newest(set: DataSet): ObservedVersion | undefined {
    return this.#observed.get(set)?.reduce((one, other) => (other.generation > one.generation ? other : one));
  }
}

const isDataSet = (set: string | undefined): set is DataSet =>
  (DATA_SETS as readonly (string | undefined)[]).includes(set);

const findOldest = (all: ObservedVersion[]): ObservedVersion =>
  all.reduce((one, other) => (other.generation < one.generation ? other : one));
