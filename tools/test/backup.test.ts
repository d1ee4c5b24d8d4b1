import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { createJournal, JOURNAL_NUMBERS } from '@cups/store';
import { testInfrastructure, temporaryDir } from '@cups/testing';
import mongoose from 'mongoose';
import { findLostRequests } from '../cli/backup/absences.ts';
import type { SentDelivery } from '../cli/backup/absences.ts';
import { findAheadApplications, findRequestedSubmissions, findUncounted } from '../cli/backup/compare.ts';
import type { RequestedSubmission } from '../cli/backup/compare.ts';
import { dump, isEmpty, load, openStores } from '../cli/backup/documents.ts';
import type { StoredService } from '../cli/backup/documents.ts';
import { advanceJournalNumbers } from '../cli/backup/journal-sequences.ts';
import { createErasureCollector, deleteMarkedKeys, repeatErasures } from '../cli/backup/erasures.ts';
import { findUnreadable, replayErasures } from '../cli/backup/objects.ts';
import { findDisagreeing, findWithoutFacts } from '../cli/backup/references.ts';
import { rollForwardApplications, rollForwardDeliveries } from '../cli/backup/roll-forward.ts';
import { serviceOfGroup } from '../cli/backup/positions.ts';
import { DATA_VERSION } from '../platform/data-version.ts';

/** Comparing stores with Kafka, and what the two commands refuse. A whole rehearsal is in e2e/test/restore.long.test.ts. */

const root = join(import.meta.dirname, '../..');
const folder = temporaryDir();
afterAll(() => folder.remove());

const codec = eventCodec<IntakeEvents>('cups.intake.v1');

function event(id: string, sequence: number, type: string): ReceivedEvent {
  const ref = {
    application: `applications/${id}`,
    centre: 'centres/CU-001',
    agency: 'agencies/asp',
    publicService: 'publicServices/property-list',
    state: 'STATE_SUBMITTED',
  };
  const full = `cups.intake.v1.${type}`;
  const data = codec.encode({ type: full, data: { ref } } as unknown as IntakeEvent);
  return {
    id: `${id}-${sequence}`,
    topic: 'cups.applications',
    source: '/cups/intake',
    type: full,
    subject: ref.application,
    key: id,
    sequence,
    time: new Date(sequence * 1000),
    correlationId: '',
    causationId: '',
    contentType: 'application/protobuf',
    extra: {},
    data,
    partition: 0,
    offset: '0',
  };
}

describe('findAheadApplications', () => {
  test('reports an unknown application as missing, with operators’ actions', () => {
    const events = [event('A', 1, 'ApplicationSubmitted'), event('A', 2, 'ApplicationDecided')];
    expect(findAheadApplications(events, new Map())).toEqual([
      {
        application: 'A',
        centre: 'CU-001',
        agency: 'asp',
        publicService: 'property-list',
        kind: 'missing',
        acts: ['ApplicationSubmitted'],
        sequence: 2,
        time: new Date(2000),
      },
    ]);
  });

  test('does not report an application that was erased since', () => {
    const events = [event('A', 1, 'ApplicationSubmitted'), event('A', 2, 'ApplicationErased')];
    expect(findAheadApplications(events, new Map())).toEqual([]);
    // A store that has it must erase it again.
    expect(findAheadApplications(events, new Map([['A', 1]]))).toMatchObject([{ kind: 'behind', acts: [] }]);
  });

  test('reports an older application as behind, with later actions', () => {
    const events = [1, 2, 3].map((n) => event('A', n, n === 3 ? 'ResultHandedOver' : 'ApplicationDecided'));
    expect(findAheadApplications(events, new Map([['A', 2]]))).toMatchObject([
      { kind: 'behind', acts: ['ResultHandedOver'] },
    ]);
    expect(findAheadApplications(events, new Map([['A', 1]]))).toMatchObject([
      { sequence: 3, acts: ['ResultHandedOver'] },
    ]);
  });

  test('leaves out events of agencies and timers', () => {
    const events = [event('A', 1, 'ApplicationDecided'), event('A', 2, 'ApplicationExpired')];
    expect(findAheadApplications(events, new Map([['A', 0]]))).toMatchObject([{ kind: 'behind', acts: [] }]);
  });

  test('ignores duplicates and stores that have counted everything', () => {
    const events = [event('A', 1, 'ApplicationSubmitted'), event('A', 1, 'ApplicationSubmitted')];
    expect(findAheadApplications(events, new Map([['A', 1]]))).toEqual([]);
    expect(findAheadApplications(events, new Map())[0]!.acts).toEqual(['ApplicationSubmitted']);
  });
});

