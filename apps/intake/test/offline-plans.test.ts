import { randomUUID } from 'node:crypto';
import { newUlid } from '@cups/contracts/node';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { createExplainer, eventually, silentLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findMissing } from '../src/desk-chain-watch.ts';
import { earlierActs } from '../src/domain/quarantine.ts';
import { listBrokenChains, openDeskChains, recordAct } from '../src/store/desk-chains.ts';
import type { DeskChains } from '../src/store/desk-chains.ts';
import { openQuarantinedActs } from '../src/store/quarantined-acts.ts';
import type { QuarantinedActs } from '../src/store/quarantined-acts.ts';

/** The reads of collections of work without a line are planned on their indexes, however many others there are. */

const ROWS = 600;
const NOW = new Date('2026-11-29T12:00:00Z');
const SERVICE = { scope: 'service' } as const;
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const idOf = (name: string, n: number) =>
  `01JDZ3V7Q8R9S0T1V2${name}${String(n).padStart(4, '0')}`.slice(0, 26).padEnd(26, '0');
const centreOf = (n: number) => `centres/CU-${String(n % 20).padStart(3, '0')}`;
const UNUSED_KEYS = new Proxy({} as Parameters<typeof openQuarantinedActs>[1], {
  get: () => () => Promise.reject(new Error('no content is opened')),
});

const { mongoUri, prefix } = testInfrastructure();
let store: Store;
let acts: QuarantinedActs;
let chains: DeskChains;

const common = { revision: 1, schemaVersion: 1, outbox: [], requests: [] };
const CHAIN = {
  device: `devices/${idOf('D', 0)}`,
  operator: 'operators/s-0',
  chain: '01980a4c-7d1e-7c3a-9a57-0d7e3f6b2c11',
};
const chainIdOf = (n: number) => `${idOf('D', n)}/s-${n}/${CHAIN.chain}`;

const quarantinedRow = (n: number) => ({
  ...common,
  _id: idOf('Q', n),
  key: randomUUID(),
  application: idOf('A', n % 150),
  kind: 'notes',
  deskTime: ago(n),
  sequence: n,
  operator: `operators/s-${n % 30}`,
  device: `devices/${idOf('D', n % 30)}`,
  centre: centreOf(n),
  handInTime: ago(n),
  state: n % 3 === 0 ? 'open' : 'released',
  ...(n % 3 === 0 ? {} : { decision: { operator: 'operators/h-1', time: ago(n) } }),
});

/** 20 chains of 30 acts. */
function actRow(n: number) {
  const [chain, sequence] = [chainIdOf(n % 20), Math.floor(n / 20) * 2 + 1];
  const key = `key-${n}`;
  const checkTime = n % 3 === 0 ? { checkTime: ago(n - 300) } : {};
  const times = { deskTime: ago(n), time: ago(ROWS - n), arriveTime: ago(n), ...checkTime };
  return {
    ...common,
    _id: `${chain}/${key}`,
    chain,
    key,
    sequence,
    previous: `key-${n - 20}`,
    centre: centreOf(n),
    application: idOf('A', n),
    ...times,
  };
}

const chainRow = (n: number) => ({
  ...common,
  _id: chainIdOf(n),
  device: `devices/${idOf('D', n)}`,
  operator: `operators/s-${n}`,
  centre: centreOf(n),
  ended: [],
  breaks: [],
  lastTime: ago(n),
  ...(n % 4 === 0 ? { breakTime: ago(n) } : {}),
});

beforeAll(async () => {
  const uri = `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`;
  store = openStore({ uri, database: `${prefix}cups-offline-plans`, log: silentLog });
  acts = openQuarantinedActs(store, UNUSED_KEYS);
  chains = openDeskChains(store);
  await eventually(() => store.ready(), { timeoutMs: 60_000 });
  const fill = (
    documents: { internals: { collection(): { insertMany(rows: never): Promise<unknown> } } },
    row: (n: number) => object,
  ) => documents.internals.collection().insertMany(Array.from({ length: ROWS }, (_, n) => row(n)) as never);
  await fill(acts, quarantinedRow);
  await fill(chains.acts, actRow);
  await fill(chains.chains, chainRow);
}, 120_000);
afterAll(() => store?.close());

