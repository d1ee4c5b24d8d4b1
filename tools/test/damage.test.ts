import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testInfrastructure } from '@cups/testing';
import { openStores } from '../cli/backup/documents.ts';
import type { StoredService } from '../cli/backup/documents.ts';

/** `data damage`: acts of another centre, and deleted scans of submissions, that earlier releases left. */

const root = join(import.meta.dirname, '../..');
const { mongoUri, brokers, prefix } = testInfrastructure();
let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => void (stores = await openStores({ mongoUri, prefix })));
afterAll(() => stores.close());

const collection = (service: StoredService, name: string) =>
  stores.database(service).collection<{ _id: string } & Record<string, unknown>>(name);
const at = (second: number) => new Date(Date.UTC(2026, 10, 30, 10, 0, second));

function run(): { lines: string[]; status: number | null; stderr: string } {
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'data', 'damage'];
  const settings = { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers.join(), CUPS_PREFIX: prefix };
  const env = Object.assign({}, process.env, settings);
  const { stdout, stderr, status } = spawnSync(join(root, 'node_modules/.bin/node'), command, {
    encoding: 'utf8',
    env,
  });
  return { lines: stdout.trim().split('\n'), stderr, status };
}

test('finds nothing on a platform without damage', () => {
  expect(run()).toEqual({ lines: ['No application is damaged.'], stderr: '', status: 0 });
});

test('names strayed applications with both centres, and deleted scans of submissions', async () => {
  const own = { state: 'submitted', centre: 'centres/CU-001', submitTime: at(10) };
  const scan = (id: string) => ({ name: `documents/${id}`, kind: 'birth-certificate', state: 'erased' });
  await collection('intake', 'applications').insertMany([
    { _id: 'A', ...own },
    { _id: 'B', ...own },
    // Handed over at another centre, or continued by the one that inherited it.
    { _id: 'C', ...own, collectionCentre: 'centres/CU-002' },
    { _id: 'D', ...own, centre: 'centres/CU-003' },
    {
      _id: 'S',
      ...own,
      documents: ['late', 'race', 'early', 'detached', 'kept'].map(scan),
      detachedDocuments: ['documents/detached'],
    },
    { _id: 'E', ...own, erasure: { startTime: at(50) }, documents: [scan('erased')] },
    { _id: 'F', state: 'draft', centre: 'centres/CU-001', documents: [scan('draft')] },
  ]);
  const act = (id: string, application: string, centre: string, second: number) => ({
    ...{ _id: id, application, centre: `centres/${centre}`, deskTime: at(second) },
  });
  await collection('intake', 'deskActs').insertMany([
    act('1', 'A', 'CU-002', 1),
    act('2', 'A', 'CU-002', 3),
    act('3', 'A', 'CU-001', 5),
    act('4', 'B', 'CU-001', 1),
    act('5', 'C', 'CU-002', 1),
    act('6', 'D', 'CU-004', 1),
  ]);
  await collection('identity', 'centres').insertOne({ _id: 'CU-003', status: 'closed', transferTo: 'CU-004' });
  const deleted = { late: 20, race: 9, early: -300, detached: 20, erased: 20, draft: 20 };
  await collection('documents', 'documents').insertMany(
    Object.entries(deleted).map(([_id, second]) => ({ _id, purpose: 'evidence', deleteTime: at(second) })),
  );
  await collection('documents', 'documents').insertOne({ _id: 'kept', purpose: 'evidence' });

  const { lines, status } = run();
  expect(lines).toEqual([
    'strayed  applications/A  submitted  at CU-001, 2 acts at CU-002, last 2026-11-30T10:00:03.000Z: a supervisor decides with both centres which one continues it',
    'deleted  documents/late  applications/S  CU-001  birth-certificate  2026-11-30T10:00:20.000Z: its key is destroyed; the desk asks the person for the document again',
    'deleted  documents/race  applications/S  CU-001  birth-certificate  2026-11-30T10:00:09.000Z: its key is destroyed; the desk asks the person for the document again',
  ]);
  expect(status).toBe(0);
}, 60_000);
