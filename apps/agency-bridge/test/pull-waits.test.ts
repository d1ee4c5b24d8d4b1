import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningService } from '@cups/process';
import { eventually, publishEvents } from '@cups/testing';
import { newApplication, openWorld, submissionOf } from './world.ts';
import type { World } from './world.ts';

/** Reads of the pull API that wait for a message (`wait_seconds`). */

const AGENCY = 'arhiva';
/** Longer than each wait. */
const TIMEOUT_MS = 90_000;

let world: World;
let service: RunningService;
let dataDir: string;
beforeAll(async () => {
  world = await openWorld();
  dataDir = world.dataFor([AGENCY]);
  const file = join(dataDir, 'agencies', `${AGENCY}.yaml`);
  const text = readFileSync(file, 'utf8').replace(/^(channel|acceptsMessages): .*\n/gm, '');
  writeFileSync(file, `${text}\nchannel: pull\n`);
  // Fewer slots than waiting reads: a wait takes none.
  service = await startReplica({ maxInFlight: 2 });
});
afterAll(() => world.close());

function read(cursor: string, waitSeconds = 30, { bridge = service, signal }: ReadOptions = {}) {
  const client = world.client(bridge, { role: 'agency-system', agency: `agencies/${AGENCY}` });
  return client.listAgencyRequests({ cursor, waitSeconds }, { ...(signal && { signal }) }, { timeoutMs: TIMEOUT_MS });
}
interface ReadOptions {
  bridge?: RunningService;
  signal?: AbortSignal;
}

/** Returns the cursor at the end of the feed. */
async function endOfFeed(): Promise<string> {
  for (let cursor = ''; ;) {
    const page = await read(cursor, 0);
    ({ cursor } = page);
    if (!page.hasMore) return cursor;
  }
}
const subjectsOf = ({ events }: Awaited<ReturnType<typeof read>>) =>
  events.map((event) => (JSON.parse(event.toString()) as { subject: string }).subject);

/** Starts a replica, and waits until it reads. */
async function startReplica(changes: { maxInFlight?: number } = {}): Promise<RunningService> {
  const bridge = await world.start({ dataDir, ...changes });
  await eventually(() =>
    read('', 0, { bridge }).then(
      () => true,
      () => false,
    ),
  );
  return bridge;
}

/** Submits an application. */
async function submit() {
  const application = newApplication(AGENCY);
  const submission = submissionOf(application.name, 1, { agency: `agencies/${AGENCY}` });
  world.submissions.set(`${application.name}/submissions/1`, submission);
  await publishEvents(world.infrastructure, [application.submitted()]);
  return application.delivery;
}

async function metricOf(bridge: RunningService, line: RegExp): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${bridge.httpPort}/metrics`).then((response) => response.text());
  const found = text.split('\n').find((one) => line.test(one));
  return Number(found?.split(' ').at(-1) ?? 0);
}
const untilWaiting = (count: number, bridge = service) =>
  eventually(async () => (await metricOf(bridge, /^agency_feed_waits\{/)) === count);

test('a read waits until there is a message', async () => {
  const cursor = await endOfFeed();
  const waiting = read(cursor);
  await untilWaiting(1);
  const delivery = await submit();
  const page = await waiting;
  expect(subjectsOf(page)).toEqual([delivery]);
  expect(page.cursor).not.toBe(cursor);
  await untilWaiting(0);
  // With a message after the cursor, nothing waits.
  expect(subjectsOf(await read(cursor))).toEqual([delivery]);
});

test('a read at one replica receives what another one has stored', async () => {
  const cursor = await endOfFeed();
  const second = await startReplica();
  const waiting = [read(cursor), read(cursor, 30, { bridge: second })];
  await untilWaiting(1);
  await untilWaiting(1, second);
  const delivery = await submit();
  // One of them has added it, and the other one finds it in the store.
  expect((await Promise.all(waiting)).map(subjectsOf)).toEqual([[delivery], [delivery]]);
  await world.stop(second);
});

test('a read returns an empty page and its cursor when the time is over', async () => {
  const cursor = await endOfFeed();
  expect(await read(cursor, 1)).toEqual({ events: [], cursor, hasMore: false });
});

test('at most four reads wait, which take no slots; a cancelled one makes room', async () => {
  const cursor = await endOfFeed();
  const controller = new AbortController();
  const cancelled = read(cursor, 30, { signal: controller.signal });
  await untilWaiting(1);
  const waiting: ReturnType<typeof read>[] = [];
  // One after another: two that arrive at the same time take both slots.
  for (const count of [2, 3, 4]) {
    waiting.push(read(cursor));
    await untilWaiting(count);
  }
  expect(await metricOf(service, /^grpc_server_requests_in_flight\{.*pool="desk"/)).toBe(0);
  expect(await read(cursor)).toEqual({ events: [], cursor, hasMore: false });
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ reason: 'CANCELLED' });
  await untilWaiting(3);
  waiting.push(read(cursor));
  await untilWaiting(4);
  const delivery = await submit();
  expect((await Promise.all(waiting)).map(subjectsOf)).toEqual(waiting.map(() => [delivery]));
});

test.each([-1, 31])('a wait of %i seconds is refused', async (waitSeconds) => {
  await expect(read('', waitSeconds)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [{ field: '/waitSeconds' }],
  });
});

test('a process that stops answers its waiting reads', async () => {
  const cursor = await endOfFeed();
  const second = await startReplica();
  const waiting = [read(cursor, 30, { bridge: second }), read(cursor, 30, { bridge: second })];
  await untilWaiting(2, second);
  await world.stop(second);
  const empty = { events: [], cursor, hasMore: false };
  expect(await Promise.all(waiting)).toEqual([empty, empty]);
  expect(world.log.lines.filter(({ event }) => event === 'calls-aborted')).toEqual([]);
});
