import { MESSAGES } from '@cups/application';
import type { DataEvent, HistoryKind } from '@cups/application';
import { isUlid, resourceName } from '@cups/contracts';
import { hashContent, newSalt } from '@cups/contracts/node';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { ActionRecord, Application } from './domain/application.ts';
import { isDataEvent } from './domain/data-end.ts';
import type { AccessLogEntry, AccessLogRow } from './store/access-log.ts';
import { OPS_OPERATOR } from './store/person-copies.ts';

/**
 * Entries of intake for the journal: one for each row of the history, for each change of a draft, and for each row of the
 * access log.
 */

const journalEntry = createJournal('intake');

/** Who edits a draft: the history does not record edits. */
export interface Editor {
  /** operators/{id} */
  operator: string;
  /** centres/{code} */
  centre: string;
}

type JournalledApplication = Pick<
  Application,
  | '_id'
  | 'centre'
  | 'state'
  | 'content'
  | 'journalSalt'
  | 'submissions'
  | 'handOver'
  | 'payment'
  | 'notes'
  | 'messages'
  | 'complaints'
  | 'outcome'
  | 'decision'
  | 'erasure'
>;

/** Returns a salt for the hashes of an application's content. It is stored with the content, and ends with it. */
export const withJournalSalt = <A extends Pick<Application, 'journalSalt'>>(app: A): A & { journalSalt: string } => ({
  ...app,
  journalSalt: app.journalSalt ?? newSalt(),
});

/**
 * Returns the entries of a change.
 * @param editor who changed the content, if the history has no row of it
 */
export function entriesOfChange(
  before: Pick<Application, 'history' | 'content'>,
  after: JournalledApplication & Pick<Application, 'history'>,
  editor?: Editor,
): NewEvent[] {
  const rows = rowsAfter(before.history, after.history);
  const entries = rows.map((row) => entryOfRow(after, row));
  const isEdit = after.content !== before.content && rows.every(({ kind }) => kind === 'omit-scans');
  return editor && isEdit ? [entryOfDraft(after, 'edit', editor), ...entries] : entries;
}

/** Returns the entries of a draft that was opened. */
export const entriesOfOpening = (
  app: JournalledApplication & Pick<Application, 'history'>,
  editor: Editor,
): NewEvent[] => [entryOfDraft(app, 'open', editor), ...app.history.map((row) => entryOfRow(app, row))];

/** Rows are only appended, apart from a mark of one; above a limit, older ones are dropped. */
function rowsAfter(before: readonly ActionRecord[], after: readonly ActionRecord[]): readonly ActionRecord[] {
  const last = before.at(-1);
  return last ? after.slice(after.findLastIndex((row) => row === last || isMarked(row, last)) + 1) : after;
}

/** Whether a row is another one with the mark of a revoked mandate. */
const isMarked = (row: ActionRecord, before: ActionRecord): boolean =>
  row.mandateRevoked === true && row.cause === before.cause && row.kind === before.kind;

/** Returns the entry of a draft that was opened or edited. */
function entryOfDraft(app: JournalledApplication, action: 'open' | 'edit', editor: Editor): NewEvent {
  return applicationEntry(app, {
    action,
    actor: editor.operator,
    centre: editor.centre,
    ground: mandateOf(app),
    result: app.state,
    contentHash: hashOf(app, app.content),
  });
}

function entryOfRow(app: JournalledApplication, row: ActionRecord): NewEvent {
  const isOperator = row.actor.startsWith('operators/');
  if (isDataEvent(row.kind)) return applicationEntry(app, entryOfDataEvent(app, row, row.kind));
  // Supervisors work for no centre.
  if (row.kind === 'assign-agency')
    return applicationEntry(app, {
      action: row.kind,
      actor: row.actor,
      ground: 'session',
      result: row.toState,
      contentHash: hashOf(app, row),
    });
  return applicationEntry(app, {
    action: row.kind,
    actor: SERVICE_ACTORS[row.actor] ?? row.actor,
    centre: isOperator ? (row.centre ?? app.centre) : undefined,
    ground: (row.mandate as `mandates/${string}` | undefined) ?? (isOperator ? mandateOf(app) : groundOf(row.kind)),
    result: row.toState,
    contentHash: hashOf(app, contentOf(app, row)),
  });
}