describe('consumers', () => {
  test('are reported when they lack published events', () => {
    const applications = [
      { id: 'A', eventSeq: 3, waiting: false },
      { id: 'B', eventSeq: 2, waiting: true },
      { id: 'C', eventSeq: 1, waiting: false },
    ];
    const counted = new Map([
      ['A', 2],
      ['C', 1],
    ]);
    expect(findUncounted(applications, 'notifications', counted)).toEqual([
      { document: 'A', consumer: 'notifications', counted: 2, of: 3 },
    ]);
  });

  test.each([
    ['t-intake', 'intake'],
    ['t-agency-bridge', 'agency-bridge'],
    ['t-agency-bridge-replies-asp', 'agency-bridge'],
    ['t-agency-bridge-training', 'agency-bridge'],
    ['t-agency-asp', undefined],
    ['intake', undefined],
  ])('assign group %s to %s', (group, service) => {
    expect(serviceOfGroup(group, 't-', ['intake', 'agency-bridge'])).toBe(service);
  });
});

describe('references to documents', () => {
  const referring = (...states: [name: string, state: string][]) => [
    { _id: 'A', documents: states.map(([name, state]) => ({ name: `documents/${name}`, state })) },
  ];

  test.each([
    ['have the state of their document', 'ready', { state: 'ready' }, undefined],
    ['lack a check', 'uploading', { state: 'ready' }, 'ready'],
    ['lack an erasure', 'ready', { state: 'erased' }, 'erased'],
    ['wait for an event in the outbox', 'uploading', { state: 'ready', outbox: [{}] }, undefined],
    ['are ahead of a document that is checked again', 'ready', { state: 'checking' }, undefined],
    ['name a lost document', 'ready', undefined, 'missing'],
    ['name a refused document without a record', 'refused', undefined, undefined],
  ])('%s', (_what, reference, record, expected) => {
    const records = new Map(record ? [['1', Object.assign({ _id: '1' }, record)]] : []);
    const found = findDisagreeing(referring(['1', reference]), records);
    expect(found).toEqual(expected ? [{ document: '1', application: 'A', reference, record: expected }] : []);
  });

  test('report the applications of which documents has no facts', () => {
    const applications = [...referring(['1', 'ready']), { _id: 'B' }, { _id: 'C', documents: [] }];
    expect(findWithoutFacts(applications, new Set())).toEqual(['A']);
    expect(findWithoutFacts(applications, new Set(['A']))).toEqual([]);
  });
});

test('finds the newest submission of each delivery on an agency’s topic', () => {
  const request = (type: string, submission: number): ReceivedEvent =>
    Object.assign(event('A', 1, 'ApplicationSubmitted'), {
      type: `md.cups.application.${type}.v1`,
      subject: 'deliveries/A-asp',
      data: Buffer.from(JSON.stringify({ application: 'applications/A', submission, centre: { code: 'CU-001' } })),
    });
  const found = findRequestedSubmissions([
    request('submitted', 1),
    request('documents-supplied', 2),
    request('withdrawn', 0),
  ]);
  expect(found).toEqual([
    {
      delivery: 'A-asp',
      application: 'applications/A',
      agency: 'asp',
      centre: 'centres/CU-001',
      submission: 2,
      training: false,
      time: new Date(1000),
    },
  ]);
});

