import type { Cause, Documents, Draft, SealedFields, Store, StoredDocument } from '@cups/store';
import { INTAKE_UNAVAILABLE, isOpen, nextDue, withPrinted } from './domain/notice.ts';
import type { Notice } from './domain/notice.ts';
import { toChange } from './journal.ts';
import type { Printer } from './journal.ts';

/** Stored data: one thread of notices per application. */

/** Version of the document shape. 2 sealed the personal data of notices, 3 with their positions in the thread. */
export const SCHEMA_VERSION = 3;
/** The version while replicas run that cannot read sealed fields. */
const PLAIN_SCHEMA_VERSION = 1;
/** The parts of a notice that name a person or open an application. The store encrypts them. */
const SEALED_FIELDS: SealedFields['fields'] = [
  'notices[].emailAddress',
  'notices[].subject',
  'notices[].text',
  'notices[].trackingNumber',
  'journalSalt',
];

/** How threads are sealed, each under a data key of its own. */
export type Sealing = Pick<SealedFields, 'keys' | 'write'>;

export const schemaVersionFor = ({ write }: Pick<Sealing, 'write'>): number =>
  write === 'plain' ? PLAIN_SCHEMA_VERSION : SCHEMA_VERSION;

/**
 * The ID is that of the application. `lastSeqs` holds the last handled event; notices and sequence change in one
 * write.
 */
export interface Thread extends StoredDocument {
  /** centres/{code} of the desk that may read it. */
  centre: string;
  notices: Notice[];
  /** When the personal data were erased. */
  eraseTime?: Date;
  /** Salt of the hashes in the journal, 32 hexadecimal digits; absent without entries. */
  journalSalt?: string;
}
export type Threads = Documents<Thread>;

const noticeSchema = {
  _id: false,
  id: { type: String, required: true },
  kind: { type: String, required: true },
  state: { type: String, required: true },
  eventTime: { type: Date, required: true },
  causedBy: String,
  createTime: { type: Date, required: true },
  answerBy: String,
  channel: String,
  language: String,
  emailAddress: String,
  subject: String,
  text: String,
  trackingNumber: String,
  training: Boolean,
  attempts: { type: Number, required: true },
  due: Date,
  sendTime: Date,
  failCause: String,
  throttled: Boolean,
  replacedCount: Number,
  notifyTime: Date,
  notifyMethod: String,
};

/** @param sealing without it, threads stay in clear, as in tools that measure */
export function openThreads(store: Store, sealing?: Sealing): Threads {
  return store.documents<Thread>({
    collection: 'threads',
    schema: { centre: { type: String, required: true }, notices: [noticeSchema], journalSalt: String, eraseTime: Date },
    sealed: sealing && { ...sealing, fields: SEALED_FIELDS },
    schemaVersion: schemaVersionFor(sealing ?? { write: 'plain' }),
    indexes: [{ fields: { schemaVersion: 1 }, query: 'the backfill: threads of another version' }],
    existsReason: 'ALREADY_EXISTS',
  });
}

/** Returns the thread of an application before its first event. */
export const newThread = (application: string, centre: string): Draft<Thread> => ({
  _id: application,
  centre,
  notices: [],
  timer: null,
});

/** Returns the thread with these notices, and its timer at the first due notice. */
export function withNotices<T extends Pick<Thread, 'notices' | 'timer'>>(thread: T, notices: Notice[]): T {
  const due = nextDue(notices);
  return { ...thread, notices, timer: due ? { kind: 'notices', due } : null };
}

/** Changes an open notice. A closed or unknown notice stays unchanged, without a write. */
export async function updateNotice(
  threads: Threads,
  thread: string,
  id: string,
  now: Date,
  change: (notice: Notice) => Notice,
  more: { current?: Thread; isRepeatable?: boolean } = {},
): Promise<{ thread: Thread; notice: Notice | undefined; isChanged: boolean }> {
  const options = { scope: 'service' as const, cause: { eventId: `notice:${id}` }, now, ...more };
  const { document, outcome } = await threads.update(thread, options, (before) => {
    const index = before.notices.findIndex((notice) => notice.id === id && isOpen(notice));
    const found = before.notices[index];
    const next = found ? withNotices(before, before.notices.with(index, change(found))) : before;
    return toChange(before, next);
  });
  const notice = document.notices.find((candidate) => candidate.id === id);
  return { thread: document, notice, isChanged: outcome === 'applied' };
}

/** Marks a slip of an application of these centres as printed, once. */
export async function markPrinted(
  threads: Threads,
  thread: string,
  id: string,
  { centres, now, printer, cause }: { centres: readonly string[]; now: Date; printer: Printer; cause: Cause },
): Promise<void> {
  const options = { scope: { centre: centres }, cause: { ...cause, eventId: `slip:${id}` }, now };
  await threads.update(thread, options, (before) => {
    const notices = withPrinted(before.notices, id, now);
    const isChanged = notices.some((notice, at) => notice !== before.notices[at]);
    return toChange(before, isChanged ? withNotices(before, notices) : before, printer);
  });
}

/**
 * Makes every notice that waits for intake due now.
 * Works in the store, to include notices of earlier processes and other replicas. One timer still claims each.
 * @returns the number of resumed threads
 */
export async function resumeWaitingNotices(threads: Threads, now: Date): Promise<number> {
  const waitingFilter = { state: 'compose', failCause: INTAKE_UNAVAILABLE, due: { $gt: now } };
  const { modifiedCount } = await threads.internals.collection().updateMany(
    // Every waiting notice has a timer, whose index leaves out the threads at rest.
    { 'timer.due': { $gt: new Date(0) }, notices: { $elemMatch: waitingFilter } },
    { $set: { 'timer.due': now, 'notices.$[waits].due': now }, $inc: { revision: 1 } },
    { arrayFilters: [{ 'waits.state': waitingFilter.state, 'waits.failCause': waitingFilter.failCause }] },
  );
  return modifiedCount;
}
