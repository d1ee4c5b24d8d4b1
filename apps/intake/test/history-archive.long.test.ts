import { randomUUID } from 'node:crypto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, eventually } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openStoredApplications } from './stored-applications.ts';
import { idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

/** The archive of long histories: two replicas, interrupted writes and other releases. */

type Raw = Record<string, unknown> & { _id: string };
interface RawSegment extends Raw {
  application: string;
  from: number;
  to: number;
}

const CENTRE = 'CU-371';
const SECRET = 'zgardan@example.com';

let world: World;
let ports: number[];
let store: Store;
beforeAll(async () => {
  world = await openWorld();
  ports = (await Promise.all([world.start(), world.start()])).map(({ grpcPort }) => grpcPort);
  const { mongoUri, prefix } = world.place;
  const uri = `${mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`;
  const { log } = captureLog();
  store = openStore({ uri, database: `${prefix}cups-intake`, log });
  await eventually(() => store.ready());
});
afterAll(async () => {
  await store?.close();
  await world.close();
});

const repeat = (kind: string, count: number): string[] => Array.from({ length: count }, () => kind);
const deskOf = (replica: number) => world.deskAt(ports[replica]!, CENTRE);
const segmentsOf = (name: string): Promise<RawSegment[]> =>
  store
    .collection<RawSegment>('historySegments')
    .find({ application: idOf(name) }, { sort: { _id: 1 } })
    .toArray();
const rawOf = async (name: string): Promise<Raw & { history: unknown[] }> =>
  (await store.collection<Raw & { history: unknown[] }>('applications').findOne({ _id: idOf(name) }))!;

/** Assigns the application in turn, from both replicas; each action is one row of the history. */
async function assign(name: string, count: number, first = 0) {
  for (let n = first; n < first + count; n += 1) {
    const operator = `operators/cu-371-${n % 2 === 0 ? 'manager' : 'specialist'}`;
    await deskOf(n % 2).assignApplication({ requestId: randomUUID(), name, operator });
  }
}

/** Files an application, and changes its contact, so that the oldest rows have personal data. */
async function fileWithContact(): Promise<string> {
  const here = deskOf(0);
  const { name } = await here.file(1);
  await here.changeContact({ requestId: randomUUID(), name, contact: { email: SECRET } });
  return name;
}

/** Reads the whole history in pages of this size, oldest first. */
async function readAll(name: string, pageSize: number, replica = 0) {
  const rows = [];
  for (let pageToken = ''; ;) {
    const page = await deskOf(replica).listApplicationActions({ name, pageSize, pageToken });
    rows.push(...page.actions);
    if (page.nextPageToken === '') return rows;
    pageToken = page.nextPageToken;
  }
}

test('two replicas archive a history together, and both read it whole', async () => {
  const name = await fileWithContact();
  await assign(name, 300);
  for (const replica of [0, 1]) {
    const rows = await readAll(name, 200, replica);
    expect(rows.map(({ kind }) => kind)).toEqual(['submit', 'change-contact', ...repeat('assign', 300)]);
  }
  expect((await segmentsOf(name)).map(({ from, to }) => [from, to])).toEqual([0, 50, 100, 150].map((n) => [n, n + 50]));
}, 60_000);

test('concurrent actions at the limit lose no row', async () => {
  const name = await fileWithContact();
  await assign(name, 145);
  const texts = Array.from({ length: 40 }, (_, n) => `at the same time ${n}`);
  await Promise.all(
    texts.map((text, n) =>
      eventually(() =>
        deskOf(n % 2)
          .addNote({ requestId: randomUUID(), name, text })
          .catch(() => undefined),
      ),
    ),
  );
  const rows = await readAll(name, 200);
  expect(rows.map(({ kind }) => kind)).toEqual([
    'submit',
    'change-contact',
    ...repeat('assign', 145),
    ...repeat('note', 40),
  ]);
}, 60_000);

describe('an interrupted archiving', () => {
  test('leaves a copy that reads ignore and the next action uses', async () => {
    const name = await fileWithContact();
    await assign(name, 149);
    // The crash came after the segment and before the application.
    const before = await rawOf(name);
    await assign(name, 1, 149);
    const segment = (await segmentsOf(name))[0]!;
    await store.collection<Raw>('applications').replaceOne({ _id: idOf(name) }, before);
    expect((await readAll(name, 200)).length).toBe(151);
    await assign(name, 3, 149);
    expect((await readAll(name, 200)).length).toBe(154);
    expect(await segmentsOf(name)).toEqual([segment]);
  }, 60_000);

  test('replaces the rows of a future that a restore undid', async () => {
    const name = await fileWithContact();
    await assign(name, 30);
    const restored = await rawOf(name);
    await assign(name, 130, 30);
    expect(await segmentsOf(name)).toHaveLength(1);
    await store.collection<Raw>('applications').replaceOne({ _id: idOf(name) }, restored);
    const here = deskOf(0);
    for (let n = 0; n < 130; n += 1) {
      await here.addNote({ requestId: randomUUID(), name, text: `after the restore ${n}` });
    }
    const kinds = (await readAll(name, 200)).map(({ kind }) => kind);
    expect(kinds.slice(2)).toEqual([...repeat('assign', 30), ...repeat('note', 130)]);
    expect((await segmentsOf(name)).map(({ from, to }) => [from, to])).toEqual([[0, 50]]);
  }, 60_000);
});

test('an earlier release continues an archived history, which stays whole', async () => {
  const name = await fileWithContact();
  await assign(name, 160);
  const stored = await openStoredApplications(world);
  const former = await stored.openFormer();
  const write = (id: string, kind: 'progressed' | 'note') =>
    former.update(id, { scope: 'service', cause: {}, now: new Date() }, (app) => ({
      // As an earlier release does, which trims messages and knows no archive.
      document: { ...app, history: [...app.history, { ...app.history.at(-1)!, kind }] },
      events: [],
    }));
  await write(idOf(name), 'note');
  await assign(name, 60);
  await write(idOf(name), 'note');
  const kinds = (await readAll(name, 200)).map(({ kind }) => kind);
  expect(kinds).toEqual([
    'submit',
    'change-contact',
    ...repeat('assign', 160),
    'note',
    ...repeat('assign', 60),
    'note',
  ]);
  await stored.close();
}, 60_000);
