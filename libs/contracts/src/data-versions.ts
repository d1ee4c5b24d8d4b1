/**
 * Files reach replicas up to a minute apart, so that one may refuse what another has heard of already. With each call and answer
 * processes tell which content of a set of data files they know; one that hears of newer content than its own is behind, and says
 * "not yet" where it would say "no".
 */

/** The sets of data files that replicas read for themselves. */
const DATA_SETS = ['centres', 'agencies', 'public-services'] as const;
type DataSet = (typeof DATA_SETS)[number];

/** A content of a set of files. */
interface DataVersion {
  /** Of the content: equal for replicas that see equal files. */
  hash: string;
  /**
   * When it came in force, in ms since 1970, at whoever had it first: unlike a count of changes it can be compared between
   * processes.
   */
  generation: number;
}

/** So long a replica may be behind; then what it knows is all there is. */
export const MAX_REPLICA_LAG_MS = 120_000;
/** Clocks may be so far apart; a content that came in force later than that is none. */
const MAX_CLOCK_SKEW_MS = 60_000;
/** Contents of each set that are remembered, and names that are waited for. */
const MAX_VERSIONS_PER_SET = 20;
const MAX_PENDING_NAMES = 1_000;
/** Contents of a set that are told: a process that starts with the older one is told that it is older. */
const REPORTED_VERSIONS = 2;
/** Hex digits that travel. */
const HASH_DIGITS = 16;
const VERSION_PATTERN = /^([a-z-]{1,20})=(\d{1,15})\.([0-9a-f]{16})$/;

interface ObservedVersion extends DataVersion {
  /** When it was heard of here. */
  since: number;
  /** It is in force here, or was. */
  isOwn: boolean;
}

/** What a process knows of the contents of data files: its own, and those that others told of. */
export class DataVersions {
  readonly #now: () => number;
  readonly #heard = new Map<DataSet, ObservedVersion[]>();
  readonly #own = new Map<DataSet, ObservedVersion>();
  /** Since when a name is waited for. */
  readonly #named = new Map<string, number>();

  /** @param now ms since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A content is in force here from now on. @param hash in hex, at least 16 digits */
  inForce(set: DataSet, hash: string): void {
    const now = this.#now();
    const own = this.#note(set, { hash: hash.slice(0, HASH_DIGITS), generation: now });
    // One that is back is newer than what it followed.
    if (own.isOwn) own.generation = now;
    own.isOwn = true;
    this.#own.set(set, own);
  }

  /** Takes in what a caller or a neighbour tells; what is no such text is passed over. */
  merge(text: string | undefined): void {
    for (const part of text?.split(',', DATA_SETS.length * REPORTED_VERSIONS) ?? []) {
      const [, set, generation, hash] = VERSION_PATTERN.exec(part) ?? [];
      if (!isDataSet(set) || hash === undefined) continue;
      if (Number(generation) > this.#now() + MAX_CLOCK_SKEW_MS) continue;
      this.#note(set, { hash, generation: Number(generation) });
    }
  }

  /** The newest contents of each set that are known here, as they travel: `centres=1764300000000.0123456789abcdef,…`; '' for none. */
  toText(): string {
    const parts = [...this.#heard].flatMap(([set, all]) =>
      [...all]
        .sort((one, other) => other.generation - one.generation)
        .slice(0, REPORTED_VERSIONS)
        .map(({ generation, hash }) => `${set}=${generation}.${hash}`),
    );
    return parts.join(',');
  }

  /** Whether others have newer content than this process, of which it heard no more than two minutes ago. */
  isBehind(set: DataSet): boolean {
    const own = this.#own.get(set);
    const newest = this.#newest(set);
    if (!own || !newest || newest.isOwn || newest.generation <= own.generation) return false;
    return this.#now() - newest.since < MAX_REPLICA_LAG_MS;
  }

  /**
   * Whether an entry that is not here may come yet, when somebody who knows has named it: for two minutes from the first time that
   * it was asked for.
   */
  mayCome(set: DataSet | 'staff', code: string): boolean {
    const key = `${set}/${code}`;
    const since = this.#named.get(key) ?? this.#now();
    this.#named.set(key, since);
    if (this.#named.size > MAX_PENDING_NAMES) this.#named.delete(this.#named.keys().next().value!);
    return this.#now() - since < MAX_REPLICA_LAG_MS;
  }

  #note(set: DataSet, { hash, generation }: DataVersion): ObservedVersion {
    const all = this.#heard.get(set) ?? [];
    this.#heard.set(set, all);
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
    return this.#heard.get(set)?.reduce((one, other) => (other.generation > one.generation ? other : one));
  }
}

const isDataSet = (set: string | undefined): set is DataSet =>
  (DATA_SETS as readonly (string | undefined)[]).includes(set);

const findOldest = (all: ObservedVersion[]): ObservedVersion =>
  all.reduce((one, other) => (other.generation < one.generation ? other : one));
