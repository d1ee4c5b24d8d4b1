import { randomUUID } from 'node:crypto';
import { hashContent } from '@cups/contracts/node';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, clientFor, eventually, readJournal } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredApplication } from '../src/store.ts';
import { bridgeEvent, useIntake } from './world.ts';
import { openStoredApplications } from './stored-applications.ts';

/** Entries for the journal: committed with the change or the access, without names, numbers or free text. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-350';

let store: Store;
let stored: Awaited<ReturnType<typeof openStoredApplications>>;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  const { place } = scene.world;
  store = openStore({ uri: place.mongoUri, database: `${place.prefix}cups-intake`, log: captureLog().log });
  await eventually(() => store.ready());
  stored = await openStoredApplications(scene.world);
  journal = await readJournal(place, 'intake');
});
afterAll(async () => {
  await journal.stop();
  await Promise.all([store.close(), stored.close()]);
});

const idOf = (name: string) => name.slice('applications/'.length);
/** Waits for the entries of an application's key, and returns them with sequence and subject. */
const entriesOf = (name: string, count: number) => journal.until(({ key }) => key === idOf(name), count);

const readStored = (name: string) => stored.read(idOf(name));

/** Returns action and hash of each action, which intake computes again; '' without a hash. */
async function listHashes(name: string): Promise<[action: string, hash: string][]> {
  const ops = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    address: `127.0.0.1:${scene.port}`,
    keys: scene.world.keys,
    from: 'ops',
    to: 'intake',
  });
  const { actions } = await ops.listActionHashes({ name, pageSize: 50 });
  ops.close();
  return actions.map(({ action, contentHash }) => [action, contentHash.toString('hex')]);
}

describe('an application', () => {
  test('has an entry of each action and each edit of the draft, in its own sequence', async () => {
    const here = scene.at(CENTRE);
    const { name, etag } = await here.open(31);
    const edit = { content: { costOption: 'normal' }, updateFields: ['cost_option'] };
    await here.updateApplication({ requestId: randomUUID(), name, etag: etag ?? '', ...edit });
    await here.submit(name);
    await here.addNote({ requestId: randomUUID(), name, text: 'Called Ion Rusu on 069123456' });
    const entries = await entriesOf(name, 4);
    const operator = 'operators/cu-350-specialist';
    const common = { resource: name, actor: operator, centre: `centres/${CENTRE}`, ground: 'own-presence', reason: '' };
    expect(entries).toMatchObject([
      { ...common, action: 'open', result: 'draft', sequence: 1, subject: name },
      { ...common, action: 'edit', result: 'draft', sequence: 2 },
      { ...common, action: 'submit', result: 'submitted', sequence: 3 },
      { ...common, action: 'note', result: 'submitted', sequence: 4 },
    ]);
    expect(JSON.stringify(entries.map(({ data }) => data.toString('latin1')))).not.toMatch(/Rusu|069123456/);
  });

  test('stores the salt with which the frozen submission has the hash of its entry', async () => {
    const { name } = await scene.at(CENTRE).file(32);
    const [, submitted] = await entriesOf(name, 2);
    const { journalSalt, submissions, journalSeq, eventSeq } = await readStored(name);
    expect(journalSalt).toMatch(/^[0-9a-f]{32}$/);
    expect(submitted?.contentHash).toEqual(hashContent(journalSalt!, submissions[0]));
    expect({ journalSeq, eventSeq }).toEqual({ journalSeq: 2, eventSeq: 1 });
  });

  test('has an entry of each message of its agency, on the ground of its decision', async () => {
    const { name } = await scene.at(CENTRE).file(33);
    await scene.world.publish(
      bridgeEvent(name, 'DeliveryAcknowledged', 1, {}),
      bridgeEvent(name, 'DeliveryDecided', 2, { approved: true, resultKind: 'paper' }),
    );
    const entries = await entriesOf(name, 4);
    expect(entries.slice(2)).toMatchObject([
      { actor: 'agencies/asp', centre: '', action: 'acknowledged', ground: 'agency-message', result: 'in-progress' },
      { actor: 'agencies/asp', centre: '', action: 'approved', ground: 'agency-decision', result: 'ready' },
    ]);
  });

  test('computes the hashes of its entries again from what it keeps, until somebody changes that', async () => {
    const here = scene.at(CENTRE);
    const { name } = await here.file(38);
    const request = () => ({ requestId: randomUUID(), name });
    const amount = { amountMinor: '11000', currencyCode: 'MDL' };
    await here.recordPayment({ ...request(), payment: { receiptNumber: 'CH-1', amount } });
    for (const text of ['Comes on Monday', 'Came']) await here.addNote({ ...request(), text });
    await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true, resultKind: 'paper' }));
    await entriesOf(name, 6);
    const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
    await here.handOverResult({ ...request(), handOver });
    await here.confirmOutcome({ ...request(), outcome: { needMet: true } });
    const entries = await entriesOf(name, 9);
    const recorded = entries.slice(1).map(({ action, contentHash }) => [action, contentHash.toString('hex')]);
    expect(recorded.map(([action]) => action)).toEqual([
      'submit',
      'record-payment',
      'note',
      'note',
      'approved',
      'confirm-arrival',
      'hand-over',
      'confirm-outcome',
    ]);
    // The arrival replaced the decision.
    expect(await listHashes(name)).toEqual(
      recorded.map(([action, hash]) => [action, action === 'approved' ? '' : hash]),
    );

    const alter = async (change: (app: StoredApplication) => StoredApplication) => {
      const app = await readStored(name);
      const options = { scope: 'service', cause: {}, now: new Date() } as const;
      await stored.applications.update(app._id, options, (now) => ({ document: change(now), events: [] }));
      const differing = (await listHashes(name)).flatMap(([action, hash], at) =>
        hash === '' || hash === recorded[at]![1] ? [] : [action],
      );
      await stored.applications.update(app._id, options, (now) => {
        const { decision, payment, notes, handOver, outcome } = app;
        const kept = { decision, payment, notes, handOver, outcome };
        return { document: Object.assign({}, now, kept) as StoredApplication, events: [] };
      });
      return differing;
    };
    expect(await alter((app) => ({ ...app, notes: app.notes!.slice(1) }))).toEqual(['note', 'note']);
    expect(await alter((app) => ({ ...app, payment: { ...app.payment!, amountMinor: 1 } }))).toEqual([
      'record-payment',
    ]);
    expect(await alter((app) => ({ ...app, decision: { ...app.decision!, resultNumber: 'X-9' } }))).toEqual([
      'confirm-arrival',
    ]);
    expect(await alter((app) => ({ ...app, outcome: { needMet: false, missing: 'all' } }))).toEqual([
      'confirm-outcome',
    ]);
    expect(await alter(({ handOver: _removed, ...app }) => app)).toEqual(['hand-over']);
    expect(await alter((app) => app)).toEqual([]);
  });

  test('of an earlier release begins at 1', async () => {
    const here = scene.at(CENTRE);
    const { name } = await here.open(34);
    await entriesOf(name, 1);
    const former = { $unset: { journalSeq: '', journalSalt: '' }, $inc: { revision: 1 } } as const;
    await store.collection<{ _id: string }>('applications').updateOne({ _id: idOf(name) }, former as object);
    await here.submit(name);
    const [, submitted] = await entriesOf(name, 2);
    expect(submitted).toMatchObject({ action: 'submit', sequence: 1 });
    expect(submitted?.contentHash).toHaveLength(32);
  });
});

