import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRandom } from '@cups/chaos/plan';
import { buildPdf } from '@cups/tools/upload-client';
import { eventually } from '@cups/testing';
import {
  createDraft,
  createDrafts,
  readDocuments,
  restartWithSweep,
  startDocumentsPlatform,
  uploadDuringKills,
  uploadOverLine,
} from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { newUpload } from './resumed-upload.ts';
import { findLostOrDoubled, findOrphans, readStoredUploads } from './stored-uploads.ts';
import type { DeskDocument } from './stored-uploads.ts';

/** Uploads over bad lines and through crashes; documents.long.test.ts has the large ones. */

const CHUNK_BYTES = 65_536;
let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform();
}, 120_000);
afterAll(() => running?.stop());

describe('uploads', () => {
  test('a slow line that is cut three times repeats at most one chunk per cut', async () => {
    const file = { application: await createDraft(running.desk), bytes: buildPdf(300_000, 'line') };
    const line = { bitsPerSecond: 2_000_000, roundTripMs: 100, cuts: [60_000, 150_000, 290_000], timeoutMs: 30_000 };
    const { upload, repeated, cuts } = await uploadOverLine(running, file, line);
    expect(cuts).toBe(3);
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThanOrEqual(cuts * CHUNK_BYTES);
    expect(findLostOrDoubled([upload], await readDocuments(running, file.application))).toEqual([]);
  });

  test('kills of documents, gateway and store lose and double nothing, and leave nothing behind', async () => {
    const applications = await createDrafts(running, 24);
    const uploads = applications.map((application, n) =>
      newUpload({ application, bytes: buildPdf(2_000 + n * 6_000, `kills ${n}`) }),
    );
    const targets = ['documents', 'gateway', 'store'] as const;
    const outcome = await uploadDuringKills(running, { uploads, targets, random: createRandom('documents') });
    expect(outcome).toEqual({ kills: 3, failures: [] });
    expect(uploads.some(({ failures }) => failures > 0)).toBe(true);

    const read = async () => {
      const documents: DeskDocument[] = [];
      for (const id of new Set(applications)) documents.push(...(await readDocuments(running, id)));
      return documents;
    };
    expect(findLostOrDoubled(uploads, await read())).toEqual([]);
    // The sweep looks for what the crashes left behind.
    await restartWithSweep(running);
    await eventually(async () => findOrphans(await readStoredUploads(running.platform, running.dataDir)).length === 0);
    expect(findLostOrDoubled(uploads, await read())).toEqual([]);
  });
});
