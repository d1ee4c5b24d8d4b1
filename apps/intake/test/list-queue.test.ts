import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BUCKETS } from '@cups/application';
import { toProtoEnum } from '@cups/contracts/proto';
import { openStore } from '@cups/store';
import { captureLog, eventually } from '@cups/testing';
import { SCHEMA_VERSION } from '../src/store.ts';
import { DAY, bridgeEvent, useIntake } from './world.ts';

const scene = useIntake({ topics: true });
const { at } = scene;
const { log } = captureLog();
const toProtoBucket = (bucket: (typeof BUCKETS)[number]) => toProtoEnum('BUCKET_', bucket);
afterEach(() => void (scene.world.clock.now = undefined));

/** Start of the scene, so early that no timer of its applications is ever due in these tests. */
const BEGIN = Date.now() - 40 * DAY;
const after = (days: number) => new Date(BEGIN + days * DAY);

/** Applications in most buckets. The draft is created 20 days later. */
let names: Record<'draft' | 'filed' | 'requested' | 'ready', string>;
beforeAll(async () => {
  const here = at('CU-301');
  scene.world.clock.now = after(0);
  const filed = await here.file(2);
  const requested = await here.submit((await here.open(3, { contact: { phone: '+37360000077' } })).name);
  const ready = await here.submit((await here.open(4, { contact: { email: 'a@example.md' } })).name);
  const answerBy = after(60).toISOString().slice(0, 10);
  const evidenceKinds = ['birth-certificate'];
  await scene.world.publish(
    bridgeEvent(requested.name, 'DeliveryDocumentsRequested', 1, { evidenceKinds, answerBy }),
    bridgeEvent(ready.name, 'DeliveryDecided', 1, { approved: true, resultKind: 'electronic' }),
  );
  await eventually(async () => (await here.read(ready.name)).state === 'STATE_READY');
  await eventually(async () => (await here.read(requested.name)).state === 'STATE_DOCUMENTS_REQUESTED');
  scene.world.clock.now = after(20);
  const draft = await here.open(1);
  names = { draft: draft.name, filed: filed.name, requested: requested.name, ready: ready.name };
  scene.world.clock.now = undefined;
});

const countsOf = (counts: { bucket: string; count: number }[]) =>
  Object.fromEntries(counts.filter(({ count }) => count > 0).map(({ bucket, count }) => [bucket.slice(7), count]));

