import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildPdf } from '@cups/tools/upload-client';
import { createDraft, readDocuments, startDocumentsPlatform, uploadOverLine } from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { findLostOrDoubled } from './stored-uploads.ts';

/**
 * An upload over a bad line. documents.waiting.test.ts has the line of a village, documents.long.test.ts uploads through
 * crashes.
 */

const CHUNK_BYTES = 65_536;
let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform({ own: false });
}, 120_000);
afterAll(() => running?.stop());

test('a slow line that is cut three times repeats at most one chunk per cut', async () => {
  const file = { application: await createDraft(running.desk), bytes: buildPdf(300_000, 'line') };
  const line = { bitsPerSecond: 2_000_000, roundTripMs: 100, cuts: [60_000, 150_000, 290_000], timeoutMs: 30_000 };
  const { upload, repeated, cuts } = await uploadOverLine(running, file, line);
  expect(cuts).toBe(3);
  expect(repeated).toBeGreaterThan(0);
  expect(repeated).toBeLessThanOrEqual(cuts * CHUNK_BYTES);
  expect(findLostOrDoubled([upload], await readDocuments(running, file.application))).toEqual([]);
});