describe('what no counter finds', () => {
  const sendTime = new Date('2026-03-02T08:00:00Z');
  const delivery: SentDelivery = { _id: 'A-asp', agency: 'asp', state: 'queued', sent: true, submission: 2, sendTime };
  const onTopic = (submission: number): RequestedSubmission[] => [
    Object.assign(
      { delivery: 'A-asp', application: 'applications/A', agency: 'asp', centre: 'centres/CU-001' },
      {
        submission,
        training: false,
        time: sendTime,
      },
    ),
  ];
  test.each<[string, Partial<SentDelivery>, RequestedSubmission[], number]>([
    ['is a request in no topic', {}, [], 1],
    ['is a newer submission than that of the topic', {}, onTopic(1), 1],
    ['is no request in its topic', {}, onTopic(2), 0],
    ['is no acknowledged request', { state: 'acknowledged' }, [], 0],
    ['is no request that was not sent', { sent: false }, [], 0],
    ['is no request of a feed', { channel: 'pull' }, [], 0],
    ['is no request older than its topic keeps', { sendTime: new Date('2025-11-01T08:00:00Z') }, [], 0],
    [
      'is no training older than its topic keeps',
      { training: true, sendTime: new Date('2026-01-20T08:00:00Z') },
      [],
      0,
    ],
    ['is a request of that age', { sendTime: new Date('2026-01-20T08:00:00Z') }, [], 1],
  ])('%s', (_what, changes, requested, count) => {
    const found = findLostRequests([Object.assign({}, delivery, changes)], requested, sendTime.getTime() + 86_400_000);
    expect(found).toHaveLength(count);
  });
});