describe('ListQueue', () => {
  test.each([0, 12, 20, 31, 49])(
    'after %i days, each bucket contains and counts the rows that name it',
    async (days) => {
      scene.world.clock.now = after(days);
      const here = at('CU-301');
      const { applications: open, counts } = await here.listQueue({ bucket: 'BUCKET_OPEN' });
      expect(open.map(({ name }) => name).sort()).toEqual(Object.values(names).sort());
      for (const bucket of BUCKETS.map(toProtoBucket)) {
        const { applications } = await here.listQueue({ bucket });
        const wanted = open.filter(({ buckets }) => buckets.includes(bucket as never)).map(({ name }) => name);
        expect([bucket, applications.map(({ name }) => name).sort()]).toEqual([bucket, wanted.sort()]);
        expect([bucket, counts.find((count) => count.bucket === bucket)?.count]).toEqual([bucket, wanted.length]);
      }
    },
  );

  test('on the first day, shows agency updates, results and people to notify', async () => {
    scene.world.clock.now = after(0);
    const { applications, counts } = await at('CU-301').listQueue({});
    expect(applications.map(({ name }) => name).sort()).toEqual([names.requested, names.ready].sort());
    expect(countsOf(counts)).toEqual({
      TODAY: 2,
      AGENCY_REPLIED: 2,
      DOCUMENTS_REQUESTED: 1,
      READY: 1,
      TO_NOTIFY: 1,
      DRAFTS: 1,
      WITH_AGENCY: 1,
      MINE: 3,
      OPEN: 4,
    });
  });

  test('shows a phone number only in the bucket of people to notify', async () => {
    const here = at('CU-301');
    const toNotify = await here.listQueue({ bucket: 'BUCKET_TO_NOTIFY' });
    expect(toNotify.applications).toMatchObject([
      { name: names.requested, content: { contact: { phone: '+37360000077' } } },
    ]);
    for (const bucket of ['BUCKET_TODAY', 'BUCKET_OPEN', 'BUCKET_DOCUMENTS_REQUESTED'] as const) {
      expect(JSON.stringify(await here.listQueue({ bucket }))).not.toContain('+37360000077');
    }
  });

  test('orders a bucket by its date, also across pages', async () => {
    const here = at('CU-309');
    scene.world.clock.now = after(0);
    const draftedFirst = await here.open(21);
    scene.world.clock.now = after(1);
    const draftedSecond = await here.open(22);
    scene.world.clock.now = after(2);
    await here.submit(draftedSecond.name);
    scene.world.clock.now = after(3);
    await here.submit(draftedFirst.name);
    const list = async (bucket: 'BUCKET_WITH_AGENCY' | 'BUCKET_OPEN') => {
      const first = await here.listQueue({ bucket, pageSize: 1 });
      const second = await here.listQueue({ bucket, pageSize: 1, pageToken: first.nextPageToken });
      return [...first.applications, ...second.applications].map(({ name }) => name);
    };
    expect(await list('BUCKET_WITH_AGENCY')).toEqual([draftedSecond.name, draftedFirst.name]);
    expect(await list('BUCKET_OPEN')).toEqual([draftedFirst.name, draftedSecond.name]);
  });

  test('continues pages, and rejects a token of another bucket', async () => {
    const here = at('CU-301');
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await here.listQueue({ bucket: 'BUCKET_OPEN', pageSize: 1, pageToken });
      seen.push(...page.applications.map(({ name }) => name));
      ({ nextPageToken: pageToken } = page);
    } while (pageToken);
    expect(seen.sort()).toEqual(Object.values(names).sort());
    const { nextPageToken } = await here.listQueue({ bucket: 'BUCKET_OPEN', pageSize: 1 });
    const elsewhere = here.listQueue({ bucket: 'BUCKET_TODAY', pageSize: 1, pageToken: nextPageToken });
    await expect(elsewhere).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  test('shows an assigned application only to its assignee', async () => {
    const here = at('CU-305');
    const { name } = await here.open(7);
    const mine = async (desk = here) => (await desk.listQueue({ bucket: 'BUCKET_MINE' })).applications;
    expect(await mine()).toEqual([]);
    await here.assignApplication({ requestId: randomUUID(), name });
    expect(await mine()).toMatchObject([{ name, assignee: 'operators/cu-305-specialist' }]);
    expect(await mine(scene.world.deskAt(scene.port, 'CU-305', { operator: 'operators/another' }))).toEqual([]);
  });

  test('assigns a filed application to its filer unless it has an assignee', async () => {
    const here = at('CU-307');
    const { name } = await here.file(8);
    const mine = async () => (await here.listQueue({ bucket: 'BUCKET_MINE' })).applications.map((row) => row.name);
    expect(await mine()).toEqual([name]);
    const draft = await here.open(9);
    await here.assignApplication({ requestId: randomUUID(), name: draft.name, operator: 'operators/another' });
    await here.submit(draft.name);
    expect(await mine()).toEqual([name]);
  });

  test('separates the queues of centres', async () => {
    const { applications, counts } = await at('CU-302').listQueue({ bucket: 'BUCKET_OPEN' });
    expect([applications, countsOf(counts)]).toEqual([[], {}]);
  });

  test('returns changes from 10 s before the cursor, ended ones without buckets', async () => {
    const here = at('CU-303');
    const now = Date.now();
    const atSecond = (seconds: number) => (scene.world.clock.now = new Date(now + seconds * 1000));
    atSecond(0);
    const old = await here.open(5);
    atSecond(20);
    const fresh = await here.open(6);
    atSecond(25);
    const { cursor } = await here.listQueue({});
    const changes = async (given: string) => (await here.listQueueChanges({ cursor: given })).applications;
    expect((await changes(cursor)).map(({ name }) => name)).toEqual([fresh.name]);
    atSecond(40);
    await here.withdrawApplication({ requestId: randomUUID(), name: old.name });
    const page = await here.listQueueChanges({ cursor });
    expect(page.applications.map(({ name, state, buckets }) => [name, state, buckets.length])).toEqual([
      [fresh.name, 'STATE_DRAFT', 2],
      [old.name, 'STATE_WITHDRAWN', 0],
    ]);
    expect(countsOf(page.counts)).toEqual({ DRAFTS: 1, OPEN: 1 });
    expect((await changes(page.cursor)).map(({ name }) => name)).toEqual([old.name]);
    expect(await at('CU-304').listQueueChanges({ cursor })).toMatchObject({ applications: [] });
  });

  test('counts up to 1,000 applications of each bucket', async () => {
    const store = openStore({
      uri: scene.world.place.mongoUri,
      database: `${scene.world.place.prefix}cups-intake`,
      log,
    });
    await eventually(() => store.ready());
    const since = new Date(BEGIN);
    const centre = 'centres/CU-306';
    const open = (count: number, queue: object) =>
      Array.from({ length: count }, () => ({
        ...{ _id: randomUUID(), trackingNumber: randomUUID(), schemaVersion: SCHEMA_VERSION },
        ...{ centre, updateTime: since, queue: { since, ...queue } },
      }));
    await store
      .collection<{ _id: string }>('applications')
      .insertMany([...open(1_001, { stage: 'ready' }), ...open(999, { stage: 'awaiting-outcome' })]);
    await store.close();
    scene.world.clock.now = after(60);
    const cursor = Buffer.from(`q${after(50).getTime()}`).toString('base64url');
    expect(countsOf((await at('CU-306').listQueueChanges({ cursor })).counts)).toMatchObject({
      READY: 1_000,
      AWAITING_OUTCOME: 999,
      OPEN: 1_000,
    });
  });

  test('rejects an invalid cursor', async () => {
    for (const cursor of ['', 'x', 'cQ', Buffer.from('q1e3').toString('base64url')]) {
      await expect(at().listQueueChanges({ cursor })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    }
  });
});
