import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { openDesk, waitUntil } from '../day/desk.ts';
import type { Application, Desk } from '../day/desk.ts';
import { filing } from '../day/filings.ts';
import { withMandate } from '../day/mandates.ts';
import { buildPdf } from '../day/upload-client.ts';
import { startPlatform } from '../platform/platform.ts';
import type { Platform } from '../platform/platform.ts';

/** A backup and a restore of a platform with documents, by the commands of an administrator. */

const root = join(import.meta.dirname, '../..');
const state = temporaryDir();
const backups = temporaryDir();
const folder = join(backups.dir, 'backup');
/** The store and Kafka of other tests must not be restored. */
const { MONGODB_URI, KAFKA_BROKERS, ...environment } = process.env;
const OPERATOR = 'cu-001-specialist';

let platform: Platform | undefined;
const start = async (): Promise<Desk> => {
  platform = await startPlatform({ port: 0, dataDir: state.dir });
  return openDesk(platform.url, OPERATOR);
};
const stop = async (): Promise<void> => {
  await platform?.stop();
  platform = undefined;
};

beforeAll(() => {
  delete process.env['MONGODB_URI'];
  delete process.env['KAFKA_BROKERS'];
});
afterAll(async () => {
  await stop();
  if (MONGODB_URI) process.env['MONGODB_URI'] = MONGODB_URI;
  if (KAFKA_BROKERS) process.env['KAFKA_BROKERS'] = KAFKA_BROKERS;
  for (const one of [state, backups]) one.remove();
}, 60_000);

function run(...args: string[]): Promise<{ code: number; output: string }> {
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), ...args];
  return new Promise((resolve) => {
    const options = { cwd: root, env: environment };
    execFile(join(root, 'node_modules/.bin/node'), command, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

interface DocumentList {
  documents: { name: string; state: string }[];
}

/** Returns the documents of an application by name. @param count number of ready ones to wait for */
async function readStates(desk: Desk, application: string, count: number): Promise<Record<string, string>> {
  const read = async () =>
    (await desk.call<DocumentList>('GET', `/applications/${application}/documents`)).body.documents;
  const areReady = (found: DocumentList['documents']) =>
    found.filter(({ state: one }) => one === 'ready').length === count;
  const found = await waitUntil(read, areReady, 'checked documents', 60);
  return Object.fromEntries(found.map(({ name, state: one }) => [name, one]));
}

/** Uploads a PDF per label, each of several chunks. @returns names and content */
async function uploadAll(desk: Desk, application: string, labels: readonly string[]) {
  const uploads = labels.map(async (label) => {
    const content = buildPdf(150_000, label);
    const { name } = await desk.upload({ application, kind: 'identity-document', files: [content] });
    return { name, content };
  });
  return Promise.all(uploads);
}

async function withdrawApplication(desk: Desk): Promise<{ ended: Application; mandate: string }> {
  const content = await withMandate(desk, filing(7_002, 'ZN'));
  const { body } = await desk.call<Application>('POST', '/applications', { body: content });
  await desk.call('POST', `/applications/${body.id}/submit`, { body: {} });
  const withdrawn = await desk.call<Application>('POST', `/applications/${body.id}/withdraw`, { body: {} });
  return { ended: withdrawn.body, mandate: content.mandate.name };
}

/** Erases an application on request, and the mandate that only it names. */
async function eraseApplication({ name }: Application, desk: Desk, mandate: string): Promise<void> {
  const supervisor = await openDesk(platform!.url, 'supervisor');
  await supervisor.call('POST', '/erasures', { body: { application: name, reason: 'no-longer-needed' } });
  const read = async () => (await desk.call<{ state: string }>('GET', `/${mandate}`)).body;
  await waitUntil(read, ({ state }) => state === 'expired', 'the mandate ends', 60);
}

const readUntilErased = (desk: Desk, { id }: Application) =>
  waitUntil(
    async () =>
      (await desk.call<Application & { erasure?: { eraseTime?: string } }>('GET', `/applications/${id}`)).body,
    ({ erasure }) => erasure?.eraseTime !== undefined,
    'the application is erased again',
    60,
  );

test('a restore returns documents byte for byte, repeats erasures and names a missing object', async () => {
  const before = await start();
  const { body } = await before.call<Application>('POST', '/applications', { body: filing(7_001, 'ZQ') });
  const [kept, cut, erased] = await uploadAll(before, body.id, ['kept', 'cut', 'erased']);
  await readStates(before, body.id, 3);
  const { ended, mandate } = await withdrawApplication(before);
  const saved = await run('backup', folder, '--data', state.dir);
  expect({ saved, code: saved.code }).toMatchObject({ code: 0 });
  await before.call('DELETE', `/${erased!.name}`);
  await eraseApplication(ended, before, mandate);
  // The erasures are published meanwhile.
  const consistent = await run('restore', 'check', '--data', state.dir);
  expect({ consistent, code: consistent.code }).toMatchObject({ code: 0 });
  await stop();

  for (const lost of ['store', 'documents']) rmSync(join(state.dir, lost), { recursive: true });
  const chunks = join(folder, 'objects', cut!.name.slice('documents/'.length), 'upload');
  rmSync(join(chunks, readdirSync(chunks)[1]!));
  const { code, output } = await run('restore', folder, '--data', state.dir);
  expect({ output, code }).toMatchObject({ code: 0 });
  expect(output).toContain('1 documents erased again');
  expect(output).toContain('1 applications, 1 threads of notices and 1 mandates erased again');
  expect(output).not.toContain(ended.id);
  const unreadable = [...output.matchAll(/^unreadable .*$/gm)].map(([line]) => line);
  expect(unreadable).toEqual([`unreadable  ${cut!.name}  ${body.name}  no-objects`]);

  const after = await start();
  // The list of before the backup returns, without the bytes of what was erased since.
  expect(await readStates(after, body.id, 2)).toEqual({
    [kept!.name]: 'ready',
    [cut!.name]: 'ready',
    [erased!.name]: 'erased',
  });
  expect((await after.readContent(kept!.name)).equals(kept!.content)).toBe(true);
  await expect(after.readContent(cut!.name)).rejects.toThrow();
  await expect(after.readContent(erased!.name)).rejects.toThrow('410');
  const again = await readUntilErased(after, ended);
  expect(again).toMatchObject({ state: 'withdrawn', allowedActions: [], erasure: { cause: 'requested' } });
  expect(again).not.toHaveProperty('applicant');
  const checked = await run('restore', 'check', '--data', state.dir);
  expect(checked.output).not.toMatch(/^(disagrees|uncounted|parked)/m);
}, 600_000);
