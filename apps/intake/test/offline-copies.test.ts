import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, eventually, idnp } from '@cups/testing';
import { MAX_COPIED_FILES, planCopy, resolveReadTime } from '../src/domain/offline-copy.ts';
import { useIntake } from './world.ts';

/** Offline copies: UpdateOfflineCopy, RecordOfflineReads and ListOfflineCopies. */

const scene = useIntake();
const { at } = scene;
const HOUR_MS = 3_600_000;
type Desk = ReturnType<typeof at>;

let store: Store;
beforeAll(async () => {
  const { mongoUri, prefix } = scene.world.place;
  store = openStore({ uri: mongoUri, database: `${prefix}cups-intake`, log: captureLog().log });
  await eventually(() => store.ready());
});
afterAll(() => store.close());
const copyRows = (device: string) => store.collection('deviceCopies').find({ device }).toArray();
const newDevice = () => newUlid(new Date());
const accessKinds = async (here: Desk, name: string) =>
  (await here.listAccessLogEntries({ name })).entries.map(({ kind }) => kind);

/** Updates a copy until nothing remains. */
async function updateAll(here: Desk, device: string, held: { application: string; etag: string }[], pageSize = 25) {
  const pages = [];
  for (let remaining = 1; remaining > 0;) {
    const page = await here.updateOfflineCopy({ device, held, pageSize });
    pages.push(page);
    held = [
      ...held.filter(({ application }) => !page.files.some((file) => file.application?.name === application)),
      ...page.files.map(({ application }) => ({ application: application!.name, etag: application!.etag })),
    ].filter(({ application }) => !page.removed.includes(application));
    ({ remaining } = page);
  }
  return { pages, held };
}

