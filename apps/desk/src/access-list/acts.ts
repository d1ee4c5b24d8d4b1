import { groupAccessLog } from '@cups/application';
import { HISTORY_TEXTS } from '@cups/application/texts';
import type { AccessLogEntry, ApplicationAction, LocalizedText } from '../api/types.ts';
import { ACCESS_LIST, JOURNAL_ACTION_TEXTS } from '../texts/access-list.ts';

/** Who read and changed an application, and where the journal has each act. */

/** Heads of the columns, on the page and on its printout. */
export const ACCESS_LIST_HEADS = [
  ACCESS_LIST.first,
  ACCESS_LIST.last,
  ACCESS_LIST.who,
  ACCESS_LIST.what,
  ACCESS_LIST.count,
  ACCESS_LIST.position,
];

/** A read or a change. The names of the fields are those by which access-log entries are grouped. */
export interface Act {
  /** Actor as the journal names it: operators/{id}, agencies/{code}, services/{name} or applicant. */
  operator: string;
  accessTime: string;
  /** Action of the journal, such as read-details or submit. */
  kind: string;
  /** Time of the recording, if the act happened earlier without a line: the journal has it under this time. */
  recordTime?: string | undefined;
  position: JournalPosition;
}

/**
 * Position in the journal, from 0. Without one, the entry is pending (`waiting`), is missing or older than the journal
 * (`absent`), or was not searched for (`unknown`).
 */
export type JournalPosition = number | 'waiting' | 'absent' | 'unknown';

/** Entries of the journal about the application, newest first. */
export interface LoadedEntries {
  entries: readonly { index: number; action: string; actor: string; time: string }[];
  /** Whether the journal has older ones that were not loaded. */
  hasMore: boolean;
}

interface Sources {
  accesses: readonly AccessLogEntry[];
  history: readonly ApplicationAction[];
  /** Undefined while the journal is unavailable. */
  journal: LoadedEntries | undefined;
  /** Ms. */
  now: number;
}

/** An act without an entry after this time is no longer pending, ms. */
const MAX_WAIT_MS = 24 * 3_600_000;

/** Actors of the history that are parts of the platform, as the journal names them. */
const SERVICES: Readonly<Record<string, string>> = {
  timer: 'services/intake',
  administrator: 'services/ops',
  documents: 'services/documents',
  identity: 'services/identity',
};

/** Returns all known acts: from the access log, the history, and the journal, which also has edits of drafts. */
export function listActs({ accesses, history, journal, now }: Sources): Act[] {
  const unmatched = new Map((journal?.entries ?? []).map((entry) => [entry.index, entry]));
  const indexes = new Map<string, number[]>();
  for (const { index, action, actor, time } of unmatched.values()) {
    const key = keyOf({ operator: actor, kind: action, accessTime: time });
    indexes.set(key, [...(indexes.get(key) ?? []), index]);
  }
  const oldest = journal?.hasMore ? journal.entries.at(-1)?.time : undefined;
  const since = oldest === undefined ? -Infinity : Date.parse(oldest);
  const known = [...accesses.map(actOfAccess), ...history.map(actOfStep)].map((act): Act => {
    const index = indexes.get(keyOf(act))?.shift();
    if (index === undefined) return { ...act, position: journal ? positionWithout(act, since, now) : 'unknown' };
    unmatched.delete(index);
    return { ...act, position: index };
  });
  const others = [...unmatched.values()].map(({ index, action, actor, time }): Act => ({
    operator: actor,
    kind: action,
    accessTime: time,
    position: index,
  }));
  return [...known, ...others];
}

type KeyedAct = Omit<Act, 'position'>;

const timeInJournal = ({ accessTime, recordTime }: KeyedAct): number => Date.parse(recordTime ?? accessTime);
const keyOf = (act: KeyedAct): string => `${act.kind} ${act.operator} ${timeInJournal(act)}`;

function actOfAccess({ operator, agency, kind, accessTime, recordTime }: AccessLogEntry): KeyedAct {
  const actor = operator === 'operators/ops' ? 'services/ops' : (agency ?? operator);
  return { operator: actor, kind: `read-${kind}`, accessTime, recordTime };
}

const actOfStep = ({ actor, kind, recordTime }: ApplicationAction): KeyedAct => ({
  operator: SERVICES[actor] ?? actor,
  kind,
  accessTime: recordTime,
});

/** @param since time of the oldest entry that was loaded, ms */
function positionWithout(act: KeyedAct, since: number, now: number): JournalPosition {
  const time = timeInJournal(act);
  if (time <= since) return 'unknown';
  return now - time > MAX_WAIT_MS ? 'absent' : 'waiting';
}

/** Returns the age of the oldest act that waits for the journal, ms; undefined if none does. */
export function longestWait(acts: readonly Act[], now: number): number | undefined {
  const times = acts.filter(({ position }) => position === 'waiting').map(timeInJournal);
  return times.length > 0 ? Math.max(0, now - Math.min(...times)) : undefined;
}

/** Acts of one actor within 15 minutes. */
export interface ActGroup {
  key: string;
  actor: string;
  /** Instants. */
  first: string;
  last: string;
  count: number;
  /** Kinds of access, without `read-`. */
  reads: string[];
  /** Other actions of the journal. */
  changes: string[];
  positions: PositionCounts;
}

/** Positions in ascending order, and how many acts have none. */
export type PositionCounts = { recorded: number[] } & Record<Exclude<JournalPosition, number>, number>;

/** Returns the groups, by their last act, newest first. */
export function groupActs(acts: readonly Act[]): ActGroup[] {
  return groupAccessLog(acts).map(({ first, last, count, kinds }) => {
    const reads = kinds.filter((kind) => kind.startsWith(READ));
    return {
      key: `${last.operator} ${first.accessTime}`,
      actor: last.operator,
      first: first.accessTime,
      last: last.accessTime,
      count,
      reads: reads.map((kind) => kind.slice(READ.length)),
      changes: kinds.filter((kind) => !reads.includes(kind)),
      // Groups of one actor do not overlap.
      positions: countPositions(acts.filter((act) => act.operator === last.operator && isWithin(act, first, last))),
    };
  });
}

const READ = 'read-';

const isWithin = (act: Act, first: Act, last: Act): boolean =>
  Date.parse(act.accessTime) >= Date.parse(first.accessTime) &&
  Date.parse(act.accessTime) <= Date.parse(last.accessTime);

function countPositions(acts: readonly Act[]): PositionCounts {
  const counts: PositionCounts = { recorded: [], waiting: 0, absent: 0, unknown: 0 };
  for (const { position } of acts) {
    if (typeof position === 'number') counts.recorded.push(position);
    else counts[position] += 1;
  }
  counts.recorded.sort((a, b) => a - b);
  return counts;
}

/** Returns `812`, or `812–840` for several. Entries of other actors and applications are between them. */
export function positionsText(positions: readonly number[]): string {
  const [first, last] = [positions[0], positions.at(-1)];
  if (first === undefined) return '';
  return first === last ? `${first}` : `${first}–${last}`;
}

export const changeText = (action: string): LocalizedText =>
  (HISTORY_TEXTS as Readonly<Record<string, LocalizedText>>)[action] ??
  JOURNAL_ACTION_TEXTS[action] ??
  ACCESS_LIST.otherAction;
