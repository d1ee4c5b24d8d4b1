import { END_STATES } from '@cups/application';
import { waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import type { QueueClient } from './queue.ts';
import { checkDocuments, checkFetches } from './reconcile-documents.ts';
import type { ExpectedDocument } from './scans.ts';

/** Acknowledged facts about one application. */
export interface ExpectedApplication {
  id: string;
  centre: string;
  service: string;
  /** The agency that has access. */
  agency: string;
  /** Agencies that passed it on, in order. @default none */
  formerAgencies?: string[];
  /** Reminders that a silent agency must have received. @default not checked */
  reminders?: number;
  state: string;
  /** Acknowledged actions; each must be in the history exactly once. */
  actions: string[];
  /** Kinds of the expected notices. */
  notices: string[];
  /** Acknowledged uploads. */
  uploads: ExpectedDocument[];
  /** Acknowledged mandates, in order. */
  mandates: ExpectedMandate[];
  /** Result documents that the desk read before the hand-over. */
  results: { name: string; sha256: string }[];
}

export interface ExpectedMandate {
  /** mandates/{id} */
  name: string;
  /** As the mandate names it, such as `present-and-signing`. */
  ground: string;
  isRevoked: boolean;
}

export interface Reconciliation {
  /** Acknowledged applications or effects that are missing. */
  lost: string[];
  /** Applications or effects that exist twice. */
  doubled: string[];
  /** Current state of each application. */
  states: string[];
  /** Number of notices. */
  notices: number;
  /** Number of copies that agencies fetched, repeats included. */
  fetches: number;
}

export interface ReconcileOptions {
  /** Maximum seconds until a notice is sent or a document checked. */
  patienceSeconds: number;
  /** Whether every agency has a system that fetches copies. */
  everyAgencyFetches: boolean;
}

/** Maximum seconds to wait for the notices of one application. */
const MAX_NOTICE_WAIT_SECONDS = 20;
/** Maximum seconds to wait for the access-log entries of one application, once its agency has decided. */
const MAX_ACCESS_LOG_WAIT_SECONDS = 5;

/**
 * Checks that every acknowledged application and effect exists exactly once.
 * @param desks desks by centre name, as the queues are
 */
export async function reconcile(
  books: ExpectedApplication[],
  { desks, queues }: { desks: Map<string, Desk>; queues: Map<string, QueueClient> },
  { patienceSeconds, everyAgencyFetches }: ReconcileOptions,
): Promise<Reconciliation> {
  const balance: Reconciliation = { lost: [], doubled: [], states: [], notices: 0, fetches: 0 };
  const listed = await countListed(desks);
  for (const book of books) {
    const desk = desks.get(`centres/${book.centre}`)!;
    compareCounts(balance, `application ${book.id}`, 1, listed.get(book.id) ?? 0);
    await checkQueue(balance, book, queues.get(`centres/${book.centre}`)!);
    await checkDetails(balance, book, desk, Math.min(patienceSeconds, MAX_NOTICE_WAIT_SECONDS));
    await checkDocuments(balance, book, desk, patienceSeconds);
    await checkMandates(balance, book, desk);
  }
  balance.fetches = await checkFetches(balance, books, desks, {
    everyAgency: everyAgencyFetches,
    waitSeconds: everyAgencyFetches ? MAX_ACCESS_LOG_WAIT_SECONDS : 0,
  });
  return balance;
}

function compareCounts({ lost, doubled }: Reconciliation, what: string, promised: number, found: number): void {
  if (found < promised) lost.push(what);
  if (found > promised) doubled.push(`${what} (${found})`);
}

/** Checks that the centre holds every acknowledged mandate, on its ground and in its state. */
async function checkMandates(balance: Reconciliation, book: ExpectedApplication, desk: Desk): Promise<void> {
  for (const { name, ground, isRevoked } of book.mandates) {
    const { body } = await desk.call<{ ground: { kind: string }; state: string }>('GET', `/${name}`);
    const found = `${body.ground.kind} ${body.state}`;
    const expected = `${ground} ${isRevoked ? 'revoked' : 'active'}`;
    if (found !== expected) balance.lost.push(`mandate ${name} of ${book.id}: ${expected}, now ${found}`);
  }
}

/** Counts each application in the desks' lists. */
async function countListed(desks: Map<string, Desk>): Promise<Map<string, number>> {
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

interface ApplicationDetails {
  application: Application;
  history: { kind: string; cause?: string }[];
  notices?: { id: string; kind: string; channel: string; state: string }[];
}

/** Checks the details of one application: state, actions and notices. */
async function checkDetails(
  balance: Reconciliation,
  book: ExpectedApplication,
  desk: Desk,
  patienceSeconds: number,
): Promise<void> {
  const path = `/applications/${book.id}`;
  const read = async () => {
    const { body: details } = await desk.call<ApplicationDetails>('GET', `${path}/details`);
    // The desk prints the notices that are not sent by mail.
    const slips = (details.notices ?? []).filter(({ channel, state }) => channel === 'slip' && state === 'pending');
    for (const { id } of slips) await desk.call('GET', `${path}/notices/${id}/slip`);
    return details;
  };
  const areAllDelivered = ({ notices = [] }: ApplicationDetails) =>
    notices.length >= book.notices.length && notices.every(({ state }) => state !== 'pending');
  // A timeout counts as missing.
  const details = await waitUntil(read, areAllDelivered, `notices of ${book.id}`, patienceSeconds).catch(read);
  balance.states.push(details.application.state);
  if (details.application.state !== book.state) {
    balance.lost.push(`state ${book.state} of ${book.id}, now ${details.application.state}`);
  }
  checkActions(balance, book, details);
  checkNotices(balance, book, details.notices ?? []);
}

function checkActions(balance: Reconciliation, book: ExpectedApplication, { history }: ApplicationDetails): void {
  const recorded = history.map(({ kind }) => kind);
  for (const kind of new Set(book.actions)) {
    compareCounts(balance, `${kind} of ${book.id}`, countEqual(book.actions, kind), countEqual(recorded, kind));
  }
  // A hand-over of a paper result on its way records two actions, with one cause.
  const causes = history.map(({ kind, cause }) => `${kind} ${cause ?? ''}`);
  if (new Set(causes).size !== causes.length) balance.doubled.push(`an action with one cause of ${book.id}`);
}

function checkNotices(
  balance: Reconciliation,
  book: ExpectedApplication,
  notices: NonNullable<ApplicationDetails['notices']>,
): void {
  balance.notices += notices.length;
  const sent = notices.map(({ kind }) => kind);
  for (const kind of new Set(book.notices)) {
    compareCounts(balance, `notice ${kind} of ${book.id}`, countEqual(book.notices, kind), countEqual(sent, kind));
  }
}

/** Checks that an open application is in its desk's queue, and a finished one in no list. */
async function checkQueue(balance: Reconciliation, book: ExpectedApplication, queue: QueueClient): Promise<void> {
  const row = await queue.row(book.id);
  const isOpen = row?.buckets?.includes('open') ?? false;
  const hasEnded = END_STATES.some((end) => end === book.state);
  if (!hasEnded && !isOpen) balance.lost.push(`${book.id} in the queue`);
  if (hasEnded && isOpen) balance.doubled.push(`${book.id}, which has ended, in the queue`);
}

const countEqual = (all: string[], one: string): number => all.filter((each) => each === one).length;