/** Supervisors and administrators work for no centre. The erasure leaves nothing to hash. */
function entryOfDataEvent({ state, erasure }: JournalledApplication, { actor }: ActionRecord, action: DataEvent) {
  const isRule = action === 'erase-application' && erasure?.cause === 'expired';
  return {
    action,
    actor: SERVICE_ACTORS[actor] ?? actor,
    ground: isRule ? 'retention-rule' : 'person-request',
    result: action === 'erase-application' ? 'erased' : state,
  } as const;
}

const applicationEntry = (
  { _id }: JournalledApplication,
  entry: Omit<JournalEntry, 'document' | 'key' | 'resource'>,
): NewEvent => {
  const name = resourceName('applications', _id);
  return journalEntry({ document: name, key: _id, resource: name, ...entry });
};

/** Actors of the history that are parts of the platform. */
const SERVICE_ACTORS: Readonly<Record<string, string>> = {
  timer: 'services/intake',
  administrator: 'services/ops',
  documents: 'services/documents',
  identity: 'services/identity',
};

const DECISIONS: readonly HistoryKind[] = ['approved', 'rejected', 'result-corrected', 'result-revoked'];

function groundOf(kind: HistoryKind): JournalEntry['ground'] {
  if (DECISIONS.includes(kind)) return 'agency-decision';
  return (MESSAGES as readonly HistoryKind[]).includes(kind) ? 'agency-message' : 'platform-rule';
}

/** Returns the mandate of an application: by name, or else by kind. A draft may have none yet. */
function mandateOf({ content }: Pick<Application, 'content'>): JournalEntry['ground'] {
  const mandate: { kind?: JournalEntry['ground']; name?: string } = content.mandate ?? {};
  return mandate.name ? (mandate.name as `mandates/${string}`) : (mandate.kind ?? 'session');
}

const hashOf = ({ journalSalt }: JournalledApplication, content: unknown): Uint8Array | undefined =>
  journalSalt === undefined ? undefined : hashContent(journalSalt, content);

const SUBMITTED: readonly HistoryKind[] = ['submit', 'supply-documents', 'correct-submission'];
/** Actions that replace the same part of the application: it keeps what the last of them wrote. */
const REPLACED: readonly (readonly HistoryKind[])[] = [
  [...DECISIONS, 'confirm-arrival'],
  ['hand-over'],
  ['record-payment'],
  ['confirm-outcome'],
];
/** Messages between desk and agency. */
const WRITTEN: readonly HistoryKind[] = ['send-message', 'message-sent'];
/** Actions on a complaint about an agency. */
const COMPLAINED: readonly HistoryKind[] = ['prepare-complaint', 'record-complaint', 'record-complaint-answer'];
/** Actions whose content is not their row. */
const APART: readonly HistoryKind[] = [...SUBMITTED, ...REPLACED.flat(), ...WRITTEN, ...COMPLAINED, 'note', 'renew'];

/**
 * Computes the hashes of the actions of a history again, as their entries have them.
 * @param history all actions, oldest first
 * @returns by action, without those whose content the application does not keep unchanged
 */
export function rehash(app: JournalledApplication, history: readonly ActionRecord[]): Map<ActionRecord, Uint8Array> {
  const hashes = new Map<ActionRecord, Uint8Array>();
  for (const [row, content] of [
    ...rowContents(history),
    ...submittedContents(app, history),
    ...keptContents(app, history),
  ]) {
    const hash = hashOf(app, content);
    if (hash) hashes.set(row, hash);
  }
  return hashes;
}

type RowContent = [row: ActionRecord, content: unknown];

function rowContents(history: readonly ActionRecord[]): RowContent[] {
  return history
    .filter(({ kind }) => !APART.includes(kind) && !isDataEvent(kind))
    .map((row) => {
      // The mark of a revoked mandate came after the entry.
      const { mandateRevoked: _mark, ...recorded } = row;
      return [row, recorded];
    });
}

