import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REFERENCE_TYPES } from '@cups/agency-contract';
import type { JournalAction } from '@cups/contracts/journal';
import { CHECKPOINTS_TOPIC, ensureTopics } from '@cups/events';
import { createJournal } from '@cups/store';
import { createEvent, publishEvents, temporaryDir, testInfrastructure } from '@cups/testing';
import { describeAbsences, findAbsences } from '../cli/backup/absences.ts';
import { openStores, STORED_SERVICES } from '../cli/backup/documents.ts';
import type { StoredService } from '../cli/backup/documents.ts';
import { describeMissingLog } from '../cli/backup/empty-stores.ts';
import type { JournaledService } from '../cli/backup/entries.ts';
import { readGroupPositions, setGroupOffsets } from '../cli/backup/positions.ts';

/** Stores that were lost whole: topics and the journal show that they had something. */

const root = join(import.meta.dirname, '../..');
const { mongoUri, brokers, prefix } = testInfrastructure();
const parts = { mongoUri, brokers, prefix };
const [A, B, C] = ['A', 'B', 'C'].map((letter) => `01JDY6MRG0${letter.repeat(16)}`) as [string, string, string];
let stores: Awaited<ReturnType<typeof openStores>>;

const entry = (service: JournaledService, subject: string, action: JournalAction, sequence = 1) => {
  const ground = 'retention-rule' as const;
  const actor = `services/${service}`;
  const resource = `applications/${A}`;
  const made = createJournal(service)({ document: subject, key: A, resource, action, actor, ground, result: 'done' });
  const { topic, type, data } = made;
  return createEvent({ topic, key: A, type, data: Buffer.from(data), subject: made.subject!, sequence });
};
const applicationEvent = (id: string, step: string, sequence: number) =>
  createEvent({
    topic: 'cups.applications',
    key: id,
    subject: `applications/${id}`,
    type: `cups.intake.v1.Application${step}`,
    sequence,
  });

beforeAll(async () => {
  stores = await openStores(parts);
  await ensureTopics({ brokers, prefix, partitions: 2, agencies: ['asp'] });
  await publishEvents(parts, [
    applicationEvent(A, 'Submitted', 1),
    applicationEvent(B, 'Submitted', 1),
    applicationEvent(B, 'Erased', 2),
    createEvent({
      topic: 'cups.documents',
      key: A,
      subject: `documents/${A}`,
      type: 'cups.documents.v1.DocumentChecked',
      sequence: 1,
    }),
    createEvent({
      topic: 'cups.documents',
      key: A,
      subject: `documents/${B}`,
      type: 'cups.documents.v1.DocumentErased',
      sequence: 1,
    }),
    // Known from the journal alone: a draft, a scan that is still checked, staff, and an older thread and delivery.
    entry('intake', `applications/${C}`, 'open'),
    entry('documents', `documents/${C}`, 'create-document'),
    entry('documents', `documents/${B}`, 'create-document'),
    entry('identity', `operators/${A}`, 'invite-staff'),
    entry('identity', `operators/${B}`, 'invite-staff'),
    entry('identity', `operators/${B}`, 'erase-staff', 2),
    entry('notifications', `threads/${C}`, 'compose-notice'),
    entry('agency-bridge', `deliveries/${C}-asp`, 'send-request'),
    createEvent({
      topic: CHECKPOINTS_TOPIC,
      key: 'cups.md/journal',
      type: REFERENCE_TYPES.journalCheckpoint,
      contentType: 'application/json',
    }),
  ]);
});
afterAll(() => stores.close());

const collection = (service: StoredService, name: string) =>
  stores.database(service).collection<{ _id: string } & Record<string, unknown>>(name);
const setPositions = async (choose: (ends: { low: number; high: number }) => number) => {
  const positions = await readGroupPositions(parts);
  await setGroupOffsets(
    parts,
    positions.map(({ group, topic, partition, low, high }) => ({
      ...{ group, topic, partition },
      offset: String(choose({ low, high })),
    })),
  );
};
const findEmpty = async () => describeAbsences(await findAbsences(parts, stores, Date.now()));
const line = (service: string, what: string) =>
  `empty  ${service}  ${what} are missing: restore its store with --only ${service}`;
const LINES: Record<JournaledService, string> = {
  notifications: line('notifications', '2 applications'),
  'agency-bridge': line('agency-bridge', '2 applications'),
  intake: line('intake', '2 applications'),
  documents: line('documents', '2 records'),
  identity: line('identity', '1 records'),
};

