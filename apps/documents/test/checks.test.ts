import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { DocumentsEvents } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import { Problem } from '@cups/problem';
import { ulid } from 'ulid';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import type { Storage } from '../src/storage/port.ts';
import {
  append,
  CENTRE,
  createUpload,
  fakeChecker,
  intakeEvent,
  refused,
  sha256,
  someBytes,
  startDocuments,
  upload,
} from './harness.ts';
import type { Harness } from './harness.ts';

const started: Harness[] = [];
const start = async (...options: Parameters<typeof startDocuments>): Promise<Harness> => {
  const harness = await startDocuments(...options);
  started.push(harness);
  return harness;
};
afterEach(async () => {
  for (const harness of started.splice(0)) await harness.stop();
});

const idOf = (name: string): string => name.slice('documents/'.length);
const recordOf = ({ records }: Harness, name: string) => records.get(idOf(name), { scope: 'service' });

test('an image keeps only what the check encoded again, and its preview', async () => {
  const harness = await start();
  const content = someBytes(CHUNK_BYTES + 100);
  const preview = someBytes(300);
  harness.checker.answer = () => ({
    accepted: { mediaType: 'image/jpeg', pages: 1, scan: 'clean', content, preview },
  });
  const original = Buffer.alloc(3 * CHUNK_BYTES, 9);
  const name = await upload(harness, original, { pageSizes: [CHUNK_BYTES, 2 * CHUNK_BYTES] });
  expect(harness.checker.calls[0]).toMatchObject({ purpose: 'evidence', pageSizes: [CHUNK_BYTES, 2 * CHUNK_BYTES] });
  expect(harness.checker.seen.equals(original)).toBe(true);
  const desk = harness.desk();
  expect((await desk.getDocument({ name })).document).toMatchObject({
    uploadSha256: sha256(original),
    sha256: sha256(content),
    size: String(content.length),
    mediaType: 'image/jpeg',
    scan: 'SCAN_CLEAN',
  });
  const whole = { name, offset: 0, limit: 1_000_000 };
  expect((await desk.readContent(whole)).data.equals(content)).toBe(true);
  const shown = await desk.readContent({ ...whole, preview: true });
  expect(shown).toMatchObject({ mediaType: 'image/jpeg', size: '300' });
  expect(shown.data.equals(preview)).toBe(true);
  const roles = () => readdirSync(join(harness.folder, idOf(name))).sort();
  await eventually(() => roles().join() === 'content,preview');
});

test('a refused file is destroyed, and each result is announced once and in order', async () => {
  const harness = await start();
  const application = ulid();
  const ready = await upload(harness, someBytes(10), { application });
  harness.checker.answer = () => ({ refused: 'PDF_SCRIPT' });
  const bad = await upload(harness, someBytes(20), { application, state: 'STATE_REFUSED' });
  await harness.desk().deleteDocument({ name: ready });
  await eventually(() => !readdirSync(harness.folder).includes(idOf(bad)));
  expect(await harness.dataKeys.get(idOf(bad), { scope: 'service' })).toBeUndefined();

  const topic = await readTopic(harness.infrastructure, 'cups.documents');
  const events = await topic.until((found) => found.length === 3);
  await topic.stop();
  const codec = eventCodec<DocumentsEvents>('cups.documents.v1');
  expect(events.map(({ key, subject, sequence, ...event }) => [key, subject, sequence, codec.decode(event)])).toEqual([
    [application, ready, 1, expect.objectContaining({ type: 'cups.documents.v1.DocumentChecked' })],
    [
      application,
      bad,
      1,
      expect.objectContaining({ data: expect.objectContaining({ cause: 'PDF_SCRIPT' }) as object }),
    ],
    [application, ready, 2, expect.objectContaining({ type: 'cups.documents.v1.DocumentErased' })],
  ]);
});

