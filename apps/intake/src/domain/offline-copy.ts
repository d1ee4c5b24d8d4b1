/** The offline copy of a device: which files it gets, and how much a desk may claim about reads without a line. */

/** Maximum number of files in the copy of one operator on one device. */
export const MAX_COPIED_FILES = 200;
/** Maximum number of files that a device may report as held: a full copy, and one that it has not removed yet. */
export const MAX_HELD_FILES = 2 * MAX_COPIED_FILES;

const DAY_MS = 86_400_000;
/** A device destroys its copy after 72 hours without contact; its reports may wait longer. */
const MAX_READ_AGE_MS = 30 * DAY_MS;
/** Clocks of desks and platform differ. */
const MAX_CLOCK_ERROR_MS = 60_000;

/** What decides whether a file is copied. */
export interface CopyCandidate {
  _id: string;
  etag: string;
  /** Whether only the platform may show it: its processing is restricted, or its erasure has begun. */
  isWithheld: boolean;
}

export interface CopyPlan {
  /** IDs of new and changed files, those due first. */
  changed: string[];
  /** IDs of held files that the device must remove. */
  removed: string[];
  /** IDs of all files of the copy. */
  selected: ReadonlySet<string>;
}

/**
 * Compares the files of a copy with those that a device holds.
 * @param lists candidates by urgency, the most urgent list first; one file may be in several
 * @param held etags by application ID
 */
export function planCopy(lists: readonly (readonly CopyCandidate[])[], held: ReadonlyMap<string, string>): CopyPlan {
  const selected = new Map<string, CopyCandidate>();
  for (const candidate of lists.flat()) {
    if (selected.size === MAX_COPIED_FILES) break;
    if (!candidate.isWithheld) selected.set(candidate._id, candidate);
  }
  return {
    changed: [...selected.values()].filter(({ _id, etag }) => held.get(_id) !== etag).map(({ _id }) => _id),
    removed: [...held.keys()].filter((id) => !selected.has(id)),
    selected: new Set(selected.keys()),
  };
}

/** Returns when a read without a line happened: as the desk says, or on arrival if its clock cannot be right. */
export function resolveReadTime(claimed: Date, arrival: Date): Date {
  const age = arrival.getTime() - claimed.getTime();
  return age > MAX_READ_AGE_MS || age < -MAX_CLOCK_ERROR_MS ? arrival : claimed;
}
