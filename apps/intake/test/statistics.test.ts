import { randomUUID } from 'node:crypto';
import { newUlid } from '@cups/contracts/node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { STATES } from '@cups/application';
import type { Action } from '@cups/application';
import { openStore } from '@cups/store';
import type { Documents, Store } from '@cups/store';
import { isProblem } from '@cups/problem';
import { captureLog, eventually, testInfrastructure } from '@cups/testing';
import fc from 'fast-check';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { CommandResult } from '../src/domain/command.ts';
import { createSearchHasher } from '../src/domain/search-hasher.ts';
import { computeMedian, Tally, toCountedRow } from '../src/domain/statistics.ts';
import { encodeRows, tallyRows } from '../src/domain/statistics-rows.ts';
import type { GroupedRow } from '../src/domain/statistics-rows.ts';
import { toCivilDate } from '@cups/application';
import { toChange } from '../src/event-encoder.ts';
import { openApplicationStore } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import { openStatistics } from '../src/store/statistics.ts';
import type { Period, StatisticsStore } from '../src/store/statistics.ts';
import { ACTOR, agencyUpdate, newDraft, runCommand, WORKING_TIME } from './fixtures.ts';

/** Rollups of the statistics, against counts over all applications. */

const { mongoUri, prefix } = testInfrastructure();
const { log } = captureLog();
const hashes = createSearchHasher(() => 'a key');
let store: Store;
let applications: Documents<StoredApplication>;
let statistics: StatisticsStore;
const { signal } = new AbortController();

beforeAll(async () => {
  store = openStore({ uri: mongoUri, database: `${prefix}cups-statistics`, log });
  applications = openApplicationStore(store);
  await eventually(() => store.ready());
  statistics = openStatistics(store, applications);
  await statistics.computeMissing(signal);
});
afterAll(() => store.close());

function tallyFor(groups: Map<string, Tally>, key: string, now: Date): Tally {
  const tally = groups.get(key) ?? new Tally(now);
  groups.set(key, tally);
  return tally;
}

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const seconds = fc.nat({ max: 400_000_000 });
const row: fc.Arbitrary<GroupedRow> = fc.record({
  publicService: fc.constantFrom('publicServices/a', 'publicServices/b'),
  agency: fc.constantFrom('agencies/a', 'agencies/b'),
  state: fc.constantFrom(...STATES),
  approved: optional(fc.boolean()),
  needMet: optional(fc.boolean()),
  dueDay: fc.constantFrom(0, 20260309, 20260310),
  deskSeconds: seconds,
  agencySeconds: optional(seconds),
  citizenSeconds: optional(seconds),
});

describe('statistics rows', () => {
  const now = new Date('2026-03-10T09:00:00Z');

  test('tally alike before and after their encoding, in groups and in total', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 4 }), (days) => {
        const direct = new Tally(now);
        for (const counted of days.flat()) direct.add(counted);
        const groups = new Map<string, Tally>();
        const names: string[] = [];
        for (const day of days) {
          const rows = encodeRows(day, names);
          tallyRows(
            rows,
            names.map((name) => tallyFor(groups, name, now)),
          );
        }
        const total = new Tally(now);
        for (const group of groups.values()) total.addAll(group);
        expect(total.result()).toEqual(direct.result());
        for (const [key, group] of groups) {
          const own = new Tally(now);
          for (const one of days.flat()) if (`${one.publicService} ${one.agency}` === key) own.add(one);
          expect(group.result()).toEqual(own.result());
        }
      }),
    );
  });

  test('computeMedian returns the middle of the sorted values', () => {
    expect(computeMedian(new Uint32Array())).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
        expect(computeMedian(Uint32Array.from(values))).toBe(Math.round((low + high) / 2));
      }),
    );
  });
});

