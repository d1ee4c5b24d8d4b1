import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRES_TOPIC, fromCentreMessage, fromMessage } from '@cups/agency-contract';
import type { CentreChanged, IncomingMessage, RequestEvent } from '@cups/agency-contract';
import { connectKafka } from '@cups/events';
import { openDesk, waitUntil } from '@cups/tools/desk';
import { filing } from '@cups/tools/filings';
import type { Application, Desk } from '@cups/tools/desk';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { uniquePrefix, temporaryDir } from '@cups/testing';

/** Agencies and centres are opened on a platform that runs: by files alone, no process is touched. */

const data = temporaryDir();
const state = temporaryDir();
const registryFile = (kind: string, code: string) => join(data.dir, kind, `${code}.yaml`);
const readRegistryFile = (kind: string, code: string) => readFileSync(registryFile(kind, code), 'utf8');
let platform: Platform;
let desk: Desk;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '../../data'), data.dir, { recursive: true });
  platform = await startPlatform({ port: 0, dataDir: state.dir, prefix: uniquePrefix(), env: { CUPS_DATA: data.dir } });
  desk = await openDesk(platform.url, 'cu-001-specialist');
});
afterAll(async () => {
  await platform.stop();
  data.remove();
  state.remove();
});

/** What stands on a topic, and what comes, as an agency reads it. */
async function readMessages<T>(topic: string, read: (message: IncomingMessage) => T) {
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
async function countMessages(topic: string): Promise<number> {
  const admin = connectKafka(platform.kafkaBrokers.split(','), 'e2e').admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(`${platform.prefix}${topic}`);
  await admin.disconnect();
  return ends.reduce((sum, { high }) => sum + Number(high), 0);
}

function parseRequest(message: IncomingMessage): RequestEvent {
  const read = fromMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.event as RequestEvent;
}

function parseCentreChange(message: IncomingMessage): CentreChanged {
  const read = fromCentreMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.centre;
}

/** Runs `npm run centre` on the data and the store of this platform. */
function runCentreTool(...words: string[]) {
  const tool = join(import.meta.dirname, '../../tools/centre.ts');
  const given = ['--disable-warning=ExperimentalWarning', tool, ...words, '--data', data.dir];
  const env = Object.assign({}, process.env, { MONGODB_URI: platform.mongoUri, CUPS_PREFIX: platform.prefix });
  return spawnSync(process.execPath, given, { encoding: 'utf8', env });
}
function changeCentre(...words: string[]) {
  const { status, stderr } = runCentreTool(...words);
  expect([status, stderr]).toEqual([0, '']);
}

/** Runs `npm run agency` on the data of this platform; its starter does the rest. */
function runAgencyTool(...words: string[]) {
  const given = [join(import.meta.dirname, '../../tools/agency.ts'), ...words, '--data', data.dir];
  const env = Object.assign({}, process.env, { CUPS_PREFIX: platform.prefix });
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...given], {
    encoding: 'utf8',
    env,
  });
  expect([status, stderr]).toEqual([0, '']);
}

