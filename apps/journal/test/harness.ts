import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@cups/contracts';
import type { Entry } from '@cups/contracts/gen/cups/journal/v1/Entry.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import { ensureTopics, journalTopic } from '@cups/events';
import type { ServiceName } from '@cups/rpc';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import {
  captureLog,
  clientFor,
  createEvent,
  createTestKeys,
  eventually,
  publishEvents,
  testInfrastructure,
  uniquePrefix,
} from '@cups/testing';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { hashLeaf, isIncluded, sha256 } from '../src/log/merkle-tree.ts';
import { openCheckpoint } from '../src/log/checkpoint.ts';
import { parseNoteVerifier } from '../src/log/signed-note.ts';
import { createJournal } from '../src/service.ts';
import type { JournalTestOverrides } from '../src/service.ts';

const journalEvents = eventCodec<JournalEvents>('cups.journal.v1');

/** Returns an entry of a service as an event. */
export function entryEvent(
  subject: string,
  sequence: number,
  { source = 'intake', id = randomUUID(), ...fields }: Entry & { source?: string; id?: string } = {},
): Event {
  const entry = { resource: subject, action: 'submit', actor: 'operators/ana', centre: 'centres/CU-001', ...fields };
  return createEvent({
    topic: journalTopic(source),
    key: subject.split('/')[1]!,
    id,
    subject,
    type: 'cups.journal.v1.EntryRecorded',
    sequence,
    source: `/cups/${source}`,
    data: journalEvents.encode({ type: 'cups.journal.v1.EntryRecorded', data: { entry } }),
  });
}

export type LoggedEntries = Awaited<ReturnType<Awaited<ReturnType<typeof startJournal>>['list']>>;

/** Starts the service with its own topics, database and folder. */
export async function startJournal(more: Partial<Config> = {}, overrides: JournalTestOverrides = {}) {
  const { mongoUri, brokers } = testInfrastructure();
  const prefix = uniquePrefix();
  const keys = createTestKeys();
  const root = mkdtempSync(join(tmpdir(), 'cups-journal-'));
  const log = captureLog('journal');
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  const config: Config = {
    ...readConfig({ CUPS_ENV: 'development', MONGODB_URI: mongoUri, KEYS_DIR: keys.dir }),
    kafkaBrokers: brokers,
    prefix,
    grpcPort: 0,
    httpPort: 0,
    folder: join(root, 'log'),
    batchMs: 5,
    checkpointIntervalMs: 10,
    ...more,
  };
  const logTo = { write: (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) };
  const start = (again: JournalTestOverrides, changed: Partial<Config> = {}) =>
    createJournal({ ...config, ...changed }, { logTo, ...again });
  let service = await start(overrides);
  const isReady = async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).ok;
  await eventually(isReady);
  const clients: { close(): void }[] = [];
  const client = (from: ServiceName = 'gateway') => {
    const address = `127.0.0.1:${service.grpcPort}`;
    const opened = clientFor<JournalServiceDefinition>('cups.journal.v1.JournalService', {
      ...{ address, keys, from },
      to: 'journal',
    });
    clients.push(opened);
    return opened;
  };

  return {
    ...{ config, log, keys, root, client, prefix, start },
    publish: (...events: Event[]) => publishEvents({ brokers, prefix }, events),
    metrics: async () => (await fetch(`http://127.0.0.1:${service.httpPort}/metrics`)).text(),
    /** Returns the entries about a resource, newest first, after verifying each against the signed checkpoint. */
    async list(resource: string, page: { pageSize?: number; pageToken?: string } = {}) {
      const answer = await client().listEntries({ resource, ...page });
      const { keys: verifiers } = await client().listVerifierKeys({});
      const checkpoint = openCheckpoint(answer.checkpoint, config.origin, [parseNoteVerifier(verifiers[0]!.text)]);
      for (const { index, text, salt, proof } of answer.entries) {
        const hash = hashLeaf(sha256(Buffer.concat([salt, Buffer.from(text)])));
        expect(isIncluded({ index: Number(index), hash }, checkpoint, proof)).toBe(true);
      }
      return answer;
    },
    async stop() {
      await service.stop();
    },
    /** Makes `client` and `metrics` use another process of the journal. */
    useService(other: typeof service) {
      for (const one of clients.splice(0)) one.close();
      service = other;
    },
    /** Stops the service, does something, and starts it again. */
    async restart(
      again: JournalTestOverrides = {},
      { changed = {}, between = () => {} }: { changed?: Partial<Config>; between?: () => void | Promise<void> } = {},
    ) {
      await service.stop();
      await between();
      service = await start(again, changed);
      await eventually(isReady);
    },
    /** Runs something with a collection of the service's store. */
    async useCollection<T>(
      name: string,
      work: (collection: ReturnType<Store['collection']>) => Promise<T>,
    ): Promise<T> {
      const store = openStore({ uri: mongoUri, database: `${prefix}cups-journal`, log: log.log });
      try {
        await eventually(() => store.ready());
        return await work(store.collection(name));
      } finally {
        await store.close();
      }
    },
    async remove() {
      for (const one of clients) one.close();
      await service.stop();
      keys.remove();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Harness = Awaited<ReturnType<typeof startJournal>>;

/** Waits until the journal has this number of entries about a resource. */
export async function untilListed({ client }: Harness, resource: string, count: number): Promise<void> {
  await eventually(async () => (await client().listEntries({ resource, pageSize: 200 })).entries.length >= count, {
    timeoutMs: 15_000,
  });
}

export const refused = (reason: string): Error => expect.objectContaining({ reason }) as unknown as Error;
