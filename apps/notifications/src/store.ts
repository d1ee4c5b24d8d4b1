import type { Documents, Store, StoredDocument } from '@cups/store';
import { INTAKE_AWAY, nextDue, open } from './domain/notices.ts';
import type { Notice } from './domain/notices.ts';

/** What notifications keeps: one thread for each application, with all that was said about it. */

const SCHEMA_VERSION = 1;

/** The id is that of the application. `lastSeqs` says up to which event it was told: effect and count are one write. */
export interface Thread extends StoredDocument {
  /** centres/{code}: whose desk may read it. */
  centre: string;
  notices: Notice[];
}

const notice = {
  _id: false,
  id: { type: String, required: true },
  kind: { type: String, required: true },
  state: { type: String, required: true },
  eventTime: { type: Date, required: true },
  createTime: { type: Date, required: true },
  answerBy: String,
  channel: String,
  language: String,
  to: String,
  subject: String,
  text: String,
  trackingNumber: String,
  attempts: { type: Number, required: true },
  due: Date,
  sendTime: Date,
  failCause: String,
  held: Boolean,
  replaces: Number,
};

export function threadsOf(store: Store): Documents<Thread> {
  return store.documents<Thread>({
    collection: 'threads',
    schema: { centre: { type: String, required: true }, notices: [notice] },
    schemaVersion: SCHEMA_VERSION,
    indexes: [],
    existsReason: 'ALREADY_EXISTS',
  });
}

/** The thread with these notices, and its timer at the first that has work to do. */
export function withNotices<T extends Pick<Thread, 'notices' | 'timer'>>(thread: T, notices: Notice[]): T {
  const due = nextDue(notices);
  return { ...thread, notices, timer: due ? { kind: 'notices', due } : null };
}

/** Changes one notice that is still open; a closed or unknown one stays, and nothing is written. */
export async function changeNotice(
  threads: Documents<Thread>,
  thread: string,
  id: string,
  now: Date,
  change: (notice: Notice) => Notice,
  current?: Thread,
): Promise<{ thread: Thread; notice: Notice | undefined }> {
  const { document } = await threads.update(
    thread,
    { scope: 'service', cause: { eventId: `notice:${id}` }, now, current },
    (before) => {
      const index = before.notices.findIndex((notice) => notice.id === id && open(notice));
      const found = before.notices[index];
      const document = found ? withNotices(before, before.notices.with(index, change(found))) : before;
      return { document, events: [] };
    },
  );
  return { thread: document, notice: document.notices.find((notice) => notice.id === id) };
}

/**
 * Makes due at `now` every notice that waits for intake. Done in the store, and not in the memory of one process, so that what
 * an earlier process or a replica left behind is woken too; each is still claimed by one timer only.
 * @returns the number of threads that were woken
 */
export async function wakeWaiting(threads: Documents<Thread>, now: Date): Promise<number> {
  const waits = { state: 'compose', failCause: INTAKE_AWAY, due: { $gt: now } };
  const { modifiedCount } = await threads.internals
    .collection()
    .updateMany(
      { notices: { $elemMatch: waits } },
      { $set: { 'timer.due': now, 'notices.$[waits].due': now }, $inc: { revision: 1 } },
      { arrayFilters: [{ 'waits.state': waits.state, 'waits.failCause': waits.failCause }] },
    );
  return modifiedCount;
}
