import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import fc from 'fast-check';
import { findMissing, startDeskChainWatch } from '../src/desk-chain-watch.ts';
import { findBreak } from '../src/domain/desk-chain.ts';
import type { ChainBreak, ChainedAct, SequenceRange } from '../src/domain/desk-chain.ts';
import { openDeskChains, recordAct } from '../src/store/desk-chains.ts';
import type { ArrivingAct, DeskChains } from '../src/store/desk-chains.ts';
import { openQuarantinedActs } from '../src/store/quarantined-acts.ts';
import type { QuarantinedActs } from '../src/store/quarantined-acts.ts';
import { openStoredApplications } from './stored-applications.ts';
import { DAY, useIntake } from './world.ts';

/** Chains of acts without a line: what is normal breaks none, and what contradicts a chain is found. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-381';
const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = new Date('2026-11-29T06:00:00Z');
const after = (time: Date, ms: number) => new Date(time.getTime() + ms);

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
let deskChains: DeskChains;
let acts: QuarantinedActs;
beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
  deskChains = openDeskChains(stored.store);
  acts = openQuarantinedActs(stored.store, stored.keys);
  await eventually(() => stored.store.ready(), { timeoutMs: 60_000 });
});
afterAll(() => stored.close());

/** What happens to an act of a desk, besides arriving once. */
type Fate = 'claimed' | 'edit' | 'repeated' | 'with a line' | 'undone' | 'mandate' | 'refused' | 'handed in';
const FATES: readonly Fate[] = [
  'claimed',
  'edit',
  'repeated',
  'with a line',
  'undone',
  'mandate',
  'refused',
  'handed in',
];
/** Fates of acts that intake receives with a claim. */
const CLAIMED: readonly Fate[] = ['claimed', 'edit', 'repeated', 'refused'];

interface DeskAct extends ChainedAct {
  fate: Fate;
  application: number;
  deskTime: Date;
}

interface Step {
  fate: Fate;
  application: number;
  /** Minutes since the act before, and seconds by which the clock of the window differs. */
  minutes: number;
  skewSeconds: number;
}

const stepOf = fc.record<Step>({
  fate: fc.constantFrom(...FATES),
  application: fc.nat({ max: 3 }),
  minutes: fc.nat({ max: 90 }),
  skewSeconds: fc.integer({ min: -20, max: 20 }),
});

/** A day of a desk: acts with their number and the act before. */
function playDay(steps: readonly Step[]): DeskAct[] {
  let time = START;
  let previous: string | undefined;
  return steps.map(({ fate, application, minutes, skewSeconds }, at) => {
    time = after(time, minutes * MINUTE);
    const deskTime = after(time, skewSeconds * 1_000);
    const key = randomUUID();
    const act: DeskAct = { key, sequence: at + 1, fate, application, deskTime };
    if (previous !== undefined) act.previous = previous;
    if (fate !== 'edit') act.time = deskTime;
    else act.deskTime = after(time, 3 * HOUR);
    previous = key;
    return act;
  });
}

/** The order in which acts leave the desk: each application in order, several at the same time. */
function sendOrder(day: readonly DeskAct[], choices: readonly number[]): DeskAct[] {
  const queues = [0, 1, 2, 3].map((application) => day.filter((act) => act.application === application));
  const order: DeskAct[] = [];
  for (let n = 0; order.length < day.length; n += 1) {
    const open = queues.filter((queue) => queue.length > 0);
    order.push(open[(choices[n % choices.length] ?? 0) % open.length]!.shift()!);
  }
  return order;
}