/** Instants around the ends of days and months in Chisinau, and the night of a clock change. */
const TIMES = [
  '2026-02-28T21:59:59.999Z',
  '2026-02-28T22:00:00Z',
  '2026-03-10T09:00:00Z',
  '2026-03-10T21:59:59Z',
  '2026-03-10T22:00:00Z',
  '2026-03-28T22:30:00Z',
  '2026-03-31T20:59:00Z',
  '2026-03-31T21:00:00Z',
].map((time) => new Date(time));
const READ_TIME = new Date('2026-04-20T09:00:00Z');
const PERIODS: Period[] = [
  { fromDate: '2026-02-01', toDate: '2026-04-30' },
  { fromDate: '2026-03-01', toDate: '2026-03-31' },
  { fromDate: '2026-03-10', toDate: '2026-03-11' },
  { fromDate: '2026-02-28', toDate: '2026-02-28' },
];

/** Returns an action of an operator at the centre of the application. */
const act =
  (action: Action) =>
  (app: StoredApplication, now: Date): CommandResult => {
    const { document, events } = runCommand({ ...app, centre: ACTOR.centre }, action, ['specialist'], now);
    return { document: { ...document, centre: app.centre }, events };
  };

type Write = { app: number; time: number; run: (app: StoredApplication, now: Date) => CommandResult };
const write: fc.Arbitrary<Write> = fc.record({
  app: fc.nat({ max: 3 }),
  time: fc.nat({ max: TIMES.length - 1 }),
  run: fc.oneof(
    fc.constantFrom<Action[]>('submit', 'edit', 'withdraw', 'record-payment', 'hand-over', 'confirm-outcome').map(act),
    fc
      .constantFrom('acknowledged', 'documents-requested', 'approved', 'rejected')
      .map(
        (message) => (app: StoredApplication, now: Date) =>
          applyAgencyUpdate(app, agencyUpdate(message, now), WORKING_TIME),
      ),
  ),
});
const SUBMIT: Pick<Write, 'time' | 'run'> = { time: 2, run: act('submit') };

/**
 * What happens before or after one call of a recompute to the store: the process dies, or others write and recompute.
 */
type Interruption = { call: number; isExecuted: boolean; death: boolean; writes: Write[]; recompute: boolean };
const interruption: fc.Arbitrary<Interruption> = fc.record({
  call: fc.nat({ max: 6 }),
  isExecuted: fc.boolean(),
  death: fc.boolean(),
  writes: fc.array(write, { minLength: 2, maxLength: 4 }),
  recompute: fc.boolean(),
});
type Step = { writes: Write[]; recomputes: Interruption[]; read: number | undefined };
const step: fc.Arbitrary<Step> = fc.record({
  writes: fc.array(write, { minLength: 1, maxLength: 4 }),
  recomputes: fc.array(interruption, { minLength: 1, maxLength: 2 }),
  read: optional(fc.nat({ max: PERIODS.length - 1 })),
});

const INTERRUPTED_CALLS = new Set<string | symbol>(['findOne', 'insertOne', 'updateOne', 'bulkWrite']);

/** Returns the store as a recompute sees it that is interrupted at one of its calls. */
function interrupted(
  { call, isExecuted, death }: Interruption,
  interlude: () => Promise<unknown>,
): { store: Store; applications: Documents<StoredApplication> } {
  let left = call;
  const wrapCall = async (run: () => Promise<unknown>): Promise<unknown> => {
    left -= 1;
    if (left >= 0 || (left < -1 && !death)) return run();
    const result = left === -1 && isExecuted ? await run() : undefined;
    if (death) throw new Error('dead');
    await interlude();
    return isExecuted ? result : run();
  };
  const wrap = <T extends object>(target: T, isWrapped: (name: string | symbol) => boolean): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          const run = (): unknown => Reflect.apply(member, object, given);
          if (name === 'collection') return wrap(run() as object, (called) => INTERRUPTED_CALLS.has(called));
          return isWrapped(name) ? wrapCall(run as () => Promise<unknown>) : run();
        };
      },
    });
  return { store: wrap(store, () => false), applications: wrap(applications, (name) => name === 'find') };
}

let centreCount = 0;

