import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRES_TOPIC, fromCentreMessage, fromMessage } from '@cups/agency-contract';
import type { CentreChanged, IncomingMessage, RequestEvent } from '@cups/agency-contract';
import { connectKafka } from '@cups/events';
import { applicationId, idnp } from '@cups/tools/filings';
import { openDesk, until } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { prefix, temporaryDir } from '@cups/testing';

/** Agencies and centres are opened on a platform that runs: by files alone, no process is touched. */

const data = temporaryDir();
const state = temporaryDir();
const file = (kind: string, code: string) => join(data.dir, kind, `${code}.yaml`);
const textOf = (kind: string, code: string) => readFileSync(file(kind, code), 'utf8');
let platform: Platform;
let desk: Desk;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '../../data'), data.dir, { recursive: true });
  platform = await startPlatform({ port: 0, dataDir: state.dir, prefix: prefix(), env: { CUPS_DATA: data.dir } });
  desk = await openDesk(platform.url, 'cu-001-specialist');
});
afterAll(async () => {
  await platform.stop();
  data.remove();
  state.remove();
});

/** What stands on a topic, and what comes, as an agency reads it. */
async function messagesOf<T>(topic: string, read: (message: IncomingMessage) => T) {
  const events: T[] = [];
  const groupId = `${platform.prefix}e2e-${topic}`;
  const consumer = connectKafka(platform.kafkaBrokers.split(','), 'e2e').consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: `${platform.prefix}${topic}`, fromBeginning: true });
  await consumer.run({
    eachMessage({ message }) {
      events.push(read(message));
      return Promise.resolve();
    },
  });
  return { events, stop: () => consumer.disconnect() };
}

/** How many messages a topic has. */
async function lengthOf(topic: string): Promise<number> {
  const admin = connectKafka(platform.kafkaBrokers.split(','), 'e2e').admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(`${platform.prefix}${topic}`);
  await admin.disconnect();
  return ends.reduce((sum, { high }) => sum + Number(high), 0);
}

function requestIn(message: IncomingMessage): RequestEvent {
  const read = fromMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.event as RequestEvent;
}

function centreIn(message: IncomingMessage): CentreChanged {
  const read = fromCentreMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.centre;
}

/** What a person files, complete. */
const filing = (n: number, publicService: string) => ({
  id: applicationId(`Z${n}`),
  publicService,
  applicant: { idnp: idnp(n), givenName: 'Ana', familyName: 'Testescu', birthDate: '1951-02-03', language: 'ro' },
  contact: { none: true },
  mandate: { kind: 'own-presence' },
  answers: { pensionKind: 'old-age', workedUntil: '2025-12-31' },
  evidence: [{ kind: 'identity-document', number: 'B00000001', originalSeen: true }],
  costOption: 'standard',
  delivery: { kind: 'at-centre' },
});

