import { brotliCompressSync } from 'node:zlib';
import type { Desk } from '@cups/tools/desk';
import { percentiles } from '../processes.ts';
import { ABSENT_NAME, COMMON_NAME, RARE_NAME } from './fill.ts';
import type { RarePerson } from './fill.ts';
import type { StoreReads } from './store-reads.ts';

/** The requests of a desk's screens, and their times. */

export type ScreenName =
  | 'queue: today'
  | 'queue: open'
  | 'queue: changes'
  | 'list'
  | 'search: common name'
  | 'search: rare name'
  | 'search: absent name'
  | 'search: IDNP'
  | 'search: number'
  | 'person'
  | 'file'
  | 'statistics of a year';

/** Milliseconds of the request, and of the same reads of the store alone. */
export interface ScreenResult {
  name: ScreenName;
  p50: number;
  p95: number;
  storeP50: number;
  storeP95: number;
  bytes: number;
  brotliBytes: number;
  rows: number;
}

type RequestSpec = [method: string, path: string, body?: object];

export interface ScreenSession {
  desk: Desk;
  supervisor: Desk;
  person: RarePerson;
  /** First and last day of the statistics. */
  period: { from: string; to: string };
  storeReads: StoreReads;
  runs: number;
}

/** Measures each screen. */
export async function measureScreens(session: ScreenSession): Promise<ScreenResult[]> {
  const { desk, person, period } = session;
  const queue = await desk.call<{ cursor: string }>('GET', '/queue');
  const search = (query: string): RequestSpec => ['POST', '/applications/search', { query }];
  const requests: Record<ScreenName, RequestSpec> = {
    'queue: today': ['GET', '/queue'],
    'queue: open': ['GET', '/queue?bucket=open'],
    'queue: changes': ['GET', `/queue/changes?cursor=${encodeURIComponent(queue.body.cursor)}`],
    list: ['GET', '/applications'],
    'search: common name': search(COMMON_NAME),
    'search: rare name': search(RARE_NAME),
    'search: absent name': search(ABSENT_NAME),
    'search: IDNP': search(person.idnp),
    'search: number': search(person.trackingNumber),
    person: ['POST', '/persons/lookup', { idnp: person.idnp }],
    file: ['GET', `/applications/${person.id}/details`],
    'statistics of a year': ['GET', `/statistics?from=${period.from}&to=${period.to}`],
  };
  const results: ScreenResult[] = [];
  for (const [name, request] of Object.entries(requests)) {
    results.push(await measureScreen(name as ScreenName, request, session));
  }
  return results;
}

/** Alternates the two, so that other load affects both alike. The first of each is not counted. */
async function measureScreen(
  name: ScreenName,
  [method, path, body]: RequestSpec,
  { desk, supervisor, storeReads, runs }: ScreenSession,
): Promise<ScreenResult> {
  const caller = name === 'statistics of a year' ? supervisor : desk;
  const [request, store]: [number[], number[]] = [[], []];
  let answer: unknown;
  for (let run = 0; run <= runs; run += 1) {
    const started = performance.now();
    ({ body: answer } = await caller.call(method, path, body ? { body } : {}));
    const answered = performance.now();
    await storeReads.reads[name]();
    if (run === 0) continue;
    request.push(answered - started);
    store.push(performance.now() - answered);
  }
  const text = JSON.stringify(answer);
  const { applications = [], rows = [] } = answer as { applications?: unknown[]; rows?: unknown[] };
  const { p50, p95 } = percentiles(request);
  const { p50: storeP50, p95: storeP95 } = percentiles(store);
  return {
    name,
    p50,
    p95,
    storeP50,
    storeP95,
    bytes: Buffer.byteLength(text),
    brotliBytes: brotliCompressSync(text).byteLength,
    rows: applications.length + rows.length,
  };
}
