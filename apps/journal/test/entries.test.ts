import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JournalCheckpoint } from '@cups/agency-contract';
import { newUlid } from '@cups/contracts/node';
import { CHECKPOINTS_TOPIC } from '@cups/events';
import { eventually, readTopic, testInfrastructure } from '@cups/testing';
import { openCheckpoint } from '../src/log/checkpoint.ts';
import { combine } from '../src/log/tiles.ts';
import { isConsistent } from '../src/log/merkle-tree.ts';
import { parseNoteVerifier } from '../src/log/signed-note.ts';
import { entryEvent, refused, startJournal, untilListed } from './harness.ts';
import type { Harness } from './harness.ts';

/** What the service does with entries, and what it proves, from outside. */

let journal: Harness;
beforeAll(async () => void (journal = await startJournal()));
afterAll(() => journal.remove());
const newApplication = () => `applications/${newUlid(new Date())}`;

test('lists the entries about a resource with their proofs, newest first, page by page', async () => {
  const application = newApplication();
  const events = Array.from({ length: 5 }, (_, n) =>
    entryEvent(application, n + 1, {
      ground: 'mandates/01JDY6MRG0AAAAAAAAAAAAAAAA',
      result: 'submitted',
      contentHash: Buffer.alloc(32, n),
    }),
  );
  await journal.publish(
    ...events,
    entryEvent('accessLog/01JDY6MRG0AAAAAAAAAAAAAAAB', 1, {
      resource: application,
      action: 'read-details',
      reason: 'complaint',
    }),
  );
  await untilListed(journal, application, 6);
  const first = await journal.list(application, { pageSize: 4 });
  const second = await journal.list(application, { pageSize: 4, pageToken: first.nextPageToken });
  expect(second.nextPageToken).toBe('');
  const listed = [...first.entries, ...second.entries];
  const indexes = listed.map(({ index }) => Number(index));
  expect(indexes).toEqual([...indexes].sort((a, b) => b - a));
  const submitted = listed.find(({ text }) => text.includes('"sequence":3'))!;
  const { id, time } = events[2]!;
  expect(submitted).toMatchObject({ source: 'intake', entry: { action: 'submit', resource: application } });
  expect(submitted.text).toBe(
    `{"action":"submit","actor":"operators/ana","cause":"","centre":"centres/CU-001","contentHash":"${'02'.repeat(32)}",` +
      `"ground":"mandates/01JDY6MRG0AAAAAAAAAAAAAAAA","id":"${id}","resource":"${application}","result":"submitted",` +
      `"sequence":3,"source":"intake","subject":"${application}","time":"${time.toISOString()}"}`,
  );
  expect(listed.find(({ entry }) => entry?.action === 'read-details')?.text).toContain('"reason":"complaint"');
});

test('has the number of removed rows', async () => {
  const resource = 'retentionRules/access-log';
  const subject = `endedRows/${newUlid(new Date())}`;
  await journal.publish(entryEvent(subject, 1, { resource, action: 'remove-rows', count: 200 }));
  await untilListed(journal, resource, 1);
  const [listed] = (await journal.list(resource)).entries;
  expect(listed?.text).toContain(
    '"action":"remove-rows","actor":"operators/ana","cause":"","centre":"centres/CU-001","count":200,',
  );
  expect(listed?.entry?.count).toBe(200);
});

test('takes an entry that a step of the platform caused', async () => {
  const application = newApplication();
  const causationId = 'revoked:mandates/01JDY6MRG0AAAAAAAAAAAAAAAA';
  await journal.publish({ ...entryEvent(application, 1, { action: 'mandate-revoked' }), causationId });
  await untilListed(journal, application, 1);
  expect((await journal.list(application)).entries[0]!.text).toContain(`"cause":"${causationId}"`);
});

