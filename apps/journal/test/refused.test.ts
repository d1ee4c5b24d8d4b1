import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { CHECKPOINTS_TOPIC, ensureTopics } from '@cups/events';
import { createEvent, eventually, readTopic, testInfrastructure, uniquePrefix } from '@cups/testing';
import { signCheckpoint } from '../src/log/checkpoint.ts';
import { LogFolder } from '../src/log/log-folder.ts';
import { createNoteSigner, openNote, parseNoteVerifier } from '../src/log/signed-note.ts';
import { entryEvent, startJournal, untilListed } from './harness.ts';
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

describe('at its start the journal refuses', () => {
  test('a folder that is older than what was published', async () => {
    const old = join(journal.root, 'old');
    await journal.restart({}, { between: () => cpSync(journal.config.folder, old, { recursive: true }) });
    await journal.publish(entryEvent(application, 4));
    await untilListed(journal, application, 4);
    await untilPublished();
    await journal.stop();
    const started = journal.start({}, { folder: old });
    await expect(started).rejects.toThrow('The log in JOURNAL_DIR has 4 entries, but 5 were published');
    await expect(started).rejects.toThrow(SENTENCE);
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
    const started = journal.start({}, { folder });
    await expect(started).rejects.toThrow('differs from its published checkpoint of 4 entries');
    await expect(started).rejects.toThrow(SENTENCE);
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
    await expect(journal.start({})).rejects.toThrow(
      'No key of JOURNAL_KEYS_FILE signed the newest published checkpoint',
    );
  });

  test('a folder with the checkpoint of another key, and a file without keys', async () => {
    await journal.stop();
    const file = join(journal.root, 'other.jwks');
    writeJwks(file, [newJwk()]);
    await expect(journal.start({}, { keyFile: file })).rejects.toThrow('leave the former one in JOURNAL_KEYS_FILE');
    writeJwks(file, []);
    await expect(journal.start({}, { keyFile: file })).rejects.toThrow('has no private part');
    writeFileSync(file, '{}');
    await expect(journal.start({}, { keyFile: file })).rejects.toThrow('is not a JWK set of Ed25519 keys');
  });

  test('a folder that another process writes to', async () => {
    const { lockFolder } = await import('../src/log/folder-lock.ts');
    await expect(lockFolder(journal.config.folder, 50)).rejects.toThrow('Another process writes to the folder');
  });
});

test('a log that lacks indexed entries is not continued, and fails the liveness probe', async () => {
  await journal.stop();
  const origin = 'cups.example/other';
  const service = await journal.start({}, { origin, folder: join(journal.root, 'empty') });
  await eventually(() => journal.log.lines.some(({ event }) => event === 'journal-log-refused'));
  const [live, ready] = await Promise.all(
    ['healthz', 'readyz'].map((path) => fetch(`http://127.0.0.1:${service.httpPort}/${path}`)),
  );
  expect([live!.ok, ready!.ok]).toEqual([false, false]);
  await service.stop();
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
  await eventually(isReady, { timeoutMs: 20_000 });
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
