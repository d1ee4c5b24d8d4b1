import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRES_TOPIC, fromCentreMessage, fromMessage } from '@cups/agency-contract';
import type { CentreChanged, IncomingMessage, RequestEvent } from '@cups/agency-contract';
import { connectKafka } from '@cups/events';
import { openDesk, waitUntil } from '@cups/tools/desk';
import { filing } from '@cups/tools/filings';
import { withMandate } from '@cups/tools/mandates';
import type { Application, Desk } from '@cups/tools/desk';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { uniquePrefix, temporaryDir, startStopwatch } from '@cups/testing';

/** Opens agencies and centres on a running platform, by files only and without restarts. */

const data = temporaryDir();
const state = temporaryDir();
const registryFile = (kind: string, code: string) => join(data.dir, kind, `${code}.yaml`);
const readRegistryFile = (kind: string, code: string) => readFileSync(registryFile(kind, code), 'utf8');
let platform: Platform;
let desk: Desk;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '../../data'), data.dir, { recursive: true });
  platform = await startPlatform({
    port: 0,
    dataDir: state.dir,
    prefix: uniquePrefix(),
    env: { REGISTRY_DIR: data.dir },
  });
  desk = await openDesk(platform.url, 'cu-001-specialist');
});
afterAll(async () => {
  await platform.stop();
  data.remove();
  state.remove();
});

/** Reads all messages of a topic and follows it, as an agency does. */
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

/** Returns the number of messages on a topic. */
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

/** Runs `npm run cups -- centre` on the data and store of this platform. */
function runCentreTool(...words: string[]) {
  const tool = join(import.meta.dirname, '../../tools/cli/cups.ts');
  const args = ['--disable-warning=ExperimentalWarning', tool, 'centre', ...words, '--data', data.dir];
  const env = Object.assign({}, process.env, { MONGODB_URI: platform.mongoUri, CUPS_PREFIX: platform.prefix });
  return spawnSync(process.execPath, args, { encoding: 'utf8', env });
}
function changeCentre(...words: string[]) {
  const { status, stderr } = runCentreTool(...words);
  expect([status, stderr]).toEqual([0, '']);
}

/** Runs `npm run cups -- agency` on the data of this platform; its starter does the rest. */
function runAgencyTool(...words: string[]) {
  const args = [join(import.meta.dirname, '../../tools/cli/cups.ts'), 'agency', ...words, '--data', data.dir];
  const env = Object.assign({}, process.env, { CUPS_PREFIX: platform.prefix });
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    encoding: 'utf8',
    env,
  });
  expect([status, stderr]).toEqual([0, '']);
}

describe('npm run cups -- agency add with a public-service file, on a running platform', () => {
  const ours = { agency: 'fisc', service: 'no-debt-certificate' };

  test('enables filing, delivery and replies without a restart', async () => {
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
    const content = filing(1, 'Z1', { publicService: ours.service });
    const open = async () =>
      desk.call<Application>('POST', '/applications', { body: await withMandate(desk, content) });
    const opened = await waitUntil(
      () => open().catch(() => undefined),
      (answer) => answer !== undefined,
      'an application is opened',
      20,
    );
    const filed = (await desk.call<Application>('POST', `/applications/${opened!.body.id}/submit`, { body: {} })).body;
    expect(filed.state).toBe('submitted');
    // The term uses the working time in the new agency's file.
    expect(filed).toMatchObject({ dueDate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as unknown });

    // The simulated agency decides.
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
    // A restarted process would have another ID.
    expect(platform.pids()).toEqual(before);
  });
});

