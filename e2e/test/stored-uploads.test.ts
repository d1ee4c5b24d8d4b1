import { describe, expect, test } from '@jest/globals';
import { findOrphans } from '@cups/chaos/stored-uploads';
import type { StoredUploads } from '@cups/chaos/stored-uploads';
import { sha256Of } from '@cups/tools/upload-client';
import { newUpload } from '@cups/tools/resumed-upload';
import type { UploadRecord } from '@cups/tools/resumed-upload';
import { findLostOrDoubled } from './stored-uploads.ts';
import type { DeskDocument } from './stored-uploads.ts';

/** The comparison that decides whether crashes lost or doubled an upload can fail. */

const ID = '01K00000000000000000000000';
const OTHER = '01K00000000000000000000001';
const bytes = Buffer.from('%PDF-1.7');

const upload = (more: Partial<UploadRecord> = {}): UploadRecord => ({
  ...newUpload({ application: ID, bytes }),
  key: 'key',
  paths: new Set([`/api/v1/uploads/${ID}`]),
  acknowledged: bytes.length,
  ...more,
});
const document = (more: Partial<DeskDocument> = {}): DeskDocument => ({
  name: `documents/${ID}`,
  state: 'ready',
  downloaded: sha256Of(bytes),
  ...more,
});

describe('findLostOrDoubled', () => {
  test('accepts an upload whose document has its bytes', () => {
    expect(findLostOrDoubled([upload()], [document()])).toEqual([]);
  });

  test.each<[string, Partial<UploadRecord>, DeskDocument[]]>([
    ['key: the document does not exist', {}, []],
    ['key: the document is uploading', {}, [document({ state: 'uploading' })]],
    ['key: the document has other bytes', {}, [document({ downloaded: sha256Of(Buffer.from('x')) })]],
    ['key: the document has other bytes', {}, [document({ downloaded: undefined })]],
    ['key: ended at 3 of 8 bytes', { acknowledged: 3 }, [document()]],
    ['key: acknowledged bytes are lost from 0 on', { regressions: [0] }, [document()]],
    [
      'key: one key opened several documents',
      { paths: new Set([`/uploads/${ID}`, `/uploads/${OTHER}`]) },
      [document(), document({ name: `documents/${OTHER}` })],
    ],
    [`documents/${OTHER}: no browser opened it`, {}, [document(), document({ name: `documents/${OTHER}` })]],
  ])('reports "%s"', (violation, more, documents) => {
    expect(findLostOrDoubled([upload(more)], documents)).toEqual([violation]);
  });
});

describe('findOrphans', () => {
  const stored: StoredUploads = {
    records: new Map([[ID, 'ready']]),
    named: new Set([`${ID}/upload/0-a`]),
    objects: [`${ID}/upload/0-a`],
    keys: [ID],
  };

  test('accepts objects and keys of documents', () => expect(findOrphans(stored)).toEqual([]));

  test.each<[string, Partial<StoredUploads>]>([
    [`object ${ID}/upload/0-b`, { objects: [`${ID}/upload/0-a`, `${ID}/upload/0-b`] }],
    [`missing object ${ID}/upload/0-a`, { objects: [] }],
    [`key of ${OTHER}`, { keys: [ID, OTHER] }],
    [`key of ${ID}`, { records: new Map([[ID, 'erased']]), named: new Set(), objects: [] }],
    [`unfinished upload ${ID}`, { records: new Map([[ID, 'uploading']]) }],
  ])('reports "%s"', (orphan, more) => {
    expect(findOrphans({ ...stored, ...more })).toEqual([orphan]);
  });
});