async function createCentre(): Promise<{ centre: string; ids: string[] }> {
  centreCount += 1;
  const code = `CU-${100 + centreCount}`;
  const ids = [0, 1, 2, 3].map(() => newUlid(TIMES[0]!));
  for (const [n, id] of ids.entries()) {
    const draft = { ...newDraft({ id, trackingNumber: id }), centre: `centres/${code}` } as StoredApplication;
    if (n === 1) draft.content.costOption = 'paid';
    if (n === 3) draft.training = true;
    await applications.create(draft, { scope: 'service', cause: { requestId: id }, events: [], now: TIMES[0]! });
  }
  return { centre: `centres/${code}`, ids };
}

async function change(id: string, { time, run }: Pick<Write, 'time' | 'run'>): Promise<void> {
  const now = TIMES[time]!;
  try {
    await applications.update(id, { scope: 'service', cause: { requestId: randomUUID() }, now }, (app) =>
      toChange(app, run(app, now), hashes),
    );
  } catch (error) {
    // The lifecycle refuses most random actions.
    if (!isProblem(error)) throw error;
  }
}

/** Counts over all applications of a centre. */
async function countAll(centre: string, { fromDate, toDate }: Period): Promise<object> {
  const tally = new Tally(READ_TIME);
  for (const app of await applications.find({}, { scope: { centre } })) {
    const counted = toCountedRow(app);
    const day = app.submitTime && toCivilDate(app.submitTime);
    if (counted && day && day >= fromDate && day <= toDate) tally.add(counted);
  }
  return tally.result();
}

async function readRollups(centre: string, period: Period, from = statistics): Promise<object> {
  const groups = new Map<string, Tally>();
  await from.tally(period, (owner) => tallyFor(groups, owner, READ_TIME));
  return tallyFor(groups, centre, READ_TIME).result();
}

describe('StatisticsStore', () => {
  test('counts like a read of all applications, whatever recomputes die or run at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6, size: 'max' }), async (steps) => {
        const { centre, ids } = await createCentre();
        for (const id of ids.slice(1)) await change(id, SUBMIT);
        const writeAll = async (writes: Write[]) => {
          for (const one of writes) await change(ids[one.app]!, one);
        };
        const recompute = async (given: Interruption) => {
          const used = interrupted(given, async () => {
            await writeAll(given.writes);
            if (given.recompute) await statistics.recomputeChanged(signal);
          });
          await openStatistics(used.store, used.applications)
            .recomputeChanged(signal)
            .catch((error: unknown) => {
              if (!given.death) throw error;
            });
        };
        for (const one of steps) {
          await Promise.all([writeAll(one.writes), ...one.recomputes.map(recompute)]);
          const period = one.read === undefined ? undefined : PERIODS[one.read]!;
          if (period) expect(await readRollups(centre, period)).toEqual(await countAll(centre, period));
        }
        for (const period of PERIODS) expect(await readRollups(centre, period)).toEqual(await countAll(centre, period));
      }),
      { numRuns: Number(process.env['RUNS'] ?? 15), endOnFailure: true },
    );
  }, 120_000);

  test('computes months of applications that were written without marks', async () => {
    const { centre, ids } = await createCentre();
    for (const [n, id] of ids.entries()) await change(id, { ...SUBMIT, time: n });
    const stored = store.collection<{ _id: string; uncounted?: number }>('applications');
    await stored.updateMany({ _id: { $in: ids } }, { $unset: { uncounted: '' } });
    const period = PERIODS[0]!;
    const expected = await countAll(centre, period);
    expect(expected).toMatchObject({ filed: 3 });
    expect(await readRollups(centre, period)).toMatchObject({ filed: 0 });
    const [first, second] = [openStatistics(store, applications), openStatistics(store, applications)];
    expect(await readRollups(centre, PERIODS[2]!, first)).toEqual(await countAll(centre, PERIODS[2]!));
    expect(await second.computeMissing(signal)).toBe(1);
    expect(await second.computeMissing(signal)).toBe(0);
    expect(await readRollups(centre, period, second)).toEqual(expected);
  });
});
