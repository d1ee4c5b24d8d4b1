import { createPrivateKey, randomBytes } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { eventually } from '@cups/testing';
import { hashName, hasName, ROW_BYTES } from '../src/index/rows.ts';
import { RUN_ENTRIES } from '../src/index/sorted-run.ts';
import { parseEntry, SALT_BYTES, splitRecord, toRecord } from '../src/log/entry.ts';
import { LogFolder, MAX_APPENDED } from '../src/log/log-folder.ts';
import { createNoteSigner } from '../src/log/signed-note.ts';
import { HASH_BYTES } from '../src/log/tiles.ts';
import { entryEvent, refused, startJournal, untilListed } from './harness.ts';
import type { Harness } from './harness.ts';

/** A folder that somebody altered while the journal was stopped: what the verification in the background reports. */

const first = `applications/${newUlid(new Date(0))}`;
const last = `applications/${newUlid(new Date(1))}`;
let journal: Harness;
beforeAll(async () => {
  journal = await startJournal({ verifyIntervalMs: 10 });
  await journal.publish(...[1, 2, 3].map((sequence) => entryEvent(first, sequence)));
  await untilListed(journal, first, 3);
  await journal.restart({}, { between: appendMany });
});

/** Appends as many entries as a file of the index has, as an earlier process did. */
async function appendMany(): Promise<void> {
  const { folder, origin, keyFile } = journal.config;
  const [jwk] = (JSON.parse(readFileSync(keyFile, 'utf8')) as { keys: JsonWebKey[] }).keys;
  const signer = createNoteSigner(origin, createPrivateKey({ key: jwk!, format: 'jwk' }));
  const log = await LogFolder.open({ folder, origin, verifiers: () => [signer] });
  const record = log.readRecord(1);
  const entry = parseEntry(splitRecord(record).text);
  for (let sequence = 1; sequence <= RUN_ENTRIES; sequence += MAX_APPENDED) {
    const count = Math.min(MAX_APPENDED, RUN_ENTRIES + 1 - sequence);
    const entries = Array.from({ length: count }, (_, n) => ({
      ...entry,
      ...{ subject: last, resource: last },
      sequence: sequence + n,
    }));
    const records = entries.map((one) => toRecord(one, randomBytes(SALT_BYTES)));
    await log.append(records, { signers: [signer], time: new Date() });
  }
}
afterAll(() => journal.remove());

const untilIndexed = (size: number) =>
  eventually(async () => (await journal.client().getCheckpoint({})).size === String(size), { timeoutMs: 30_000 });
const readMetric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await journal.metrics())?.[1]);
const countAlterations = (kind: string) => readMetric(`journal_alterations\\{[^}]*kind="${kind}"[^}]*\\}`);
const readVerifyTime = () => readMetric('journal_verified_timestamp_seconds(?:\\{[^}]*\\})?');
/** Waits until a verification that began after now is complete. */
async function untilVerified(): Promise<void> {
  const from = Date.now() / 1_000;
  await eventually(async () => (await readVerifyTime()) > from, { timeoutMs: 30_000 });
}

test('an intact folder has no alterations', async () => {
  await untilVerified();
  expect(await Promise.all(['entry', 'tile', 'index'].map(countAlterations))).toEqual([0, 0, 0]);
  expect((await journal.client('ops').inspectJournal({})).alterationCount).toBe(0);
});

test('an altered entry is reported and not served, others are, and the journal continues', async () => {
  const bundle = join(journal.config.folder, 'records/000');
  const intact = readFileSync(bundle);
  const altered = Buffer.from(intact);
  // Entry 1: entry 0 names the key.
  altered.write('opened', altered.indexOf('submit'));
  await journal.restart({}, { between: () => writeFileSync(bundle, altered) });
  await expect(journal.client().listEntries({ resource: first })).rejects.toEqual(refused('INTERNAL'));
  expect(await countAlterations('entry')).toBe(1);
  await untilVerified();
  expect(await countAlterations('entry')).toBe(1);
  expect(journal.log.lines.filter(({ event }) => event === 'journal-altered')).toMatchObject([{ resource: 'entry/1' }]);
  await journal.publish(entryEvent(last, RUN_ENTRIES + 1));
  await untilIndexed(RUN_ENTRIES + 5);
  expect((await journal.list(last, { pageSize: 3 })).entries).toHaveLength(3);
  writeFileSync(bundle, intact);
  await untilVerified();
  await untilVerified();
  expect(await countAlterations('entry')).toBe(0);
  await untilListed(journal, first, 3);
});

test('altered tiles of each level are reported', async () => {
  for (const tile of ['tile/0/003', 'tile/1/000.p/32']) {
    const path = join(journal.config.folder, tile);
    const intact = readFileSync(path);
    const altered = Buffer.from(intact);
    altered[40]! ^= 1;
    writeFileSync(path, altered);
    await eventually(async () => (await countAlterations('tile')) > 0, { timeoutMs: 30_000 });
    writeFileSync(path, intact);
    await eventually(async () => (await countAlterations('tile')) === 0, { timeoutMs: 30_000 });
  }
});

test.each(['some', 'all'])(
  'index files of which %s rows lead elsewhere are reported and built again',
  async (which) => {
    const runs = join(journal.config.folder, 'index');
    const ofKey = hashName('document|journal|journal|');
    const before = journal.log.lines.length;
    const alter = () => {
      const path = join(runs, '0-0');
      const bytes = readFileSync(path);
      for (let at = HASH_BYTES; at < bytes.length; at += ROW_BYTES)
        if (which === 'all' || !hasName(bytes, at, ofKey)) bytes[at + ROW_BYTES - 1]! ^= 1;
      writeFileSync(path, bytes);
    };
    await journal.restart({}, { between: alter });
    const isReported = () => journal.log.lines.slice(before).some(({ resource }) => resource === 'index/files');
    await eventually(isReported);
    await eventually(async () => (await countAlterations('index')) === 0);
    expect((await journal.list(first)).entries.map(({ index }) => index)).toEqual(['3', '2', '1']);
  },
);
