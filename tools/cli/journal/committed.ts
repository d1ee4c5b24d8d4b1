import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { JOURNAL_SOURCES } from '@cups/events';
import { CommandError, formatError } from '../errors.ts';
import { PlatformClient } from '../platform-client.ts';
import type { OperationsClient } from '../platform-client.ts';
import type { SubjectCount } from './verifier.ts';

/** Reads from the services how many entries each of their documents committed. One page is in memory at a time. */

export type JournalSource = (typeof JOURNAL_SOURCES)[number];
type StreamClient = Pick<OperationsClient, 'listJournalStreams'>;

const PAGE_SIZE = 200;
/** Interval between two verifications while entries are under way, ms. */
const RETRY_MS = 2_000;
const MS_PER_SECOND = 1_000;

/**
 * Yields the last number of each document that Kafka has acknowledged: later entries wait in the outbox of the document.
 * @throws CommandError if a service does not respond
 */
export async function* listCommitted(
  clientOf: (source: JournalSource) => StreamClient,
  sources: readonly JournalSource[] = JOURNAL_SOURCES,
): AsyncGenerator<SubjectCount> {
  for (const source of sources) {
    let pageToken = '';
    do {
      const page = await clientOf(source)
        .listJournalStreams({ pageSize: PAGE_SIZE, pageToken })
        .catch((error: unknown) => {
          throw new CommandError(formatError(error, source));
        });
      for (const { subject, lastSequence, pendingCount } of page.streams)
        if (lastSequence > pendingCount) yield { source, subject, sequence: lastSequence - pendingCount };
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
}

/** Opens the platform that the environment names, or that of `npm start`. */
const openPlatform = (): PlatformClient => new PlatformClient(join(import.meta.dirname, '../../..'), process.env);

/** Prints what the services committed, a JSON object a line. */
export async function printCommitted(): Promise<void> {
  const platform = openPlatform();
  try {
    await pipeline(toLines(platform), process.stdout, { end: false });
  } finally {
    platform.close();
  }
}

async function* jsonLines(counts: AsyncIterable<SubjectCount>): AsyncGenerator<string> {
  for await (const count of counts) yield `${JSON.stringify(count)}\n`;
}

const toLines = (platform: PlatformClient): Readable =>
  Readable.from(jsonLines(listCommitted((source) => platform.operations(source))));

/**
 * Verifies a journal against what the services have committed before. An entry may be under way for some seconds: while
 * some are missing, it verifies again.
 * @param verify verifies with a file of what was committed
 * @param seconds how long entries may be under way
 */
export async function verifyWithServices(
  verify: (committed: string) => Promise<string[]>,
  seconds: number,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cups-committed-'));
  const platform = openPlatform();
  try {
    const file = join(folder, 'committed.jsonl');
    await pipeline(toLines(platform), createWriteStream(file));
    return await verifyUntilArrived(() => verify(file), seconds);
  } finally {
    platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Verifies until no entry is missing, or the time is over. */
export async function verifyUntilArrived(
  verify: () => Promise<string[]>,
  seconds: number,
  retryMs = RETRY_MS,
): Promise<string[]> {
  const end = performance.now() + seconds * MS_PER_SECOND;
  let findings = await verify();
  while (findings.some((finding) => finding.startsWith('entry-missing')) && performance.now() + retryMs <= end) {
    await pause(retryMs);
    findings = await verify();
  }
  return findings;
}
