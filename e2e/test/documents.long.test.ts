import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRandom, planFaults } from '@cups/chaos/plan';
import { buildPdf } from '@cups/tools/upload-client';
import { eventually } from '@cups/testing';
import {
  createDraft,
  createDrafts,
  measureRawLine,
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

/**
 * Uploads over the line of a village, and many uploads through crashes. The figures are in docs/reports/benchmarks.md.
 * `UPLOADS_FULL=1` adds the file of 5 MB, which takes eleven minutes, and makes it 1,000 uploads under four minutes of kills.
 */

const CHUNK_BYTES = 65_536;
const LINE = { bitsPerSecond: 64_000, roundTripMs: 600 };
const IS_FULL = process.env['UPLOADS_FULL'] === '1';
const UPLOADS = IS_FULL ? 1_000 : 250;
const KILL_SECONDS = IS_FULL ? 240 : 60;
const SEED = process.env['UPLOADS_SEED'] ?? 'documents';

let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform();
}, 120_000);
afterAll(() => running?.stop(), 60_000);

describe('uploads', () => {
  test.each(IS_FULL ? [1_000_000, 5_000_000] : [1_000_000])(
    'a file of %d bytes at 64 kbit/s, cut three times, repeats at most one chunk per cut',
    async (size) => {
      const file = { application: await createDraft(running.desk), bytes: buildPdf(size, `line ${size}`) };
      const cuts = [0.2, 0.5, 0.9].map((share) => Math.round(size * share));
      const [line, rawSeconds] = await Promise.all([
        uploadOverLine(running, file, { ...LINE, cuts, timeoutMs: size }),
        measureRawLine(size, LINE),
      ]);
      console.log(JSON.stringify({ size, repeated: line.repeated, seconds: line.seconds, rawSeconds }));
      expect(line.cuts).toBe(3);
      expect(line.repeated).toBeLessThanOrEqual(line.cuts * CHUNK_BYTES);
      expect(findLostOrDoubled([line.upload], await readDocuments(running, file.application))).toEqual([]);
    },
    1_000_000,
  );

  test('kills during uploads lose and double nothing, and leave nothing behind', async () => {
    const applications = await createDrafts(running, UPLOADS);
    const random = createRandom(`${SEED} uploads`);
    const uploads = applications.map((application, n) =>
      newUpload({ application, bytes: buildPdf(2_000 + Math.floor(random() * 200_000), `kills ${n}`) }),
    );
    const targets = ['documents', 'gateway', 'store'] as const;
    const plan = planFaults({ seed: SEED, seconds: KILL_SECONDS, only: ['kills'], targets });
    const { kills, failures } = await uploadDuringKills(running, { uploads, plan, random });
    expect(failures).toEqual([]);

    const read = async (): Promise<DeskDocument[]> => {
      const documents: DeskDocument[] = [];
      for (const id of new Set(applications)) documents.push(...(await readDocuments(running, id)));
      return documents;
    };
    expect(findLostOrDoubled(uploads, await read())).toEqual([]);
    const orphans = findOrphans(await readStoredUploads(running.platform, running.dataDir)).length;
    const repeats = uploads.reduce((sum, one) => sum + one.failures, 0);
    console.log(JSON.stringify({ uploads: uploads.length, kills, failedRequests: repeats, orphansSwept: orphans }));
    await restartWithSweep(running);
    await eventually(async () => findOrphans(await readStoredUploads(running.platform, running.dataDir)).length === 0, {
      timeoutMs: 60_000,
      everyMs: 1_000,
    });
    expect(findLostOrDoubled(uploads, await read())).toEqual([]);
  }, 1_800_000);
});
