import { expect } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { DetachDocumentRequest__Output } from '@cups/contracts/gen/cups/intake/v1/DetachDocumentRequest.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import type { Event } from '@cups/contracts';
import { openDataKeyRecords } from '@cups/data-keys';
import { ensureTopics } from '@cups/events';
import type { Role, ServiceName } from '@cups/rpc';
import { openStore } from '@cups/store';
import {
  captureLog,
  clientFor,
  createEvent,
  createTestKeys,
  eventually,
  fakeService,
  publishEvents,
  shareInGroup,
  testInfrastructure,
} from '@cups/testing';
import type { TestKeys } from '@cups/testing';
import { ulid } from 'ulid';
import type { Checker, CheckInput, CheckResult } from '../src/check/port.ts';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { CHUNK_BYTES } from '../src/domain/limits.ts';
import { createDocuments } from '../src/service.ts';
import type { DocumentsTestOverrides } from '../src/service.ts';
import { openApplicationRecords, openDocumentRecords } from '../src/store.ts';

/** Sessions of agencies live at most 5 minutes. */
const AGENCY_SESSION_MS = 240_000;
export const CENTRE = 'centres/CU-001';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Returns bytes that differ in each chunk. */
export const someBytes = (size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + (at >> 8)) & 0xff;
  return bytes;
};

/** A checker for tests: accepts everything as a PDF, or does what the test sets. */
export function fakeChecker() {
  const calls: CheckInput[] = [];
  const fake = {
    calls,
    answer: (): Promise<CheckResult> | CheckResult => ({
      accepted: { mediaType: 'application/pdf', pages: 1, scan: 'not-scanned', content: 'unchanged' },
    }),
    async check(input: CheckInput): Promise<CheckResult> {
      calls.push(input);
      const parts: Buffer[] = [];
      for await (const part of input.read()) parts.push(part);
      fake.seen = Buffer.concat(parts);
      return fake.answer();
    },
    seen: Buffer.alloc(0),
    close: () => Promise.resolve(),
  };
  return fake satisfies Checker & Record<string, unknown>;
}

/** An intake whose applications name no document, or that does what the test sets. */
async function startIntake(keys: TestKeys) {
  const intake = {
    detached: [] as string[],
    detach: async (_request: DetachDocumentRequest__Output): Promise<void> => {},
  };
  const server = await fakeService<IntakeServiceDefinition>(
    'cups.intake.v1.IntakeService',
    {
      async DetachDocument(request) {
        await intake.detach(request);
        intake.detached.push(request.document);
        return {};
      },
    },
    { service: 'intake', keys },
  );
  return Object.assign(intake, server);
}

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
type EventData<Name extends string> = Extract<IntakeEvent, { type: `cups.intake.v1.${Name}` }>['data'];
type EventName = IntakeEvent['type'] extends infer Type
  ? Type extends `cups.intake.v1.${infer Name}`
    ? Name
    : never
  : never;

/** Returns an intake event about an application. */
export function intakeEvent<Name extends EventName>(
  application: string,
  sequence: number,
  name: Name,
  fields: EventData<Name> = {},
): Event {
  const ref = { application: `applications/${application}`, centre: CENTRE, agency: 'agencies/asp', ...fields.ref };
  const event = { type: `cups.intake.v1.${name}`, data: { ...fields, ref } } as IntakeEvent;
  return createEvent({
    topic: 'cups.applications',
    key: application,
    subject: `applications/${application}`,
    type: event.type,
    sequence,
    source: '/cups/intake',
    data: intakeEvents.encode(event),
  });
}

