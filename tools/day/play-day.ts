import { checkAgencies } from './agency-books.ts';
import type { AgencyCounts } from './agency-books.ts';
import { startClerks } from './agency-clerk.ts';
import type { ClerkCounts } from './agency-clerk.ts';
import { eraseOne } from './erasure.ts';
import { reconcile } from './reconcile.ts';
import type { Reconciliation, ExpectedApplication } from './reconcile.ts';
import { planChannelJobs, planJobs, QUICK_SCENARIO } from './scenarios.ts';
import type { Job } from './scenarios.ts';
import { QueueClient } from './queue.ts';
import { Visit } from './visit.ts';
import type { DayContext, VisitRow } from './visit.ts';
import { openDesk } from './desk.ts';
import { applicationId, listActiveCentres, ofChannel, providerOf, publicServices } from './filings.ts';
import type { Centre, PublicService } from './filings.ts';
import type { ElapseTerm } from './silence.ts';

/**
 * Plays a day at the desks through the public REST API: applications from many centres for all services and agencies, each followed
 * to its end and reconciled afterwards.
 */

export interface DayOptions {
  url: string;
  /** Minimum number of applications, without corrections. */
  applications?: number;
  /** Number of concurrent visits. */
  parallel?: number;
  /** Maximum seconds until an application changes. */
  patienceSeconds?: number;
  /** Whether every agency has a system that fetches copies. @default false: each fetches all of them, or none */
  everyAgencyFetches?: boolean;
  /** Family name of the n-th applicant. @default a common one */
  familyNameOf?: (n: number) => string;
  /** URL of the simulator of MPower that the platform uses. @default none: nobody has a power in MPower */
  mpower?: string | undefined;
  /**
   * Whether agencies with a page or a pull system take part. Their clerks sign in at the local provider, and the simulator
   * pulls. @default false
   */
  everyChannel?: boolean;
  /** Lets the term of an application pass, so that a silent agency is escalated. @default nobody is silent for so long */
  elapseTerm?: ElapseTerm | undefined;
  /** Whether a person has their withdrawn application erased at the end. @default false */
  erasesOne?: boolean;
  onChange?: (row: VisitRow) => void;
}

export interface DayResult {
  applications: number;
  byState: Record<string, number>;
  /** Applications that the agencies have, by agency and by channel; empty without `everyChannel`. */
  atAgencies: AgencyCounts;
  /** What clerks of agencies without a system did. */
  clerks: ClerkCounts;
  /** Applications whose agency was silent until the last step. */
  escalated: number;
  passedOn: number;
  agencies: string[];
  publicServices: string[];
  centres: string[];
  seconds: number;
  /** Acknowledged applications or effects that are missing. */
  lost: number;
  /** Applications or effects that exist twice. */
  doubled: number;
  /** Errors of the day. */
  errors: string[];
  replayed: number;
  staleEditsRefused: number;
  corrections: number;
  notices: number;
  mandates: MandateCounts;
  documents: DocumentCounts;
  /** applications/{id} of the erased one. */
  erased?: string;
}

/** Numbers of the mandates of a day. */
export interface MandateCounts {
  byGround: Record<string, number>;
  revoked: number;
}

/** Numbers of the documents of a day. */
export interface DocumentCounts {
  /** Uploads with a valid file. */
  scans: number;
  /** Pages of photographed documents. */
  photographedPages: number;
  refused: number;
  /** Copies that agencies fetched, repeats included. */
  fetches: number;
  /** Result documents that desks read before the hand-over. */
  results: number;
}

/** Number of missions beside all town halls. */
const MISSIONS = 3;

/**
 * Plays a day and reconciles it.
 * @throws Error when the platform is unreachable or offers no operators
 */
export async function playDay(options: DayOptions): Promise<DayResult> {
  const { url, applications = 68, parallel = 12, patienceSeconds = 120, onChange = () => {} } = options;
  const started = performance.now();
  const centres = await selectCentres(url);
  const services = await publicServices(url);
  const context: DayContext = {
    desks: new Map(),
    queues: new Map(),
    patienceSeconds,
    familyNameOf: options.familyNameOf,
    mpower: options.mpower,
    elapseTerm: options.elapseTerm,
    counts: { replayed: 0, stale: 0 },
    onChange,
  };
  await openDesks(url, centres, context);

  const books: ExpectedApplication[] = [];
  const errors: string[] = [];
  const { everyChannel = false, everyAgencyFetches = false } = options;
  const hasMPower = options.mpower !== undefined;
  const queue = planJobs(applications, centres, ofChannel(services, 'kafka'), { hasMPower });
  // They come first, because the clock of a silent agency takes longest.
  if (everyChannel) queue.unshift(...planChannelJobs(centres, services, { canElapse: Boolean(options.elapseTerm) }));
  const pages = new Set(everyChannel ? ofChannel(services, 'page').map(providerOf) : []);
  const clerks = await startClerks(url, [...pages], (message) => errors.push(message));
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let job = queue.shift(); job; job = queue.shift()) await runVisit(context, job, books, errors);
    }),
  ).finally(() => clerks.stop());
  // The clerks have stopped, and a correction goes to the agency of the service.
  const correctable = books.filter(({ agency, formerAgencies }) => !pages.has(agency) && !formerAgencies);
  const corrections = await correctOne(context, applications, correctable, { books, errors });
  const balance = await reconcile(books, context, { patienceSeconds, everyAgencyFetches });
  const atAgencies = everyChannel
    ? await compareAgencies(balance, books, { url, services })
    : { byAgency: {}, byChannel: {} };
  const erased = options.erasesOne
    ? await eraseOne(url, books, context.desks).catch((error: Error) => void errors.push(`erasure: ${error.message}`))
    : undefined;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return Object.assign(summarize(books, balance, errors), {
    seconds,
    atAgencies,
    clerks: clerks.counts(),
    ...(erased ? { erased } : {}),
    replayed: context.counts.replayed,
    staleEditsRefused: context.counts.stale,
    corrections,
  });
}

