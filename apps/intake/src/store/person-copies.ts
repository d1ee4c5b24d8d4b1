import { resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { Cause, Documents, Store, StoredDocument } from '@cups/store';
import { Problem } from '@cups/problem';

/**
 * The record of copies of personal data: who made one, when and why, never for whom. Each record publishes its entry for
 * the journal.
 */

export type CopyReason = 'person-request' | 'authority-request' | 'court';

export interface PersonCopy {
  /** operators/{id}; operators/ops for an administrator. */
  operator: string;
  /** Name of the administrator, for operators/ops. */
  actor?: string;
  reason: CopyReason;
  /** Number of the written request. */
  evidence: string;
  time: Date;
}
/** The ID is a ULID. */
export interface StoredPersonCopy extends PersonCopy, StoredDocument {}

/** The administrators' tool, as rows of the access log name it. */
export const OPS_OPERATOR = 'operators/ops';

const HOUR_MS = 3_600_000;
/** Copies of one operator within an hour: far more than people ask for, and too few to read a register. */
const MAX_COPIES_PER_HOUR = 60;

const journalEntry = createJournal('intake');

export const openPersonCopies = (store: Store): Documents<StoredPersonCopy> =>
  store.documents<StoredPersonCopy>({
    collection: 'personCopies',
    schema: { operator: String, actor: String, reason: String, evidence: String, time: Date },
    schemaVersion: 1,
    indexes: [
      { fields: { operator: 1, time: 1 }, query: 'the copies of an operator within an hour' },
      { fields: { time: 1 }, query: 'the records whose term is over' },
    ],
    existsReason: 'ALREADY_EXISTS',
  });

/**
 * Records a copy before anything of it is shown.
 * @throws Problem RATE_LIMITED above 60 copies of one operator within an hour
 */
export async function recordCopy(
  copies: Documents<StoredPersonCopy>,
  id: string,
  copy: PersonCopy,
  cause: Pick<Cause, 'requestId' | 'traceparent'>,
): Promise<void> {
  const { operator, time } = copy;
  const since = new Date(time.getTime() - HOUR_MS);
  const limit = MAX_COPIES_PER_HOUR;
  const filter = { operator, time: { $gt: since } };
  const [count = 0] = await copies.countEach([filter], { scope: 'service', limit });
  if (count >= limit)
    throw new Problem({ reason: 'RATE_LIMITED', message: 'Too many copies within an hour.', retryAfterMs: HOUR_MS });
  await copies.createMissing([{ _id: id, ...copy }], {
    scope: 'service',
    cause,
    now: time,
    eventsOf: () => [entryOfCopy(id, copy)],
  });
}

function entryOfCopy(id: string, { operator, reason }: PersonCopy) {
  const name = resourceName('personCopies', id);
  const isOps = operator === OPS_OPERATOR;
  return journalEntry({
    document: name,
    key: id,
    resource: name,
    action: 'export-person',
    actor: isOps ? 'services/ops' : operator,
    ground: isOps ? 'operations' : 'session',
    reason,
    result: 'done',
  });
}