/** Runs `npm run centre` on the data of this platform. */
function centre(...words: string[]) {
  const tool = join(import.meta.dirname, '../../tools/centre.ts');
  const given = ['--disable-warning=ExperimentalWarning', tool, ...words, '--data', data.dir];
  const { status, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

describe('a file of a new agency and a file of its public service, on a running platform', () => {
  const ours = { agency: 'fisc', service: 'no-debt-certificate' };

  test('let a desk file with it, deliver to it and take its answer, and no process is started again', async () => {
    const before = platform.pids();
    expect(Object.keys(before)).toEqual(expect.arrayContaining([...SERVICES]));
    const example = textOf('public-services', 'pension-reexamination');
    const service = example.replace('code: pension-reexamination', `code: ${ours.service}`);
    writeFileSync(
      file('agencies', ours.agency),
      textOf('agencies', 'asp').replace('code: asp', `code: ${ours.agency}`),
    );
    writeFileSync(
      file('public-services', ours.service),
      service.replaceAll('provider: cnas', `provider: ${ours.agency}`),
    );
    writeFileSync(file('centres', 'CU-001'), textOf('centres', 'CU-001').replace('mai]', `mai, ${ours.agency}]`));

    type Centre = { agencies: string[] };
    await until(
      async () => (await desk.call<Centre>('GET', '/centres/CU-001')).body.agencies,
      (agencies) => agencies.some((agency) => agency.endsWith(ours.agency)),
      'the centre works for the agency',
      20,
    );
    const body = filing(1, ours.service);
    const opened = await until(
      () => desk.call<Application>('POST', '/applications', { body }).catch(() => undefined),
      (answer) => answer !== undefined,
      'an application is opened',
      20,
    );
    const filed = (await desk.call<Application>('POST', `/applications/${opened!.body.id}/submit`, { body: {} })).body;
    expect(filed.state).toBe('submitted');
    // The term is counted by the working time of the new agency's file.
    expect(filed).toMatchObject({ dueDate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as unknown });

    // The simulated agency decides what it got.
    const decided = await until(
      async () => (await desk.call<Application>('GET', `/applications/${filed.id}`)).body,
      ({ state: reached }) => reached === 'ready',
      'the agency has decided',
      60,
    );
    expect(decided.state).toBe('ready');
    const topic = await messagesOf(`agency.${ours.agency}.requests`, requestIn);
    await until(
      () => Promise.resolve(topic.events.length),
      (count) => count > 0,
      'the agency reads its topic',
      20,
    );
    await topic.stop();
    expect(topic.events.map(({ type, subject }) => [type, subject])).toEqual([
      ['md.cups.application.submitted.v1', `deliveries/${filed.id}-${ours.agency}`],
    ]);
    const { body: delivery } = await desk.call<{ state: string }>('GET', `/applications/${filed.id}/delivery`);
    expect(delivery.state).toBe('answered');

    const clerk = await openDesk(platform.url, `${ours.agency}-clerk`);
    expect(clerk).toBeDefined();
    // A process that had ended or been started again would have another id, or none.
    expect(platform.pids()).toEqual(before);
  });
});

describe('a centre in training', () => {
  const open = (here: Desk, n: number) =>
    here.call<Application>('POST', '/applications', { body: filing(n, 'pension-reexamination') });
  const decided = (here: Desk, id: string) =>
    until(
      async () => (await here.call<Application>('GET', `/applications/${id}`)).body,
      ({ state: reached }) => reached === 'ready',
      `${id} is decided`,
      60,
    );

  test('works against the simulator only: what it drafted goes to topics of trainings, also when it is active by then', async () => {
    centre('add', '--name', 'Instruire', '--kind', 'town-hall', '--wave', '2024');
    const code = 'CU-087';
    centre('open', code, '--training');
    const here = await until(
      () => openDesk(platform.url, 'cu-087-specialist', { tries: 1 }).catch(() => undefined),
      (signedIn) => signedIn !== undefined,
      'its specialist signs in',
      20,
    );
    const learnt = (await open(here!, 3)).body;
    expect(learnt.training).toBe(true);
    expect((await here!.call('GET', '/sessions/current')).body).toMatchObject({ training: true });

    centre('open', code);
    let n = 4;
    const real = await until(
      async () => (await open(here!, (n += 1))).body,
      ({ training }) => !training,
      'what it opens is real',
      20,
    );
    for (const { id, training } of [learnt, real]) {
      const filed = await here!.call<Application>('POST', `/applications/${id}/submit`, { body: {} });
      expect(filed.body).toMatchObject({ state: 'submitted', training });
      expect(await decided(here!, id)).toMatchObject({ training });
      type Marked = { notices: { training: boolean }[] };
      const { body } = await here!.call<Marked>('GET', `/applications/${id}/notices`);
      expect(body.notices.length).toBeGreaterThan(0);
      expect(body.notices.every((notice) => notice.training === training)).toBe(true);
      expect((await here!.call('GET', `/applications/${id}/delivery`)).body).toMatchObject({ training });
    }

    // Both were answered: what there is of them is on the topics by now.
    const on = async (topic: string) => {
      const read = await messagesOf(topic, ({ headers }) => headers?.['ce_subject']?.toString());
      const known = [learnt, real].map(({ id }) => `deliveries/${id}-cnas`);
      const end = await lengthOf(topic);
      await until(
        () => Promise.resolve(read.events.length),
        (count) => count >= end,
        `${topic} is read to its end`,
        20,
      );
      await read.stop();
      const found = new Set(read.events.filter((subject) => known.includes(subject!)));
      return [...found].map((subject) => (subject === known[0] ? 'training' : 'real'));
    };
    expect({
      asked: await on('agency.cnas.requests'),
      answered: await on('agency.cnas.replies'),
      askedInTraining: await on('training.requests'),
      answeredInTraining: await on('training.replies'),
    }).toEqual({
      asked: ['real'],
      answered: ['real'],
      askedInTraining: ['training'],
      answeredInTraining: ['training'],
    });
  });
});

describe('a wave of centres that is opened by one line, on a running platform', () => {
  type Centre = { code: string; wave: string; status: string };
  const wave = async () => {
    const { body } = await desk.call<{ centres: Centre[] }>('GET', '/centres?pageSize=200');
    return body.centres.filter((centre) => centre.wave === '2023');
  };

  test('is served within two seconds, announced, and files; before, nobody signs in there; no process is started again', async () => {
    const before = platform.pids();
    const planned = await wave();
    expect(planned.map(({ status }) => status)).toEqual(planned.map(() => 'planned'));
    await expect(openDesk(platform.url, 'cu-027-specialist', { tries: 1 })).rejects.toMatchObject({
      problem: { status: 409, reason: 'CENTRE_NOT_OPEN' },
    });
    const topic = await messagesOf(CENTRES_TOPIC, centreIn);
    const told = () => topic.events.filter(({ code }) => planned.some((centre) => centre.code === code));

    const tool = join(import.meta.dirname, '../../tools/centre.ts');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', tool, 'open', '--wave', '2023', '--data', data.dir],
      { encoding: 'utf8' },
    );
    const began = performance.now();
    expect([status, stderr]).toEqual([0, '']);
    await until(wave, (all) => all.every((centre) => centre.status === 'active'), 'the wave is served', 10);
    expect(performance.now() - began).toBeLessThan(2_000);
    await until(
      () => Promise.resolve(told()),
      (all) => all.length >= planned.length,
      'the wave is announced',
      20,
    );
    await topic.stop();
    expect(
      told()
        .map(({ code, status: word }) => `${code} ${word}`)
        .sort(),
    ).toEqual(planned.map(({ code }) => `${code} active`));

    const first = await openDesk(platform.url, 'cu-027-specialist');
    const body = filing(2, 'pension-reexamination');
    const opened = await first.call<Application>('POST', '/applications', { body });
    const filed = await first.call<Application>('POST', `/applications/${opened.body.id}/submit`, { body: {} });
    expect(filed.body).toMatchObject({ state: 'submitted', centre: 'centres/CU-027' });
    expect(platform.pids()).toEqual(before);
  });
});

describe('a centre that is closed to another one, on a running platform', () => {
  type Row = Application & { by: string; kind: string };
  const read = async (here: Desk, id: string) => (await here.call<Application>('GET', `/applications/${id}`)).body;
  const inState = (here: Desk, id: string, state: string) =>
    until(
      () => read(here, id),
      (app) => app.state === state,
      `${id} is ${state}`,
      60,
    );
  async function file(here: Desk, n: number, ending: string) {
    const body = Object.assign(filing(n, 'pension-reexamination'), { id: applicationId(ending) });
    const { id } = (await here.call<Application>('POST', '/applications', { body })).body;
    await here.call('POST', `/applications/${id}/submit`, { body: {} });
    return id;
  }

  test('leaves its applications to the desk of that one, where a result is handed over and an agency answered; a third desk sees none', async () => {
    const before = await openDesk(platform.url, 'cu-003-specialist');
    const decided = await file(before, 20, 'ZQ');
    const asked = await file(before, 21, 'ZD');
    await inState(before, decided, 'ready');
    const { documentRequest } = await inState(before, asked, 'documents-requested');

    centre('close', 'CU-003', '--to', 'CU-004');
    await until(
      async () => (await before.call<{ status: string }>('GET', '/centres/CU-003')).body,
      ({ status }) => status === 'closed',
      'the centre is closed',
      20,
    );
    await expect(openDesk(platform.url, 'cu-003-specialist', { tries: 1 })).rejects.toMatchObject({
      problem: { reason: 'CENTRE_CLOSED' },
    });

    const after = await openDesk(platform.url, 'cu-004-specialist');
    expect((await after.call('GET', '/sessions/current')).body).toMatchObject({ takesOver: ['centres/CU-003'] });
    const { applications } = (await after.call<{ applications: Row[] }>('GET', '/applications?pageSize=200')).body;
    const taken = applications.filter((row) => row.centre === 'centres/CU-003').map(({ id }) => id);
    expect(taken).toEqual(expect.arrayContaining([decided, asked]));
    for (const part of ['notices', 'delivery']) {
      expect((await after.call('GET', `/applications/${decided}/${part}`)).status).toBe(200);
    }

    const body = { collectedBy: 'applicant', paperKind: 'identity-document' };
    const handed = (await after.call<Application>('POST', `/applications/${decided}/hand-over`, { body })).body;
    expect(handed).toMatchObject({ state: 'handed-over', centre: 'centres/CU-003' });
    const { actions } = (await after.call<{ actions: Row[] }>('GET', `/applications/${decided}/history`)).body;
    expect(actions.at(-1)).toMatchObject({ by: 'operators/cu-004-specialist', centre: 'centres/CU-004' });

    const evidence = documentRequest!.evidenceKinds.map((kind) => ({ kind, number: 'A1', originalSeen: true }));
    await after.call('POST', `/applications/${asked}/supply-documents`, { body: { evidence } });
    await inState(after, asked, 'ready');

    const third = await openDesk(platform.url, 'cu-005-specialist');
    await expect(read(third, decided)).rejects.toMatchObject({ problem: { status: 404 } });
    const collect = third.call('POST', `/applications/${asked}/hand-over`, { body });
    await expect(collect).rejects.toMatchObject({ problem: { status: 404 } });
  });
});