/** Signs in a specialist at each centre. */
async function openDesks(url: string, centres: readonly Centre[], { desks, queues }: DayContext): Promise<void> {
  for (const { name, code } of centres) {
    const desk = await openDesk(url, `${code.toLowerCase()}-specialist`);
    desks.set(name, desk);
    queues.set(name, new QueueClient(desk));
  }
}

/** Compares the books of the agencies with those of the desks. */
function compareAgencies(
  balance: Reconciliation,
  books: readonly ExpectedApplication[],
  { url, services }: { url: string; services: readonly PublicService[] },
): Promise<AgencyCounts> {
  const channelOf = new Map(services.map((one) => [providerOf(one), one.providerChannel ?? 'kafka']));
  return checkAgencies(balance, books, { channelOf, signIn: (operator) => openDesk(url, operator) });
}

async function selectCentres(url: string): Promise<Centre[]> {
  const active = await listActiveCentres(url);
  const townHalls = active.filter(({ kind }) => kind === 'town-hall');
  const missions = active.filter(({ kind }) => kind === 'mission').slice(0, MISSIONS);
  if (townHalls.length === 0) throw new Error('No town hall is active.');
  return [...townHalls, ...missions];
}

/** Plays one application to its end. An error is recorded and does not stop the others. */
async function runVisit(place: DayContext, job: Job, books: ExpectedApplication[], errors: string[]): Promise<void> {
  const row: VisitRow = {
    id: applicationId(job.course.ending),
    centre: job.centre.displayName,
    service: job.service.code,
    agency: job.service.version.provider.replace('agencies/', ''),
    course: job.course.name,
    state: 'new',
  };
  try {
    books.push(await new Visit(place, row, job).run());
  } catch (error) {
    row.error = (error as Error).message;
    errors.push(`${row.id} at ${row.centre} (${row.service}, ${row.course}): ${row.error}`);
  }
  place.onChange(row);
}

/** Corrects a rejected application by a new one that references it. */
async function correctOne(
  place: DayContext,
  n: number,
  correctable: readonly ExpectedApplication[],
  { books, errors }: { books: ExpectedApplication[]; errors: string[] },
): Promise<number> {
  const wrong = correctable.find(({ state }) => state === 'closed');
  if (!wrong) {
    errors.push('no closed application to correct');
    return 0;
  }
  try {
    const desk = place.desks.get(`centres/${wrong.centre}`)!;
    const { body: service } = await desk.call<PublicService>('GET', `/public-services/${wrong.service}`);
    const { body: centre } = await desk.call<Centre>('GET', `/centres/${wrong.centre}`);
    const row: VisitRow = {
      id: applicationId(QUICK_SCENARIO.ending),
      centre: centre.displayName,
      service: wrong.service,
      agency: wrong.agency,
      course: 'correction',
      state: 'new',
    };
    const visit = new Visit(place, row, { n, centre, service, course: QUICK_SCENARIO, ground: 'own-presence' });
    books.push(await visit.run(`applications/${wrong.id}`));
    return 1;
  } catch (error) {
    errors.push(`correction of ${wrong.id}: ${(error as Error).message}`);
    return 0;
  }
}

function summarize(books: ExpectedApplication[], balance: Reconciliation, errors: string[]) {
  const { lost, doubled, states, notices, fetches } = balance;
  const distinct = (of: (book: ExpectedApplication) => string) => [...new Set(books.map(of))].sort();
  const byState: Record<string, number> = {};
  for (const state of states) byState[state] = (byState[state] ?? 0) + 1;
  return {
    applications: books.length,
    byState,
    agencies: distinct(({ agency }) => agency),
    publicServices: distinct(({ service }) => service),
    centres: distinct(({ centre }) => centre),
    lost: lost.length,
    doubled: doubled.length,
    errors: [...errors, ...lost.map((what) => `lost: ${what}`), ...doubled.map((what) => `twice: ${what}`)],
    notices,
    escalated: books.filter(({ reminders }) => reminders !== undefined).length,
    passedOn: books.filter(({ formerAgencies = [] }) => formerAgencies.length > 0).length,
    mandates: countMandates(books),
    documents: { ...countDocuments(books), fetches },
  };
}

function countMandates(books: ExpectedApplication[]): MandateCounts {
  const byGround: Record<string, number> = {};
  const mandates = books.flatMap((book) => book.mandates);
  for (const { ground } of mandates) byGround[ground] = (byGround[ground] ?? 0) + 1;
  return { byGround, revoked: mandates.filter(({ isRevoked }) => isRevoked).length };
}

function countDocuments(books: ExpectedApplication[]): Omit<DocumentCounts, 'fetches'> {
  const uploads = books.flatMap((book) => book.uploads);
  const valid = uploads.filter(({ refusal }) => refusal === undefined);
  return {
    scans: valid.length,
    photographedPages: valid.reduce((sum, { pages }) => (pages > 1 ? sum + pages : sum), 0),
    refused: uploads.length - valid.length,
    results: books.reduce((sum, { results }) => sum + results.length, 0),
  };
}