test('lists the streams of all documents in pages, for a comparison with the journal', async () => {
  const { name } = await scene.at(CENTRE).file(37);
  await scene.at(CENTRE).read(name);
  const ops = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
    address: `127.0.0.1:${scene.port}`,
    keys: scene.world.keys,
    from: 'ops',
    to: 'intake',
  });
  await entriesOf(name, 3);
  const streams: { subject: string; lastSequence: number; pendingCount: number }[] = [];
  let pageToken = '';
  do {
    const page = await ops.listJournalStreams({ pageSize: 7, pageToken });
    streams.push(...page.streams);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  ops.close();
  const subjects = streams.map(({ subject }) => subject);
  expect(subjects).toEqual([...new Set(subjects)].sort());
  expect(streams.filter(({ subject }) => subject.includes(idOf(name)))).toMatchObject([
    { subject: expect.stringMatching(`accessLog/${idOf(name)}.`) as unknown, lastSequence: 1 },
    { subject: name, lastSequence: 2 },
  ]);
});

describe('an access', () => {
  test('is stored before the response and publishes one entry', async () => {
    const here = scene.at(CENTRE);
    const { name } = await here.file(35);
    await here.read(name);
    const rows = store.collection<{ _id: string; journalSeq: number }>('accessLog');
    const [row] = await rows.find({ _id: { $gt: `${idOf(name)}/`, $lt: `${idOf(name)}0` } }).toArray();
    expect(row).toMatchObject({ kind: 'details', journalSeq: 1 });
    const entry = (await entriesOf(name, 3)).find(({ action }) => action === 'read-details');
    expect(entry).toMatchObject({
      subject: `accessLog/${row!._id.replace('/', '.')}`,
      sequence: 1,
      resource: name,
      actor: 'operators/cu-350-specialist',
      centre: `centres/${CENTRE}`,
      ground: 'session',
      result: 'done',
      contentHash: Buffer.alloc(0),
    });
    expect(entry?.correlationId).not.toBe('');
  });

  test('of a list has an entry of the centre', async () => {
    await scene.at('CU-351').listApplications({});
    const [listed] = await journal.until(({ key }) => key === 'CU-351', 1);
    expect(listed).toMatchObject({ resource: 'centres/CU-351', action: 'read-list' });
  });

  test('of an earlier release is still listed', async () => {
    const here = scene.at(CENTRE);
    const { name } = await here.file(36);
    const former = { operator: 'operators/old', centre: 'centres/CU-350', kind: 'details', time: new Date(0) };
    const _id = `${idOf(name)}/00000000000000000000000000`;
    await store.collection<{ _id: string }>('accessLog').insertOne(Object.assign({ _id }, former));
    await here.read(name);
    const { entries } = await here.listAccessLogEntries({ name });
    expect(entries.map(({ operator }) => operator)).toEqual(['operators/cu-350-specialist', 'operators/old']);
  });
});
