import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@cups/problem';
import { eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import { createUpload, refused, shareDocuments, someBytes, upload } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => void (harness = await shareDocuments()));
afterAll(() => harness.stop());

const chunkFiles = (name: string): string[] => {
  const folder = join(harness.folder, name.slice('documents/'.length), 'upload');
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
};

describe('a document of a centre', () => {
  test('does not exist for another centre', async () => {
    const application = ulid();
    const bytes = someBytes(10);
    const name = await upload(harness, bytes, { application });
    const unfinished = await createUpload(harness, bytes, { application });
    const other = harness.desk('centres/CU-002');
    await expect(other.getDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(other.readContent({ name, offset: 0, limit: 10 })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(other.deleteDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(other.appendContent({ name: unfinished, offset: 0, data: bytes })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
    expect((await other.listDocuments({ application: `applications/${application}` })).documents).toEqual([]);
  });

  test('is read by specialists and managers through the gateway only', async () => {
    const name = await upload(harness, someBytes(10));
    const range = { name, offset: 0, limit: 10 };
    await expect(harness.desk(undefined, 'centre-manager').readContent(range)).resolves.toBeDefined();
    await expect(harness.desk(undefined, 'supervisor').readContent(range)).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
    await expect(harness.desk(undefined, 'specialist', 'intake').readContent(range)).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
    await expect(harness.desk(undefined, 'specialist', 'intake').getDocument({ name })).resolves.toBeDefined();
    await expect(harness.bridge().readContent(range)).rejects.toEqual(refused('PERMISSION_DENIED'));
    await expect(harness.agency().readAgencyContent(range)).rejects.toEqual(refused('NOT_FOUND'));
  });

  test('is recorded with each read and leaves no content in logs', async () => {
    const text = 'a secret line of a scan';
    const name = await upload(harness, Buffer.from(text));
    await harness.desk().readContent({ name, offset: 0, limit: 100 });
    const reads = harness.log.lines.filter(
      ({ event, resource }) => event === 'personal-data-read' && resource === name,
    );
    expect(reads.some(({ method }) => method === 'DocumentsService.ReadContent')).toBe(true);
    expect(harness.log.text()).not.toContain(text);
  });

  test.each([
    ['no bytes', { offset: 0, limit: 0 }],
    ['more than 1 MiB', { offset: 0, limit: 1_048_577 }],
    ['a negative offset', { offset: -1, limit: 1 }],
  ])('rejects a read of %s', async (_, range) => {
    const name = `documents/${ulid()}`;
    await expect(harness.desk().readContent({ name, ...range })).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('has no content before its check', async () => {
    const name = await createUpload(harness, someBytes(10));
    await expect(harness.desk().readContent({ name, offset: 0, limit: 1 })).rejects.toEqual(
      refused('DOCUMENT_NOT_READY'),
    );
  });
});

describe('stored chunks', () => {
  test.each([
    [
      'exchanged',
      ([one, two]: string[]) => {
        renameSync(one!, `${one}.x`);
        renameSync(two!, one!);
        renameSync(`${one}.x`, two!);
      },
    ],
    ['cut', ([one]: string[]) => writeFileSync(one!, readFileSync(one!).subarray(0, 100))],
    [
      'changed',
      ([one]: string[]) => {
        const bytes = readFileSync(one!);
        bytes[500]! ^= 1;
        writeFileSync(one!, bytes);
      },
    ],
    ['removed', ([one]: string[]) => renameSync(one!, `${one}.gone`)],
  ])('that were %s are refused and reported', async (_, damage) => {
    const name = await upload(harness, someBytes(2 * CHUNK_BYTES));
    damage(chunkFiles(name));
    await expect(harness.desk().readContent({ name, offset: 0, limit: 10 })).rejects.toEqual(refused('INTERNAL'));
    await eventually(() =>
      harness.log.lines.some((line) => line['event'] === 'document-damaged' && line['resource'] === name),
    );
  });

  test('of another document are refused', async () => {
    const [name, other] = [await upload(harness, someBytes(10)), await upload(harness, someBytes(10))];
    writeFileSync(chunkFiles(name)[0]!, readFileSync(chunkFiles(other)[0]!));
    await expect(harness.desk().readContent({ name, offset: 0, limit: 10 })).rejects.toEqual(refused('INTERNAL'));
  });
});

describe('DeleteDocument', () => {
  test('destroys key and bytes and reports the erasure', async () => {
    const name = await upload(harness, someBytes(10));
    const id = name.slice('documents/'.length);
    await harness.desk().deleteDocument({ name });
    await expect(harness.desk().getDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(harness.desk().deleteDocument({ name })).rejects.toEqual(refused('NOT_FOUND'));
    expect(await harness.dataKeys.get(id, { scope: 'service' })).toBeUndefined();
    expect(readdirSync(harness.folder)).not.toContain(id);
    expect(await harness.records.get(id, { scope: 'service' })).toMatchObject({ state: 'erased', eventSeq: 2 });
  });

  test('asks intake first, and destroys nothing while a submission contains it or intake cannot say so', async () => {
    const { intake } = harness;
    const application = ulid();
    const name = await upload(harness, someBytes(10), { application });
    const remove = () => harness.desk().deleteDocument({ name });
    const { detach } = intake;
    try {
      for (const [thrown, expected] of [
        ['DOCUMENT_IN_USE', 'DOCUMENT_IN_USE'],
        ['STORE_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
        // An intake of an earlier release.
        ['METHOD_NOT_FOUND', 'UPSTREAM_UNAVAILABLE'],
      ] as const) {
        intake.detach = (request) => {
          expect(request).toEqual({ application: `applications/${application}`, document: name });
          return Promise.reject(new Problem({ reason: thrown, message: 'No.' }));
        };
        await expect(remove()).rejects.toEqual(refused(expected));
        expect((await harness.desk().readContent({ name, offset: 0, limit: 10 })).data).toEqual(someBytes(10));
      }
    } finally {
      intake.detach = detach;
    }
    await remove();
    expect(intake.detached).toContain(name);
  });

  test('ends an unfinished upload', async () => {
    const name = await createUpload(harness, someBytes(CHUNK_BYTES + 1));
    const desk = harness.desk();
    await desk.appendContent({ name, offset: 0, data: someBytes(CHUNK_BYTES) });
    await desk.deleteDocument({ name });
    await expect(desk.appendContent({ name, offset: CHUNK_BYTES, data: Buffer.alloc(1) })).rejects.toEqual(
      refused('NOT_FOUND'),
    );
  });
});

test('a copy of personal data lists the documents of any centre and reads their content', async () => {
  const application = ulid();
  const bytes = someBytes(CHUNK_BYTES + 10);
  const name = await upload(harness, bytes, { application, centre: 'centres/CU-002' });
  const supervisor = harness.client('gateway', { role: 'supervisor', operator: 'operators/supervisor' });
  const ops = harness.client('ops');
  const request = { application: `applications/${application}` };
  const { documents } = await supervisor.exportDocuments(request);
  expect(documents).toMatchObject([{ name, kind: 'birth-certificate', state: 'STATE_READY' }]);
  expect((await ops.exportDocuments(request)).documents).toEqual(documents);
  // For an act that a supervisor releases from quarantine.
  const intake = harness.client('intake', { role: 'supervisor', operator: 'operators/supervisor' });
  expect((await intake.exportDocuments(request)).documents).toEqual(documents);
  const range = { name, offset: CHUNK_BYTES, limit: CHUNK_BYTES };
  expect((await ops.exportContent(range)).data).toEqual(bytes.subarray(CHUNK_BYTES));
  await expect(supervisor.exportContent(range)).rejects.toEqual(refused('PERMISSION_DENIED'));
  await expect(harness.desk().exportDocuments(request)).rejects.toEqual(refused('PERMISSION_DENIED'));
});
