import { randomUUID } from 'node:crypto';
import { hashContent } from '@cups/contracts/node';
import { readJournal } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { intakeEvent, sha256, shareDocuments, someBytes, upload } from './harness.ts';
import type { Harness } from './harness.ts';

/** Entries for the journal. */

let harness: Harness;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  harness = await shareDocuments();
  const { kafkaBrokers: brokers, prefix } = harness.config;
  journal = await readJournal({ brokers, prefix }, 'documents');
});
afterAll(async () => {
  await journal.stop();
  await harness.stop();
});

/** Waits for the entries with an application as key, and returns them with subject and sequence. */
const entriesOf = (application: string, count: number) => journal.until(({ key }) => key === application, count);

test('a document has entries of its creation, check, release and erasure, in a sequence of their own', async () => {
  const application = ulid();
  const bytes = someBytes(10);
  const name = await upload(harness, bytes, { application });
  const documents = [{ name, uploadSha256: sha256(bytes) }];
  const released = { delivery: `deliveries/${application}-asp`, agency: 'agencies/asp', documents };
  await harness.bridge().releaseDocuments(released);
  await harness.bridge().releaseDocuments(released);
  const other = await upload(harness, bytes, { application });
  await harness.desk().deleteDocument({ name: other });
  const entries = await entriesOf(application, 7);
  const of = (document: string) => entries.filter(({ subject }) => subject === document);
  const { journalSalt, eventSeq } = (await harness.records.get(name.slice(10), { scope: 'service' }))!;
  expect(eventSeq).toBe(1);
  const checked = hashContent(journalSalt!, { uploadSha256: sha256(bytes), sha256: sha256(bytes) });
  const platform = { centre: '', resource: name };
  expect(of(name)).toMatchObject([
    { action: 'create-document', ground: 'session', centre: 'centres/CU-001', result: 'uploading', sequence: 1 },
    { ...platform, action: 'check-document', actor: 'services/documents', result: 'ready', contentHash: checked },
    { ...platform, action: 'release-document', actor: 'services/agency-bridge', ground: 'filed-application' },
  ]);
  expect(of(other).map(({ action, ground, sequence }) => [action, ground, sequence])).toEqual([
    ['create-document', 'session', 1],
    ['check-document', 'platform-rule', 2],
    ['delete-document', 'session', 3],
    ['erase-document', 'session', 4],
  ]);
});

test('a hold has an entry, without the name of an administrator', async () => {
  const application = ulid();
  await upload(harness, someBytes(10), { application });
  await harness.publish(intakeEvent(application, 1, 'ApplicationSubmitted'));
  const ops = harness.client('ops');
  const hold = { application: `applications/${application}`, actor: 'Ion Rusu' };
  await ops.setHold({ ...hold, requestId: randomUUID(), reason: 'HOLD_REASON_COURT' });
  await ops.clearHold(hold);
  const entries = (await entriesOf(application, 4)).filter(({ subject }) => subject === hold.application);
  const common = {
    actor: 'services/ops',
    ground: 'operations',
    reason: 'court',
    resource: hold.application,
    result: 'done',
  };
  expect(entries).toMatchObject([
    { ...common, action: 'hold-documents', sequence: 1 },
    { ...common, action: 'end-hold', sequence: 2 },
  ]);
});