test('appends a repeated entry once, and one that fills a gap after those behind it', async () => {
  const application = newApplication();
  const [first, , third] = [1, 2, 3].map((sequence) => entryEvent(application, sequence));
  await journal.publish(first!, first!, third!, first!, third!, entryEvent(application, 6));
  await untilListed(journal, application, 3);
  /** Waits until these are missing, as `from-to`. */
  const untilMissing = (...ranges: string[]) =>
    eventually(async () => {
      const { missing } = await journal.client('ops').inspectJournal({});
      const own = missing.filter(({ subject, source }) => subject === application && source === 'intake');
      return own.map(({ fromSequence, toSequence }) => `${fromSequence}-${toSequence}`).join() === ranges.join();
    });
  await untilMissing('2-2', '4-5');
  expect(await journal.metrics()).toMatch(/^journal_missing_entries(\{[^}]*\})? 3$/m);
  expect(journal.log.lines.filter(({ event }) => event === 'journal-entries-missing')).toHaveLength(2);
  await journal.publish(entryEvent(application, 2), entryEvent(application, 5));
  await untilListed(journal, application, 5);
  await untilMissing('4-4');
  await journal.publish(entryEvent(application, 4));
  await untilMissing();
  const listed = await journal.list(application);
  const order = listed.entries.map(({ text }) => (JSON.parse(text) as { sequence: number }).sequence);
  expect(order.reverse().slice(0, 3)).toEqual([1, 3, 6]);
  expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('dismisses missing entries as an entry of its own, also when entries are repeated', async () => {
  const application = newApplication();
  const last = entryEvent(application, 5);
  await journal.publish(entryEvent(application, 1), last);
  await untilListed(journal, application, 2);
  const ops = journal.client('ops');
  const listOwn = async () => (await ops.inspectJournal({})).missing.filter(({ subject }) => subject === application);
  await eventually(async () => (await listOwn()).length === 1);
  const range = { source: 'intake', subject: application, fromSequence: 2, toSequence: 4 };
  const dismissal = { ...range, reason: 'lost-topic', actor: 'ana' };
  await expect(ops.dismissMissingEntries({ ...dismissal, reason: 'because' })).rejects.toEqual(
    refused('INVALID_ARGUMENT'),
  );
  await expect(ops.dismissMissingEntries({ ...dismissal, toSequence: 3 })).rejects.toEqual(refused('NOT_FOUND'));
  const results = await Promise.allSettled([
    ops.dismissMissingEntries(dismissal),
    ops.dismissMissingEntries(dismissal),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(await listOwn()).toEqual([]);
  expect(await journal.metrics()).toMatch(/^journal_missing_entries(\{[^}]*\})? 0$/m);
  const { entries } = await journal.list('journal');
  expect(JSON.parse(entries[0]!.text)).toMatchObject({
    source: 'journal',
    subject: 'dismissals',
    sequence: 1,
    action: 'dismiss-missing',
    reason: 'lost-topic',
    dismissed: { name: `intake ${application}`, first: 2, last: 4 },
  });
  expect(journal.log.text()).toMatch(/missing-entries-dismissed/);
  // A late entry is appended, and a repeated one does not report the gap again.
  await journal.publish(entryEvent(application, 3), last, entryEvent(newApplication(), 1));
  await untilListed(journal, application, 3);
  expect(await listOwn()).toEqual([]);
});

test('refuses entries that are empty, invalid, huge or of another service, and takes what follows', async () => {
  const application = newApplication();
  const bad = [
    { ...entryEvent(application, 1), data: Buffer.alloc(0) },
    { ...entryEvent(application, 1), data: Buffer.from('garbage') },
    entryEvent(application, 1, { resource: 'Popescu Ion' }),
    entryEvent(application, 1, { action: '' }),
    entryEvent(application, 1, { actor: 'operators/Ana Popescu' }),
    entryEvent(application, 1, { centre: 'operators/ana' }),
    entryEvent(application, 1, { ground: '2900000000007 ' }),
    entryEvent(application, 1, { reason: 'because she asked' }),
    entryEvent(application, 1, { result: 'x'.repeat(100_000) }),
    entryEvent(application, 1, { contentHash: Buffer.alloc(31) }),
    entryEvent(application, 1, { count: -1 }),
    { ...entryEvent(application, 1), sequence: null },
    { ...entryEvent(application, 1), source: '/cups/identity' },
    { ...entryEvent(application, 1), id: 'a b' },
  ];
  await journal.publish(...bad, entryEvent(application, 1));
  await untilListed(journal, application, 1);
  await eventually(async () =>
    /consumer_events_total\{[^}]*outcome="refused"[^}]*\} 14$/m.test(await journal.metrics()),
  );
  expect((await journal.list(application)).entries).toHaveLength(1);
  expect(journal.log.text()).not.toMatch(/Popescu|2900000000007|because/);
});

