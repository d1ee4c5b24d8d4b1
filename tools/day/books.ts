import { END_STATES } from '@cups/application';
import { until } from '../desk.ts';
import type { Application, Desk } from '../desk.ts';
import type { Queue } from './queue.ts';

/** What was acknowledged about one application: the books hold the platform to it. */
export interface Book {
  id: string;
  centre: string;
  service: string;
  agency: string;
  state: string;
  /** Actions that the platform acknowledged, each of which must stand in the history exactly once. */
  actions: string[];
  /** Kinds of notice that the person was promised. */
  notices: string[];
}

export interface Balance {
  /** Acknowledged applications or promised effects that are not there. */
  lost: string[];
  /** Applications or effects that are there twice. */
  doubled: string[];
  /** The state of each application now. */
  states: string[];
  /** Notices of all applications. */
  notices: number;
}

/** Longest wait for the notices of one application, in seconds. */
const NOTICES_SECONDS = 20;

/**
 * Holds the platform to what it acknowledged: every application there, none twice, every promised effect seen once.
 * @param desks by name of the centre, as the queues are
 */
export async function balanceBooks(
  books: Book[],
  { desks, queues }: { desks: Map<string, Desk>; queues: Map<string, Queue> },
  patienceSeconds: number,
): Promise<Balance> {
  const balance: Balance = { lost: [], doubled: [], states: [], notices: 0 };
  const listed = await listedBy(desks);
  for (const book of books) {
    const desk = desks.get(`centres/${book.centre}`)!;
    hold(balance, `application ${book.id}`, 1, listed.get(book.id) ?? 0);
    await holdQueue(balance, book, queues.get(`centres/${book.centre}`)!);
    await holdFile(balance, book, desk, Math.min(patienceSeconds, NOTICES_SECONDS));
  }
  return balance;
}

function hold({ lost, doubled }: Balance, what: string, promised: number, found: number): void {
  if (found < promised) lost.push(what);
  if (found > promised) doubled.push(`${what} (${found})`);
}

/** How often each application stands in the lists of the desks. */
async function listedBy(desks: Map<string, Desk>): Promise<Map<string, number>> {
  const listed = new Map<string, number>();
  for (const desk of desks.values()) {
    let pageToken = '';
    do {
      const after = pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : '';
      const { body: page } = await desk.call<{ applications: Application[]; nextPageToken?: string }>(
        'GET',
        `/applications?pageSize=200${after}`,
      );
      for (const { id } of page.applications) listed.set(id, (listed.get(id) ?? 0) + 1);
      pageToken = page.nextPageToken ?? '';
    } while (pageToken);
  }
  return listed;
}

interface File {
  application: Application;
  history: { kind: string; cause?: string }[];
  notices?: { id: string; kind: string; channel: string; state: string }[];
}

/** One file holds all that was promised: the state, each action once, each notice once. */
async function holdFile(balance: Balance, book: Book, desk: Desk, patienceSeconds: number): Promise<void> {
  const path = `/applications/${book.id}`;
  const read = async () => {
    const { body: file } = await desk.call<File>('GET', `${path}/file`);
    // The desk prints what nobody is told by mail.
    const slips = (file.notices ?? []).filter(({ channel, state }) => channel === 'slip' && state === 'pending');
    for (const { id } of slips) await desk.call('GET', `${path}/notices/${id}/slip`);
    return file;
  };
  const told = ({ notices = [] }: File) =>
    notices.length >= book.notices.length && notices.every(({ state }) => state !== 'pending');
  // What is not there in time is missing: the books say so.
  const file = await until(read, told, `notices of ${book.id}`, patienceSeconds).catch(read);
  balance.states.push(file.application.state);
  if (file.application.state !== book.state) {
    balance.lost.push(`state ${book.state} of ${book.id}, now ${file.application.state}`);
  }
  holdActions(balance, book, file);
  holdNotices(balance, book, file.notices ?? []);
}

function holdActions(balance: Balance, book: Book, { history }: File): void {
  const recorded = history.map(({ kind }) => kind);
  for (const kind of new Set(book.actions)) {
    hold(balance, `${kind} of ${book.id}`, countOf(book.actions, kind), countOf(recorded, kind));
  }
  const causes = history.map(({ cause }) => cause);
  if (new Set(causes).size !== causes.length) balance.doubled.push(`an action with one cause of ${book.id}`);
}

function holdNotices(balance: Balance, book: Book, notices: NonNullable<File['notices']>): void {
  balance.notices += notices.length;
  const sent = notices.map(({ kind }) => kind);
  for (const kind of new Set(book.notices)) {
    hold(balance, `notice ${kind} of ${book.id}`, countOf(book.notices, kind), countOf(sent, kind));
  }
}

/** What is open stands in the queue of its desk, and what has ended in none of its lists. */
async function holdQueue(balance: Balance, book: Book, queue: Queue): Promise<void> {
  const row = await queue.row(book.id);
  const isOpen = row?.buckets?.includes('open') ?? false;
  const hasEnded = END_STATES.some((end) => end === book.state);
  if (!hasEnded && !isOpen) balance.lost.push(`${book.id} in the queue`);
  if (hasEnded && isOpen) balance.doubled.push(`${book.id}, which has ended, in the queue`);
}

const countOf = (all: string[], one: string): number => all.filter((each) => each === one).length;
