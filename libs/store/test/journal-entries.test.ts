import { eventCodec } from '@cups/contracts/proto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { describe, expect, test } from '@jest/globals';
import { createJournal, type JournalEntry } from '../src/index.ts';

const APPLICATION = '01K5Q0000000000000000000AA';
const journalEntry = createJournal('intake');
const { decode } = eventCodec<JournalEvents>('cups.journal.v1');
const valid: JournalEntry = {
  document: `applications/${APPLICATION}`,
  key: APPLICATION,
  resource: `applications/${APPLICATION}`,
  action: 'submit',
  actor: 'operators/cu-001-specialist',
  centre: 'centres/CU-001',
  ground: 'own-presence',
  result: 'submitted',
  contentHash: Buffer.alloc(32, 7),
};

describe('createJournal', () => {
  test('builds an event of the service, counted apart from other events', () => {
    const { data, ...event } = journalEntry(valid);
    expect(event).toEqual({
      topic: 'cups.journal.intake',
      key: APPLICATION,
      type: 'cups.journal.v1.EntryRecorded',
      subject: `applications/${APPLICATION}`,
      sequenced: 'journal',
    });
    const { document: _document, key: _key, ...entry } = valid;
    expect(decode({ type: event.type, data })).toMatchObject({ data: { entry: { ...entry, reason: '' } } });
  });

  test('names a document whose ID has two parts', () => {
    const document = `accessLog/${APPLICATION}/${APPLICATION}`;
    expect(journalEntry({ ...valid, document }).subject).toBe(`accessLog/${APPLICATION}.${APPLICATION}`);
  });

  test.each<Partial<JournalEntry>>([
    { actor: 'applicant' },
    { actor: 'services/agency-bridge' },
    { actor: 'agencies/asp' },
    { actor: 'operators/agency.asp' },
    { actor: 'operators/01k5q000000000000000000012' },
    { ground: `mandates/${APPLICATION}` },
    { resource: `notices/${APPLICATION}-12`, document: `threads/${APPLICATION}` },
    { resource: `deliveries/${APPLICATION}-asp`, document: `deliveries/${APPLICATION}-asp` },
    { resource: 'centres/CU-001', document: `accessLog/CU-001/${APPLICATION}`, key: 'CU-001' },
    { reason: 'court' },
    { resource: 'retentionRules/access-log', document: `endedRows/${APPLICATION}`, action: 'remove-rows', count: 200 },
  ])('accepts %j', (more) => {
    expect(() => journalEntry({ ...valid, ...more })).not.toThrow();
  });

  const NUMBER = '2900123456789';
  test.each<[keyof JournalEntry, unknown]>([
    ['resource', `applications/${NUMBER}`],
    ['reason', 'because she asked'],
    ['reason', ''],
    ['resource', 'publicServices/birth-extract'],
    ['resource', `applications/${APPLICATION}/submissions/1`],
    ['document', `applications/${NUMBER}`],
    ['document', 'Ion Rusu'],
    ['key', NUMBER],
    ['action', 'Ion Rusu'],
    ['action', 'toString'],
    ['actor', 'Ion Rusu'],
    ['actor', `operators/${NUMBER}`],
    ['actor', `operators/p-${NUMBER}`],
    ['actor', 'centres/CU-001'],
    ['centre', 'Primăria Hîrtopul Mare'],
    ['ground', `mandates/${NUMBER}`],
    ['ground', 'power of attorney of Ion Rusu'],
    ['result', '+37369123456'],
    ['contentHash', Buffer.from('Ion Rusu')],
    ['count', 0],
    ['count', 0.5],
    ['count', Number(NUMBER)],
  ])('rejects another %s without naming it: %s', (field, value) => {
    const given = { ...valid, [field]: value } as JournalEntry;
    expect(() => journalEntry(given)).toThrow(new Error(`A journal entry has an invalid ${field}.`));
  });
});