describe('a centre in training', () => {
  const code = 'CU-087';
  /** Opens an application at the centre. The ID ending instructs the agency simulator. */
  async function open(centreDesk: Desk, n: number, ending: string) {
    const body = await withMandate(centreDesk, filing(n, ending));
    return (await centreDesk.call<Application>('POST', '/applications', { body })).body;
  }
  const act = async (centreDesk: Desk, id: string, action: string, body: object = {}) =>
    (await centreDesk.call<Application>('POST', `/applications/${id}/${action}`, { body })).body;
  const reaches = (centreDesk: Desk, id: string, state: string) =>
    waitUntil(
      async () => (await centreDesk.call<Application>('GET', `/applications/${id}`)).body,
      (app) => app.state === state,
      `${id} is ${state}`,
      60,
    );

  type TrainingMark = { training: boolean };
  /** Returns the training mark in each response about an application. */
  async function marksOf(centreDesk: Desk, { id, trackingNumber }: Application) {
    const get = async <T>(path: string) => (await centreDesk.call<T>('GET', path)).body;
    const post = async <T>(path: string, body: object) => (await centreDesk.call<T>('POST', path, { body })).body;
    const path = `/applications/${id}`;
    const { notices } = await get<{ notices: (TrainingMark & { id: string })[] }>(`${path}/notices`);
    const list = await get<{ applications: (TrainingMark & { id: string })[] }>('/applications?pageSize=200');
    const found = await post<{ applications: TrainingMark[] }>('/applications/search', { trackingNumber });
    const slip = await get<string>(`${path}/notices/${notices[0]!.id}/slip`);
    return {
      file: (await get<TrainingMark>(path)).training,
      row: list.applications.find((row) => row.id === id)!.training,
      found: found.applications[0]!.training,
      history: (await get<TrainingMark>(`${path}/history`)).training,
      tracking: (await post<TrainingMark>('/tracking', { trackingNumber })).training,
      delivery: (await get<TrainingMark>(`${path}/delivery`)).training,
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

  /**
   * Returns the current messages of these applications on a topic, by their labels, such as `asked withdrawn`, unordered.
   */
  async function messagesOn(topic: string, known: Record<string, Application>) {
    const read = await readMessages(topic, ({ headers }) => {
      const [subject, type] = ['ce_subject', 'ce_type'].map((name) => headers?.[name]?.toString() ?? '');
      const name = Object.keys(known).find((label) => subject === `deliveries/${known[label]!.id}-cnas`);
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
    return [...new Set(read.events.filter((message) => message !== undefined))].sort();
  }

  test('uses the simulator only; its trainings continue there after activation', async () => {
    changeCentre('add', '--name', 'Instruire', '--kind', 'town-hall', '--wave', '2024');
    changeCentre('open', code, '--training');
    const centreDesk = (await waitUntil(
      () => openDesk(platform.url, 'cu-087-specialist', { tries: 1 }).catch(() => undefined),
      (signedIn) => signedIn !== undefined,
      'its specialist signs in',
      20,
    ))!;
    expect((await centreDesk.call('GET', '/sessions/current')).body).toMatchObject({ training: true });
    const draft = await open(centreDesk, 3, 'ZQ');
    const asked = await open(centreDesk, 4, 'ZD');
    const silent = await open(centreDesk, 5, 'ZN');
    for (const { id, training } of [asked, silent]) {
      expect(training).toBe(true);
      expect(await act(centreDesk, id, 'submit')).toMatchObject({ state: 'submitted', training: true });
    }
    const { documentRequest } = await reaches(centreDesk, asked.id, 'documents-requested');

    changeCentre('open', code);
    // Identity and intake read the change each for itself, so the mandate can still be of a training.
    const { opened: real } = await waitUntil(
      async () => {
        const opened = (await open(centreDesk, 6, 'ZQ')) as Application & { mandate: { name: string } };
        const mandate = await centreDesk.call<TrainingMark>('GET', `/${opened.mandate.name}`);
        return { opened, training: opened.training || mandate.body.training };
      },
      ({ training }) => !training,
      'what it opens is real, with a real mandate',
      20,
    );
    // All transitions of trainings after their centre became active.
    expect(await act(centreDesk, draft.id, 'submit')).toMatchObject({ state: 'submitted', training: true });
    const evidence = documentRequest!.evidenceKinds.map((kind) => ({ kind, number: 'A1', originalSeen: true }));
    expect(await act(centreDesk, asked.id, 'supply-documents', { evidence })).toMatchObject({ training: true });
    expect(await act(centreDesk, silent.id, 'withdraw')).toMatchObject({ training: true });
    await reaches(centreDesk, draft.id, 'ready');
    await reaches(centreDesk, asked.id, 'ready');
    await waitUntil(
      async () => (await centreDesk.call<{ state: string }>('GET', `/applications/${silent.id}/delivery`)).body.state,
      (state) => state === 'cancelled',
      'the silent one is cancelled',
      30,
    );
    // Filed last: when it is decided, earlier messages to the agency are on its topic.
    expect(await act(centreDesk, real.id, 'submit')).toMatchObject({ state: 'submitted', training: false });
    await reaches(centreDesk, real.id, 'ready');

    for (const app of [draft, asked, silent]) expect(await marksOf(centreDesk, app)).toEqual(all(true));
    expect(await marksOf(centreDesk, real)).toEqual(all(false));
    const known = { draft, asked, silent, real };
    expect({
      requests: await messagesOn('agency.cnas.requests', known),
      replies: await messagesOn('agency.cnas.replies', known),
      requestsInTraining: await messagesOn('training.requests', known),
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
    const answers = await messagesOn('training.replies', known);
    expect(answers.filter((answer) => answer.startsWith('real'))).toEqual([]);
    expect(answers).toEqual(expect.arrayContaining(['draft decided', 'asked documents-requested', 'asked decided']));
  });
});

describe('a wave of centres opened by one command, on a running platform', () => {
  type Centre = { code: string; wave: string; status: string };
  const wave = async () => {
    const { body } = await desk.call<{ centres: Centre[] }>('GET', '/centres?pageSize=200');
    return body.centres.filter((centre) => centre.wave === '2023');
  };

  test('is served and announced within two seconds and files without a restart', async () => {
    const before = platform.pids();
    const planned = await wave();
    expect(planned.map(({ status }) => status)).toEqual(planned.map(() => 'planned'));
    await expect(openDesk(platform.url, 'cu-027-specialist', { tries: 1 })).rejects.toMatchObject({
      problem: { status: 409, reason: 'CENTRE_NOT_OPEN' },
    });
    const topic = await readMessages(CENTRES_TOPIC, parseCentreChange);
    const announced = () => topic.events.filter(({ code }) => planned.some((centre) => centre.code === code));

    const tool = join(import.meta.dirname, '../../tools/cli/cups.ts');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', tool, 'centre', 'open', '--wave', '2023', '--data', data.dir],
      { encoding: 'utf8' },
    );
    const stopwatch = startStopwatch();
    expect([status, stderr]).toEqual([0, '']);
    await waitUntil(wave, (all) => all.every((centre) => centre.status === 'active'), 'the wave is served', 10);
    expect(stopwatch.stop()).toBeLessThan(2_000);
    await waitUntil(
      () => Promise.resolve(announced()),
      (all) => all.length >= planned.length,
      'the wave is announced',
      20,
    );
    await topic.stop();
    expect(
      announced()
        .map(({ code, status: word }) => `${code} ${word}`)
        .sort(),
    ).toEqual(planned.map(({ code }) => `${code} active`));

    const first = await openDesk(platform.url, 'cu-027-specialist');
    const body = await withMandate(first, filing(2, 'Z2'));
    const opened = await first.call<Application>('POST', '/applications', { body });
    const filed = await first.call<Application>('POST', `/applications/${opened.body.id}/submit`, { body: {} });
    expect(filed.body).toMatchObject({ state: 'submitted', centre: 'centres/CU-027' });
    expect(platform.pids()).toEqual(before);
  });
});

describe('a pause in the file of a public service, on a running platform', () => {
  test('pauses it at all desks with a reason; open applications continue', async () => {
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
        desks.map((centreDesk) =>
          withMandate(centreDesk, filing((n += 1), `Z${n}`, { publicService: code }))
            .then((body) => centreDesk.call<Application>('POST', '/applications', { body }))
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

describe('a centre closed with a successor, on a running platform', () => {
  type Row = Application & { actor: string; kind: string };
  const read = async (centreDesk: Desk, id: string) =>
    (await centreDesk.call<Application>('GET', `/applications/${id}`)).body;
  const inState = (centreDesk: Desk, id: string, state: string) =>
    waitUntil(
      () => read(centreDesk, id),
      (app) => app.state === state,
      `${id} is ${state}`,
      60,
    );
  async function registryFile(centreDesk: Desk, n: number, ending: string) {
    const body = await withMandate(centreDesk, filing(n, ending));
    const { id } = (await centreDesk.call<Application>('POST', '/applications', { body })).body;
    await centreDesk.call('POST', `/applications/${id}/submit`, { body: {} });
    return id;
  }

  test('transfers its applications to the successor only', async () => {
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
    expect((await after.call('GET', '/sessions/current')).body).toMatchObject({ inheritedCentres: ['centres/CU-003'] });
    const { applications } = (await after.call<{ applications: Row[] }>('GET', '/applications?pageSize=200')).body;
    const taken = applications.filter((row) => row.centre === 'centres/CU-003').map(({ id }) => id);
    expect(taken).toEqual(expect.arrayContaining([decided, asked]));
    for (const part of ['notices', 'delivery']) {
      expect((await after.call('GET', `/applications/${decided}/${part}`)).status).toBe(200);
    }

    const body = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
    const handedOver = (await after.call<Application>('POST', `/applications/${decided}/hand-over`, { body })).body;
    expect(handedOver).toMatchObject({ state: 'handed-over', centre: 'centres/CU-003' });
    const { actions } = (await after.call<{ actions: Row[] }>('GET', `/applications/${decided}/history`)).body;
    expect(actions.at(-1)).toMatchObject({ actor: 'operators/cu-004-specialist', centre: 'centres/CU-004' });

    const evidence = documentRequest!.evidenceKinds.map((kind) => ({ kind, number: 'A1', originalSeen: true }));
    await after.call('POST', `/applications/${asked}/supply-documents`, { body: { evidence } });
    await inState(after, asked, 'ready');

    const third = await openDesk(platform.url, 'cu-005-specialist');
    await expect(read(third, decided)).rejects.toMatchObject({ problem: { status: 404 } });
    const collect = third.call('POST', `/applications/${asked}/hand-over`, { body });
    await expect(collect).rejects.toMatchObject({ problem: { status: 404 } });
  });

  test('is not closed without a successor while it has open applications', async () => {
    const centreDesk = await openDesk(platform.url, 'cu-006-specialist');
    const id = await registryFile(centreDesk, 22, 'ZQ');
    await inState(centreDesk, id, 'ready');
    changeCentre('close', 'CU-006', '--wait');
    const early = runCentreTool('close', 'CU-006', '--if-empty');
    expect([early.status, early.stderr]).toEqual([
      1,
      expect.stringContaining('has open applications in the store: 1 ready.'),
    ]);

    const body = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
    await centreDesk.call('POST', `/applications/${id}/hand-over`, { body });
    await centreDesk.call('POST', `/applications/${id}/confirm-outcome`, { body: { needMet: true } });
    changeCentre('close', 'CU-006', '--if-empty');
    expect(readRegistryFile('centres', 'CU-006')).toContain('status: closed');
  });
});