test('a check that fails is repeated three times, and an unavailable storage does not count', async () => {
  let now = Date.now();
  const checker = fakeChecker();
  let storageFails = 5;
  const storage = (real: Storage): Storage => ({
    ...real,
    get(key) {
      if (storageFails <= 0) return real.get(key);
      storageFails -= 1;
      return Promise.reject(new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Not now.' }));
    },
  });
  const harness = await start({}, { now: () => new Date(now), checker, storage });
  checker.answer = () => Promise.reject(new Error('the child died'));
  const name = await createUpload(harness, someBytes(10));
  await append(harness.desk(), name, someBytes(10));
  await eventually(
    async () => {
      now += 600_000;
      return (await recordOf(harness, name))?.refusal === 'CHECK_FAILED';
    },
    { timeoutMs: 25_000, everyMs: 50 },
  );
  expect(storageFails).toBe(0);
  expect(checker.calls).toHaveLength(9);
});

test('an upload that is not completed within 96 hours is refused and its bytes are destroyed', async () => {
  let now = new Date();
  const harness = await start({}, { now: () => now });
  const name = await createUpload(harness, someBytes(CHUNK_BYTES + 1));
  await harness.desk().appendContent({ name, offset: 0, data: someBytes(CHUNK_BYTES) });
  const opened = now;
  // A desk without a line for three days still completes it.
  const due = new Date(opened.getTime() + 96 * 60 * 60_000);
  expect((await recordOf(harness, name))?.timer).toMatchObject({ kind: 'abandon', due });
  now = new Date(due.getTime() + 1_000);
  const isAbandoned = async () => (await recordOf(harness, name))?.refusal === 'UPLOAD_ABANDONED';
  await eventually(isAbandoned, { timeoutMs: 60_000 });
  await eventually(() => !readdirSync(harness.folder).includes(idOf(name)), { timeoutMs: 60_000 });
  await expect(harness.desk().getDocument({ name })).resolves.toMatchObject({ document: { state: 'STATE_REFUSED' } });
}, 180_000);

test('at most two files are checked at the same time', async () => {
  const checker = fakeChecker();
  let running = 0;
  let most = 0;
  checker.answer = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { refused: 'DAMAGED' };
  };
  const harness = await start({}, { checker });
  await Promise.all(Array.from({ length: 8 }, (_, n) => upload(harness, someBytes(n + 1), { state: 'STATE_REFUSED' })));
  expect(checker.calls).toHaveLength(8);
  expect(most).toBeLessThanOrEqual(2);
});

test('centres and agencies take turns, and one never has all places', async () => {
  const checker = fakeChecker();
  const harness = await start({ maxChecks: 2 }, { checker });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  checker.answer = async () => {
    await held;
    return { refused: 'DAMAGED' };
  };
  const uploadOf = async (size: number, centre = CENTRE): Promise<string> => {
    const name = await createUpload(harness, someBytes(size), { centre });
    await append(harness.desk(centre), name, someBytes(size));
    return name;
  };
  for (let size = 1; size <= 6; size++) await uploadOf(size);
  const other = await uploadOf(100, 'centres/CU-002');
  // The second place is for the other centre, although five documents are in front.
  await eventually(() => checker.calls.length === 2);
  const first = checker.calls.map(({ size }) => size);
  release();
  expect(first).toEqual([1, 100]);
  await eventually(async () => (await recordOf(harness, other))?.state === 'refused');
  await eventually(() => checker.calls.length === 7);
  expect(checker.calls.slice(2).map(({ size }) => size)).toEqual([2, 3, 4, 5, 6]);
});

test('the quota of a centre counts what is stored, without results', async () => {
  const harness = await start({ quotaMiB: 1 });
  harness.checker.answer = () => ({
    accepted: {
      mediaType: 'image/jpeg',
      pages: 1,
      scan: 'clean',
      content: someBytes(1_000_000),
      preview: someBytes(40_000),
    },
  });
  const grown = await upload(harness, someBytes(1000));
  // 8,576 bytes are left, by the sum of this process and by that of the store after a restart.
  await expect(createUpload(harness, someBytes(9000))).rejects.toEqual(refused('DOCUMENT_QUOTA_REACHED'));
  await harness.restart();
  await expect(createUpload(harness, someBytes(9000))).rejects.toEqual(refused('DOCUMENT_QUOTA_REACHED'));
  await expect(createUpload(harness, someBytes(8000))).resolves.toBeDefined();
  await harness.desk().deleteDocument({ name: grown });

  const application = ulid();
  await harness.publish(intakeEvent(application, 1, 'ApplicationSubmitted'));
  const result = { delivery: `deliveries/${application}-asp`, size: 1_000_000, sha256: sha256(someBytes(1_000_000)) };
  const create = () => harness.agency().createResultDocument({ requestId: randomUUID(), ...result });
  await eventually(
    () =>
      create().then(
        () => true,
        () => false,
      ),
    { timeoutMs: 20_000 },
  );
  await harness.restart();
  await expect(createUpload(harness, someBytes(700_000))).resolves.toBeDefined();
});

test('a quota of the centre is kept', async () => {
  const harness = await start({ quotaMiB: 1 });
  const bytes = someBytes(700_000);
  const first = await createUpload(harness, bytes);
  await expect(createUpload(harness, bytes)).rejects.toEqual(refused('DOCUMENT_QUOTA_REACHED'));
  await expect(createUpload(harness, bytes, { centre: 'centres/CU-002' })).resolves.toBeDefined();
  await harness.desk().deleteDocument({ name: first });
  await expect(createUpload(harness, bytes)).resolves.toBeDefined();
});
