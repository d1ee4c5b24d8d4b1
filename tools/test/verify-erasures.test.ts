import { describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { findLeftDocuments, findMissingEntries, verifyLog } from '../cli/data/verify-erasures.ts';

const NOW = Date.parse('2026-05-04T12:00:00Z');
const erasureOf = (rule: string, secondsAgo = 600) => ({
  application: 'applications/A',
  rule,
  eraseTime: toTimestamp(new Date(NOW - secondsAgo * 1000)) as never,
});

/** A journal with these entries of the application, in pages of two. */
function journalOf(...entries: [source: string, action: string][]) {
  const listEntries = ({ pageToken = '' }: { pageToken?: string }) => {
    const from = Number(pageToken);
    const page = entries.slice(from, from + 2).map(([source, action]) => ({ source, entry: { action } }));
    return Promise.resolve({ entries: page, nextPageToken: from + 2 < entries.length ? String(from + 2) : '' });
  };
  return { listEntries } as unknown as Parameters<typeof findMissingEntries>[0];
}

const INTAKE = ['intake', 'erase-application'] as [string, string];
const NOTICES = ['notifications', 'erase-notices'] as [string, string];
const DOCUMENTS = ['documents', 'erase-documents'] as [string, string];
const DELIVERY = ['agency-bridge', 'erase-delivery'] as [string, string];

describe('findMissingEntries', () => {
  test('finds the entries of all services on all pages', async () => {
    const journal = journalOf(['intake', 'read-application'], DOCUMENTS, NOTICES, DELIVERY, INTAKE);
    expect(await findMissingEntries(journal, [erasureOf('closed-applications')], NOW)).toEqual([]);
  });

  test('names each service without an entry', async () => {
    // Another service cannot stand for the one that holds the data.
    const journal = journalOf(INTAKE, ['intake', 'erase-notices'], DOCUMENTS);
    expect(await findMissingEntries(journal, [erasureOf('closed-applications')], NOW)).toEqual([
      'applications/A: the journal has no entry erase-notices of notifications.',
      'applications/A: the journal has no entry erase-delivery of agency-bridge.',
    ]);
  });

  test('expects no delivery of a draft, and nothing within two minutes', async () => {
    expect(await findMissingEntries(journalOf(INTAKE, NOTICES, DOCUMENTS), [erasureOf('ended-drafts')], NOW)).toEqual(
      [],
    );
    expect(await findMissingEntries(journalOf(), [erasureOf('ended-drafts', 60)], NOW)).toEqual([]);
  });
});

describe('findLeftDocuments', () => {
  const documentsOf = (...states: string[]) => {
    const documents = states.map((state, n) => ({ name: `documents/${n}`, state }));
    const exportDocuments = () => Promise.resolve({ documents });
    return { exportDocuments } as unknown as Parameters<typeof findLeftDocuments>[0];
  };

  test('names documents of an erased application that still exist', async () => {
    const documents = documentsOf('STATE_ERASED', 'STATE_READY', 'STATE_REFUSED', 'STATE_UPLOADING');
    expect(await findLeftDocuments(documents, [erasureOf('closed-applications')], NOW)).toEqual([
      'applications/A: 2 documents still exist: documents/1, documents/3.',
    ]);
  });

  test('counts all and names five', async () => {
    const documents = documentsOf(...Array.from({ length: 12 }, () => 'STATE_READY'));
    const [fault] = await findLeftDocuments(documents, [erasureOf('closed-applications')], NOW);
    expect(fault).toMatch(/^applications\/A: 12 documents still exist: .*documents\/4, …\.$/);
  });

  test('expects the end of all, and nothing within two minutes', async () => {
    expect(await findLeftDocuments(documentsOf('STATE_ERASED'), [erasureOf('closed-applications')], NOW)).toEqual([]);
    expect(await findLeftDocuments(documentsOf('STATE_READY'), [erasureOf('ended-drafts', 60)], NOW)).toEqual([]);
  });
});

test('a journal that cannot be read is a fault', async () => {
  expect(await verifyLog('/nonexistent/journal', '/nonexistent/data')).toEqual([
    expect.stringMatching(/^The journal was not verified: /),
  ]);
});
