import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDir } from '@cups/testing';
import { buildPdf } from '@cups/tools/upload-client';
import { createDraft, readDocuments, startDocumentsPlatform, uploadOverLine } from './documents-platform.ts';
import type { DocumentsPlatform } from './documents-platform.ts';
import { runTool } from './production-platform.ts';
import { findLostOrDoubled } from './stored-uploads.ts';

/**
 * An upload over a bad line. documents.waiting.test.ts has the line of a village, documents.long.test.ts uploads through
 * crashes.
 */

interface Copy {
  applications: { application: { id: string } }[];
}

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

test('an administrator writes the copy of a person with their documents into a folder of their own', async () => {
  const { desk, dataDir, platform } = running;
  const application = await createDraft(desk);
  const bytes = buildPdf(3_000, 'copy');
  const line = { bitsPerSecond: 8_000_000, roundTripMs: 1, cuts: [], timeoutMs: 30_000 };
  await uploadOverLine(running, { application, bytes }, line);
  await eventually(async () => (await readDocuments(running, application)).every(({ state }) => state === 'ready'));
  const { applicant } = (await desk.call<{ applicant: { idnp: string } }>('GET', `/applications/${application}`)).body;
  const { dir, remove } = temporaryDir();
  const folder = join(dir, 'copy');
  const addresses = Object.entries(platform.addresses());
  const env = {
    KEYS_DIR: join(dataDir, 'keys'),
    GRPC_TLS_DIR: join(dataDir, 'keys/tls/ops'),
    ...Object.fromEntries(addresses.map(([name, at]) => [`${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`, at])),
  };
  const words = [
    'export',
    '--reason',
    'person-request',
    '--evidence',
    'CD-12/2026',
    '--out',
    folder,
    '--actor',
    'maria',
  ];
  const { output, code } = await runTool('data', words, env, `${applicant.idnp}\n`);
  expect({ output, code }).toMatchObject({ code: 0 });
  expect(output).toContain('1 applications, 1 documents');
  expect(output).not.toContain(applicant.idnp);
  const { applications } = JSON.parse(readFileSync(join(folder, 'copy.json'), 'utf8')) as Copy;
  expect(applications.map((one) => one.application.id)).toContain(application);
  expect(readFileSync(join(folder, 'copy.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
  const [document = ''] = readdirSync(join(folder, 'documents'));
  expect(readFileSync(join(folder, 'documents', document))).toEqual(bytes);
  expect(statSync(join(folder, 'copy.json')).mode & 0o777).toBe(0o600);

  // A folder that exists is left alone.
  expect((await runTool('data', words, env, `${applicant.idnp}\n`)).code).toBe(1);
  remove();
});