const PROJECTION = { key: 1 } as const;
const page = { order: 'asc', pageSize: 50, pageToken: '', tokenArguments: {}, projection: PROJECTION } as const;
const [operator, device] = ['operators/s-3', `devices/${idOf('D', 3)}`];

describe('quarantined acts', () => {
  const own = { scope: { centre: centreOf(3) } } as const;
  const QUERIES: [name: string, run: () => Promise<unknown>, index: string][] = [
    [
      'repeats of a hand-in',
      () => acts.find({ operator, device, key: { $in: ['k'] } }, { ...SERVICE, projection: PROJECTION }),
      'operator_1_device_1_key_1',
    ],
    [
      'open acts of a device',
      () => acts.countEach([{ device, state: 'open' }], { ...SERVICE, limit: 50 }),
      'device_1_state_1',
    ],
    ['the list of a centre', () => acts.list({ filter: { state: 'open' }, ...own, ...page }), 'state_1_centre_1__id_1'],
    ['the list of all centres', () => acts.list({ filter: { state: 'open' }, ...SERVICE, ...page }), 'state_1__id_1'],
    [
      'the list of an operator',
      () => acts.list({ filter: { state: 'open', operator }, ...SERVICE, ...page }),
      'state_1_operator_1__id_1',
    ],
    [
      'earlier acts on an application',
      () =>
        acts.findOne(earlierActs({ application: idOf('A', 3), device, sequence: 9, deskTime: NOW }), {
          ...SERVICE,
          projection: PROJECTION,
        }),
      'application_1_state_1__id_1',
    ],
    [
      'the oldest open act',
      () => acts.find({ state: 'open' }, { ...SERVICE, projection: PROJECTION, sort: { handInTime: 1 }, limit: 1 }),
      'state_1_handInTime_1',
    ],
    [
      'acts whose term is over',
      () => acts.find({ 'decision.time': { $lt: NOW } }, { ...SERVICE, projection: PROJECTION }),
      'decision.time_1',
    ],
  ];

  test.each(QUERIES)('%s: planned on its index', async (_name, run, index) => {
    expect(await createExplainer(acts.internals.collection()).listIndexes(run)).toEqual([[index]]);
  });
});

describe('chains of acts', () => {
  test('are compared beside an act', async () => {
    const explainer = createExplainer(chains.acts.internals.collection());
    const act = { ...CHAIN, key: randomUUID(), sequence: 12, previous: randomUUID(), time: NOW, deskTime: NOW };
    const arriving = { ...act, centre: centreOf(0), application: newUlid(NOW), ended: [] };
    const found = await explainer.listIndexes(() => recordAct(chains, arriving, { now: NOW, cause: {} }));
    const [sequences, previous] = ['chain_1_sequence_1', 'chain_1_previous_1'];
    // The reads beside the act run at the same time.
    expect(found.slice(0, 4).flat().sort()).toEqual([previous, sequences, sequences, sequences]);
  });

  test('are checked when they are due', async () => {
    const explainer = createExplainer(chains.acts.internals.collection());
    const found = await explainer.listIndexes(() =>
      findMissing({ deskChains: chains, quarantinedActs: acts, now: () => NOW }),
    );
    expect(found[0]).toEqual(['checkTime_1']);
    const allowed = ['_id_', 'checkTime_1', 'chain_1_sequence_1'];
    expect(found.flat().filter((index) => !allowed.includes(index))).toEqual([]);
    expect(found.every((indexes) => indexes.length > 0)).toBe(true);
  }, 120_000);

  test.each([
    ['a centre', [centreOf(4)], 'centre_1_breakTime_-1'],
    ['all centres', undefined, 'breakTime_-1'],
  ])('are listed of %s', async (_name, centres, index) => {
    const explainer = createExplainer(chains.chains.internals.collection());
    expect(await explainer.listIndexes(() => listBrokenChains(chains.chains, centres))).toEqual([[index]]);
  });

  test('end with their term', async () => {
    const ofActs = createExplainer(chains.acts.internals.collection());
    expect(await ofActs.listIndexes(() => chains.acts.find({ arriveTime: { $lt: NOW } }, SERVICE))).toEqual([
      ['arriveTime_1'],
    ]);
    const ofChains = createExplainer(chains.chains.internals.collection());
    expect(await ofChains.listIndexes(() => chains.chains.find({ lastTime: { $lt: NOW } }, SERVICE))).toEqual([
      ['lastTime_1'],
    ]);
  });
});
