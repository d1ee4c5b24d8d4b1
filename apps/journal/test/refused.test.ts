import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { CHECKPOINTS_TOPIC, ensureTopics } from '@cups/events';
import { createEvent, eventually, readTopic, testInfrastructure, uniquePrefix } from '@cups/testing';
import { signCheckpoint } from '../src/log/checkpoint.ts';
import { lockFolder } from '../src/log/folder-lock.ts';
import { LogFolder } from '../src/log/log-folder.ts';
import { createNoteSigner, openNote, parseNoteVerifier } from '../src/log/signed-note.ts';
import { entryEvent, refused, startJournal, untilListed } from './harness.ts';
import type { Harness } from './harness.ts';

/** Logs that the journal must not continue, and changes of its key. */

let journal: Harness;
const application = `applications/${newUlid(new Date())}`;
beforeEach(async () => {
  journal = await startJournal();
  await journal.publish(...[1, 2, 3].map((sequence) => entryEvent(application, sequence)));
  await untilListed(journal, application, 3);
});
afterEach(() => journal.remove());

const keyFile = () => journal.config.keyFile;
const newJwk = () => ({ ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: randomUUID() });
const readJwks = () => (JSON.parse(readFileSync(keyFile(), 'utf8')) as { keys: JsonWebKey[] }).keys;
const writeJwks = (file: string, keys: object[]) => writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
const signerOf = (jwk: JsonWebKey) =>
  createNoteSigner(journal.config.origin, createPrivateKey({ key: jwk, format: 'jwk' }));

/** Waits until the newest published checkpoint is that of the log. */
async function untilPublished(): Promise<void> {
  const { size } = await journal.client().getCheckpoint({});
  const topic = await readTopic({ ...testInfrastructure(), prefix: journal.prefix }, CHECKPOINTS_TOPIC);
  await topic.until((events) => events.at(-1)?.data.includes(`"size":${size},`) === true);
  await topic.stop();
}

const SENTENCE = /^[^.]+: restore the newest copy of JOURNAL_DIR, or begin a new log with [^.]+\.$/;
const KEY_SENTENCE = /^[^.]+: (add the key that did, after the current one|after a change of keys, leave [^.]+)\.$/;
const MS_PER_DAY = 86_400_000;

type Service = Awaited<ReturnType<Harness['start']>>;

/** Expects a refused journal: ready, alive, with a metric that the alert reads, and without answers of its log. */
async function expectRefused(service: Service, code: string, sentence = SENTENCE): Promise<void> {
  const at = `http://127.0.0.1:${service.httpPort}`;
  const metric = async () =>
    /^journal_refused(?:\{[^}]*\})? (\d)$/m.exec(await (await fetch(`${at}/metrics`)).text())?.[1];
  await eventually(async () => (await metric()) === '1');
  await eventually(async () => (await fetch(`${at}/readyz`)).ok);
  expect((await fetch(`${at}/healthz`)).ok).toBe(true);
  journal.useService(service);
  const state = await journal.client('ops').inspectJournal({});
  expect(state).toMatchObject({ refusal: code });
  expect(state.refusalText).toMatch(sentence);
  const { expireTime } = state;
  expect(Math.abs(Number(expireTime!.seconds) * 1_000 - Date.now() - 40 * MS_PER_DAY)).toBeLessThan(60_000);
  const calls = [
    journal.client().getCheckpoint({}),
    journal.client().listEntries({ resource: application }),
    journal.client().getTile({ path: '0/000.p/1' }),
    journal.client().listVerifierKeys({}),
  ];
  for (const call of calls) await expect(call).rejects.toEqual(refused('STORE_UNAVAILABLE'));
}