function submittedContents({ submissions }: JournalledApplication, history: readonly ActionRecord[]): RowContent[] {
  return history
    .filter(({ kind }) => SUBMITTED.includes(kind))
    .flatMap((row) =>
      submissions.filter(({ number }) => number === row.submission).map((one): RowContent => [row, one]),
    );
}

/** A missing part counts as changed: an action wrote it, and nothing but the erasure of the application ends it. */
function keptContents(app: JournalledApplication, history: readonly ActionRecord[]): RowContent[] {
  const last = REPLACED.flatMap((kinds) => history.findLast(({ kind }) => kinds.includes(kind)) ?? [])
    // The erasure of a result marks the decision, and is no action.
    .filter(({ kind }) => !REPLACED[0]!.includes(kind) || !app.decision?.documents?.some(({ erased }) => erased))
    .map((row): RowContent => [row, contentOf(app, row)]);
  const { notes = [] } = app;
  const noted = history.filter(({ kind }) => kind === 'note');
  // Releases before the archive dropped the oldest actions, not the notes.
  const first = Math.max(0, notes.length - noted.length);
  const written = history.filter(({ kind }) => WRITTEN.includes(kind) || COMPLAINED.includes(kind));
  return [
    ...last,
    ...noted.map((row, n): RowContent => [row, notes[first + n]]),
    ...written.map((row): RowContent => [row, contentOf(app, row)]),
  ];
}

/** Returns what an action changed, as the application stores it: docs/reference/journal-entries.md lists it. */
function contentOf(app: JournalledApplication, row: ActionRecord): unknown {
  switch (row.kind) {
    case 'submit':
    case 'supply-documents':
    case 'correct-submission':
      return app.submissions.find(({ number }) => number === row.submission) ?? app.content;
    case 'renew':
      return app.content;
    case 'hand-over':
      return app.handOver;
    case 'record-payment':
      return app.payment;
    case 'note':
      return app.notes?.at(-1);
    case 'send-message':
    case 'message-sent':
      return row.messageNumber === undefined ? row : app.messages?.find(({ number }) => number === row.messageNumber);
    case 'prepare-complaint':
    case 'record-complaint':
    case 'record-complaint-answer':
      return complaintPartOf(app, row);
    case 'confirm-outcome':
      return app.outcome;
    case 'confirm-arrival':
    case 'approved':
    case 'rejected':
    case 'result-corrected':
    case 'result-revoked':
      return app.decision;
    default:
      return row;
  }
}

/** Returns the part of a complaint that an action wrote: its frozen text, how the agency got it, or the answer. */
function complaintPartOf({ complaints = [] }: JournalledApplication, { kind, complaintNumber }: ActionRecord): unknown {
  const complaint = complaints.find(({ number }) => number === complaintNumber);
  if (!complaint) return undefined;
  const { filing, answer, ...prepared } = complaint;
  if (kind === 'prepare-complaint') return prepared;
  return kind === 'record-complaint' ? filing : answer;
}

/** A list is read by a centre, or by the clerk of an agency. */
function subjectCollection(subject: string, agency: string | undefined): 'applications' | 'agencies' | 'centres' {
  if (isUlid(subject)) return 'applications';
  return agency ? 'agencies' : 'centres';
}

const isAgencySystem = (operator: string): boolean => operator.startsWith('operators/agency.');

/** Returns the entry of a row of the access log. */
export function entryOfAccess({
  _id,
  operator,
  centre,
  agency,
  kind,
}: Pick<AccessLogRow, '_id'> & AccessLogEntry): NewEvent {
  const [subject = ''] = _id.split('/');
  return journalEntry({
    document: `accessLog/${_id}`,
    key: subject,
    resource: resourceName(subjectCollection(subject, agency), subject),
    action: `read-${kind}`,
    actor: operator === OPS_OPERATOR ? 'services/ops' : isAgencySystem(operator) ? (agency ?? operator) : operator,
    centre: centre || undefined,
    ground: operator === OPS_OPERATOR ? 'operations' : agency ? 'filed-application' : 'session',
    result: 'done',
  });
}
