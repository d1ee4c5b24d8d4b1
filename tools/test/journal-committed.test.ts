import { describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { listCommitted, verifyUntilArrived } from '../cli/journal/committed.ts';
import type { JournalSource } from '../cli/journal/committed.ts';

/** A service whose documents each committed entries, in pages of two. */
function serviceOf(streams: { subject: string; lastSequence: number; pendingCount: number }[]) {
  const asked: string[] = [];
  const listJournalStreams = ({ pageToken = '' }: { pageToken?: string }) => {
    asked.push(pageToken);
    const from = Number(pageToken);
    const nextPageToken = from + 2 < streams.length ? String(from + 2) : '';
    return Promise.resolve({ streams: streams.slice(from, from + 2), nextPageToken });
  };
  return {
    asked,
    client: { listJournalStreams } as unknown as Parameters<typeof listCommitted>[0] extends (
      source: JournalSource,
    ) => infer C
      ? C
      : never,
  };
}

async function readAll<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('listCommitted', () => {
  test('reads all pages of each service, without the entries that wait in an outbox', async () => {
    const intake = serviceOf([
      { subject: 'applications/A', lastSequence: 3, pendingCount: 1 },
      { subject: 'applications/B', lastSequence: 2, pendingCount: 2 },
      { subject: 'applications/C', lastSequence: 1, pendingCount: 0 },
    ]);
    const identity = serviceOf([]);
    const clients = { intake, identity } as Partial<Record<JournalSource, typeof intake>>;
    const found = await readAll(listCommitted((source) => clients[source]!.client, ['intake', 'identity']));
    expect(found).toEqual([
      { source: 'intake', subject: 'applications/A', sequence: 2 },
      { source: 'intake', subject: 'applications/C', sequence: 1 },
    ]);
    expect([intake.asked, identity.asked]).toEqual([['', '2'], ['']]);
  });

  test('fails with a sentence when a service does not respond', async () => {
    const away = new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'Intake does not respond.' });
    const client = { listJournalStreams: () => Promise.reject(away) } as never;
    await expect(readAll(listCommitted(() => client, ['intake']))).rejects.toThrow(/^intake: Intake does not/);
  });
});

describe('verifyUntilArrived', () => {
  const missing = 'entry-missing: numbers 1 to 1 of intake applications/A are not in the log';

  test('verifies again while an entry is under way', async () => {
    const results = [[missing], [missing], []];
    expect(await verifyUntilArrived(() => Promise.resolve(results.shift()!), 10, 1)).toEqual([]);
    expect(results).toEqual([]);
  });

  test('reports an entry that does not arrive in time', async () => {
    expect(await verifyUntilArrived(() => Promise.resolve([missing]), 0.01, 3)).toEqual([missing]);
  });

  test('does not repeat for another alteration', async () => {
    const results = [['entry-deleted: entry 3 was deleted'], []];
    expect(await verifyUntilArrived(() => Promise.resolve(results.shift()!), 10, 1)).toHaveLength(1);
  });
});