/** Starts the service with another folder, key file or origin, runs something, and stops it. */
async function withRefused(changed: Partial<Harness['config']>, work: (service: Service) => Promise<void>) {
  const service = await journal.start({ refusedRetryMs: 10 }, changed);
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

/** Copies the folder with a newer copy published, so that the copy was rolled back. */
async function createOldCopy(): Promise<string> {
  const old = join(journal.root, 'old');
  await journal.restart({}, { between: () => cpSync(journal.config.folder, old, { recursive: true }) });
  await journal.publish(entryEvent(application, 4));
  await untilListed(journal, application, 4);
  await untilPublished();
  await journal.stop();
  return old;
}

describe('the journal does not continue, serves why, and blocks nothing with', () => {
  test('a folder that is older than what was published', async () => {
    const folder = await createOldCopy();
    await withRefused({ folder }, (service) => expectRefused(service, 'ROLLED_BACK'));
  });

  test('an empty folder, as of a replaced pod', async () => {
    await untilPublished();
    await journal.stop();
    const folder = join(journal.root, 'empty');
    await withRefused({ folder }, (service) => expectRefused(service, 'ROLLED_BACK'));
  });

  test('another log of the same size', async () => {
    await untilPublished();
    await journal.stop();
    const signer = signerOf(readJwks()[0]!);
    const folder = join(journal.root, 'fork');
    const log = await LogFolder.open({ folder, origin: journal.config.origin, verifiers: () => [signer] });
    await log.append(
      Array.from({ length: 10 }, (_, n) => Buffer.from(`fork ${n}`)),
      {
        signers: [signer],
        time: new Date(),
      },
    );
    await withRefused({ folder }, (service) => expectRefused(service, 'FORKED'));
  });

  test('a published checkpoint that its key did not sign', async () => {
    await journal.stop();
    const { origin } = journal.config;
    const stranger = signerOf(newJwk());
    const root = Buffer.alloc(32);
    const note = signCheckpoint({ origin, size: 4, root, time: new Date() }, [stranger]);
    const forged = { topic: CHECKPOINTS_TOPIC, key: origin, type: 'md.cups.journal.checkpoint.v1' };
    await journal.publish(
      createEvent({ ...forged, source: '/cups/journal', data: Buffer.from(JSON.stringify({ origin, note })) }),
    );
    await withRefused({}, (service) => expectRefused(service, 'PUBLISHED_KEY_UNKNOWN', KEY_SENTENCE));
  });

  test('a folder with the checkpoint of another key', async () => {
    await journal.stop();
    const file = join(journal.root, 'other.jwks');
    writeJwks(file, [newJwk()]);
    await withRefused({ keyFile: file }, (service) => expectRefused(service, 'KEY_UNKNOWN', KEY_SENTENCE));
  });

  test('a log that lacks indexed entries', async () => {
    await journal.stop();
    const changed = { origin: 'cups.example/other', folder: join(journal.root, 'empty') };
    await withRefused(changed, (service) => expectRefused(service, 'INDEX_AHEAD'));
  });

  test.each(['changed', 'removed', 'doubled'])('a last record that was %s', async (change) => {
    await journal.stop();
    const bundle = join(journal.config.folder, 'records/000.p/4');
    const bytes = readFileSync(bundle);
    if (change === 'changed') bytes.write('opened', bytes.lastIndexOf('submit'));
    const last = bytes.subarray(bytes.lastIndexOf('{"action"') - 18);
    const content = { changed: bytes, removed: bytes.subarray(0, -last.length), doubled: Buffer.concat([bytes, last]) };
    writeFileSync(bundle, content[change as keyof typeof content]);
    await withRefused({}, (service) => expectRefused(service, 'RECORDS_ALTERED'));
  });
});

test('fails its start without a usable key, or when another process has the folder', async () => {
  await journal.stop();
  const file = join(journal.root, 'other.jwks');
  writeJwks(file, []);
  await expect(journal.start({}, { keyFile: file })).rejects.toThrow('has no private part');
  writeFileSync(file, '{}');
  await expect(journal.start({}, { keyFile: file })).rejects.toThrow('is not a JWK set of Ed25519 keys');
  const lock = await lockFolder(journal.config.folder, 0);
  await expect(lockFolder(journal.config.folder, 50)).rejects.toThrow('Another process writes to the folder');
  await lock.release();
});

test('a refused journal continues when the newest copy is in its folder, and takes what waited', async () => {
  const folder = await createOldCopy();
  await journal.publish(entryEvent(application, 5));
  await withRefused({ folder }, async (service) => {
    await expectRefused(service, 'ROLLED_BACK');
    rmSync(folder, { recursive: true });
    cpSync(journal.config.folder, folder, { recursive: true });
    await untilListed(journal, application, 5);
    expect(journal.log.text()).toMatch(/journal-log-accepted/);
    expect((await journal.client('ops').inspectJournal({})).refusal).toBe('');
  });
});

test('a running journal does not append to a folder that somebody altered or rolled back', async () => {
  const { folder } = journal.config;
  const old = join(journal.root, 'old');
  cpSync(folder, old, { recursive: true });
  await journal.publish(entryEvent(application, 4));
  await untilListed(journal, application, 4);
  const bundle = join(folder, 'records/000.p/5');
  const bytes = readFileSync(bundle);
  const altered = Buffer.from(bytes);
  altered.write('opened', altered.lastIndexOf('submit'));
  writeFileSync(bundle, altered);
  await journal.publish(entryEvent(application, 5));
  const isRefused = (code: string) => async () => (await journal.client('ops').inspectJournal({})).refusal === code;
  await eventually(isRefused('RECORDS_ALTERED'));
  rmSync(folder, { recursive: true });
  cpSync(old, folder, { recursive: true });
  await eventually(isRefused('ROLLED_BACK'));
});

test('without Kafka or its topics the journal waits, and then continues', async () => {
  await journal.stop();
  const prefix = uniquePrefix();
  const service = await journal.start({}, { prefix, folder: join(journal.root, 'later') });
  expect(journal.log.lines.some(({ event }) => event === 'journal-comparison-delayed')).toBe(true);
  const isReady = async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).ok;
  expect(await isReady()).toBe(false);
  const { brokers } = testInfrastructure();
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  await eventually(isReady);
  await service.stop();
});