test('refuses an entry under a number that another event has, also within one batch, and tells the alert', async () => {
  const application = newApplication();
  const [first, second] = [1, 2].map((sequence) => entryEvent(application, sequence));
  const own = entryEvent(application, 2, { action: 'withdraw' });
  const isRefused = async (count: number) => {
    const line = new RegExp(
      `^refused_messages_total\\{(?=[^}]*cause="ENTRY_NUMBER_USED")[^}]*topic="cups.journal.intake"[^}]*\\} ${count}$`,
      'm',
    );
    return line.test(await journal.metrics());
  };
  await journal.publish(first!, second!, own, first!);
  await untilListed(journal, application, 2);
  await eventually(() => isRefused(1));
  // The same entries again: repeats stay repeats, and what was refused is refused.
  await journal.publish(second!, entryEvent(application, 1), entryEvent(application, 3));
  await untilListed(journal, application, 3);
  await eventually(() => isRefused(2));
  const { entries } = await journal.list(application);
  expect(entries.map(({ text }) => (JSON.parse(text) as { id: string }).id).slice(1)).toEqual([second!.id, first!.id]);
  expect(journal.log.lines).toContainEqual(
    expect.objectContaining({ event: 'journal-number-used', caller: 'intake', resource: application }),
  );
});

test('proves consistency between its checkpoints, and publishes the newest', async () => {
  const before = await journal.client().getCheckpoint({});
  const application = newApplication();
  await journal.publish(...Array.from({ length: 400 }, (_, n) => entryEvent(application, n + 1)));
  await untilListed(journal, application, 200);
  await eventually(async () => Number((await journal.client().getCheckpoint({})).size) >= Number(before.size) + 400);
  const after = await journal.client().getCheckpoint({});
  const { hashes } = await journal.client().getConsistencyProof({ fromSize: before.size });
  const [from, to] = [before, after].map(({ size, root }) => ({ size: Number(size), root }));
  expect(isConsistent(from!, to!, hashes)).toBe(true);
  expect((await journal.client().getConsistencyProof({ fromSize: '0', toSize: '1' })).hashes).toEqual([]);
  const topic = await readTopic({ ...testInfrastructure(), prefix: journal.prefix }, CHECKPOINTS_TOPIC);
  const isNewest = (events: typeof topic.events) => events.at(-1)?.data.includes(`"size":${after.size}`) === true;
  const published = (await topic.until(isNewest)).at(-1)!;
  await topic.stop();
  expect(published).toMatchObject({
    key: journal.config.origin,
    type: 'md.cups.journal.checkpoint.v1',
    dataschema: 'urn:cups:agency:v1:journal.checkpoint',
  });
  const { note, previousSize, consistency } = JSON.parse(published.data.toString()) as JournalCheckpoint;
  const earlier = JSON.parse(topic.events.at(-2)!.data.toString()) as JournalCheckpoint;
  expect(earlier.size).toBe(previousSize);
  const previous = { size: previousSize!, root: Buffer.from(earlier.root, 'base64') };
  expect(
    isConsistent(
      previous,
      to!,
      consistency!.map((hash) => Buffer.from(hash, 'base64')),
    ),
  ).toBe(true);
  const { keys } = await journal.client().listVerifierKeys({});
  expect(keys).toMatchObject([{ firstSize: '1' }]);
  const opened = openCheckpoint(note, journal.config.origin, [parseNoteVerifier(keys[0]!.text)]);
  expect(opened.root).toEqual(after.root);
  const tile = await journal.client().getTile({ path: '0/000' });
  expect(tile.full).toBe(true);
  expect((await journal.client().getTile({ path: '1/000.p/1' })).content).toEqual(combine(tile.content));
});

describe('requests that name nothing', () => {
  test.each(['0/000.p/999', '7/000', '0/x001/000', '../checkpoint', 'records/000', ''])('tile %j', (path) =>
    expect(journal.client().getTile({ path })).rejects.toEqual(refused('NOT_FOUND')),
  );
  test.each([
    ['-1', '0'],
    ['2', '1'],
    ['0', '99999999999'],
  ])('consistency from %s to %s', (fromSize, toSize) =>
    expect(journal.client().getConsistencyProof({ fromSize, toSize })).rejects.toEqual(refused('INVALID_ARGUMENT')),
  );
  test.each(['', 'a b', 'applications/../x', 'x'.repeat(300)])('resource %j', (resource) =>
    expect(journal.client().listEntries({ resource })).rejects.toEqual(refused('INVALID_ARGUMENT')),
  );
  test('an unknown resource has no entries', async () => {
    expect((await journal.list(newApplication())).entries).toEqual([]);
  });
});

test('answers the state of the log to ops only', async () => {
  await expect(journal.client('gateway').inspectJournal({})).rejects.toEqual(refused('PERMISSION_DENIED'));
  await expect(journal.client('intake').listEntries({ resource: 'journal' })).rejects.toEqual(
    refused('PERMISSION_DENIED'),
  );
  expect((await journal.client('ops').inspectJournal({})).keys).toHaveLength(1);
});
