import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@cups/contracts';
import { createSearchHasher } from '@cups/intake/search-hasher';
import { openApplicationStore } from '@cups/intake/store';
import { findNumber, listByCentre, searchByName } from '@cups/intake/store/application-rows';
import { findForPerson, findLastForPerson, findOpenForPerson } from '@cups/intake/store/person-search';
import { countQueue, listChanges, listQueue } from '@cups/intake/store/queue';
import { openStatisticsMonths } from '@cups/intake/store/statistics-months';
import type { StatisticsMonths } from '@cups/intake/store/statistics-months';
import { openStore } from '@cups/store';
import type { Platform } from '@cups/tools/platform';
import { setTimeout as pause } from 'node:timers/promises';
import { ABSENT_NAME, CENTRE, COMMON_NAME, RARE_NAME } from './fill.ts';
import type { RarePerson } from './fill.ts';
import type { ScreenName } from './screens.ts';

/** What intake reads for each screen, by its own functions: without HTTP, gRPC, sessions and the log of accesses. */

export interface StoreReads {
  reads: Record<ScreenName, () => Promise<unknown>>;
  close(): Promise<void>;
}

const noLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => noLog };
const PAGE = { pageSize: 50, pageToken: '' };
/** Operator without applications. */
const OPERATOR = 'operators/bench';

/** @param period first and last day of the statistics */
export async function openStoreReads(
  { mongoUri, mongoTls, prefix }: Platform,
  dataDir: string,
  person: RarePerson,
  period: { from: string; to: string },
): Promise<StoreReads> {
  const { ca } = mongoTls;
  const store = openStore({
    uri: mongoUri,
    database: `${prefix}cups-intake`,
    log: noLog,
    ...(ca === undefined ? {} : { ca: () => ca }),
  });
  const applications = openApplicationStore(store);
  const months = openStatisticsMonths(store);
  while (!store.ready()) await pause(50);
  const hasher = createSearchHasher(() => readFileSync(join(dataDir, 'keys', 'intake.secret'), 'utf8').trim());
  const people = { applications, hashes: hasher, isBackfilled: () => true };
  const centres = [CENTRE];
  const viewer = () => ({ operator: OPERATOR, now: new Date() });
  const counts = () => countQueue(applications, centres, viewer());
  const queue = (bucket: 'today' | 'open') =>
    Promise.all([listQueue(applications, { bucket, centres, ...viewer(), ...PAGE }), counts()]);
  const search = (name: string) => searchByName(applications, centres, name, hasher);
  return {
    reads: {
      'queue: today': () => queue('today'),
      'queue: open': () => queue('open'),
      'queue: changes': () =>
        Promise.all([listChanges(applications, { since: new Date(), centres, ...PAGE }), counts()]),
      list: () => listByCentre(applications, { centres, state: '', ...PAGE }),
      'search: common name': () => search(COMMON_NAME),
      'search: rare name': () => search(RARE_NAME),
      'search: absent name': () => search(ABSENT_NAME),
      'search: IDNP': () => findForPerson(people, centres, person.idnp),
      'search: number': () => findNumber(applications, centres, person.trackingNumber),
      person: () =>
        Promise.all([findOpenForPerson(people, centres, person.idnp), findLastForPerson(people, centres, person.idnp)]),
      file: () => applications.get(person.id, { scope: { centre: centres } }),
      'statistics of a year': () => readMonths(months, period),
    },
    close: () => store.close(),
  };
}

async function readMonths(months: StatisticsMonths, { from, to }: { from: string; to: string }): Promise<number> {
  let count = 0;
  for await (const _month of months.readAll(from.slice(0, 7), to.slice(0, 7))) count += 1;
  return count;
}