describe('dump and load', () => {
  const { mongoUri, brokers, prefix } = testInfrastructure();
  let stores: Awaited<ReturnType<typeof openStores>>;
  beforeAll(async () => {
    stores = await openStores({ mongoUri, prefix });
  });
  afterAll(() => stores.close());

  test('restore documents with their types over several pages', async () => {
    const { Double, Int32, Long, Binary } = mongoose.mongo;
    const made = Array.from({ length: 1203 }, (_, n) => ({
      _id: `D${String(n).padStart(5, '0')}` as never,
      numbers: [new Int32(n), new Double(2), Long.fromNumber(2 ** 40)],
      bytes: new Binary(Buffer.from([n % 256])),
      time: new Date(n),
      nothing: null,
    }));
    const identity = stores.database('identity');
    await identity.collection('things').insertMany(made);
    const target = join(folder.dir, 'dumped');
    const written = await dump(stores, 'identity', target);
    expect(written['things']).toMatchObject({ count: 1203 });
    const exact = { promoteValues: false };
    const before = await identity.collection('things').find({}, exact).sort({ _id: 1 }).toArray();

    await identity.dropDatabase();
    expect(await load(stores, 'identity', target, Object.keys(written))).toBe(1203);
    const after = await identity.collection('things').find({}, exact).sort({ _id: 1 }).toArray();
    expect(after).toEqual(before);
    expect(after[7]!['numbers'].map((one: { _bsontype: string }) => one._bsontype)).toEqual([
      'Int32',
      'Double',
      'Long',
    ]);
  });

  test('refuse a store that is not empty', async () => {
    await stores.database('notifications').collection('threads').insertOne({ kept: true });
    const path = join(folder.dir, 'empty');
    mkdirSync(path);
    const kafka = { cluster: '', groups: [], ends: {} };
    writeFileSync(join(path, 'backup.json'), JSON.stringify({ shape: DATA_VERSION, prefix, kafka, documents: {} }));
    const env = Object.assign({}, process.env, { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers.join() });
    const { status, stderr } = spawnSync(
      join(root, 'node_modules/.bin/node'),
      ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'restore', path],
      { encoding: 'utf8', env },
    );
    expect(stderr).toBe('The store of notifications is not empty and is not overwritten. Nothing was changed.\n');
    expect(status).toBe(1);
  });

  test('remove drafts submitted later and advance other applications', async () => {
    const applications = stores
      .database('intake')
      .collection<{ _id: string; eventSeq: number; revision: number }>('applications');
    await applications.insertMany(['filed', 'handed', 'decided'].map((_id) => ({ _id, eventSeq: 2, revision: 5 })));
    const events = [
      event('filed', 3, 'ApplicationSubmitted'),
      event('handed', 3, 'ResultHandedOver'),
      event('decided', 3, 'ApplicationDecided'),
    ];
    const stored = new Map(['filed', 'handed', 'decided'].map((id) => [id, 2]));
    const left = await rollForwardApplications(stores, findAheadApplications(events, stored));
    expect(left.map(({ application, kind }) => `${application} ${kind}`).sort()).toEqual([
      'decided behind',
      'filed missing',
      'handed behind',
    ]);
    expect(await applications.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'decided', eventSeq: 2, revision: 5 },
      { _id: 'handed', eventSeq: 3, revision: 6 },
    ]);
  });

  test('continue after the last published journal entry of each document', async () => {
    const intake = stores
      .database('intake')
      .collection<{ _id: string; journalSeq?: number; revision: number }>('applications');
    await intake.deleteMany({});
    await intake.insertMany([
      { _id: 'behind', journalSeq: 2, revision: 5 },
      { _id: 'before-journal', revision: 5 },
      { _id: 'ahead', journalSeq: 9, revision: 5 },
    ]);
    const numbers = new Map([
      ['applications/behind', 4],
      ['applications/before-journal', 1],
      ['applications/ahead', 8],
      ['applications/not-restored', 3],
    ]);
    const ofBridge = new Map([['deliveries/A-asp', 2]]);
    const published = new Map([
      ['intake', numbers],
      ['agency-bridge', ofBridge],
    ] as const);
    expect(await advanceJournalNumbers(stores, published)).toBe(2);
    expect(
      await advanceJournalNumbers(stores, new Map([['intake', new Map([['applications/not-restored', 2]])]])),
    ).toBe(0);
    // A new document with this ID continues after them.
    const keptOf = (service: StoredService) => stores.database(service).collection(JOURNAL_NUMBERS).find().toArray();
    expect(await keptOf('intake')).toEqual([{ _id: 'applications/not-restored', last: 3 }]);
    expect(await keptOf('agency-bridge')).toEqual([{ _id: 'deliveries/A-asp', last: 2 }]);
    expect(await isEmpty(stores, 'agency-bridge')).toBe(true);
    expect(await intake.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'ahead', journalSeq: 9, revision: 5 },
      { _id: 'before-journal', journalSeq: 1, revision: 6 },
      { _id: 'behind', journalSeq: 4, revision: 6 },
    ]);
  });

  test('erase documents again that were erased after the backup, and name unreadable ones', async () => {
    const objects = join(folder.dir, 'objects');
    const records = stores.database('documents').collection<{ _id: string }>('documents');
    const keys = stores.database('documents-keys').collection<{ _id: string }>('dataKeys');
    const own = { application: 'applications/A', state: 'ready', eventSeq: 1, revision: 1, uploadChunks: ['x'] };
    await records.insertMany(['erased', 'whole', 'keyless', 'cut'].map((_id) => Object.assign({ _id }, own)));
    await keys.insertMany(['erased', 'whole', 'cut'].map((_id) => ({ _id })));
    for (const id of ['erased', 'whole', 'keyless', 'orphan']) {
      mkdirSync(join(objects, id, 'upload'), { recursive: true });
      writeFileSync(join(objects, id, 'upload', '0-x'), 'sealed');
    }
    const type = 'cups.documents.v1.DocumentErased';
    const erasure = Object.assign(event('erased', 2, 'ApplicationSubmitted'), { type, subject: 'documents/erased' });
    expect(await replayErasures(stores, objects, [erasure, erasure])).toBe(1);
    expect(existsSync(join(objects, 'erased'))).toBe(false);
    expect(await keys.findOne({ _id: 'erased' })).toBeNull();
    const marks = stores.database('documents-keys').collection<{ _id: string }>('destroyedKeys');
    expect(await marks.findOne({ _id: 'erased' })).toMatchObject({ destroyTime: new Date(2000) });
    expect(await records.findOne({ _id: 'erased' })).toMatchObject({ state: 'erased', eventSeq: 2, uploadChunks: [] });
    const { unreadable, orphans } = await findUnreadable(stores, objects);
    expect(unreadable.map(({ document, reason }) => `${document} ${reason}`).sort()).toEqual([
      'cut no-objects',
      'keyless no-key',
    ]);
    expect(orphans).toEqual(['orphan']);
  });

  test('erase applications, notices and mandates again that were erased after the backup', async () => {
    const open = (service: 'intake' | 'notifications' | 'identity', name: string) =>
      stores.database(service).collection<{ _id: string }>(name);
    const keysOf = (service: 'intake' | 'notifications' | 'identity') =>
      stores.database(`${service}-keys`).collection<{ _id: string }>('dataKeys');
    const gone = '01JABCDEFGHJKMNPQRSTVWXYZ0';
    const both = [gone, 'kept'];
    const insert = async (service: 'intake' | 'notifications' | 'identity', name: string, own: object) => {
      await open(service, name).deleteMany({});
      await open(service, name).insertMany(both.map((_id) => Object.assign({ _id }, own)));
      await keysOf(service).insertMany(both.map((_id) => ({ _id })));
    };
    await insert('intake', 'applications', { eventSeq: 2, revision: 3, timer: null });
    await insert('notifications', 'threads', { notices: [{ id: 'n' }], journalSalt: 's', revision: 3 });
    await insert('identity', 'mandates', { person: { sealed: 'x', kid: 'k', hash: ['h'] }, supportingCode: {} });

    const { take, erasures } = createErasureCollector();
    const erased = event(gone, 4, 'ApplicationErased');
    const data = { ref: codec.decode(erased)!.data.ref, cause: 'requested', rule: 'closed-applications' };
    take({ ...erased, data: codec.encode({ type: erased.type, data } as unknown as IntakeEvent) });
    take(event('kept', 4, 'ApplicationClosed'));
    const entry = createJournal('identity')({
      document: `mandates/${gone}`,
      key: gone,
      resource: `mandates/${gone}`,
      action: 'erase-mandate',
      actor: 'services/identity',
      ground: 'retention-rule',
      result: 'erased',
    });
    take({
      ...event(gone, 1, 'ApplicationClosed'),
      type: entry.type,
      subject: entry.subject,
      data: Buffer.from(entry.data),
    });

    const request = createJournal('intake')({
      document: `applications/${gone}`,
      key: gone,
      resource: 'applications/01JABCDEFGHJKMNPQRSTVWXYZ1',
      action: 'request-erasure',
      actor: 'operators/ana',
      ground: 'person-request',
      result: 'withdrawn',
    });
    const own = { type: request.type, data: Buffer.from(request.data), correlationId: 'request-1' };
    take({ ...event('01JABCDEFGHJKMNPQRSTVWXYZ1', 5, 'ApplicationClosed'), ...own });
    const asked = { _id: '01JABCDEFGHJKMNPQRSTVWXYZ1', state: 'withdrawn', eventSeq: 2, revision: 3, history: [] };
    await open('intake', 'applications').insertOne(asked as { _id: string });

    const services = ['intake', 'notifications', 'identity'] as const;
    expect(await repeatErasures(stores, services, erasures)).toEqual({
      applications: 1,
      threads: 1,
      mandates: 1,
      requests: 1,
    });
    expect(await open('intake', 'applications').findOne({ _id: asked._id })).toMatchObject({
      erasureRequest: { operator: 'operators/ana', time: new Date(5000) },
      timer: { kind: 'retention', due: new Date(5000) },
      history: [{ kind: 'request-erasure', actor: 'operators/ana', cause: 'request-1', toState: 'withdrawn' }],
    });
    const time = new Date(4000);
    expect(await open('intake', 'applications').findOne({ _id: gone })).toMatchObject({
      erasure: { rule: 'closed-applications', cause: 'requested', startTime: time },
      timer: { kind: 'retention', due: time },
      eventSeq: 4,
    });
    expect(await open('intake', 'applications').findOne({ _id: 'kept' })).toMatchObject({ eventSeq: 2, timer: null });
    expect(await open('notifications', 'threads').findOne({ _id: gone })).toEqual({
      _id: gone,
      notices: [],
      timer: null,
      eraseTime: time,
      revision: 4,
    });
    expect(await open('identity', 'mandates').findOne({ _id: gone })).toEqual({
      _id: gone,
      person: { kid: '', hash: [] },
      revision: 1,
    });
    for (const service of services) {
      expect(await keysOf(service).find().toArray()).toEqual([{ _id: 'kept' }]);
      const marks = stores.database(`${service}-keys`).collection<{ _id: string }>('destroyedKeys');
      expect(await marks.find().toArray()).toMatchObject([{ _id: gone }]);
    }
    // A restore that was interrupted continues.
    expect((await repeatErasures(stores, services, erasures)).threads).toBe(0);
  });

  test('delete keys that were destroyed during the backup, and keep newer ones of the same owner', async () => {
    const keys = stores.database('intake-keys').collection<{ _id: string; createTime: Date }>('dataKeys');
    const marks = stores.database('intake-keys').collection<{ _id: string; destroyTime: Date }>('destroyedKeys');
    await keys.insertMany([
      { _id: 'destroyed', createTime: new Date(1000) },
      { _id: 'newer', createTime: new Date(3000) },
    ]);
    await marks.insertMany(['destroyed', 'newer'].map((_id) => ({ _id, destroyTime: new Date(2000) })));
    expect(await deleteMarkedKeys(stores, ['intake-keys'])).toBe(1);
    expect(await keys.findOne({ _id: 'destroyed' })).toBeNull();
    expect(await keys.findOne({ _id: 'newer' })).not.toBeNull();
  });

  test('advance deliveries to what their agencies have received', async () => {
    const deliveries = stores.database('agency-bridge').collection('deliveries');
    const base = {
      application: 'applications/A',
      agency: 'asp',
      centre: 'centres/CU-001',
      training: true,
      time: new Date(1000),
    };
    await deliveries.insertOne({ _id: 'A-asp' as never, submission: 1, requested: 0, pending: [{ submission: 1 }] });
    await deliveries.insertOne({ _id: 'B-asp' as never, submission: 2, requested: 2, revision: 7 });
    const requested = ['A-asp', 'B-asp', 'C-asp'].map((delivery) => Object.assign({ delivery, submission: 1 }, base));
    expect(await rollForwardDeliveries(stores, requested)).toBe(2);
    expect(await deliveries.find().sort({ _id: 1 }).toArray()).toMatchObject([
      { _id: 'A-asp', submission: 1, requested: 1, sent: true, pending: [], timer: null },
      { _id: 'B-asp', submission: 2, requested: 2, revision: 7 },
      {
        _id: 'C-asp',
        submission: 1,
        requested: 1,
        sent: true,
        state: 'queued',
        training: true,
        eventSeq: 0,
        centre: 'centres/CU-001',
      },
    ]);
  });
});