describe('a break', () => {
  test('is found in no order of arrival of a normal day', () => {
    fc.assert(
      fc.property(
        fc.array(stepOf, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 }),
        (steps, choices) => {
          const known: ChainedAct[] = [];
          for (const act of sendOrder(playDay(steps), choices)) {
            if (!CLAIMED.includes(act.fate)) continue;
            expect(findBreak(act, known)).toBeUndefined();
            known.push(act);
            expect(findBreak(act, known)).toBeUndefined();
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is found in each forged day, wherever the forged act is and in whatever order it arrives', () => {
    const forgeries: Record<Exclude<ChainBreak, 'act-missing'>, (act: DeskAct) => Partial<ChainedAct>> = {
      fork: () => ({}),
      'sequence-reused': () => ({ previous: randomUUID() }),
      'time-reversed': () => ({}),
    };
    fc.assert(
      fc.property(
        fc.array(stepOf, { minLength: 4, maxLength: 12 }),
        fc.nat(),
        fc.constantFrom(...(Object.keys(forgeries) as (keyof typeof forgeries)[])),
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
        (given, at, forgery, choices) => {
          const day = playDay(given.map((step) => ({ ...step, fate: 'claimed' as const })));
          const target = day[1 + (at % (day.length - 2))]!;
          if (forgery === 'time-reversed') {
            // The clock was set back by a day.
            target.time = after(target.time!, -DAY);
          } else day.push({ ...target, ...forgeries[forgery](target), key: randomUUID() });
          const known: ChainedAct[] = [];
          const found = sendOrder(day, choices).map((act) => {
            const broken = findBreak(act, known);
            if (broken === undefined) known.push(act);
            return broken;
          });
          expect(found).toContain(forgery);
        },
      ),
      { numRuns: 500 },
    );
  });
});

interface Desk extends Pick<ArrivingAct, 'device' | 'operator' | 'centre' | 'chain'> {
  unreported: SequenceRange[];
}
const newDesk = (): Desk => ({
  device: `devices/${newUlid(new Date())}`,
  operator: 'operators/s-381',
  centre: `centres/${CENTRE}`,
  chain: randomUUID(),
  unreported: [],
});

function arrive(desk: Desk, act: DeskAct, now = after(START, DAY)): Promise<ChainBreak | undefined> {
  const { unreported: ended, ...owner } = desk;
  const { key, sequence, previous, time, deskTime } = act;
  const optional = { ...(previous === undefined ? {} : { previous }), ...(time && { time }) };
  const arriving = { ...owner, key, sequence, ...optional, deskTime, ended, application: newUlid(now) };
  return recordAct(deskChains, arriving, { now, cause: { requestId: 'test' } });
}

/** Sends a day as the outbox does. @returns the breaks */
async function send(desk: Desk, order: readonly DeskAct[]): Promise<(ChainBreak | undefined)[]> {
  const found: (ChainBreak | undefined)[] = [];
  for (const act of order) {
    const { sequence, fate } = act;
    if (CLAIMED.includes(fate)) {
      found.push(await arrive(desk, act));
      desk.unreported = [];
      if (fate === 'repeated') found.push(await arrive(desk, act));
    } else if (fate === 'handed in') await keepInQuarantine(desk, act);
    else desk.unreported.push({ from: sequence, to: sequence });
  }
  return found;
}

async function keepInQuarantine({ device, operator, centre }: Desk, act: DeskAct): Promise<void> {
  const { key, sequence, deskTime } = act;
  const grant = { anchorTime: START, expireTime: after(START, 3 * DAY), handInTime: after(START, DAY) };
  const row = { key, sequence, deskTime, device, operator, centre, ...grant };
  const application = newUlid(START);
  const kept = { ...row, _id: newUlid(START), application, kind: 'notes', body: '{}', fingerprint: 'f', timer: null };
  await acts.createMissing([{ ...kept, state: 'open' as const }], { scope: 'service', cause: {}, now: START });
}

const breaksOf = async ({ chain }: Desk): Promise<string[]> => {
  const found = await deskChains.chains.find({}, { scope: 'service', limit: 1_000 });
  return found.filter(({ _id }) => _id.endsWith(chain)).flatMap(({ breaks }) => breaks.map(({ kind }) => kind));
};
/** A last act of the day, which reports what ended before. */
const reportAct = (day: readonly DeskAct[]): DeskAct => {
  const { key, sequence, time } = day.at(-1)!;
  return {
    key: randomUUID(),
    sequence: sequence + 1,
    previous: key,
    fate: 'claimed',
    application: 0,
    deskTime: after(time ?? START, DAY),
  };
};
const check = (now: Date) => findMissing({ deskChains, quarantinedActs: acts, now: () => now });

describe('recorded acts', () => {
  test('of normal days break no chain, also after the term for missing acts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepOf, { minLength: 1, maxLength: 14 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 14 }),
        async (steps, choices) => {
          const desk = newDesk();
          const day = playDay(steps);
          const found = await send(desk, sendOrder(day, choices));
          await arrive(desk, reportAct(day), after(START, 2 * DAY));
          await check(after(START, 9 * DAY));
          expect([...found, ...(await breaksOf(desk))].filter(Boolean)).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  }, 240_000);

  test('that arrive at the same time break no chain', async () => {
    const desk = newDesk();
    const day = playDay(
      Array.from({ length: 12 }, (_, n) => ({ fate: 'claimed', application: n % 4, minutes: 1, skewSeconds: 0 })),
    );
    expect(await Promise.all(day.map((act) => arrive(desk, act)))).toEqual(day.map(() => undefined));
  });

  const claimed = (count: number) =>
    playDay(Array.from({ length: count }, () => ({ fate: 'claimed', application: 0, minutes: 5, skewSeconds: 0 })));

  test('of a cloned profile are a fork, each of them and its repeat', async () => {
    const desk = newDesk();
    const day = claimed(4);
    const [, second, third] = day as [DeskAct, DeskAct, DeskAct];
    const cloned = [second, third].map((act) => ({ ...act, key: randomUUID() }));
    cloned[1]!.previous = cloned[0]!.key;
    expect(await send(desk, day)).toEqual(day.map(() => undefined));
    expect([await arrive(desk, cloned[0]!), await arrive(desk, cloned[1]!)]).toEqual(['fork', 'sequence-reused']);
    expect(await arrive(desk, cloned[0]!)).toBe('fork');
    expect(await breaksOf(desk)).toEqual(['fork', 'sequence-reused']);
  });

  test('of a clock that was set back are found, beyond a minute', async () => {
    const desk = newDesk();
    const [first, second, third] = claimed(3) as [DeskAct, DeskAct, DeskAct];
    second.time = after(first.time!, -50_000);
    third.time = after(first.time!, -HOUR);
    expect(await send(desk, [first, second, third])).toEqual([undefined, undefined, 'time-reversed']);
  });

  test('without the act before are found after seven days, once the desk has reported', async () => {
    const desk = newDesk();
    const day = claimed(4);
    await send(desk, [day[0]!, day[2]!]);
    await check(after(START, 9 * DAY));
    // The device may have dropped it, and has had no act since to say so.
    expect(await breaksOf(desk)).toEqual([]);
    await arrive(desk, day[3]!, after(START, 9 * DAY));
    await check(after(START, 12 * DAY));
    expect(await breaksOf(desk)).toEqual(['act-missing']);
    await check(after(START, 30 * DAY));
    const [chain] = await deskChains.chains.find(
      { breakTime: { $gt: START } },
      { scope: { centre: desk.centre }, sort: { breakTime: -1 } },
    );
    expect(chain!.breaks).toMatchObject([{ kind: 'act-missing', count: 1, sequence: 2 }]);
  });
});

test('the watch measures the chains that broke lately', async () => {
  const { metrics, text } = captureMetrics();
  const desk = newDesk();
  const [first] = playDay([{ fate: 'claimed', application: 0, minutes: 0, skewSeconds: 0 }]);
  const now = new Date('2031-01-01T00:00:00Z');
  await arrive(desk, first!, now);
  await arrive(desk, { ...first!, key: randomUUID() }, now);
  const { log } = captureLog();
  const stop = startDeskChainWatch({ deskChains, quarantinedActs: acts, log, metrics, now: () => now, everyMs: 100 });
  await eventually(async () => /^intake_broken_desk_chains(?:{.*})? [1-9]/m.test(await text()), { timeoutMs: 30_000 });
  await stop();
});

describe('ListChainBreaks', () => {
  const operator = 'operators/s-382';
  const device = `devices/${newUlid(new Date())}`;
  const chain = randomUUID();
  const at = (role: 'specialist' | 'centre-manager' | 'supervisor', centre?: string, by = operator) => {
    const { token } = scene.world.keys.session({
      role,
      operator: by,
      ...(centre ? { centre: `centres/${centre}` } : {}),
    });
    return scene.world.clientAt(scene.port, 'gateway', token);
  };

  test('lists what the RPCs found, and the time of such an act is not bounded', async () => {
    const name = (await scene.at().open(7)).name;
    const anchorTime = new Date(Math.floor(Date.now() / 1000) * 1000 - 5 * HOUR);
    const owner = 'operators/cu-001-specialist';
    const identity = scene.world.keys.forService('identity');
    const grant = identity.signOfflineGrant({ id: 'g', operator: owner, device, centre: 'centres/CU-001', anchorTime });
    const claim = (sequence: number, previous: string, minutes: number) => {
      const time = after(anchorTime, minutes * MINUTE).toISOString();
      const link = `previous="${previous}", chain="${chain}", ended="1-4 6"`;
      return { offline: `grant="${grant}", time="${time}", sequence=${sequence}, ${link}` };
    };
    const before = randomUUID();
    const note = (text: string) => ({ requestId: randomUUID(), name, text });
    await scene.at().addNote(note('întâi'), claim(7, before, 10));
    await scene.at().addNote(note('clona'), claim(7, before, 11));
    const rows = await scene.at().history(name);
    expect(rows.map(({ deskTime }) => deskTime?.bounded)).toEqual([true, false]);
    expect(rows[1]!.occurTime).toEqual(rows[1]!.recordTime);

    const expected = {
      device,
      operator: owner,
      centre: 'centres/CU-001',
      kind: 'CHAIN_BREAK_KIND_FORK',
      count: 1,
      sequence: '7',
      application: name,
    };
    const isOurs = (row: { device: string }) => row.device === device;
    const { breaks } = await at('centre-manager', 'CU-001').listChainBreaks({});
    expect(breaks.filter(isOurs)).toMatchObject([expected]);
    const all = (await at('supervisor', undefined, 'operators/sv-1').listChainBreaks({})).breaks;
    expect(all.filter(isOurs)).toMatchObject([expected]);
    expect((await at('centre-manager', CENTRE).listChainBreaks({})).breaks.filter(isOurs)).toEqual([]);
    await expect(at('specialist', 'CU-001').listChainBreaks({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(at('centre-manager').listChainBreaks({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
