import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { applicationId } from '@cups/tools/filings';
import { buildPdf, UploadClient } from '@cups/tools/upload-client';
import { fillBody } from './applicants.ts';
import type { Job } from './applicants.ts';
import { Connection } from './connection.ts';

/** A process that uploads documents all the time: desks on slow lines, one file after another. */

/** Starts the uploads; answered once all of them are in transit. */
export interface StartUploads {
  kind: 'start';
  url: string;
  /** One for each session. */
  jobs: Job[];
  /** Uploads in transit. */
  count: number;
  /** Of each upload. */
  bytesPerSecond: number;
}

/** Asks for the number of uploads so far. */
export interface CountUploads {
  kind: 'count';
}

export interface UploadCounts {
  completed: number;
  failed: number;
  /** The first failure. */
  failure?: string;
}

const FILE_BYTES = 1_000_000;
const MIN_FILE_BYTES = 65_536;
const FILES_PER_APPLICATION = 15;
/** The people of this process; those of the load generator have lower numbers. */
const FIRST_PERSON = 50_000_000;
const RETRY_MS = 500;

const counts: UploadCounts = { completed: 0, failed: 0 };
let people = FIRST_PERSON + Math.floor(Math.random() * 10_000_000);

/** Uploads one file after another. @param onTransit called when the first one is in transit */
async function uploadForever({ url, bytesPerSecond }: StartUploads, job: Job, onTransit: () => void): Promise<never> {
  const client = new UploadClient(url, job.cookie);
  const connection = new Connection(Number(new URL(url).port));
  let application = '';
  for (let n = 0; ; n += 1) {
    try {
      if (n % FILES_PER_APPLICATION === 0) application = await createDraft(connection, job);
      // The first ones end at different times, and all later ones with them.
      const size = n === 0 ? MIN_FILE_BYTES + Math.floor(Math.random() * (FILE_BYTES - MIN_FILE_BYTES)) : FILE_BYTES;
      const bytes = buildPdf(size, randomUUID());
      const path = await client.open({ application, bytes }, randomUUID());
      if (n === 0) onTransit();
      await client.append(path, bytes, 0, bytesPerSecond);
      counts.completed += 1;
    } catch (error) {
      counts.failed += 1;
      counts.failure ??= (error as Error).message;
      await pause(RETRY_MS);
    }
  }
}

/** Creates a draft. @returns its ID @throws Error if it is refused */
async function createDraft(connection: Connection, job: Job): Promise<string> {
  const id = applicationId('ZN');
  people += 1;
  const content = fillBody(job, id, people);
  const { status, text } = await connection.post('/applications', job.cookie, randomUUID(), content);
  if (status >= 300) throw new Error(`POST /applications: ${status} ${text.slice(0, 200)}`);
  return id;
}

process.on('message', (order: StartUploads | CountUploads) => {
  if (order.kind === 'count') {
    process.send!(counts);
    return;
  }
  const { jobs, count } = order;
  const started = Array.from({ length: count }, (_, n) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    void uploadForever(order, jobs[n % jobs.length]!, resolve);
    return promise;
  });
  void Promise.all(started).then(() => process.send!({ ready: true }));
});
process.on('disconnect', () => process.exit(0));
