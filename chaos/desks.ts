import { setTimeout as pause } from 'node:timers/promises';
import { ofChannel, providerOf, publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { ApiError } from '@cups/tools/desk';
import { UploadError } from '@cups/tools/upload-client';
import { openClerks } from './clerks.ts';
import type { ChaosClerks } from './clerks.ts';
import { openUploads } from './uploads.ts';
import type { Uploads } from './uploads.ts';
import { count, openWorkload, signInAll } from './workload.ts';
import type { Workload } from './workload.ts';
import { runVisit } from './visit.ts';
import type { VisitContext, DeliveredApplication } from './visit.ts';

/** Maximum number of concurrent visits. Further arrivals are skipped. */
const MAX_CONCURRENT_VISITS = 200;

/** Simulated applicants who visit the centres, whatever happens to the platform. */
export interface Desks {
  counters: Workload;
  uploads: Uploads;
  clerks: ChaosClerks;
  /** How each agency of a service works, by code. */
  channels: Readonly<Record<string, string>>;
  /** Applications whose legal term was made to pass. */
  elapsed: readonly string[];
  deliveredApplications: ReadonlyMap<string, DeliveredApplication>;
  visits: { begun: number; running: number; skipped: number };
  /** Multiplies the normal arrival rate. */
  load(factor: number): void;
  /** Stops new visits; resolves when the running ones end, or aborts them after this many seconds. */
  finish(seconds: number): Promise<void>;
}

export interface DesksOptions {
  /** URL of the gateway. */
  url: string;
  /** URL of the simulator of MPower. */
  mpower: string;
  /** Applications per second. */
  rate: number;
  random: () => number;
  /** Makes the legal term of an application pass, by days. */
  elapseTerm: (id: string, days: number) => Promise<void>;
}

/** Longer than one and a half of any legal term of the examples. */
const ELAPSED_DAYS = 120;
/** Longer than any fault of the store. */
const MAX_ELAPSE_ATTEMPTS = 120;

/** Opens a desk at each active centre and starts visits at this rate. */
export async function openDesks({ url, mpower, rate, random, elapseTerm }: DesksOptions): Promise<Desks> {
  const { centres: all } = (await (await fetch(`${url}/api/v1/centres?pageSize=200`)).json()) as { centres: Centre[] };
  const centres = all.filter(({ status }) => status === 'active');
  const desks = await signInAll(url, centres);
  const counters = openWorkload(desks, random);
  const visits = { begun: 0, running: 0, skipped: 0 };
  const givenUp = new AbortController();
  const uploads = openUploads({ url, desks, counters, random, signal: givenUp.signal });
  const services = await publicServices(url);
  const channels = Object.fromEntries(services.map((one) => [providerOf(one), one.providerChannel ?? 'kafka']));
  const pages = [...new Set(ofChannel(services, 'page').map(providerOf))];
  const clerks = await openClerks(url, pages, counters.troubles);
  const elapsed: string[] = [];
  let factor = 1;
  let isOpen = true;
  const place: VisitContext = {
    counters,
    mpower,
    uploads,
    centres,
    services,
    random,
    elapseTerm: createElapsing(elapseTerm, elapsed, givenUp.signal),
    deliveredApplications: new Map(),
    isOpen: () => isOpen,
    signal: givenUp.signal,
  };

  async function startVisit(): Promise<void> {
    if (visits.running >= MAX_CONCURRENT_VISITS) return void (visits.skipped += 1);
    visits.running += 1;
    try {
      await runVisit((visits.begun += 1), place);
    } catch (error) {
      // The workload has already recorded refused calls and uploads.
      const isRecorded = error instanceof ApiError || error instanceof UploadError;
      if (!isRecorded && !givenUp.signal.aborted) count(counters.troubles, (error as Error).name);
    } finally {
      visits.running -= 1;
    }
  }
  void (async () => {
    while (isOpen) {
      void startVisit();
      await pause((1_000 / (rate * factor)) * (0.5 + random()));
    }
  })();

  return {
    counters,
    uploads,
    clerks,
    channels,
    elapsed,
    deliveredApplications: place.deliveredApplications,
    visits,
    load: (times) => (factor = times),
    async finish(seconds) {
      isOpen = false;
      const end = performance.now() + seconds * 1000;
      while (visits.running > 0 && performance.now() < end) await pause(100);
      givenUp.abort();
      counters.giveUp();
      while (visits.running > 0) await pause(50);
      await clerks.finish();
    },
  };
}

/** Returns what makes terms pass, with retries: the store may be killed or paused. @param elapsed receives the IDs */
function createElapsing(
  elapseTerm: DesksOptions['elapseTerm'],
  elapsed: string[],
  signal: AbortSignal,
): VisitContext['elapseTerm'] {
  return async (id) => {
    for (let attempt = 1; !(await isDone(elapseTerm(id, ELAPSED_DAYS))); attempt += 1) {
      if (attempt === MAX_ELAPSE_ATTEMPTS) throw new Error('ElapseFailed');
      await pause(1_000, undefined, { signal });
    }
    elapsed.push(id);
  };
}

const isDone = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