/** Starts the service with its own topics, databases and folder, and access to what it stores. */
export async function startDocuments(more: Partial<Config> = {}, overrides: DocumentsTestOverrides = {}) {
  const { mongoUri, brokers, prefix } = testInfrastructure();
  const keys = createTestKeys();
  const root = mkdtempSync(join(tmpdir(), 'cups-documents-'));
  const log = captureLog('documents');
  const checker = fakeChecker();
  const intake = await startIntake(keys);
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  const base = readConfig({ CUPS_ENV: 'development', MONGODB_URI: mongoUri, KEYS_DIR: keys.dir });
  const config: Config = {
    ...base,
    kafkaBrokers: brokers,
    prefix,
    grpcPort: 0,
    httpPort: 0,
    intakeAddress: intake.address,
    storage: { ...base.storage, folder: join(root, 'objects') },
    timerPollMs: 50,
    ...more,
  };
  const logTo = { write: (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) };
  let service = await createDocuments(config, { logTo, checker, ...overrides });
  const isReady = async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).ok;
  await eventually(isReady);
  const store = openStore({ uri: mongoUri, database: `${prefix}cups-documents`, log: log.log });
  const keyStore = openStore({ uri: mongoUri, database: `${prefix}cups-documents-keys`, log: log.log });
  const records = openDocumentRecords(store);
  const applications = openApplicationRecords(store);
  const dataKeys = openDataKeyRecords(keyStore);
  await eventually(() => store.ready() && keyStore.ready());
  const clients: { close(): void }[] = [];

  const client = (from: ServiceName, session?: Parameters<typeof keys.session>[0]) => {
    const opened = clientFor<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', {
      address: `127.0.0.1:${service.grpcPort}`,
      keys,
      from,
      to: 'documents',
      ...(session && { sessionToken: keys.session(session).token }),
    });
    clients.push(opened);
    return opened;
  };
  const desk = (centre = CENTRE, role: Role = 'specialist', from: ServiceName = 'gateway') =>
    client(from, { role, centre });

  return {
    ...{ config, checker, intake, log, keys, root, records, applications, dataKeys, client, desk },
    folder: config.storage.folder,
    bridge: () => client('agency-bridge'),
    agency: (code = 'asp') =>
      client('gateway', {
        role: 'agency-system',
        agency: `agencies/${code}`,
        operator: `operators/agency.${code}`,
        expires: new Date(Date.now() + AGENCY_SESSION_MS),
      }),
    clerk: (code = 'asp') =>
      client('gateway', { role: 'agency-clerk', agency: `agencies/${code}`, operator: `operators/${code}-clerk` }),
    publish: (...events: Event[]) => publishEvents({ brokers, prefix }, events),
    metrics: async () => (await fetch(`http://127.0.0.1:${service.httpPort}/metrics`)).text(),
    address: () => `127.0.0.1:${service.grpcPort}`,
    infrastructure: { brokers, prefix },
    /** Stops the service and starts it again, as after a crash of the process that `before` prepared. */
    async restart(again: DocumentsTestOverrides = {}) {
      await service.stop();
      service = await createDocuments(config, { logTo, checker, ...again });
      await eventually(isReady);
    },
    async stop() {
      for (const one of clients) one.close();
      await service.stop();
      await intake.close();
      await store.close();
      await keyStore.close();
      keys.remove();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type Harness = Awaited<ReturnType<typeof startDocuments>>;

/** Starts one service for all files of a group. */
export const shareDocuments = shareInGroup(() => startDocuments());

/** Opens an upload of these bytes. */
export async function createUpload(
  { desk }: Pick<Harness, 'desk'>,
  bytes: Buffer,
  more: { application?: string; centre?: string; sha256?: string; pageSizes?: number[]; training?: boolean } = {},
): Promise<string> {
  const { application = ulid(), centre, ...declared } = more;
  const { document } = await desk(centre).createDocument({
    requestId: randomUUID(),
    application: `applications/${application}`,
    kind: 'birth-certificate',
    size: bytes.length,
    sha256: sha256(bytes),
    ...declared,
  });
  return document!.name;
}

/** Appends all chunks of an upload, from an offset. */
export async function append(
  client: ReturnType<Harness['desk']>,
  name: string,
  bytes: Buffer,
  from = 0,
): Promise<void> {
  for (let offset = from; offset < bytes.length; offset += CHUNK_BYTES) {
    await client.appendContent({ name, offset, data: bytes.subarray(offset, offset + CHUNK_BYTES) });
  }
}

/** Uploads bytes and waits until the document has this state. */
export async function upload(
  harness: Pick<Harness, 'desk'>,
  bytes: Buffer,
  more: Parameters<typeof createUpload>[2] & { state?: string } = {},
): Promise<string> {
  const { state = 'STATE_READY', ...declared } = more;
  const name = await createUpload(harness, bytes, declared);
  const desk = harness.desk(declared.centre);
  await append(desk, name, bytes);
  await eventually(async () => (await desk.getDocument({ name })).document?.state === state);
  return name;
}

export const refused = (reason: string): Error => expect.objectContaining({ reason }) as unknown as Error;