describe('a store without records', () => {
  test('is named if topics or the journal have some of its service', async () => {
    await setPositions(({ high }) => high);
    expect(await findEmpty()).toEqual(STORED_SERVICES.map((service) => LINES[service]));
    for (const service of STORED_SERVICES) {
      await collection(service, 'notes').insertOne({ _id: 'one' });
      expect(await findEmpty()).not.toContain(LINES[service]);
    }
    expect(await findEmpty()).toEqual([]);
    for (const service of STORED_SERVICES) await collection(service, 'notes').deleteMany({});
  });

  test('is not named of a consumer that reads everything from the start', async () => {
    await setPositions(({ low }) => low);
    const named = await findEmpty();
    expect(named).toEqual(['intake', 'documents', 'identity'].map((service) => LINES[service as JournaledService]));
  });

  test.each<[keys: StoredService, service: StoredService, name: string, record: object]>([
    ['documents-keys', 'documents', 'documents', { state: 'ready' }],
    ['intake-keys', 'intake', 'applications', { schemaVersion: 8, state: 'submitted' }],
    ['notifications-keys', 'notifications', 'threads', { schemaVersion: 2, notices: [{ text: 'sealed' }] }],
    ['identity-keys', 'identity', 'mandates', { schemaVersion: 4, person: { sealed: 'sealed' } }],
  ])('is named of %s if its service has sealed records', async (keys, service, name, record) => {
    await collection(service, name).insertOne({ _id: 'one', ...record });
    const named = `empty  ${keys}  1 records cannot be read: restore the database cups-${keys} from its newest backup`;
    expect(await findEmpty()).toContain(named);
    await collection(keys, 'dataKeys').insertOne({ _id: 'one' });
    expect(await findEmpty()).not.toContain(named);
    await collection(keys, 'dataKeys').deleteMany({});
    await collection(service, name).deleteMany({});
  });
});

describe('check and repair', () => {
  const run = (step: 'check' | 'repair') => {
    const settings = { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers.join(), CUPS_PREFIX: prefix };
    const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'restore', step];
    return spawnSync(join(root, 'node_modules/.bin/node'), command, {
      encoding: 'utf8',
      env: Object.assign({}, process.env, settings),
    });
  };
  const fillAll = async () => {
    const own = { eventSeq: 9, journalSeq: 9, revision: 1, outbox: [] };
    const lastSeqs = { applications: 9 };
    await collection('intake', 'applications').insertMany(
      [A, B, C].map((_id) => ({ _id, state: 'submitted', ...own })),
    );
    await collection('notifications', 'threads').insertMany([A, B, C].map((_id) => ({ _id, lastSeqs, ...own })));
    await collection('agency-bridge', 'deliveries').insertMany(
      [A, B, C].map((id) => ({
        ...{ _id: `${id}-asp`, application: `applications/${id}`, state: 'acknowledged', ...own, eventSeq: 0 },
        lastSeqs: { [`applications/${id}`]: 9 },
      })),
    );
    await collection('identity', 'operators').insertMany([A, B].map((_id) => ({ _id, ...own })));
  };

  test('fail and do not say that all is complete, if only documents has lost its store', async () => {
    await setPositions(({ high }) => high);
    await fillAll();
    for (const step of ['check', 'repair'] as const) {
      const { stdout, stderr, status } = run(step);
      expect(stderr).toBe('');
      expect(stdout).toContain(LINES.documents);
      expect(stdout).not.toMatch(/^Complete/m);
      expect(status).toBe(1);
    }
  }, 120_000);

  test('do not say that all is complete if acts are lost, and do once nothing is', async () => {
    await collection('documents', 'documents').insertMany(
      [A, B, C].map((_id) => ({ _id, state: 'erased', eventSeq: 9, journalSeq: 9, revision: 1 })),
    );
    await collection('intake', 'applications').updateOne({ _id: C }, { $set: { journalSeq: 0 } });
    const lost = run('repair');
    expect(lost.stdout).toContain(`acts  applications/${C}  intake  applications/${A}  open  last `);
    expect(lost.stdout).toContain('Not complete: 1 lines above name what is lost, blocked or absent\n');
    expect(lost.stdout).not.toMatch(/^Complete/m);
    expect(lost.status).toBe(1);
    // Acts are named once.
    const again = run('repair');
    expect(again.stdout).toContain('Complete: every uncounted event is still to come\n');
    expect(again.status).toBe(0);
  }, 120_000);
});

describe('the log of the journal', () => {
  const folder = temporaryDir();
  const { MONGODB_URI, KAFKA_BROKERS } = process.env;
  beforeAll(() => {
    delete process.env['MONGODB_URI'];
    delete process.env['KAFKA_BROKERS'];
  });
  afterAll(() => {
    if (MONGODB_URI) process.env['MONGODB_URI'] = MONGODB_URI;
    if (KAFKA_BROKERS) process.env['KAFKA_BROKERS'] = KAFKA_BROKERS;
    folder.remove();
  });

  test('is named if it is missing and checkpoints of it were published', async () => {
    const [named, ...others] = await describeMissingLog(parts, folder.dir);
    expect(named).toContain('empty  journal  the log cups.md/journal is missing');
    expect(others).toEqual([]);
    writeFileSync(join(folder.dir, 'journal-origin'), 'cups.md/journal-2\n');
    expect(await describeMissingLog(parts, folder.dir)).toEqual([]);
    rmSync(join(folder.dir, 'journal-origin'));
    mkdirSync(join(folder.dir, 'journal'));
    writeFileSync(join(folder.dir, 'journal/checkpoint'), '');
    expect(await describeMissingLog(parts, folder.dir)).toEqual([]);
  });
});
