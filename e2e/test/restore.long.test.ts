import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fromMessage } from '@cups/agency-contract';
import type { IncomingMessage } from '@cups/agency-contract';
import { connectKafka } from '@cups/events';
import { applicationId, createContent, fileableAt, simulatedServices } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { withMandate } from '@cups/tools/mandates';
import { openDesk, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { temporaryDir } from '@cups/testing';

/**
 * A disaster rehearsal: a backup is taken under continuous filing, then the store is lost, and the backup is older
 * than Kafka.
 * Uses the store and Kafka of its own data folder.
 */

const root = join(import.meta.dirname, '../..');
const state = temporaryDir();
const youngState = temporaryDir();
const backups = temporaryDir();
const older = join(backups.dir, 'older');
const newer = join(backups.dir, 'newer');
/** The environment names store and Kafka shared by other tests; a rehearsal has its own. */
const { MONGODB_URI, KAFKA_BROKERS, ...environment } = process.env;
/** The simulator decides immediately. */
const QUICK = 'ZQ';
const DESKS = 4;
/** Consumer-group positions in a backup. */
interface Positions {
  groups: { group: string; topic: string; partition: number }[];
}

let platform: Platform | undefined;

const start = async (dataDir: string): Promise<Platform> => (platform = await startPlatform({ port: 0, dataDir }));
const stop = async (): Promise<void> => {
  await platform?.stop();
  platform = undefined;
};

beforeAll(() => {
  delete process.env['MONGODB_URI'];
  delete process.env['KAFKA_BROKERS'];
});
afterAll(async () => {
  await stop();
  if (MONGODB_URI) process.env['MONGODB_URI'] = MONGODB_URI;
  if (KAFKA_BROKERS) process.env['KAFKA_BROKERS'] = KAFKA_BROKERS;
  for (const folder of [state, youngState, backups]) folder.remove();
});

/** Runs a command of the repository as a user does. */
function run(tool: 'backup' | 'restore', ...args: string[]): Promise<{ code: number; output: string }> {
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), tool, ...args];
  return new Promise((resolve) => {
    execFile(
      join(root, 'node_modules/.bin/node'),
      command,
      { cwd: root, env: environment },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}

/** An application acknowledged as filed. */
interface SubmittedApplication {
  id: string;
  desk: Desk;
  at: number;
}

/** Files several applications concurrently, each at its own desk. */
async function submitSome(
  url: string,
  services: readonly PublicService[],
  count: number,
): Promise<SubmittedApplication[]> {
  const desks = await Promise.all(
    Array.from({ length: Math.min(DESKS, count) }, (_, index) => openDesk(url, `cu-00${index + 1}-specialist`)),
  );
  return Promise.all(Array.from({ length: count }, (_, n) => submitOne(desks[n % desks.length]!, services, n)));
}

async function submitOne(desk: Desk, services: readonly PublicService[], n: number): Promise<SubmittedApplication> {
  const code = desk.centre.replace('centres/', '');
  const centre = (await desk.call<Centre>('GET', `/centres/${code}`)).body;
  const offered = fileableAt(services, centre);
  const service = offered[n % offered.length]!;
  const id = applicationId(QUICK);
  const body = await withMandate(desk, {
    id,
    publicService: service.code,
    ...createContent(n + 1_000, centre, service),
  });
  await desk.call('POST', '/applications', { body });
  await desk.call('POST', `/applications/${id}/submit`, { body: {} });
  return { id, desk, at: Date.now() };
}

/** Files applications one after another until `stop`. */
async function submitContinuously(url: string, services: readonly PublicService[]) {
  const filed: SubmittedApplication[] = [];
  let stopped = false;
  let n = 0;
  const work = Array.from({ length: DESKS }, async (_, index) => {
    const desk = await openDesk(url, `cu-00${index + 1}-specialist`);
    const centre = (await desk.call<Centre>('GET', `/centres/CU-00${index + 1}`)).body;
    const offered = fileableAt(services, centre);
    while (!stopped) {
      const service = offered[n % offered.length]!;
      const id = applicationId(QUICK);
      const content = createContent((n += 1), centre, service);
      const body = await withMandate(desk, { id, publicService: service.code, ...content });
      await desk.call('POST', '/applications', { body });
      // One in five stays a draft for a while, so that some are filed after the backup.
      if (n % 5 === 0) await pause(700);
      await desk.call('POST', `/applications/${id}/submit`, { body: {} });
      filed.push({ id, desk, at: Date.now() });
      await pause(40);
    }
  });
  return {
    filed,
    async stop() {
      stopped = true;
      await Promise.all(work);
    },
  };
}

const stateOf = async (desk: Desk, id: string): Promise<string | undefined> =>
  (await desk.call<Application>('GET', `/applications/${id}`).catch(() => undefined))?.body.state;

const isDecided = (state = ''): boolean => ['ready', 'rejected', 'handed-over'].includes(state);
const parseMissing = (output: string): Set<string> =>
  new Set([...output.matchAll(/^missing {2}(\w+)/gm)].map(([, id]) => id!));

/** Hands the result or the decision over. */
async function handOver(desk: Desk, id: string): Promise<void> {
  const body = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'A00000001' };
  await desk.call('POST', `/applications/${id}/hand-over`, { body });
}

/** Returns the submissions on agency topics by delivery and number, each with its message IDs. */
async function requestsByDelivery({ kafkaBrokers, kafkaAccess }: Platform): Promise<Map<string, Set<string>>> {
  const kafka = connectKafka(kafkaBrokers.split(','), 'rehearsal', kafkaAccess);
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.endsWith('.requests'));
  const offsets = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  const total = offsets.flat().reduce((sum, { high }) => sum + Number(high), 0);
  await admin.disconnect();
  const requests = new Map<string, Set<string>>();
  let read = 0;
  const consumer = kafka.consumer({ groupId: `rehearsal-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage({ message }) {
      read += 1;
      const found = fromMessage(message as IncomingMessage);
      if (found.ok && 'submission' in found.event.data) {
        const key = `${found.event.subject} ${found.event.data.submission}`;
        requests.set(key, (requests.get(key) ?? new Set()).add(found.event.id));
      }
      return Promise.resolve();
    },
  });
  await waitUntil(
    () => Promise.resolve(read),
    (count) => count >= total,
    'all requests are read',
    20,
  );
  await consumer.disconnect();
  return requests;
}

/** Opens the same desks at another platform. */
async function openDesks({ url }: Platform): Promise<(filed: SubmittedApplication) => Desk> {
  const desks = new Map<string, Desk>();
  for (let index = 1; index <= DESKS; index += 1) {
    desks.set(`CU-00${index}`, await openDesk(url, `cu-00${index}-specialist`));
  }
  return ({ desk }) => desks.get(desk.centre.replace('centres/', ''))!;
}

const waitUntilConsistent = (dataDir: string) =>
  waitUntil(
    () => run('restore', 'check', '--data', dataDir),
    ({ output }) => !output.includes('messages to read') && !output.includes('uncounted'),
    'all consumers have counted all events',
    30,
  );

/** Returns the number of decision notices of an application. */
async function countDecisionNotices(desk: Desk, id: string): Promise<number> {
  const { notices } = (await desk.call<{ notices: { kind: string }[] }>('GET', `/applications/${id}/notices`)).body;
  const kinds = ['result-ready', 'result-on-the-way', 'application-rejected'];
  return notices.filter(({ kind }) => kinds.includes(kind)).length;
}

describe('a backup of a young platform, with one committed partition per consumer group', () => {
  const folder = join(backups.dir, 'young');

  test('reads the other partitions from their start: no decision is lost', async () => {
    const { url, end, start: resume } = await start(youngState.dir);
    const services = await simulatedServices(url);
    const decided = (filed: readonly SubmittedApplication[], at: (one: SubmittedApplication) => Desk, what: string) =>
      waitUntil(
        () => Promise.all(filed.map((one) => stateOf(at(one), one.id))),
        (states) => states.every(isDecided),
        what,
        60,
      );
    const [first] = await submitSome(url, services, 1);
    await decided([first!], ({ desk }) => desk, 'the first is decided');
    // Kafka receives what is filed now, but no consumer commits it.
    await Promise.all([end('agency-bridge'), end('notifications')]);
    const early = await submitSome(url, services, 12);
    expect((await run('backup', folder, '--data', youngState.dir)).output).toContain('The backup is in');
    const { kafka } = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')) as { kafka: Positions };
    // Each application has a mandate of its own, in any partition.
    const isOfDeliveries = ({ topic }: { topic: string }) => !topic.endsWith('cups.mandates');
    const count = (name: string) => kafka.groups.filter((one) => one.group === name && isOfDeliveries(one)).length;
    expect(['intake', 'agency-bridge', 'notifications'].map(count)).toEqual([1, 1, 1]);

    await Promise.all([resume('agency-bridge'), resume('notifications')]);
    const later = await submitSome(url, services, 8);
    await decided([...early, ...later], ({ desk }) => desk, 'agencies have decided');
    // Manual steps after the backup are listed. Later events get new numbers, including the decision.
    const handedOver = early[0]!;
    await waitUntil(
      () => stateOf(handedOver.desk, handedOver.id),
      (one) => one === 'ready',
      'one is approved',
      30,
    );
    await handOver(handedOver.desk, handedOver.id);
    await waitUntilConsistent(youngState.dir);
    await stop();
    rmSync(join(youngState.dir, 'store'), { recursive: true });
    const restored = await run('restore', folder, '--data', youngState.dir);
    expect(restored).toEqual({
      code: 0,
      output: expect.stringMatching(/^Not complete: \d+ lines above name what is lost/m) as unknown,
    });
    expect(restored.output).not.toMatch(/^(lost|blocked|empty|unsent) /m);
    expect(parseMissing(restored.output)).toEqual(new Set(later.map(({ id }) => id)));
    expect(restored.output).toMatch(new RegExp(`^behind {2}${handedOver.id} .* ResultHandedOver `, 'm'));

    const again = await start(youngState.dir);
    const at = await openDesks(again);
    await decided([first!, ...early], at, 'what was restored is decided');
    const { output } = await waitUntilConsistent(youngState.dir);
    expect(output).not.toMatch(/^parked/m);
    const noticeCounts = await Promise.all([first!, ...early].map((one) => countDecisionNotices(at(one), one.id)));
    expect(noticeCounts).toEqual(noticeCounts.map(() => 1));
    expect([...(await requestsByDelivery(again))].filter(([, ids]) => ids.size > 1)).toEqual([]);
    await stop();
    // Their text is in no topic, so mandates that were granted after the backup stay missing.
    const repaired = await run('restore', 'repair', '--data', youngState.dir);
    expect(repaired).toEqual({
      code: 1,
      output: expect.stringMatching(/^Not complete: \d+ lines above name what is lost/m) as unknown,
    });
    const grantedOf = (output: string) => new Set([...output.matchAll(/^granted {2}(\S+)/gm)].map(([, name]) => name));
    expect(grantedOf(repaired.output)).toEqual(grantedOf(restored.output));
    expect(grantedOf(repaired.output).size).toBe(later.length);
    expect(repaired.output).not.toMatch(/^(again|lost|blocked|acts)/m);
  }, 300_000);
});

describe('backups under load, at different times per store, and the loss of all stores', () => {
  test('restores or lists everything acknowledged, and sends agencies nothing twice', async () => {
    const { url } = await start(state.dir);
    const load = await submitContinuously(url, await simulatedServices(url));
    const backUp = async (folder: string) => {
      const enough = load.filed.length + 10;
      await waitUntil(
        () => Promise.resolve(load.filed.length),
        (count) => count >= enough,
        'more are filed',
        30,
      );
      const began = Date.now();
      expect((await run('backup', folder, '--data', state.dir)).output).toContain('The backup is in');
      return began;
    };
    await backUp(older);
    const before = await backUp(newer);
    const early = load.filed[0]!;
    await waitUntil(
      () => stateOf(early.desk, early.id),
      (one) => one === 'ready',
      'the first is decided',
      30,
    );
    await handOver(early.desk, early.id);
    await load.stop();
    // Acknowledged data reaches Kafka within milliseconds; a store lost earlier would take it along.
    await waitUntil(
      () => Promise.all(load.filed.map(({ id, desk }) => stateOf(desk, id))),
      (states) => states.every(isDecided),
      'agencies have decided',
      40,
    );

    const refused = await run('restore', newer, '--data', state.dir);
    expect(refused).toEqual({
      code: 1,
      output: expect.stringMatching(/^The platform runs \(process \d+\)/) as unknown,
    });
    await stop();
    rmSync(join(state.dir, 'store'), { recursive: true });

    const consumers = ['--only', 'agency-bridge', '--only', 'notifications'];
    const first = await run('restore', older, '--data', state.dir, ...consumers);
    expect(first).toEqual({ code: 0, output: expect.stringContaining('can start now') as unknown });
    const restored = await run('restore', newer, '--data', state.dir, '--only', 'intake', '--only', 'identity');
    expect(restored).toEqual({ code: 0, output: expect.stringContaining('can start now') as unknown });
    expect(restored.output).toMatch(new RegExp(`^behind {2}${early.id} .* ResultHandedOver `, 'm'));
    const missing = parseMissing(restored.output);

    const at = await openDesks(await start(state.dir));
    const kept = load.filed.filter(({ id }) => !missing.has(id));
    await waitUntil(
      () => Promise.all(kept.map((one) => stateOf(at(one), one.id))),
      (states) => states.every(isDecided),
      'what was restored has caught up',
      40,
    );
    expect(load.filed.filter(({ id, at: time }) => time < before && missing.has(id))).toEqual([]);
    expect(missing.size).toBeGreaterThan(0);
    expect(kept.length).toBeGreaterThanOrEqual(20);

    // Consumers accept a repeated manual step.
    await handOver(at(early), early.id);
    const checked = await waitUntilConsistent(state.dir);
    expect(parseMissing(checked.output)).toEqual(missing);
    expect(checked.code).toBe(1);
    const twice = [...(await requestsByDelivery(platform!))].filter(([, ids]) => ids.size > 1);
    expect(twice).toEqual([]);
  }, 300_000);

  test('a backup is readable by its owner only', () => {
    expect(statSync(newer).mode & 0o077).toBe(0);
    expect(statSync(join(newer, 'intake', 'applications.bson')).mode & 0o077).toBe(0);
  });
});
