import { afterEach, expect, test } from '@jest/globals';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import { Problem } from '@cups/problem';
import { ulid } from 'ulid';
import type { CheckResult } from '../src/check/port.ts';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import { openFolderStorage } from '../src/storage/folder.ts';
import type { Storage } from '../src/storage/port.ts';
import { toStorageProblem } from '../src/storage/storage-problem.ts';
import { Sweep } from '../src/sweep.ts';
import { append, createUpload, refused, someBytes, startDocuments, upload } from './harness.ts';
import type { Harness } from './harness.ts';

const HOUR_MS = 3_600_000;

const started: Harness[] = [];
const start = async (...options: Parameters<typeof startDocuments>): Promise<Harness> => {
  const harness = await startDocuments(...options);
  started.push(harness);
  return harness;
};
afterEach(async () => {
  for (const harness of started.splice(0)) await harness.stop();
});

const unavailable = () => new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Not now.' });

/** Fails the calls of a storage that the test chooses, before or after the real call. */
function faultyStorage() {
  const fault: { before?: (method: string, key: string) => boolean; after?: (method: string) => boolean } = {};
  const wrap = (real: Storage): Storage => {
    const run = async <T>(method: string, key: string, work: () => Promise<T>): Promise<T> => {
      if (fault.before?.(method, key)) throw unavailable();
      const value = await work();
      if (fault.after?.(method)) throw unavailable();
      return value;
    };
    return {
      ...real,
      put: (key, bytes) => run('put', key, () => real.put(key, bytes)),
      get: (key) => run('get', key, () => real.get(key)),
      removeDocument: (id) => run('removeDocument', id, () => real.removeDocument(id)),
    };
  };
  return { fault, wrap };
}

/** Returns the objects of the folder, as keys. */
async function listKeys(folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of openFolderStorage(folder).list()) keys.push(key);
  return keys;
}

/** Runs a sweep at a time. @returns the number of removed orphans */
function sweepAt({ records, dataKeys, folder }: Harness, time: Date): Promise<number> {
  const { metrics } = captureMetrics();
  const storage = openFolderStorage(folder);
  return new Sweep({
    records,
    dataKeyRecords: dataKeys,
    storage,
    metrics,
    log: captureLog().log,
    now: () => time,
    orphanAgeMs: 12 * HOUR_MS,
  }).run();
}

test('a chunk that was stored but not recorded is sent again, and its orphan is swept', async () => {
  const { fault, wrap } = faultyStorage();
  const harness = await start({}, { storage: wrap });
  const bytes = someBytes(2 * CHUNK_BYTES);
  const name = await createUpload(harness, bytes);
  const desk = harness.desk();
  let failures = 0;
  // The client of the test retries by itself.
  fault.after = (method) => method === 'put' && (failures += 1) <= 3;
  await desk.appendContent({ name, offset: 0, data: bytes.subarray(0, CHUNK_BYTES) }).catch(() => {});
  fault.after = () => false;
  await append(desk, name, bytes);
  await eventually(async () => (await desk.getDocument({ name })).document?.state === 'STATE_READY');
  const orphans = (await listKeys(harness.folder)).length - 2;
  expect(orphans).toBeGreaterThan(0);
  const now = Date.now();
  expect(await sweepAt(harness, new Date(now))).toBe(0);
  expect(await sweepAt(harness, new Date(now + 13 * HOUR_MS))).toBe(orphans);
  expect((await desk.readContent({ name, offset: 0, limit: 1_000_000 })).data.equals(bytes)).toBe(true);
});

test('a sweep removes unfinished files and keys without a document, and nothing else', async () => {
  const harness = await start();
  const name = await upload(harness, someBytes(10));
  const id = name.slice('documents/'.length);
  const lost = ulid();
  await harness.dataKeys.create(
    { _id: lost, keyId: 'any', bytes: Buffer.alloc(60), timer: null },
    { scope: 'service', cause: {}, now: new Date(), events: [] },
  );
  for (const folder of [id, lost]) {
    const path = join(harness.folder, folder, 'upload');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, '0-aa.11.partial'), 'x');
    const old = new Date(Date.now() - 20 * HOUR_MS);
    utimesSync(join(path, '0-aa.11.partial'), old, old);
  }
  expect(await sweepAt(harness, new Date())).toBe(2);
  expect(await sweepAt(harness, new Date(Date.now() + 13 * HOUR_MS))).toBe(1);
  expect(await harness.dataKeys.get(lost, { scope: 'service' })).toBeUndefined();
  expect(readdirSync(harness.folder)).toEqual([id]);
  await expect(harness.desk().readContent({ name, offset: 0, limit: 10 })).resolves.toBeDefined();
});

test('a check continues after a restart, with the stored upload', async () => {
  let now = Date.now();
  const harness = await start({}, { now: () => new Date(now) });
  const bytes = someBytes(CHUNK_BYTES + 1);
  const running = Promise.withResolvers<CheckResult>();
  running.promise.catch(() => {});
  harness.checker.answer = () => running.promise;
  harness.checker.close = () => Promise.resolve(running.reject(new Error('The process ends.')));
  const name = await createUpload(harness, bytes);
  await append(harness.desk(), name, bytes);
  await eventually(() => harness.checker.calls.length === 1);
  now += 60_000;
  const checker = { ...harness.checker, check: () => Promise.resolve({ refused: 'DAMAGED' as const }) };
  await harness.restart({ now: () => new Date(now), checker });
  await eventually(async () => {
    const record = await harness.records.get(name.slice('documents/'.length), { scope: 'service' });
    return record?.refusal === 'DAMAGED';
  });
});

test('a deletion that the storage interrupts is finished later', async () => {
  const { fault, wrap } = faultyStorage();
  const harness = await start({}, { storage: wrap });
  const name = await upload(harness, someBytes(10));
  const id = name.slice('documents/'.length);
  fault.before = (method) => method === 'removeDocument';
  await harness.desk().deleteDocument({ name });
  await expect(harness.desk().getDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
  expect(await harness.dataKeys.get(id, { scope: 'service' })).toBeUndefined();
  expect(await harness.records.get(id, { scope: 'service' })).toMatchObject({ state: 'ready' });
  delete fault.before;
  // As the timer does: its claim is the only thing to wait for.
  await harness.records.internals.collection().updateOne({ _id: id }, { $unset: { 'timer.claimedUntil': '' } });
  await eventually(async () => (await harness.records.get(id, { scope: 'service' }))?.state === 'erased', {
    timeoutMs: 20_000,
  });
  expect(readdirSync(harness.folder)).not.toContain(id);
});

test('a full storage refuses uploads, says so, and recovers', async () => {
  let isFull = true;
  const storage = (real: Storage): Storage => ({
    ...real,
    put: (key, bytes) =>
      isFull ? Promise.reject(toStorageProblem(Object.assign(new Error(), { code: 'ENOSPC' }))) : real.put(key, bytes),
  });
  const harness = await start({}, { storage });
  const bytes = someBytes(10);
  const name = await createUpload(harness, bytes);
  await expect(append(harness.desk(), name, bytes)).rejects.toEqual(refused('STORAGE_FULL'));
  expect(await harness.metrics()).toMatch(/^documents_storage_full(\{[^}]*\})? 1$/m);
  isFull = false;
  await append(harness.desk(), name, bytes);
  expect(await harness.metrics()).toMatch(/^documents_storage_full(\{[^}]*\})? 0$/m);
});
