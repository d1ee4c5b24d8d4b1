import { until } from '../desk.ts';
import type { Application, Desk } from '../desk.ts';

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
 * @param desks by name of the centre
 */
export async function balanceBooks(books: Book[], desks: Map<string, Desk>, patienceSeconds: number): Promise<Balance> {
  const balance: Balance = { lost: [], doubled: [], states: [], notices: 0 };
  const listed = await listedBy(desks);
  for (const book of books) {
    const desk = desks.get(`centres/${book.centre}`)!;
    hold(balance, `application ${book.id}`, 1, listed.get(book.id) ?? 0);
    await holdState(balance, book, desk);
    await holdActions(balance, book, desk);
    await holdNotices(balance, book, desk, Math.min(patienceSeconds, NOTICES_SECONDS));
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

async function holdState(balance: Balance, { id, state }: Book, desk: Desk): Promise<void> {
  const { body: app } = await desk.call<Application>('GET', `/applications/${id}`);
  balance.states.push(app.state);
  if (app.state !== state) balance.lost.push(`state ${state} of ${id}, now ${app.state}`);
}

async function holdActions(balance: Balance, book: Book, desk: Desk): Promise<void> {
  type History = { actions: { kind: string; cause?: string }[] };
  const { body } = await desk.call<History>('GET', `/applications/${book.id}/history?pageSize=200`);
  const recorded = body.actions.map(({ kind }) => kind);
  for (const kind of new Set(book.actions)) {
    hold(balance, `${kind} of ${book.id}`, countOf(book.actions, kind), countOf(recorded, kind));
  }
  const causes = body.actions.map(({ cause }) => cause);
  if (new Set(causes).size !== causes.length) balance.doubled.push(`an action with one cause of ${book.id}`);
}

async function holdNotices(balance: Balance, book: Book, desk: Desk, patienceSeconds: number): Promise<void> {
  type Notices = { notices: { id: string; kind: string; channel: string; state: string }[] };
  const path = `/applications/${book.id}/notices`;
  const told = await until(
    async () => {
      const { notices } = (await desk.call<Notices>('GET', path)).body;
      // The desk prints what nobody is told by mail.
      const slips = notices.filter(({ channel, state }) => channel === 'slip' && state === 'pending');
      for (const { id } of slips) await desk.call('GET', `${path}/${id}/slip`);
      return notices;
    },
    (list) => list.length >= book.notices.length && list.every(({ state }) => state !== 'pending'),
    `notices of ${book.id}`,
    patienceSeconds,
  ).catch((): Notices['notices'] => []);
  balance.notices += told.length;
  const sent = told.map(({ kind }) => kind);
  for (const kind of new Set(book.notices)) {
    hold(balance, `notice ${kind} of ${book.id}`, countOf(book.notices, kind), countOf(sent, kind));
  }
}

const countOf = (all: string[], one: string): number => all.filter((each) => each === one).length;
