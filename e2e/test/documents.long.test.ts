import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRandom, planFaults } from '@cups/chaos/plan';
import { findOrphans, readStoredUploads } from '@cups/chaos/stored-uploads';
import { newUpload } from '@cups/tools/resumed-upload';
import { buildPdf } from '@cups/tools/upload-client';
import { eventually } from '@cups/testing';
import {
  createDrafts,
  readDocuments,
  restartWithSweep,
  startDocumentsPlatform,
  uploadDuringKills,
} from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { findLostOrDoubled } from './stored-uploads.ts';
import type { DeskDocument } from './stored-uploads.ts';

/**
 * Many uploads through crashes. The figures in docs/reports/benchmarks.md are of UPLOADS=1000 and UPLOADS_KILL_SECONDS=240;
 * UPLOADS_SEED chooses other kills.
 */

const UPLOADS = Number(process.env['UPLOADS'] ?? 300);
const KILL_SECONDS = Number(process.env['UPLOADS_KILL_SECONDS'] ?? 80);
const SEED = process.env['UPLOADS_SEED'] ?? 'documents';

let running: DocumentsPlatform;
beforeAll(async () => {
  running = await startDocumentsPlatform({ own: true });
}, 120_000);
afterAll(() => running?.stop(), 60_000);

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
