import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureMetrics, createExplainer, eventually, silentLog, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Devices } from '../src/devices/devices.ts';
import { openDevices } from '../src/devices/store.ts';
import type { DeviceDocuments } from '../src/devices/store.ts';

/** The reads of devices are planned on their indexes, however many others there are. */

const ROWS = 600;
const NOW = new Date('2026-11-29T12:00:00Z');
const idOf = (name: string, n: number) => `01JDZ3V7Q8R9S0T1V2W3${name}${String(n).padStart(5, '0')}`;
const UNUSED_KEYS = new Proxy({} as Parameters<typeof openDevices>[1], {
  get: () => () => Promise.reject(new Error('no key share is opened')),
});

const { mongoUri, prefix } = testInfrastructure();
let store: Store;
let documents: DeviceDocuments;
let devices: Devices;

beforeAll(async () => {
  const uri = `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`;
  store = openStore({ uri, database: `${prefix}cups-device-plans`, log: silentLog });
  documents = openDevices(store, UNUSED_KEYS);
  await eventually(() => store.ready(), { timeoutMs: 60_000 });
  const rows = Array.from({ length: ROWS }, (_, n) => ({
    _id: idOf('X', n),
    device: idOf('D', n),
    operator: `s-${n % 60}`,
    centre: `CU-${String(n % 20).padStart(3, '0')}`,
    centres: [],
    state: n % 10 === 0 ? 'ended' : 'active',
    firstContactTime: NOW,
    lastContactTime: NOW,
    expireTime: new Date(NOW.getTime() + (n - 300) * 60_000),
    revision: 1,
    schemaVersion: 1,
    outbox: [],
    requests: [],
  }));
  await documents.internals.collection().insertMany(rows as never);
  const { metrics } = captureMetrics();
  const dataKeys = { destroy: () => Promise.resolve() } as never;
  devices = new Devices({ documents, dataKeys, sweepMs: 3_600_000, now: () => NOW, log: silentLog, metrics });
}, 120_000);
afterAll(async () => {
  await devices?.stop();
  await store?.close();
});

const PAGE = { pageSize: 50, pageToken: '', tokenArguments: {} };
const OF_OPERATOR = 'operator_1_device_1';

test.each<[name: string, run: () => Promise<unknown>, index: string]>([
  ['a device of an operator', () => devices.get(idOf('D', 3), 's-3'), OF_OPERATOR],
  ['the devices of an operator at a suspension', () => devices.endForOperator('s-61', NOW), OF_OPERATOR],
  [
    'ended key shares of sealed acts',
    () => devices.findEnded([3, 64].map((n) => ({ device: idOf('D', n), operator: `s-${n % 60}`, anchorTime: NOW }))),
    OF_OPERATOR,
  ],
  ['the list of a centre', () => devices.page('CU-003', PAGE), 'centre_1__id_-1'],
  ['the list of all centres', () => devices.page(undefined, PAGE), '_id_'],
  [
    'devices whose time is over',
    () => documents.find({ expireTime: { $lte: NOW }, state: 'active' }, { scope: 'service', projection: { _id: 1 } }),
    'expireTime_1',
  ],
])('%s: planned on its index', async (_name, run, index) => {
  expect(await createExplainer(documents.internals.collection()).listIndexes(run)).toEqual([[index]]);
});