describe('npm run agency -- add and a file of its public service, on a running platform', () => {
  const ours = { agency: 'fisc', service: 'no-debt-certificate' };

  test('let a desk file with it, deliver to it and take its answer, and no process is started again', async () => {
    const before = platform.pids();
    expect(Object.keys(before)).toEqual(expect.arrayContaining([...SERVICES]));
    const example = readRegistryFile('public-services', 'pension-reexamination');
    const service = example.replace('code: pension-reexamination', `code: ${ours.service}`);
    runAgencyTool(
      'add',
      ours.agency,
      '--ro',
      'Serviciul Fiscal de Stat',
      '--ru',
      'Налоговая служба',
      '--en',
      'Tax Service',
    );
    writeFileSync(
      registryFile('public-services', ours.service),
      service.replaceAll('provider: cnas', `provider: ${ours.agency}`),
    );
    writeFileSync(
      registryFile('centres', 'CU-001'),
      readRegistryFile('centres', 'CU-001').replace('mai]', `mai, ${ours.agency}]`),
    );

    type Centre = { agencies: string[] };
    await waitUntil(
      async () => (await desk.call<Centre>('GET', '/centres/CU-001')).body.agencies,
      (agencies) => agencies.some((agency) => agency.endsWith(ours.agency)),
      'the centre works for the agency',
      20,
    );
    const body = filing(1, 'Z1', { publicService: ours.service });
    const opened = await waitUntil(
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
    const decided = await waitUntil(
      async () => (await desk.call<Application>('GET', `/applications/${filed.id}`)).body,
      ({ state: reached }) => reached === 'ready',
      'the agency has decided',
      60,
    );
    expect(decided.state).toBe('ready');
    const topic = await readMessages(`agency.${ours.agency}.requests`, parseRequest);
    await waitUntil(
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
  const code = 'CU-087';
  /** An application of the centre; its ending tells the simulated agency what to do. */
  async function open(here: Desk, n: number, ending: string) {
    const body = filing(n, ending);
    return (await here.call<Application>('POST', '/applications', { body })).body;
  }
  const act = async (here: Desk, id: string, action: string, body: object = {}) =>
    (await here.call<Application>('POST', `/applications/${id}/${action}`, { body })).body;
  const reaches = (here: Desk, id: string, state: string) =>
    waitUntil(
      async () => (await here.call<Application>('GET', `/applications/${id}`)).body,
      (app) => app.state === state,
      `${id} is ${state}`,
      60,
    );

  type Marked = { training: boolean };
  /** What each answer about an application says of it: whether it is of a training. */
  async function marksOf(here: Desk, { id, trackingNumber }: Application) {
    const get = async <T>(path: string) => (await here.call<T>('GET', path)).body;
    const post = async <T>(path: string, body: object) => (await here.call<T>('POST', path, { body })).body;
    const path = `/applications/${id}`;
    const { notices } = await get<{ notices: (Marked & { id: string })[] }>(`${path}/notices`);
    const list = await get<{ applications: (Marked & { id: string })[] }>('/applications?pageSize=200');
    const found = await post<{ applications: Marked[] }>('/applications/search', { trackingNumber });
    const slip = await get<string>(`${path}/notices/${notices[0]!.id}/slip`);
    return {
      file: (await get<Marked>(path)).training,
      row: list.applications.find((row) => row.id === id)!.training,
      found: found.applications[0]!.training,
      history: (await get<Marked>(`${path}/history`)).training,
      tracking: (await post<Marked>('/tracking', { trackingNumber })).training,
      delivery: (await get<Marked>(`${path}/delivery`)).training,
      notices: notices.every(({ training }) => training),
      slip: slip.includes('INSTRUIRE'),
    };
  }
  const all = (training: boolean) => ({
    file: training,
    row: training,
    found: training,
    history: training,
    tracking: training,
    delivery: training,
    notices: training,
    slip: training,
  });

  /** What a topic has of these applications by now, by the names given to them: `asked withdrawn`, in no order. */
  async function on(topic: string, known: Record<string, Application>) {
    const read = await readMessages(topic, ({ headers }) => {
      const [subject, type] = ['ce_subject', 'ce_type'].map((name) => headers?.[name]?.toString() ?? '');
      const name = Object.keys(known).find((one) => subject === `deliveries/${known[one]!.id}-cnas`);
      return name && `${name} ${type!.split('.').at(-2)}`;
    });
    const end = await countMessages(topic);
    await waitUntil(
      () => Promise.resolve(read.events.length),
      (count) => count >= end,
      `${topic} is read to its end`,
      20,
    );
    await read.stop();
    return [...new Set(read.events.filter((one) => one !== undefined))].sort();
  }

  test('works against the simulator only, and what it began to learn with goes on there when it is active: no agency hears of it', async () => {
    changeCentre('add', '--name', 'Instruire', '--kind', 'town-hall', '--wave', '2024');
    changeCentre('open', code, '--training');
    const here = (await waitUntil(
      () => openDesk(platform.url, 'cu-087-specialist', { tries: 1 }).catch(() => undefined),
      (signedIn) => signedIn !== undefined,
      'its specialist signs in',
      20,
    ))!;
    expect((await here.call('GET', '/sessions/current')).body).toMatchObject({ training: true });
    const draft = await open(here, 3, 'ZQ');
    const asked = await open(here, 4, 'ZD');
    const silent = await open(here, 5, 'ZN');
    for (const { id, training } of [asked, silent]) {
      expect(training).toBe(true);
      expect(await act(here, id, 'submit')).toMatchObject({ state: 'submitted', training: true });
    }
    const { documentRequest } = await reaches(here, asked.id, 'documents-requested');

    changeCentre('open', code);
    const real = await waitUntil(
      () => open(here, 6, 'ZQ'),
      ({ training }) => !training,
      'what it opens is real',
      20,
    );
    // Every way in which what was learnt can still move, after its centre has become active.
    expect(await act(here, draft.id, 'submit')).toMatchObject({ state: 'submitted', training: true });
    const evidence = documentRequest!.evidenceKinds.map((kind) => ({ kind, number: 'A1', originalSeen: true }));
    expect(await act(here, asked.id, 'supply-documents', { evidence })).toMatchObject({ training: true });
    expect(await act(here, silent.id, 'withdraw')).toMatchObject({ training: true });
    await reaches(here, draft.id, 'ready');
    await reaches(here, asked.id, 'ready');
    await waitUntil(
      async () => (await here.call<{ state: string }>('GET', `/applications/${silent.id}/delivery`)).body.state,
      (state) => state === 'cancelled',
      'the silent one is cancelled',
      30,
    );
    // Filed after all of that: when this is decided, what had gone to the agency before stands on its topic.
    expect(await act(here, real.id, 'submit')).toMatchObject({ state: 'submitted', training: false });
    await reaches(here, real.id, 'ready');

    for (const app of [draft, asked, silent]) expect(await marksOf(here, app)).toEqual(all(true));
    expect(await marksOf(here, real)).toEqual(all(false));
    const known = { draft, asked, silent, real };
    expect({
      requests: await on('agency.cnas.requests', known),
      replies: await on('agency.cnas.replies', known),
      requestsInTraining: await on('training.requests', known),
    }).toEqual({
      requests: ['real submitted'],
      replies: ['real acknowledged', 'real decided'],
      requestsInTraining: [
        'asked documents-supplied',
        'asked submitted',
        'draft submitted',
        'silent submitted',
        'silent withdrawn',
      ],
    });
    const answers = await on('training.replies', known);
    expect(answers.filter((answer) => answer.startsWith('real'))).toEqual([]);
    expect(answers).toEqual(expect.arrayContaining(['draft decided', 'asked documents-requested', 'asked decided']));
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
    const topic = await readMessages(CENTRES_TOPIC, parseCentreChange);
    const told = () => topic.events.filter(({ code }) => planned.some((centre) => centre.code === code));

    const tool = join(import.meta.dirname, '../../tools/centre.ts');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', tool, 'open', '--wave', '2023', '--data', data.dir],
      { encoding: 'utf8' },
    );
    const began = performance.now();
    expect([status, stderr]).toEqual([0, '']);
    await waitUntil(wave, (all) => all.every((centre) => centre.status === 'active'), 'the wave is served', 10);
    expect(performance.now() - began).toBeLessThan(2_000);
    await waitUntil(
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
    const body = filing(2, 'Z2');
    const opened = await first.call<Application>('POST', '/applications', { body });
    const filed = await first.call<Application>('POST', `/applications/${opened.body.id}/submit`, { body: {} });
    expect(filed.body).toMatchObject({ state: 'submitted', centre: 'centres/CU-027' });
    expect(platform.pids()).toEqual(before);
  });
});

describe('one line in the file of a public service, on a running platform', () => {
  test('pauses it at all desks, with a reason that each shows; what is open goes on; without the line it is filed again', async () => {
    const before = platform.pids();
    const code = 'pension-on-hold';
    const text = readRegistryFile('public-services', 'pension-reexamination').replace(
      'code: pension-reexamination',
      `code: ${code}`,
    );
    const reason = { ro: 'Registrul este oprit.', ru: 'Регистр остановлен.', en: 'The register is down.' };
    const desks = [desk, await openDesk(platform.url, 'cu-002-specialist')];
    let n = 30;
    const tried = () =>
      Promise.all(
        desks.map((here) =>
          here
            .call<Application>('POST', '/applications', { body: filing((n += 1), `Z${n}`, { publicService: code }) })
            .then(
              ({ body }) => body,
              (error: unknown) => error as Error & { problem: { reason: string; detail?: string } },
            ),
        ),
      );
    const allOpen = () =>
      waitUntil(tried, (answers) => answers.every((answer) => 'id' in answer), 'both desks open it', 20);

    writeFileSync(registryFile('public-services', code), text);
    const [open] = (await allOpen()) as Application[];
    writeFileSync(
      registryFile('public-services', code),
      `${text}paused: { since: '2026-01-05', reason: ${JSON.stringify(reason)} }\n`,
    );
    const refusals = await waitUntil(
      tried,
      (answers) => answers.every((answer) => 'problem' in answer),
      'none opens it',
      20,
    );
    expect(refusals).toMatchObject(
      desks.map(() => ({ problem: { status: 409, reason: 'SERVICE_PAUSED', detail: reason.ro } })),
    );
    const { body } = await desk.call('GET', `/public-services/${code}`);
    expect(body).toMatchObject({ paused: { since: '2026-01-05', reason } });
    const filed = await desk.call<Application>('POST', `/applications/${open!.id}/submit`, { body: {} });
    expect(filed.body).toMatchObject({ state: 'submitted' });

    writeFileSync(registryFile('public-services', code), text);
    await allOpen();
    expect(platform.pids()).toEqual(before);
  });
});

describe('a centre that is closed to another one, on a running platform', () => {
  type Row = Application & { by: string; kind: string };
  const read = async (here: Desk, id: string) => (await here.call<Application>('GET', `/applications/${id}`)).body;
  const inState = (here: Desk, id: string, state: string) =>
    waitUntil(
      () => read(here, id),
      (app) => app.state === state,
      `${id} is ${state}`,
      60,
    );
  async function registryFile(here: Desk, n: number, ending: string) {
    const body = filing(n, ending);
    const { id } = (await here.call<Application>('POST', '/applications', { body })).body;
    await here.call('POST', `/applications/${id}/submit`, { body: {} });
    return id;
  }

  test('leaves its applications to the desk of that one, where a result is handed over and an agency answered; a third desk sees none', async () => {
    const before = await openDesk(platform.url, 'cu-003-specialist');
    const decided = await registryFile(before, 20, 'ZQ');
    const asked = await registryFile(before, 21, 'ZD');
    await inState(before, decided, 'ready');
    const { documentRequest } = await inState(before, asked, 'documents-requested');

    changeCentre('close', 'CU-003', '--to', 'CU-004');
    await waitUntil(
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

  test('without another one is not closed before its store has no open application of it', async () => {
    const here = await openDesk(platform.url, 'cu-006-specialist');
    const id = await registryFile(here, 22, 'ZQ');
    await inState(here, id, 'ready');
    changeCentre('close', 'CU-006', '--wait');
    const early = runCentreTool('close', 'CU-006', '--none-open');
    expect([early.status, early.stderr]).toEqual([
      1,
      expect.stringContaining('has open applications, says the store: 1 ready.'),
    ]);

    const body = { collectedBy: 'applicant', paperKind: 'identity-document' };
    await here.call('POST', `/applications/${id}/hand-over`, { body });
    await here.call('POST', `/applications/${id}/confirm-outcome`, { body: { needMet: true } });
    changeCentre('close', 'CU-006', '--none-open');
    expect(readRegistryFile('centres', 'CU-006')).toContain('status: closed');
  });
});
