import { setTimeout as pause } from 'node:timers/promises';
import { publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { Refused } from '@cups/tools/desk';
import { count, openCounters } from './counters.ts';
import type { Counters } from './counters.ts';
import { visit } from './visit.ts';
import type { Place, Reached } from './visit.ts';

/** So many visits at most are under way: real centres have no more desks. */
const VISITS = 200;

/** People who come to the centres, whatever happens to the platform. */
export interface Desks {
  counters: Counters;
  reached: ReadonlyMap<string, Reached>;
  visits: { begun: number; running: number; skipped: number };
  /** Times the ordinary load. */
  load(factor: number): void;
  /** No new visits; resolves when those that run are over, or gives them up after so many seconds. */
  finish(seconds: number): Promise<void>;
}

/** Opens a desk at each active centre and lets people come: `perSecond` applications are begun. */
export async function openDesks(url: string, perSecond: number, random: () => number): Promise<Desks> {
  const { centres: all } = (await (await fetch(`${url}/api/v1/centres?pageSize=200`)).json()) as { centres: Centre[] };
  const centres = all.filter(({ status }) => status === 'active');
  const counters = await openCounters(url, centres, random);
  const visits = { begun: 0, running: 0, skipped: 0 };
  const givenUp = new AbortController();
  let factor = 1;
  let isOpen = true;
  const place: Place = {
    counters,
    centres,
    services: await publicServices(url),
    random,
    reached: new Map(),
    isOpen: () => isOpen,
    signal: givenUp.signal,
  };

  async function come(): Promise<void> {
    if (visits.running >= VISITS) return void (visits.skipped += 1);
    visits.running += 1;
    try {
      await visit((visits.begun += 1), place);
    } catch (error) {
      // What was refused is in the books of the counters.
      if (!(error instanceof Refused) && !givenUp.signal.aborted) count(counters.troubles, (error as Error).name);
    } finally {
      visits.running -= 1;
    }
  }
  void (async () => {
    while (isOpen) {
      void come();
      await pause((1_000 / (perSecond * factor)) * (0.5 + random()));
    }
  })();

  return {
    counters,
    reached: place.reached,
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
