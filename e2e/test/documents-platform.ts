import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { injectFaults } from '@cups/chaos/faults';
import type { PlannedFault } from '@cups/chaos/plan';
import { filing } from '@cups/tools/filings';
import { openDesk, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { sha256Of, signIn, UploadClient, UploadError } from '@cups/tools/upload-client';
import { temporaryDir, uniquePrefix } from '@cups/testing';
import { newUpload, uploadWithRepeats } from '@cups/tools/resumed-upload';
import type { UploadRecord } from '@cups/tools/resumed-upload';
import { startSlowLine } from './slow-line.ts';
import type { SlowLineOptions } from './slow-line.ts';
import type { DeskDocument } from './stored-uploads.ts';

/** A platform whose processes the tests of uploads kill, and whose desks upload documents. */

const OPERATOR = 'cu-001-specialist';
/** The platform takes at most 20 files of an application. */
const FILES_PER_APPLICATION = 15;
/** The platform takes at most 6 uploads of a session at a time. */
const UPLOADS_PER_SESSION = 4;

export interface DocumentsPlatform {
  platform: Platform;
  dataDir: string;
  desk: Desk;
  cookie: string;
  /** Settings of the documents service, which its next start reads. */
  documentsEnv: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts a platform.
 * @param own whether it has a store and a Kafka of its own: those of all tests must not be killed
 */
export async function startDocumentsPlatform({ own }: { own: boolean }): Promise<DocumentsPlatform> {
  const { MONGODB_URI: mongoUri, KAFKA_BROKERS: brokers } = process.env;
  if (own) {
    delete process.env['MONGODB_URI'];
    delete process.env['KAFKA_BROKERS'];
  }
  const { dir: dataDir } = temporaryDir();
  const documentsEnv: Record<string, string> = {};
  const platform = await startPlatform({
    port: 0,
    dataDir,
    prefix: uniquePrefix(),
    env: {
      SESSION_IDLE_MINUTES: '480',
      // One address plays all desks.
      RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '1000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
    },
    envOf: { documents: documentsEnv },
  });
  const desk = await openDesk(platform.url, OPERATOR);
  return {
    ...{ platform, dataDir, desk, documentsEnv },
    cookie: await signIn(platform.url, OPERATOR),
    async stop() {
      await platform.stop();
      rmSync(dataDir, { recursive: true, force: true });
      if (mongoUri) process.env['MONGODB_URI'] = mongoUri;
      if (brokers) process.env['KAFKA_BROKERS'] = brokers;
    },
  };
}

/** Restarts the documents service, which then looks every second for what crashes left behind. */
export async function restartWithSweep({ platform, documentsEnv }: DocumentsPlatform): Promise<void> {
  documentsEnv['DOCUMENTS_ORPHAN_AGE_MS'] = '1000';
  await platform.end('documents');
  await platform.start('documents');
}

let people = 5_000;

/** Creates a draft. @returns its ID */
export async function createDraft(desk: Desk): Promise<string> {
  people += 1;
  return (await desk.call<Application>('POST', '/applications', { body: filing(people, 'ZQ') })).body.id;
}

/** Creates the drafts of this number of files. @returns the application of each file */
export async function createDrafts({ desk }: DocumentsPlatform, files: number): Promise<string[]> {
  const drafts: string[] = [];
  while (drafts.length * FILES_PER_APPLICATION < files) drafts.push(await createDraft(desk));
  return Array.from({ length: files }, (_, n) => drafts[Math.floor(n / FILES_PER_APPLICATION)]!);
}

interface WireDocument {
  name: string;
  state: string;
}

/** Reads the documents of an application with their content, once all are checked. */
export async function readDocuments(
  { platform, desk, cookie }: DocumentsPlatform,
  application: string,
): Promise<DeskDocument[]> {
  const read = () => desk.call<{ documents: WireDocument[] }>('GET', `/applications/${application}/documents`);
  const isChecked = ({ body }: { body: { documents: WireDocument[] } }) =>
    body.documents.every(({ state }) => state !== 'checking');
  const { body } = await waitUntil(read, isChecked, `check of documents of ${application}`, 600);
  const documents: DeskDocument[] = [];
  // One at a time: the platform bounds the downloads of a session.
  for (const { name, state } of body.documents) {
    const response = await fetch(`${platform.url}/api/v1/${name}/content`, { headers: { cookie } });
    const content = Buffer.from(await response.arrayBuffer());
    documents.push({ name, state, downloaded: response.ok ? sha256Of(content) : undefined });
  }
  return documents;
}

export interface KillRun {
  uploads: readonly UploadRecord[];
  /** Kills by the clock. */
  plan: readonly PlannedFault[];
  /** Decides when a browser is closed. */
  random: () => number;
}

/** Share of the repeats before which the browser was closed. */
const CLOSED_BROWSERS = 0.3;
/** Time within which an upload ends once no process is killed. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Uploads files while processes are killed. Every process runs again when it resolves. */
export async function uploadDuringKills(
  { platform, cookie }: DocumentsPlatform,
  { uploads, plan, random }: KillRun,
): Promise<{ kills: number; failures: string[] }> {
  const { signal } = new AbortController();
  let isKilling = true;
  const injected = injectFaults({ platform, plan, signal, onProgress: () => {} }).finally(() => (isKilling = false));
  const failures: string[] = [];
  const queue = [...uploads];
  const isForgetful = () => random() < CLOSED_BROWSERS;

  /** Uploads a file. Between kills a slow machine may leave no time for it, so that it begins to count when they are over. */
  async function end(client: UploadClient, upload: UploadRecord): Promise<void> {
    for (;;) {
      const beganDuringKills = isKilling;
      try {
        return await uploadWithRepeats(client, upload, { timeoutMs: UPLOAD_TIMEOUT_MS, isForgetful });
      } catch (error) {
        if (!beganDuringKills || error instanceof UploadError) throw error;
      }
    }
  }

  async function work(session: string): Promise<void> {
    const client = new UploadClient(platform.url, session);
    for (let upload = queue.shift(); upload; upload = queue.shift()) {
      const { key } = upload;
      await end(client, upload).catch((error: Error) => {
        failures.push(`${key}: ${error.message} ${String(error.cause ?? '')}`);
      });
    }
  }
  const sessions = [cookie, ...(await Promise.all([1, 2].map(() => signIn(platform.url, OPERATOR))))];
  await Promise.all(sessions.flatMap((session) => Array.from({ length: UPLOADS_PER_SESSION }, () => work(session))));
  const outcome = await injected;
  return { kills: outcome.done.kills, failures: [...failures, ...outcome.failures] };
}

export interface LineResult {
  upload: UploadRecord;
  /** Bytes that reached the platform more than once, in total. */
  repeated: number;
  cuts: number;
  seconds: number;
}

/** Uploads a file over a line that is cut. */
export async function uploadOverLine(
  { platform, cookie }: DocumentsPlatform,
  file: { application: string; bytes: Buffer },
  line: Omit<SlowLineOptions, 'port'> & { timeoutMs: number },
): Promise<LineResult> {
  const slow = await startSlowLine({ port: Number(new URL(platform.url).port), ...line });
  const upload = newUpload(file);
  const started = performance.now();
  try {
    await uploadWithRepeats(new UploadClient(slow.url, cookie, line.timeoutMs), upload, line);
    const seconds = (performance.now() - started) / 1000;
    return { upload, repeated: slow.bodyBytes() - file.bytes.length, cuts: slow.cutAt().length, seconds };
  } finally {
    await slow.close();
  }
}

/** Sends bytes over such a line to a server that only reads them: the raw baseline. @returns seconds */
export async function measureRawLine(size: number, line: Omit<SlowLineOptions, 'port' | 'cuts'>): Promise<number> {
  // Node ends a request after five minutes by default.
  const sink = createServer({ requestTimeout: 0 }, (req, res) => void req.resume().on('end', () => res.end()));
  await once(sink.listen(0, '127.0.0.1'), 'listening');
  const slow = await startSlowLine({ port: (sink.address() as AddressInfo).port, ...line });
  const started = performance.now();
  try {
    const req = request(slow.url, { method: 'PUT', agent: false });
    req.end(Buffer.alloc(size));
    const [response] = (await once(req, 'response')) as [IncomingMessage];
    response.resume();
    if (response.statusCode !== 200) throw new Error(`The raw line ended with ${response.statusCode}.`);
    return (performance.now() - started) / 1000;
  } finally {
    await slow.close();
    sink.close();
  }
}
