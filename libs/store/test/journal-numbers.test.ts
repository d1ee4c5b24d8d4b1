import { captureLog, eventually, testInfrastructure } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { JOURNAL_NUMBERS, openStore } from '../src/index.ts';
import type { Documents, JournalNumber, NewEvent, Store, StoredDocument } from '../src/index.ts';

/** New documents in a store whose restore has kept numbers of journal entries. */

interface Case extends StoredDocument {
  name: string;
}

const { mongoUri, prefix } = testInfrastructure();
const now = new Date('2026-03-01T10:00:00.000Z');
const scope = 'service' as const;
const stores: Store[] = [];
let cases: Documents<Case>;

/** Opens a store as a service does when it starts, with these kept numbers. */
async function openCases(name: string, kept: JournalNumber[]): Promise<Documents<Case>> {
  const store = openStore({ uri: mongoUri, database: `${prefix}cups-${name}`, log: captureLog().log });
  stores.push(store);
  const schema = { name: { type: String, required: true } };
  const opened = store.documents<Case>({
    collection: 'cases',
    schema,
    indexes: [],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS',
  });
  await eventually(() => store.ready());
  if (kept.length > 0) await store.collection<JournalNumber>(JOURNAL_NUMBERS).insertMany(kept);
  return opened;
}

const entry = (id: string): NewEvent => ({
  topic: 'cups.journal.cases',
  key: id,
  type: 'cups.journal.v1.EntryRecorded',
  subject: `cases/${id}`,
  data: Buffer.from('entry'),
  sequenced: 'journal',
});
const draft = (_id: string) => ({ _id, name: 'one', timer: null });
const numbersOf = async (id: string) => {
  const { journalSeq, outbox } = (await cases.get(id, { scope }))!;
  return [journalSeq, ...outbox.map(({ sequence }) => sequence)];
};

beforeAll(async () => {
  const kept = ['created', 'missing', 'first-event', 'updated', 'later'].map((id) => ({ _id: `cases/${id}`, last: 7 }));
  cases = await openCases('kept', kept);
});
afterAll(async () => {
  for (const store of stores) await store.close();
});

test('continue after the kept numbers, whichever way they are created', async () => {
  await cases.create(draft('created'), { scope, cause: {}, now, events: [entry('created'), entry('created')] });
  const eventsOf = ({ _id }: { _id: string }) => [entry(_id)];
  await cases.createMissing([draft('missing'), draft('new')], { scope, cause: {}, now, eventsOf });
  const first = { sequence: { subject: 'cases/other', value: 1 } };
  for (const [id, cause] of [
    ['first-event', first],
    ['updated', {}],
  ] as const)
    await cases.update(id, { scope, cause, now, initial: draft(id) }, (document) => ({
      document: { ...document, name: 'two' },
      events: [entry(id)],
    }));
  expect(await numbersOf('created')).toEqual([9, 8, 9]);
  expect(await numbersOf('missing')).toEqual([8, 8]);
  expect(await numbersOf('first-event')).toEqual([8, 8]);
  expect(await numbersOf('updated')).toEqual([8, 8]);
  expect(await numbersOf('new')).toEqual([1, 1]);
});

test('continue after them with an entry that comes later', async () => {
  await cases.create(draft('later'), { scope, cause: {}, now, events: [] });
  await cases.update('later', { scope, cause: {}, now }, (document) => ({ document, events: [entry('later')] }));
  expect(await numbersOf('later')).toEqual([8, 8]);
});

test('begin at 1 in a store without kept numbers', async () => {
  const others = await openCases('fresh', []);
  await others.create(draft('created'), { scope, cause: {}, now, events: [entry('created')] });
  expect(await others.get('created', { scope })).toMatchObject({ journalSeq: 1 });
});
