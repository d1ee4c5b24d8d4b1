import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import { append, createUpload, refused, sha256, shareDocuments, someBytes, upload } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => void (harness = await shareDocuments()));
afterAll(() => harness.stop());

const chunkOf = (bytes: Buffer, index: number): Buffer =>
  bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);

describe('an upload', () => {
  test('becomes a document that returns the same bytes in any range', async () => {
    const bytes = someBytes(3 * CHUNK_BYTES + 17);
    const name = await upload(harness, bytes);
    const desk = harness.desk();
    const { document } = await desk.getDocument({ name });
    expect(document).toMatchObject({
      state: 'STATE_READY',
      uploadSize: String(bytes.length),
      size: String(bytes.length),
      sha256: sha256(bytes),
      mediaType: 'application/pdf',
      scan: 'SCAN_NOT_SCANNED',
      pages: 1,
    });
    for (const [offset, limit] of [
      [0, 1_048_576],
      [CHUNK_BYTES - 1, 2],
      [bytes.length - 1, 10],
      [bytes.length, 10],
    ] as const) {
      const { data, size } = await desk.readContent({ name, offset, limit });
      expect(data.equals(bytes.subarray(offset, offset + limit))).toBe(true);
      expect(size).toBe(String(bytes.length));
    }
  });

  test('stores nothing readable, in files of its owner only', async () => {
    const bytes = Buffer.from('a text that must not be found anywhere '.repeat(40));
    const name = await upload(harness, bytes);
    const folder = join(harness.folder, name.slice('documents/'.length));
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files).toHaveLength(1);
    for (const { parentPath, name: file } of files) {
      const path = join(parentPath, file);
      expect(readFileSync(path).includes('a text')).toBe(false);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  test('continues at the stored size after a repeat and rejects a gap', async () => {
    const bytes = someBytes(2 * CHUNK_BYTES + 5);
    const name = await createUpload(harness, bytes);
    const desk = harness.desk();
    await desk.appendContent({ name, offset: 0, data: chunkOf(bytes, 0) });
    await expect(desk.appendContent({ name, offset: 2 * CHUNK_BYTES, data: chunkOf(bytes, 2) })).rejects.toMatchObject({
      reason: 'UPLOAD_OFFSET_MISMATCH',
      metadata: { offset: String(CHUNK_BYTES) },
    });
    const repeat = await desk.appendContent({ name, offset: 0, data: Buffer.alloc(CHUNK_BYTES) });
    expect(repeat).toMatchObject({ committedSize: String(CHUNK_BYTES), state: 'STATE_UPLOADING' });
    await append(desk, name, bytes, CHUNK_BYTES);
    await eventually(async () => (await desk.getDocument({ name })).document?.state === 'STATE_READY');
    expect((await desk.readContent({ name, offset: 0, limit: 1_000_000 })).data.equals(bytes)).toBe(true);
  });

  test.each([
    ['an offset between two chunks', 5, CHUNK_BYTES],
    ['a short chunk before the end', 0, 10],
    ['a chunk beyond the declared size', 2 * CHUNK_BYTES, 6],
    ['a negative offset', -CHUNK_BYTES, CHUNK_BYTES],
  ])('rejects %s', async (_, offset, size) => {
    const name = await createUpload(harness, someBytes(2 * CHUNK_BYTES + 5));
    const data = Buffer.alloc(size);
    await expect(harness.desk().appendContent({ name, offset, data })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('is refused when its SHA-256 is not the declared one', async () => {
    const bytes = someBytes(CHUNK_BYTES + 9);
    const name = await createUpload(harness, bytes, { sha256: sha256(Buffer.from('other')) });
    const desk = harness.desk();
    for (let attempt = 0; attempt < 2; attempt += 1)
      await expect(append(desk, name, bytes, attempt * CHUNK_BYTES)).rejects.toEqual(refused('UPLOAD_DIGEST_MISMATCH'));
    const { document } = await desk.getDocument({ name });
    expect(document).toMatchObject({ state: 'STATE_REFUSED', refusal: 'DIGEST_MISMATCH' });
    await expect(desk.readContent({ name, offset: 0, limit: 1 })).rejects.toEqual(refused('DOCUMENT_REFUSED'));
    const id = name.slice('documents/'.length);
    await eventually(async () => (await harness.dataKeys.get(id, { scope: 'service' })) === undefined);
    await eventually(() => !readdirSync(harness.folder).includes(id));
  });

  test('of two writers at once is never a mixture', async () => {
    const [bytes, other] = [someBytes(4 * CHUNK_BYTES), Buffer.alloc(4 * CHUNK_BYTES, 7)];
    for (let round = 0; round < 5; round += 1) {
      const name = await createUpload(harness, bytes);
      const [one, two] = [harness.desk(), harness.desk()];
      const results = await Promise.allSettled([append(one, name, bytes), append(two, name, other)]);
      const isMixed = results.some(({ status }) => status === 'rejected');
      await eventually(async () => {
        const { document } = await one.getDocument({ name });
        return document?.state === (isMixed ? 'STATE_REFUSED' : 'STATE_READY');
      });
      if (!isMixed) {
        const { data } = await one.readContent({ name, offset: 0, limit: 1_000_000 });
        expect(data.equals(bytes)).toBe(true);
      }
    }
  });
});

describe('CreateDocument', () => {
  const declaration = (bytes = someBytes(10)) => ({
    requestId: randomUUID(),
    application: `applications/${ulid()}`,
    kind: 'birth-certificate',
    size: bytes.length,
    sha256: sha256(bytes),
  });

  test('returns the same document for a repeat and rejects other content', async () => {
    const request = declaration();
    const first = await harness.desk().createDocument(request);
    const second = await harness.desk().createDocument(request);
    expect(second).toMatchObject({ replayed: true, document: { name: first.document!.name } });
    await expect(harness.desk().createDocument({ ...request, kind: 'other' })).rejects.toEqual(
      refused('REQUEST_ID_REUSED'),
    );
    const created = await harness.records.find({ application: request.application }, { scope: 'service' });
    expect(created).toHaveLength(1);
  });

  test('keeps the ID of the client, and rejects a second document with it, also of another centre', async () => {
    const documentId = ulid();
    const bytes = someBytes(10);
    const request = { ...declaration(bytes), documentId };
    const name = `documents/${documentId}`;
    const desk = harness.desk();
    const repeats = await Promise.all([1, 2, 3].map(() => desk.createDocument(request)));
    expect(repeats.map(({ document }) => document?.name)).toEqual([name, name, name]);
    for (const client of [desk, harness.desk('centres/CU-002')]) {
      const refusal = await client.createDocument({ ...declaration(), documentId }).catch((error: unknown) => error);
      expect(refusal).toEqual(refused('ALREADY_EXISTS'));
      expect(JSON.stringify(refusal)).not.toContain('CU-001');
    }
    await expect(desk.createDocument({ ...request, documentId: ulid() })).rejects.toEqual(refused('REQUEST_ID_REUSED'));
    // The attempts did not touch the key of the first document.
    await append(desk, name, bytes);
    await eventually(async () => (await desk.getDocument({ name })).document?.state === 'STATE_READY');
    expect((await desk.readContent({ name, offset: 0, limit: 10 })).data.equals(bytes)).toBe(true);
  });

  test('rejects an ID of the year 10889', async () => {
    const request = { ...declaration(someBytes(10)), documentId: '7ZZZZZZZZZ0000000000000000' };
    await expect(harness.desk().createDocument(request)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/documentId', rule: 'ULID' }],
    });
  });

  test('gives an ID to one of several requests that come at the same time', async () => {
    const documentId = ulid();
    const bytes = someBytes(10);
    const desk = harness.desk();
    const requests = [1, 2, 3, 4].map(() => desk.createDocument({ ...declaration(bytes), documentId }));
    const results = await Promise.allSettled(requests);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await append(desk, `documents/${documentId}`, bytes);
    await eventually(
      async () => (await desk.getDocument({ name: `documents/${documentId}` })).document?.state === 'STATE_READY',
    );
  });

  test('does not give the ID of a deleted document again', async () => {
    const request = { ...declaration(), documentId: ulid() };
    const desk = harness.desk();
    const { document } = await desk.createDocument(request);
    await desk.deleteDocument({ name: document!.name });
    await expect(desk.createDocument({ ...request, requestId: randomUUID() })).rejects.toEqual(
      refused('ALREADY_EXISTS'),
    );
    await expect(desk.createDocument(request)).rejects.toEqual(refused('NOT_FOUND'));
    expect(await harness.dataKeys.get(request.documentId, { scope: 'service' })).toBeUndefined();
  });

  test.each([
    ['an ID that is not a ULID', { documentId: 'x' }],
    ['no bytes', { size: 0 }],
    ['more than 10 MiB', { size: 10 * 1024 * 1024 + 1 }],
    ['a SHA-256 in capitals', { sha256: 'A'.repeat(64) }],
    ['a kind that is no code', { kind: '../etc' }],
    ['pages of another size', { pageSizes: [3, 3] }],
    ['31 pages', { size: 31, pageSizes: Array<number>(31).fill(1) }],
  ])('rejects %s', async (_, more) => {
    await expect(harness.desk().createDocument({ ...declaration(), ...more })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    );
  });

  test('accepts 20 documents of an application', async () => {
    const { application } = declaration();
    const desk = harness.desk();
    for (let count = 0; count < 20; count += 1) await desk.createDocument({ ...declaration(), application });
    await expect(desk.createDocument({ ...declaration(), application })).rejects.toEqual(
      refused('DOCUMENT_LIMIT_REACHED'),
    );
    expect((await desk.listDocuments({ application })).documents).toHaveLength(20);
  });
});