test('a new key is named in the log and signs from there on, first together with the former one', async () => {
  const [former] = readJwks();
  const before = await journal.client().getCheckpoint({});
  const next = newJwk();
  writeJwks(keyFile(), [next, former!]);
  await eventually(async () => (await journal.client().listVerifierKeys({})).keys.length === 2);
  const { keys } = await journal.client().listVerifierKeys({});
  expect(keys).toMatchObject([{ firstSize: '5' }, { firstSize: '1' }]);
  const [current, old] = keys.map(({ text }) => parseNoteVerifier(text));
  expect(current!.id).toBe(signerOf(next).id);
  const changed = await journal.client().getCheckpoint({});
  expect([changed.size, openNote(changed.note, [current!, old!]).signers.length]).toEqual(['5', 2]);
  expect(openNote(before.note, [old!]).signers).toHaveLength(1);
  await journal.publish(entryEvent(application, 4));
  await untilListed(journal, application, 4);
  const { note } = await journal.client().getCheckpoint({});
  expect(() => openNote(note, [old!])).toThrow('No known key signed the note.');
  expect(openNote(note, [current!]).signers).toHaveLength(1);
  // The former key can still sign the log as it is, but the journal does not accept that.
  await untilPublished();
  await journal.stop();
  const { origin, folder } = journal.config;
  const { size, root, signTime } = { ...(await readCheckpoint(folder)), signTime: new Date() };
  const forged = signCheckpoint({ origin, size, root, time: signTime }, [signerOf(former!)]);
  writeFileSync(join(folder, 'checkpoint'), forged);
  const service = await journal.start({});
  await eventually(() => journal.log.lines.some(({ event }) => event === 'journal-log-refused'));
  await service.stop();
});

async function readCheckpoint(folder: string) {
  const verifiers = readJwks().map(signerOf);
  const log = await LogFolder.open({ folder, origin: journal.config.origin, verifiers: () => verifiers });
  return log.checkpoint!;
}
