import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgencyApi } from '@cups/tools/agency-api';
import {
  applicationId,
  createContent,
  filing,
  idnp,
  idnpOfOperator,
  listActiveCentres,
  publicServices,
} from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { grantMandate, revokeMandate, withMandate } from '@cups/tools/mandates';
import { buildPdf } from '@cups/tools/upload-client';
import { openDesk, ApiError, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { SPAN_ATTRIBUTES } from '@cups/contracts';
import { CHECKPOINTS_TOPIC, JOURNAL_SOURCES, journalTopic } from '@cups/events';
import { eventually, startCollector, uniquePrefix, readTopic } from '@cups/testing';
import type { Collector } from '@cups/testing';
import { parse } from 'yaml';
import { LoadGenerator } from '../../k8s/lab/rollout/load.ts';
import { raceDeletions } from './scan-races.ts';
import { edgesOfReadme, edgesOfSpans, stepsOfSpans } from './traces.ts';

/** Journeys of applicants through the whole platform: real processes, broker and store, simulated agencies. */

const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-'));
let platform: Platform;
let desk: Desk;
let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
  const env = {
    VALIDATE_RESPONSES: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER_ARG: '1',
  };
  platform = await startPlatform({ port: 0, dataDir, prefix: uniquePrefix(), env });
  desk = await openDesk(platform.url, 'cu-001-specialist');
});
afterAll(async () => {
  await platform.stop();
  await collector.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

let people = 0;
/** Creates an application. The ending of its ID instructs the agency simulator. */
async function createApplication(ending: string, at = desk, more: object = {}): Promise<Application> {
  people += 1;
  const body = await withMandate(at, Object.assign(filing(people, ending, { givenName: 'Canary' }), more));
  return (await at.call<Application>('POST', '/applications', { body })).body;
}
const runAction = async (app: Application, action: string, body: object = {}, at = desk) =>
  (await at.call<Application>('POST', `/applications/${app.id}/${action}`, { body })).body;
const read = async (app: Application, at = desk) => (await at.call<Application>('GET', `/applications/${app.id}`)).body;
const waitForState = (app: Application, state: string, at = desk) =>
  waitUntil(
    () => read(app, at),
    (now) => now.state === state,
    `${app.id} → ${state}`,
    60,
  );
const waitForNotices = async (app: Application) =>
  (
    await desk.call<{ notices: { kind: string; channel?: string; state: string; name: string }[] }>(
      'GET',
      `/applications/${app.id}/notices`,
    )
  ).body.notices;
const HAND_OVER_BODY = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000001' };

describe('journeys', () => {
  test('a pension re-examination is filed, decided, handed over and closed, with slips', async () => {
    const draft = await createApplication('ZQ');
    expect(draft.allowedActions).toEqual(['edit', 'submit', 'withdraw', 'renew', 'choose-collection-centre']);
    const filed = await runAction(draft, 'submit');
    expect(filed.state).toBe('submitted');
    const ready = await waitForState(filed, 'ready');
    expect((await runAction(ready, 'hand-over', HAND_OVER_BODY)).state).toBe('handed-over');
    expect((await runAction(ready, 'confirm-outcome', { needMet: true })).state).toBe('closed');
    const notices = await waitUntil(
      () => waitForNotices(filed),
      (list) => list.length >= 2,
      'notices',
      30,
    );
    expect(notices.every(({ channel }) => channel === 'slip')).toBe(true);
    const slip = await desk.call<string>(
      'GET',
      `/applications/${filed.id}/notices/${notices[0]!.name.replace('notices/', '')}/slip`,
    );
    expect(slip.body).toContain(draft.trackingNumber);
    expect(slip.body).toContain('<html lang="ro"');
    const tracked = await desk.call<{ state: string }>('POST', '/tracking', {
      body: { trackingNumber: draft.trackingNumber },
    });
    expect(tracked.body.state).toBe('closed');
    const { body: delivery } = await desk.call<{ state: string }>('GET', `/applications/${filed.id}/delivery`);
    expect(delivery.state).toBe('answered');
  });

  test('one trace leads from the request to the agency and back to the notice', async () => {
    const earlier = new Set(collector.spans.map(({ traceId }) => traceId));
    await waitForState(await runAction(await createApplication('ZQ'), 'submit'), 'ready');
    const submit = 'POST /api/v1/applications/{id}/submit';
    const intake = (method: string) => `cups.intake.v1.IntakeService/${method}`;
    const expected = [
      ` > gateway: ${submit}`,
      `gateway: ${submit} > gateway: ${intake('SubmitApplication')}`,
      `gateway: ${intake('SubmitApplication')} > intake: ${intake('SubmitApplication')}`,
      `intake: ${intake('SubmitApplication')} > intake: update applications`,
      `intake: ${intake('SubmitApplication')} > intake: send cups.applications`,
      'intake: send cups.applications > agency-bridge: process cups.applications',
      `agency-bridge: process cups.applications > agency-bridge: ${intake('GetSubmission')}`,
      `agency-bridge: ${intake('GetSubmission')} > intake: ${intake('GetSubmission')}`,
      'agency-bridge: process cups.applications > agency-bridge: create deliveries',
      'agency-bridge: process cups.applications > agency-bridge: send agency.cnas.requests',
      // The agency forwards the trace context of the request.
      'agency-bridge: send agency.cnas.requests > agency-bridge: process agency.cnas.replies',
      'agency-bridge: process agency.cnas.replies > agency-bridge: send cups.deliveries',
      'agency-bridge: send cups.deliveries > intake: process cups.deliveries',
      'intake: process cups.deliveries > intake: send cups.applications',
      'intake: send cups.applications > notifications: process cups.applications',
      `notifications: process cups.applications > notifications: ${intake('GetNoticeContext')}`,
    ];
    await eventually(
      () => {
        const { traceId } = collector.spans.find(({ name, ...span }) => name === submit && !earlier.has(span.traceId))!;
        const steps = stepsOfSpans(collector.spans.filter((span) => span.traceId === traceId));
        expect(steps).toEqual(expect.arrayContaining(expected));
        return true;
      },
      { timeoutMs: 20_000 },
    );
  });

  test('an agency requests documents, receives them and decides', async () => {
    const filed = await runAction(await createApplication('ZD'), 'submit');
    const requested = await waitForState(filed, 'documents-requested');
    // The notice quotes the agency only while its request is open.
    const request = await eventually(async () =>
      (await waitForNotices(filed)).find(({ kind, channel }) => kind === 'documents-requested' && channel),
    );
    const evidence = requested.documentRequest!.evidenceKinds.map((kind) => ({ kind, originalSeen: true }));
    const supplied = await runAction(requested, 'supply-documents', { evidence });
    expect(supplied).toMatchObject({ state: 'in-progress', submissionCount: 2 });
    await waitForState(filed, 'ready');
    const { body } = await desk.call<{ actions: { kind: string; answers?: string }[] }>(
      'GET',
      `/applications/${filed.id}/history`,
    );
    const supply = body.actions.find(({ kind }) => kind === 'supply-documents');
    expect(supply?.answers).toBe(requested.documentRequest!.id);
    // The agency's text about the document reaches desk, history and slip.
    const paper = {
      kind: requested.documentRequest!.evidenceKinds[0],
      note: expect.stringContaining('original') as unknown,
    };
    expect(requested).toMatchObject({ documentRequest: { documents: [paper] } });
    expect(body.actions.find(({ kind }) => kind === 'documents-requested')).toMatchObject({ documents: [paper] });
    const path = `/applications/${filed.id}/notices/${request.name.replace('notices/', '')}/slip`;
    expect((await desk.call<string>('GET', path)).body).toMatch(/<blockquote>.+<br>– .*original/);
  });

  test('a rejection is handed over and corrected by a new application', async () => {
    const filed = await runAction(await createApplication('ZR'), 'submit');
    const rejected = await waitForState(filed, 'rejected');
    await runAction(rejected, 'hand-over', HAND_OVER_BODY);
    const closed = await runAction(rejected, 'confirm-outcome', { needMet: false, missing: 'a paper of the employer' });
    expect(closed.allowedActions).toEqual(['correct', 'change-contact']);
    const second = await createApplication('ZQ', desk, { corrects: `applications/${filed.id}` });
    await waitForState(await runAction(second, 'submit'), 'ready');
  });

  test('an applicant withdraws from an unresponsive agency', async () => {
    const filed = await runAction(await createApplication('ZN'), 'submit');
    const other = await openDesk(platform.url, 'cu-002-specialist');
    await expect(read(filed, other)).rejects.toThrow(ApiError);
    expect((await runAction(filed, 'withdraw', { reason: 'moved away' })).state).toBe('withdrawn');
    await waitUntil(
      async () => (await desk.call<{ state: string }>('GET', `/applications/${filed.id}/delivery`)).body.state,
      (state) => state === 'cancelled',
      'the delivery is cancelled',
      30,
    );
  });

  test("an operator's own application is filed and handed over by a colleague", async () => {
    const herself = { givenName: 'Test', familyName: 'Specialist', birthDate: '1981-02-03', language: 'ro' };
    const applicant = Object.assign({ idnp: idnpOfOperator('cu-001-specialist') }, herself);
    const draft = await createApplication('ZQ', desk, { applicant });
    expect(draft).toMatchObject({ ownApplication: true, allowedActions: ['edit', 'withdraw', 'renew'] });
    const refused = expect.objectContaining({
      problem: expect.objectContaining({ status: 403, reason: 'OWN_APPLICATION' }) as unknown,
    }) as unknown;
    await expect(runAction(draft, 'submit')).rejects.toEqual(refused);
    const colleague = await openDesk(platform.url, 'cu-001-manager');
    await runAction(draft, 'submit', {}, colleague);
    const ready = await waitForState(draft, 'ready', colleague);
    expect((await read(ready)).allowedActions).toEqual([]);
    await expect(runAction(ready, 'hand-over', HAND_OVER_BODY)).rejects.toEqual(refused);
    expect((await runAction(ready, 'hand-over', HAND_OVER_BODY, colleague)).state).toBe('handed-over');
    await expect(runAction(ready, 'confirm-outcome', { needMet: true })).rejects.toEqual(refused);
  });

  test('an outage of catalog, identity, bridge and notifications loses nothing', async () => {
    const drafts = await Promise.all(Array.from({ length: 5 }, () => createApplication('ZQ')));
    const away = ['catalog', 'identity', 'agency-bridge', 'notifications'] as const;
    await Promise.all(away.map((name) => platform.kill(name)));
    const filed = await Promise.all(drafts.map((draft) => runAction(draft, 'submit')));
    expect(filed.map(({ state }) => state)).toEqual(Array(5).fill('submitted'));
    await Promise.all(away.map((name) => platform.start(name)));
    await Promise.all(filed.map((app) => waitForState(app, 'ready')));
    for (const app of filed) {
      const notices = await waitUntil(
        () => waitForNotices(app),
        (list) => list.length >= 2,
        'notices',
        30,
      );
      expect(notices.map(({ kind }) => kind).filter((kind, i, all) => all.indexOf(kind) !== i)).toEqual([]);
    }
  });

  test('killing intake after an acknowledgement delivers the event exactly once', async () => {
    const drafts = await Promise.all(Array.from({ length: 8 }, () => createApplication('ZQ')));
    const filed = await Promise.all(drafts.map((draft) => runAction(draft, 'submit')));
    await platform.kill('intake');
    await platform.start('intake');
    for (const app of filed) {
      await waitForState(app, 'ready');
      const { body } = await desk.call<{ actions: { kind: string }[] }>('GET', `/applications/${app.id}/history`);
      expect(body.actions.filter(({ kind }) => kind === 'submit').length).toBe(1);
      expect(body.actions.filter(({ kind }) => kind === 'approved').length).toBe(1);
    }
  });

  test('a rolling restart of all services fails no call', async () => {
    let stopped = false;
    const failures: unknown[] = [];
    const work = (async () => {
      while (!stopped) {
        await createApplication('ZQ')
          .then((draft) => runAction(draft, 'submit'))
          .catch((error: unknown) => failures.push(error));
      }
    })();
    for (const name of ['intake', 'catalog', 'identity', 'agency-bridge', 'notifications'] as const) {
      await platform.end(name);
      await platform.start(name);
    }
    stopped = true;
    await work;
    expect(failures).toEqual([]);
  });

  test('a scan travels with its application to the agency', async () => {
    const draft = await createApplication('ZQ');
    const kind = 'identity-document';
    const { name, sha256 } = await desk.upload({ application: draft.id, kind, files: [buildPdf(2_048, 'scan')] });
    const body = { evidence: [{ kind, number: 'B00000001', copy: name }] };
    const { body: edited } = await desk.call<Application>('PATCH', `/applications/${draft.id}`, {
      body,
      etag: draft.etag,
    });
    await runAction(edited, 'submit');
    const ready = await waitForState(edited, 'ready');
    expect(ready).toMatchObject({ documents: [{ name, kind, uploadSha256: sha256, sha256, state: 'ready' }] });
    const { body: log } = await desk.call<{ entries: object[] }>('GET', `/applications/${draft.id}/access-log`);
    expect(log.entries).toContainEqual(expect.objectContaining({ kind: 'document', agency: 'agencies/cnas' }));
  });

  test('a scan is deleted or submitted, never both', async () => {
    for (const [order, first] of [
      ['after', 40_000],
      ['together', 40_100],
    ] as const) {
      const { violations } = await raceDeletions(
        { desk, url: platform.url, cookie: desk.cookie },
        { first, count: 12, order },
      );
      expect(violations).toEqual([]);
    }
  });

  test('spans show exactly the calls and topics of the README', async () => {
    await desk.call('GET', '/public-services?pageSize=1');
    const mandate = await grantMandate(desk, filing((people += 1), 'ZQ'));
    await desk.call('POST', `/${mandate.name}/code/mail`, { body: { email: 'canary@example.org' } });
    await eventually(() => {
      expect(edgesOfSpans(collector.spans)).toEqual(edgesOfReadme());
      return true;
    });
    const names = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...names].filter((name) => !(SPAN_ATTRIBUTES as readonly string[]).includes(name))).toEqual([]);
    expect(collector.spans.length).toBeGreaterThan(1_000);
    // The journeys after this one run without a collector.
    await collector.stop();
  });

  test('all centres and public services are returned as documented', async () => {
    type Page = Record<string, { code: string }[]>;
    for (const [path, member] of [
      ['centres', 'centres'],
      ['public-services', 'publicServices'],
    ] as const) {
      const all = (await desk.call<Page>('GET', `/${path}?pageSize=200`)).body[member]!;
      expect(all.length).toBeGreaterThan(20);
      for (const { code } of all) expect((await desk.call('GET', `/${path}/${code}`)).status).toBe(200);
    }
  });

  test('the form of every public service has the order of its file', async () => {
    type Version = { validFrom: string; form?: object; example?: object };
    type ServiceResponse = { version: { validFrom: string; formSchema?: object; example?: object } };
    const folder = join(import.meta.dirname, '../../data/public-services');
    for (const name of readdirSync(folder)) {
      const { code, versions } = parse(readFileSync(join(folder, name), 'utf8')) as {
        code: string;
        versions: Version[];
      };
      const { version } = (await desk.call<ServiceResponse>('GET', `/public-services/${code}`)).body;
      const { form, example } = versions.find(({ validFrom }) => validFrom === version.validFrom)!;
      // Compared as text, because the order of members matters.
      expect(JSON.stringify(version.formSchema)).toBe(JSON.stringify(form));
      expect(JSON.stringify(version.example)).toBe(JSON.stringify(example));
    }
  });

  test('a person has an ended application erased, and the journal lists it', async () => {
    const supervisor = await openDesk(platform.url, 'supervisor');
    const filed = await runAction(await createApplication('ZN'), 'submit');
    const body = { application: `applications/${filed.id}`, reason: 'no-longer-needed' };
    const erase = () => supervisor.call<{ eraseTime?: string }>('POST', '/erasures', { body });
    await expect(erase()).rejects.toThrow(/409 ERASURE_REFUSED/);
    await runAction(filed, 'withdraw');
    await erase();
    // An event of the agency at the same time lets the erasure continue in the background.
    const erased = await waitUntil(
      async () => (await read(filed)) as Application & { erasure?: { eraseTime?: string } },
      ({ erasure }) => erasure?.eraseTime !== undefined,
      'the application is erased',
      60,
    );
    expect(erased).toMatchObject({ state: 'withdrawn', allowedActions: [], erasure: { cause: 'requested' } });
    expect(erased).not.toHaveProperty('applicant');
    const tracked = await desk.call<{ eraseTime?: string }>('POST', '/tracking', {
      body: { trackingNumber: filed.trackingNumber },
    });
    expect(tracked.body.eraseTime).toBeDefined();
    await waitUntil(
      async () =>
        (await desk.call<{ entries: { action: string }[] }>('GET', `/applications/${filed.id}/journal`)).body.entries,
      (entries) =>
        ['erase-application', 'erase-notices', 'erase-documents', 'erase-delivery'].every((act) =>
          entries.some(({ action }) => action === act),
        ),
      'the journal has the entries of the erasure',
      60,
    );
  });

  test('an agency that waits in the pull API gets a filed application long before the end of its wait', async () => {
    const code = 'arhiva-straseni';
    const waitSeconds = 30;
    const api = openAgencyApi({ url: platform.url, keysDir: join(dataDir, 'keys'), code });
    let cursor = '';
    for (let hasMore = true; hasMore;) ({ cursor, hasMore } = await api.listRequests(cursor));
    const waiting = api.listRequests(cursor, { waitSeconds });

    const straseni = await openDesk(platform.url, 'cu-012-specialist');
    const { body: centre } = await straseni.call<Centre>('GET', '/centres/CU-012');
    const service = (await publicServices(platform.url)).find(({ code: of }) => of === 'archive-salary')!;
    people += 1;
    const content = Object.assign(
      { id: applicationId('ZN'), publicService: 'archive-salary' },
      createContent(people, centre, service),
    );
    const body = await withMandate(straseni, content);
    const draft = (await straseni.call<Application>('POST', '/applications', { body })).body;
    const submitted = performance.now();
    await runAction(draft, 'submit', {}, straseni);
    const { events } = await waiting;
    expect(events.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ application: `applications/${draft.id}` }),
    );
    expect(performance.now() - submitted).toBeLessThan((waitSeconds * 1000) / 2);
  });

  test('a revoked mandate stops filing within 60 s, and not the withdrawal', async () => {
    const body = filing((people += 1), 'ZN', { givenName: 'Canary' });
    const mandate = await grantMandate(desk, body);
    const open = async () =>
      (await desk.call<Application>('POST', '/applications', { body: { ...body, id: applicationId('ZN'), mandate } }))
        .body;
    const filed = await runAction(await open(), 'submit');
    const second = await open();
    await revokeMandate(desk, mandate);
    const alerted = await waitUntil(
      () => read(second),
      ({ deskAlerts = [] }) => deskAlerts.some(({ kind }) => kind === 'mandate-revoked'),
      'the alert of the revocation',
      60,
    );
    await expect(runAction(alerted, 'submit')).rejects.toThrow(/409 MANDATE_REVOKED/);
    expect((await runAction(filed, 'withdraw')).state).toBe('withdrawn');

    const topic = await readTopic(
      { brokers: platform.kafkaBrokers.split(','), prefix: platform.prefix },
      'agency.cnas.requests',
    );
    const requests = await topic.until(
      (events) => events.filter(({ key }) => key.startsWith(filed.id)).length > 1,
      30_000,
    );
    await topic.stop();
    expect(JSON.parse(requests.find(({ key }) => key.startsWith(filed.id))!.data.toString())).toMatchObject({
      mandate: { kind: 'own-presence', id: mandate.name },
    });
  }, 120_000);

  // The generator works in a cluster only. This keeps it from filing what the registries refuse meanwhile.
  test('the load of the roll-out test files at every centre without a refusal, and receives each reply', async () => {
    const load = new LoadGenerator(platform.url);
    const centres = await listActiveCentres(platform.url);
    await load.start(centres, 4);
    await eventually(() => load.now > 10 && load.accepted + load.failed.length >= centres.length, {
      timeoutMs: 60_000,
    });
    await load.stop();
    expect(load).toMatchObject({ failed: [], deferred: [] });
    expect(await load.findMissing()).toEqual([]);
  }, 180_000);

  test('no log, span or internal topic contains personal data', async () => {
    const brokers = platform.kafkaBrokers.split(',');
    const topics = await readTopic(
      { brokers, prefix: platform.prefix },
      'cups.applications',
      'cups.deliveries',
      'cups.documents',
      'cups.centres',
      'cups.mandates',
      ...JOURNAL_SOURCES.map(journalTopic),
      CHECKPOINTS_TOPIC,
    );
    await topics.until(
      (events) => events.filter(({ topic }) => topic.endsWith('cups.applications')).length > 40,
      30_000,
    );
    await topics.stop();
    const places = new Map(
      topics.events.map((event) => [
        `${event.topic} ${event.id}`,
        JSON.stringify({ ...event, data: event.data.toString('latin1') }),
      ]),
    );
    for (const file of readdirSync(join(dataDir, 'logs')))
      places.set(file, readFileSync(join(dataDir, 'logs', file), 'utf8'));
    collector.bodies.forEach((body, n) => places.set(`spans ${n}`, body));
    const canaries = ['Canary', 'Testescu', 'B00000001', ...Array.from({ length: people }, (_, i) => idnp(i + 1))];
    const found = [...places].flatMap(([place, text]) =>
      canaries.filter((canary) => text.includes(canary)).map(() => place),
    );
    expect(found).toEqual([]);
  });
});
