import { setTimeout as pause } from 'node:timers/promises';
import { simulatedServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { ApiError } from '@cups/tools/desk';
import { UploadError } from '@cups/tools/upload-client';
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
}

/** Opens a desk at each active centre and starts visits at this rate. */
export async function openDesks({ url, mpower, rate, random }: DesksOptions): Promise<Desks> {
  const { centres: all } = (await (await fetch(`${url}/api/v1/centres?pageSize=200`)).json()) as { centres: Centre[] };
  const centres = all.filter(({ status }) => status === 'active');
  const desks = await signInAll(url, centres);
  const counters = openWorkload(desks, random);
  const visits = { begun: 0, running: 0, skipped: 0 };
  const givenUp = new AbortController();
  const uploads = openUploads({ url, desks, counters, random, signal: givenUp.signal });
  let factor = 1;
  let isOpen = true;
  const place: VisitContext = {
    counters,
    mpower,
    uploads,
    centres,
    services: await simulatedServices(url),
    random,
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
    },
  };
}