describe('backup and restore refuse', () => {
  const run = (tool: string, ...args: string[]) => {
    const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), tool, ...args];
    return spawnSync(join(root, 'node_modules/.bin/node'), command, { encoding: 'utf8' });
  };
  const made = (name: string, files: Record<string, string>) => {
    const path = join(folder.dir, name);
    mkdirSync(path, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  };
  const manifest = (more: object) =>
    JSON.stringify({
      shape: DATA_VERSION,
      documents: { intake: { applications: { count: 1, sha256: 'x' } } },
      ...more,
    });

  test.each<[string, string, string[], string, number?]>([
    ['backup', 'without a folder', [], "Missing required argument 'folder'. See --help.", 2],
    ['backup', 'a folder with something in it', [made('full', { file: '' })], 'is not empty: name a new folder'],
    ['restore', 'without a folder', [], "Missing required argument 'folder'. See --help.", 2],
    ['restore', 'a backup that did not end', [made('half', {})], 'holds no complete backup'],
    [
      'restore',
      'another shape',
      [made('old', { 'backup.json': manifest({ shape: 1 }) })],
      'have data version 1, and this release restores 2 to 3',
    ],
    ['restore', 'a changed file', [made('changed', { 'backup.json': manifest({}) })], 'does not match its digest'],
    [
      'restore',
      'a service without a store',
      [made('whole', { 'backup.json': manifest({ documents: {} }) }), '--only', 'gateway'],
      'No service named gateway has a store',
    ],
  ])('%s: %s', (tool, _what, args, sentence, exitCode = 1) => {
    const { status, stderr } = run(tool, ...args);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(exitCode);
  });
});
