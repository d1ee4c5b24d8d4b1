import { MANDATED_ACTIONS } from '@cups/application';
import type { HistoryKind } from '@cups/application';
import type { ActionRecord, Application } from './application.ts';
import { isOperatorResponse } from './queue.ts';

/**
 * The history of an application. The document has the newest rows, the archive all older ones. The document also keeps
 * copies of those archived rows that rules read; they precede the newest rows.
 */

type WithHistory = Pick<Application, 'history' | 'historyArchive'>;

/** Maximum number and size (UTF-8 bytes of JSON) of the newest rows before some of them move to the archive. */
export const MAX_NEWEST_ROWS = 150;
const MAX_NEWEST_BYTES = 512 * 1024;
/** Fewer rows are never measured: ordinary applications have less. */
const MIN_MEASURED_ROWS = 20;

/** Maximum number and size of the rows that move together. */
const MAX_CHUNK_ROWS = 50;
const MAX_CHUNK_BYTES = 128 * 1024;

export const countArchived = ({ historyArchive }: Pick<Application, 'historyArchive'>): number =>
  historyArchive?.count ?? 0;

/** Returns the number of leading rows of the document that are copies of archived ones. */
function countCopies({ historyArchive }: Pick<Application, 'historyArchive'>): number {
  if (!historyArchive) return 0;
  return Object.values(historyArchive.removed).reduce((copies, removed) => copies - removed, historyArchive.count);
}

/** Returns the rows that are in the document only, oldest first. */
export const newestRows = (app: WithHistory): ActionRecord[] => app.history.slice(countCopies(app));

/** Returns the number of all rows of these kinds that the history ever had, archived ones included. */
export function countRows({ history, historyArchive }: WithHistory, kinds: readonly HistoryKind[]): number {
  const removed = kinds.reduce((sum, kind) => sum + (historyArchive?.removed[kind] ?? 0), 0);
  return removed + history.filter(({ kind }) => kinds.includes(kind)).length;
}

const isOfPlatform = ({ actor }: ActionRecord): boolean => !actor.startsWith('operators/');

/** Returns when somebody other than an operator last changed the application. */
export function lastUpdateTime({ history, historyArchive }: WithHistory): Date | undefined {
  const [inDocument, inArchive] = [history.findLast(isOfPlatform)?.recordTime, historyArchive?.updateTime];
  return latestOf(inDocument, inArchive);
}

const latestOf = (one: Date | undefined, other: Date | undefined): Date | undefined =>
  one && other ? (one > other ? one : other) : (one ?? other);

/**
 * Returns the oldest rows that must move to the archive; none while the newest rows are few and small. The rows depend on
 * the oldest ones only, so that a repeat returns the same.
 */
export function rowsToArchive(app: WithHistory): ActionRecord[] {
  const newest = newestRows(app);
  if (newest.length < MIN_MEASURED_ROWS) return [];
  const isOver =
    newest.length > MAX_NEWEST_ROWS || newest.reduce((bytes, row) => bytes + sizeOf(row), 0) > MAX_NEWEST_BYTES;
  if (!isOver) return [];
  let bytes = 0;
  const end = newest.findIndex((row, at) => (bytes += sizeOf(row)) > MAX_CHUNK_BYTES || at === MAX_CHUNK_ROWS);
  return newest.slice(0, Math.max(1, end));
}

/** Sizes of rows, which never change. */
const sizes = new WeakMap<ActionRecord, number>();

function sizeOf(row: ActionRecord): number {
  const size = sizes.get(row) ?? Buffer.byteLength(JSON.stringify(row));
  sizes.set(row, size);
  return size;
}

/** Returns the application without this number of its newest rows' oldest ones, which are in the archive. */
export function withoutArchived<A extends WithHistory>(app: A, count: number): A {
  const copies = countCopies(app) + count;
  const [older, newest] = [app.history.slice(0, copies), app.history.slice(copies)];
  const isAnswered = newest.some(isOperatorResponse);
  const lastAnswer = isAnswered ? undefined : older.findLast(isOperatorResponse);
  const kept = older.filter((row) => isReadByRules(row) || row === lastAnswer);
  const removed = older.filter((row) => !kept.includes(row));
  const before = app.historyArchive ?? { count: 0, removed: {} };
  const updateTime = latestOf(before.updateTime, removed.findLast(isOfPlatform)?.recordTime);
  return {
    ...app,
    history: [...kept, ...newest],
    historyArchive: {
      count: before.count + count,
      removed: addCounts(before.removed, removed),
      ...(updateTime ? { updateTime } : {}),
    },
  };
}

/** Queue and statistics read changes of the state and arrivals; a revocation reads actions under a mandate. */
const isReadByRules = ({ kind, fromState, toState }: ActionRecord): boolean =>
  fromState !== toState || KINDS_READ_BY_RULES.includes(kind);

const KINDS_READ_BY_RULES: readonly HistoryKind[] = ['confirm-arrival', 'mandate-revoked', ...MANDATED_ACTIONS];

function addCounts(
  before: Readonly<Partial<Record<HistoryKind, number>>>,
  rows: readonly ActionRecord[],
): Partial<Record<HistoryKind, number>> {
  const counts = { ...before };
  for (const { kind } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Returns archived rows with the marks that their copies in the document got later. */
export function withMarks(rows: ActionRecord[], { history }: WithHistory): ActionRecord[] {
  const marked = new Set(history.filter(({ mandateRevoked }) => mandateRevoked).map(keyOf));
  if (marked.size === 0) return rows;
  return rows.map((row) => (marked.has(keyOf(row)) ? { ...row, mandateRevoked: true as const } : row));
}

const keyOf = ({ cause, kind }: ActionRecord): string => `${kind} ${cause}`;
