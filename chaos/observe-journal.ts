import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import { parseCheckpoint, parseKey, readEntries } from '@cups/tools/journal-verifier';
import { readLocalKeys } from '@cups/tools/verify-journal';
import type { Platform } from '@cups/tools/platform';
import { readTopics } from './agency.ts';
import type { StoredMessage } from './agency.ts';
import type { ObservedEntry, ObservedJournal } from './chaos-record.ts';

/** Reads the journal: its log, its checkpoints, and what the services committed and published. */

/** Services that commit entries. */
const SOURCES = ['intake', 'identity', 'documents', 'notifications', 'agency-bridge'] as const;
const topicOf = (source: string): string => `cups.journal.${source}`;
export const JOURNAL_TOPICS = SOURCES.map(topicOf);
const CHECKPOINTS_TOPIC = 'cups.checkpoints';

/** @param dataDir data folder of the platform */
export async function observeJournal(platform: Platform, dataDir: string): Promise<ObservedJournal> {
  const { mongoUri, kafkaBrokers, prefix } = platform;
  const topics = [CHECKPOINTS_TOPIC, ...JOURNAL_TOPICS].map((topic) => prefix + topic);
  const messages = await readTopics(kafkaBrokers, topics);
  const notes = messages
    .filter(({ topic }) => topic === prefix + CHECKPOINTS_TOPIC)
    .map(({ value }) => (JSON.parse(String(value)) as { note: string }).note);
  const connection = await mongoose.createConnection(mongoUri).asPromise();
  try {
    const streams = await Promise.all(SOURCES.map((source) => readStreams(connection, prefix, source)));
    const folder = join(dataDir, 'journal');
    const size = Number(readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1]);
    return {
      entries: [...readEntries(folder, size)].map(({ text }) => JSON.parse(text) as ObservedEntry),
      events: SOURCES.flatMap((source) => parseEvents(source, messages, prefix + topicOf(source))),
      streams: streams.flat(),
      checkpoints: notes.map((note) => readCheckpoint(note, readLocalKeys(folder, dataDir))),
      findings: await verify(platform, dataDir, notes),
    };
  } finally {
    await connection.close();
  }
}

/** Returns each event once: a repeated one has the number and ID of the first. */
function parseEvents(source: string, messages: readonly StoredMessage[], topic: string): ObservedEntry[] {
  const header = ({ headers }: StoredMessage, name: string): string => headers[name]?.toString('utf8') ?? '';
  const events = new Map<string, ObservedEntry>();
  for (const message of messages) {
    if (message.topic !== topic) continue;
    const [subject, sequence] = [header(message, 'ce_subject'), Number(header(message, 'ce_sequence'))];
    const key = `${subject} ${sequence}`;
    if (!events.has(key)) events.set(key, { source, subject, sequence, id: header(message, 'ce_id') });
  }
  return [...events.values()];
}

/** Reads every collection of a service, so that no list of journalled documents can go stale. */
async function readStreams(
  connection: Connection,
  prefix: string,
  source: string,
): Promise<ObservedJournal['streams']> {
  const database = connection.useDb(`${prefix}cups-${source}`);
  const streams: ObservedJournal['streams'] = [];
  for (const { name } of await database.listCollections()) {
    const found = (await database
      .collection(name)
      .find({ journalSeq: { $gt: 0 } }, { projection: { journalSeq: 1 } })
      .toArray()) as unknown as { _id: string; journalSeq: number }[];
    for (const { _id, journalSeq: lastSequence } of found)
      streams.push({ source, subject: `${name}/${_id.replaceAll('/', '.')}`, lastSequence });
  }
  return streams;
}

function readCheckpoint(note: string, keys: readonly string[]): ObservedJournal['checkpoints'][number] {
  const [, size, root = ''] = note.split('\n');
  const checkpoint = { size: Number(size), root };
  try {
    parseCheckpoint(note, keys.map(parseKey));
    return { ...checkpoint, isSigned: true };
  } catch {
    return { ...checkpoint, isSigned: false };
  }
}

/** Runs `cups journal verify --services` with all published checkpoints. @returns its findings */
async function verify(platform: Platform, dataDir: string, notes: readonly string[]): Promise<string[]> {
  const files = notes.map((note, n) => {
    const file = join(dataDir, `checkpoint-${n}.txt`);
    writeFileSync(file, note);
    return file;
  });
  const args = ['journal', 'verify', '--services', '--json', '--data', dataDir];
  const program = join(import.meta.dirname, '../tools/cli/cups.ts');
  const given = [program, ...args, ...files.flatMap((file) => ['--checkpoint', file])];
  const env = { ...process.env, KEYS_DIR: join(dataDir, 'keys'), ...readAddresses(platform) };
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, given, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (stdout === '') return resolve([`not verified: ${stderr.trim() || error?.message}`]);
        return resolve((JSON.parse(stdout) as { findings: string[] }).findings);
      });
    });
  } finally {
    for (const file of files) rmSync(file);
  }
}

const readAddresses = (platform: Platform): Record<string, string> =>
  Object.fromEntries(
    Object.entries(platform.addresses()).map(([name, address]) => [
      `${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`,
      address,
    ]),
  );