describe('UpdateOfflineCopy', () => {
  test('returns the files of the centre in pages, then only what changed', async () => {
    const here = at('CU-396');
    const device = newDevice();
    const names: string[] = [];
    for (const n of [1, 2, 3]) names.push((await here.file(n)).name);
    const first = await updateAll(here, device, [], 2);
    expect(first.pages.map(({ files, remaining }) => [files.length, remaining])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(first.held.map(({ application }) => application).sort()).toEqual([...names].sort());
    const file = first.pages[0]!.files.find(({ application }) => application?.name === names[0]);
    expect(file).toMatchObject({
      application: { state: 'STATE_SUBMITTED', content: { applicant: { idnp: idnp(1) } } },
      actions: [{ kind: 'submit' }],
      olderActions: 0,
    });
    await here.addNote({ requestId: randomUUID(), name: names[1]!, text: 'x' });
    const second = await updateAll(here, device, first.held);
    expect(second.pages.flatMap(({ files }) => files.map(({ application }) => application?.name))).toEqual([names[1]]);
  });

  test('names the files that left, and records from when until when the device held them', async () => {
    const here = at('CU-397');
    const device = newDevice();
    const { name } = await here.file(1);
    const { held } = await updateAll(here, device, []);
    const [row] = await copyRows(device);
    expect(row).toMatchObject({ operator: 'operators/cu-397-specialist', centre: 'centres/CU-397', isHeld: true });
    await here.withdrawApplication({ requestId: randomUUID(), name });
    const after = await here.updateOfflineCopy({ device, held });
    expect([after.files, after.removed]).toEqual([[], [name]]);
    expect((await copyRows(device))[0]).toMatchObject({ isHeld: true });
    await here.updateOfflineCopy({ device });
    const [ended] = await copyRows(device);
    expect(ended).toMatchObject({ isHeld: false, time: row!['time'] as unknown });
    expect(ended!['endTime']).toBeInstanceOf(Date);
  });

  test('delivers a file again whose response was lost, in one record', async () => {
    const here = at('CU-373');
    const device = newDevice();
    const { name } = await here.file(1);
    await here.updateOfflineCopy({ device });
    const again = await here.updateOfflineCopy({ device });
    expect(again.files.map(({ application }) => application?.name)).toEqual([name]);
    expect(await copyRows(device)).toHaveLength(1);
  });

  test('records each delivered file in the access log with its device, and no access of a person', async () => {
    const here = at('CU-374');
    const device = newDevice();
    const { name } = await here.file(1);
    await here.updateOfflineCopy({ device });
    expect((await here.listAccessLogEntries({ name })).entries).toMatchObject([
      { kind: 'ACCESS_KIND_OFFLINE_COPY', device, operator: 'operators/cu-374-specialist', centre: 'centres/CU-374' },
    ]);
    const colleague = scene.world.deskAt(scene.port, 'CU-374', { operator: 'operators/cu-374-colleague' });
    expect(await colleague.getApplicationDetails({ name })).toMatchObject({ accessCount: 0, lastAccess: null });
  });

  test('leaves out applications of other centres, and removes those that a device claims to hold', async () => {
    const { name } = await at('CU-375').file(1);
    const there = at('CU-376');
    const held = [{ application: name, etag: '"0"' }];
    const copy = await there.updateOfflineCopy({ device: newDevice(), held });
    expect([copy.files, copy.removed]).toEqual([[], [name]]);
    expect(await accessKinds(at('CU-375'), name)).toEqual([]);
  });

  test('leaves out a restricted application', async () => {
    const here = at('CU-377');
    const device = newDevice();
    const { name } = await here.file(1);
    const { held } = await updateAll(here, device, []);
    const reason = 'RESTRICTION_REASON_LEGAL_CLAIM';
    await scene.world.supervisorAt(scene.port).restrictProcessing({ requestId: randomUUID(), name, reason });
    expect(await here.updateOfflineCopy({ device, held })).toMatchObject({ files: [], removed: [name] });
  });

  test('refuses an invalid device, an invalid name and too many held files', async () => {
    const here = at('CU-378');
    const invalid = { reason: 'INVALID_ARGUMENT' };
    await expect(here.updateOfflineCopy({ device: 'x' })).rejects.toMatchObject(invalid);
    const [device, etag] = [newDevice(), '"0"'];
    await expect(here.updateOfflineCopy({ device, held: [{ application: 'x', etag }] })).rejects.toMatchObject(invalid);
    const held = Array.from({ length: 401 }, () => ({ application: `applications/${newDevice()}`, etag }));
    await expect(here.updateOfflineCopy({ device, held })).rejects.toMatchObject(invalid);
  });
});

describe('RecordOfflineReads', () => {
  test('adds reads at the time of the desk, once for each report', async () => {
    const here = at('CU-381');
    const device = newDevice();
    const { name } = await here.file(1);
    const readTime = toTimestamp(new Date(Date.now() - 5 * HOUR_MS));
    const report = { device, reads: [{ application: name, readTime }] };
    expect(await here.recordOfflineReads(report)).toEqual({ recorded: 1 });
    expect(await here.recordOfflineReads(report)).toEqual({ recorded: 0 });
    const { entries } = await here.listAccessLogEntries({ name });
    expect(entries).toMatchObject([{ kind: 'ACCESS_KIND_OFFLINE', device, operator: 'operators/cu-381-specialist' }]);
    expect(fromTimestamp(entries[0]!.accessTime)).toEqual(fromTimestamp(readTime));
    expect(fromTimestamp(entries[0]!.recordTime)!.getTime()).toBeGreaterThan(Date.now() - HOUR_MS);
  });

  test('records a read of a wrong clock at its arrival, also once', async () => {
    const here = at('CU-382');
    const { name } = await here.file(1);
    const report = {
      device: newDevice(),
      reads: [{ application: name, readTime: toTimestamp(new Date('2001-01-01T00:00:00Z')) }],
    };
    await here.recordOfflineReads(report);
    expect(await here.recordOfflineReads(report)).toEqual({ recorded: 0 });
    const [entry] = (await here.listAccessLogEntries({ name })).entries;
    expect(fromTimestamp(entry!.accessTime)!.getTime()).toBeGreaterThan(Date.now() - HOUR_MS);
  });

  test('skips applications of other centres', async () => {
    const { name } = await at('CU-383').file(1);
    const report = { device: newDevice(), reads: [{ application: name, readTime: toTimestamp(new Date()) }] };
    expect(await at('CU-384').recordOfflineReads(report)).toEqual({ recorded: 0 });
    expect(await accessKinds(at('CU-383'), name)).toEqual([]);
  });

  test('refuses a read without a time', async () => {
    const reads = [{ application: `applications/${newDevice()}` }];
    await expect(at('CU-384').recordOfflineReads({ device: newDevice(), reads })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
  });
});

describe('ListOfflineCopies', () => {
  test('counts the files that each device holds, for the head of the centre', async () => {
    const here = at('CU-386');
    const [one, other] = [newDevice(), newDevice()];
    await here.file(1);
    await here.file(2);
    await here.updateOfflineCopy({ device: one });
    await here.updateOfflineCopy({ device: other, pageSize: 1 });
    const head = scene.world.deskAt(scene.port, 'CU-386', { role: 'centre-manager' });
    const { copies } = await head.listOfflineCopies({});
    expect(copies).toMatchObject([
      { device: other, operator: 'operators/cu-386-specialist', fileCount: 1 },
      { device: one, operator: 'operators/cu-386-specialist', fileCount: 2 },
    ]);
    await expect(here.listOfflineCopies({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});

describe('planCopy', () => {
  const candidate = (id: string, isWithheld = false) => ({ _id: id, etag: '"1"', isWithheld });
  test('takes the most urgent files first, each once, up to the limit', () => {
    const many = Array.from({ length: MAX_COPIED_FILES }, (_, at) => candidate(String(at)));
    const { changed, selected } = planCopy([[candidate('urgent'), candidate('7')], many], new Map());
    expect(changed.slice(0, 3)).toEqual(['urgent', '7', '0']);
    expect([changed.length, selected.size]).toEqual([MAX_COPIED_FILES, MAX_COPIED_FILES]);
  });

  test('leaves out withheld files and unchanged ones', () => {
    const held = new Map([
      ['same', '"1"'],
      ['hidden', '"1"'],
      ['older', '"0"'],
    ]);
    const plan = planCopy([[candidate('same'), candidate('hidden', true), candidate('older')]], held);
    expect([plan.changed, plan.removed]).toEqual([['older'], ['hidden']]);
  });
});

test('resolveReadTime accepts a time of the last 30 days', () => {
  const arrival = new Date('2026-11-29T10:00:00Z');
  const before = (hours: number) => new Date(arrival.getTime() - hours * HOUR_MS);
  expect(resolveReadTime(before(72), arrival)).toEqual(before(72));
  expect(resolveReadTime(before(31 * 24), arrival)).toEqual(arrival);
  expect(resolveReadTime(before(-1), arrival)).toEqual(arrival);
});
