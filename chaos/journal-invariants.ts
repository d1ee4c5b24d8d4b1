import { MANDATED_ACTIONS } from '@cups/application';
import type { ChaosRecord, ObservedEntry } from './chaos-record.ts';

/** Checks the journal against what the services committed, and acts against the mandates that intake knew. Pure. */

/**
 * An action that had read the mandate before may still commit; intake marks it. No action takes longer than this, not even
 * one whose process or store is paused.
 */
const MAX_ACTION_MS = 120_000;

const nameOf = ({ source, subject }: Pick<ObservedEntry, 'source' | 'subject'>): string => `${source} ${subject}`;

/** The log has each committed entry once and in the order of its document, under the ID of its event. */
function checkEntries({ journal: { entries, events, streams } }: ChaosRecord): string[] {
  const logged = Map.groupBy(entries, nameOf);
  const published = new Map(events.map((event) => [`${nameOf(event)} ${event.sequence}`, event.id]));
  return streams.flatMap((stream) => {
    const name = nameOf(stream);
    const found = logged.get(name) ?? [];
    const wrong: string[] = [];
    found.forEach(({ sequence, id }, n) => {
      if (sequence !== n + 1) wrong.push(`entry ${sequence} at position ${n + 1} of the document`);
      const event = published.get(`${name} ${sequence}`);
      if (event !== undefined && event !== id) wrong.push(`entry ${sequence} is of another event`);
    });
    if (found.length !== stream.lastSequence) wrong.push(`${found.length} of ${stream.lastSequence} entries`);
    return wrong.map((what) => `${name}: ${what}`);
  });
}

/** Published checkpoints grow, agree about each size, and are signed by a key of the log. */
function checkCheckpoints({ journal: { checkpoints } }: ChaosRecord): string[] {
  const roots = new Map<number, string>();
  let largest = 0;
  return checkpoints.flatMap(({ size, root, isSigned }) => {
    const wrong: string[] = [];
    if (size < largest) wrong.push(`published after one of ${largest} entries`);
    if ((roots.get(size) ?? root) !== root) wrong.push('has two roots');
    if (!isSigned) wrong.push('no key of the log signed it');
    largest = Math.max(largest, size);
    roots.set(size, root);
    return wrong.map((what) => `checkpoint of ${size} entries: ${what}`);
  });
}

/** `cups journal verify --services` with all published checkpoints finds nothing. */
const checkVerification = ({ journal }: ChaosRecord): string[] => journal.findings;

/** Nobody files under a mandate that intake knew to be revoked. */
function checkMandates({ applications, revocations }: ChaosRecord): string[] {
  const known = new Map(revocations.map(({ mandate, recordTime }) => [mandate, recordTime]));
  return applications.flatMap(({ id, history }) =>
    history.flatMap(({ kind, mandate = '', isMandateRevoked = false, recordTime = 0 }) => {
      const revoked = known.get(mandate);
      const isMandated = (MANDATED_ACTIONS as readonly string[]).includes(kind);
      if (!isMandated || revoked === undefined || recordTime <= revoked) return [];
      const lateMs = recordTime - revoked;
      if (lateMs > MAX_ACTION_MS) return [`${kind} of ${id}: ${lateMs} ms after the known revocation of its mandate`];
      return isMandateRevoked ? [] : [`${kind} of ${id}: after the known revocation of its mandate, without a mark`];
    }),
  );
}

/** In report order. */
export const JOURNAL_INVARIANTS = {
  'journal entries once and in order': checkEntries,
  'journal checkpoints consistent': checkCheckpoints,
  'journal intact': checkVerification,
  'no filing under a revoked mandate': checkMandates,
} as const;
