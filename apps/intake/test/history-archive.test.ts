import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { clientFor, createExplainer, readJournal } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_NEWEST_ROWS, newestRows } from '../src/domain/history.ts';
import { openStoredApplications } from './stored-applications.ts';
import { idOf, useIntake } from './world.ts';

/** The archive of a long history: what is stored, and what is read. */

interface RawSegment {
  _id: string;
  application: string;
  from: number;
  to: number;
  entries: Uint8Array;
}

const scene = useIntake({ topics: true });
const SECRET = 'zgardan@example.com';
const ROWS = 202;

let stored: Awaited<ReturnType<typeof openStoredApplications>>;
let name: string;
const here = () => scene.at('CU-371');
const segments = () => stored.store.collection<RawSegment>('historySegments');
const listSegments = () =>
  segments()
    .find({ application: idOf(name) }, { sort: { _id: 1 } })
    .toArray();

beforeAll(async () => {
  stored = await openStoredApplications(scene.world);
  ({ name } = await here().file(1));
  await here().changeContact({ requestId: randomUUID(), name, contact: { email: SECRET } });
  for (let n = 2; n < ROWS; n += 1) {
    const operator = `operators/cu-371-${n % 2 === 0 ? 'manager' : 'specialist'}`;
    await here().assignApplication({ requestId: randomUUID(), name, operator });
  }
}, 60_000);
afterAll(() => stored?.close());

/** Reads the whole history in pages of this size, oldest first. */
async function readAll(pageSize: number) {
  const rows = [];
  for (let pageToken = ''; ;) {
    const page = await here().listApplicationActions({ name, pageSize, pageToken });
    rows.push(...page.actions);
    if (page.nextPageToken === '') return rows;
    pageToken = page.nextPageToken;
  }
}

/** Reads the hashes of all actions with the key of the ops CLI. */
async function listHashes() {
  const intake = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    address: `127.0.0.1:${scene.port}`,
    keys: scene.world.keys,
    from: 'ops',
    to: 'intake',
  });
  const hashes = [];
  for (let pageToken = ''; ;) {
    const page = await intake.listActionHashes({ name, pageSize: 70, pageToken });
    hashes.push(...page.actions);
    pageToken = page.nextPageToken;
    if (pageToken !== '') continue;
    intake.close();
    return hashes;
  }
}

describe('a long history', () => {
  test('keeps the newest rows in the application, and all others in sealed segments', async () => {
    const raw = await stored.store
      .collection<RawSegment & { history: unknown[] }>('applications')
      .findOne({ _id: idOf(name) });
    // Of the archived rows, the queue reads the filing and the last response to the agency.
    expect(raw?.history.length).toBeLessThanOrEqual(MAX_NEWEST_ROWS + 2);
    expect(raw).toMatchObject({ historyArchive: { count: 100, removed: { 'change-contact': 1, assign: 98 } } });
    const sealed = await listSegments();
    expect(sealed.map(({ from, to }) => [from, to])).toEqual([
      [0, 50],
      [50, 100],
    ]);
    expect(JSON.stringify(sealed)).not.toMatch(/assign|example\.com|operators/);
  });

  test('is read whole and in order, in pages of any size', async () => {
    for (const pageSize of [200, 70, 33]) {
      const rows = await readAll(pageSize);
      const assigned = Array.from({ length: ROWS - 2 }, () => 'assign');
      expect(rows.map(({ kind }) => kind)).toEqual(['submit', 'change-contact', ...assigned]);
      expect(rows.slice(2).every(({ operator }, n) => operator.endsWith(n % 2 === 0 ? 'manager' : 'specialist'))).toBe(
        true,
      );
      expect(rows[1]?.contact).toMatchObject({ email: SECRET });
    }
  });

  test('shows the newest rows with the details, and earlier ones page by page', async () => {
    const { actions, olderActions } = await here().getApplicationDetails({ name });
    expect([actions.length, olderActions]).toEqual([102, 100]);
    let rows = actions;
    for (let before = olderActions; before > 0;) {
      const page = await here().listApplicationActions({ name, pageSize: 60, before });
      expect(page.nextPageToken).toBe('');
      rows = [...page.actions, ...rows];
      before = page.olderActions;
    }
    expect(rows).toEqual(await readAll(200));
  });

  test('reads a page by the index, and only the segments that it needs', async () => {
    const explainer = createExplainer(segments());
    const app = await stored.read(idOf(name));
    const read = () => stored.history.read(app, { from: 50, to: 60 });
    expect(await explainer.measure(read)).toEqual([
      { indexes: ['application_1_to_1'], returned: 1, documentsExamined: 1 },
    ]);
  });

  test('has the hashes of its entries in the journal, also in the archive, until somebody changes an action', async () => {
    const journal = await readJournal(scene.world.place, 'intake');
    const entries = await journal.until(({ subject }) => subject === name, ROWS + 1);
    await journal.stop();
    const inJournal = entries.slice(1).map(({ action, result, contentHash }) => ({ action, result, contentHash }));
    const readHashes = async () =>
      (await listHashes()).map(({ action, result, contentHash }) => ({ action, result, contentHash }));
    expect(await readHashes()).toEqual(inJournal);

    // Stores the first segment again with one altered action, by the key of the application.
    const app = await stored.read(idOf(name));
    const rows = await stored.history.read(app, { from: 0, to: 100 });
    const rewrite = async (first: typeof rows) => {
      const { historyArchive: _all, ...whole } = app;
      expect(await stored.history.archive({ ...whole, history: [...first, ...newestRows(app)] }, new Date())).toBe(50);
    };
    await rewrite(rows.map((row, at) => (at === 9 ? { ...row, operator: 'operators/cu-371-somebody' } : row)));
    const altered = await readHashes();
    expect(altered.flatMap((hash, at) => (isDeepStrictEqual(hash, inJournal[at]) ? [] : [at]))).toEqual([9]);
    await rewrite(rows);
  });

  test('fails the read of a page whose segment was altered or is missing, and no other read', async () => {
    const [first, second] = await listSegments();
    const isUnreadable = { event: 'archived-history-unreadable', resource: name };
    const page = () => here().listApplicationActions({ name, pageSize: 10 });
    await segments().updateOne({ _id: first!._id }, { $set: { entries: second!.entries } });
    await expect(page()).rejects.toMatchObject({ reason: 'INTERNAL' });
    await segments().deleteOne({ _id: first!._id });
    await expect(page()).rejects.toMatchObject({ reason: 'INTERNAL' });
    expect(scene.world.lines.filter((line) => line['event'] === isUnreadable.event)).toMatchObject([
      isUnreadable,
      isUnreadable,
    ]);
    expect((await here().getApplicationDetails({ name })).actions).toHaveLength(102);
    expect((await here().listApplicationActions({ name, before: 60, pageSize: 10 })).actions).toHaveLength(10);
  });
});
