import { hashContent } from '@cups/contracts/node';
import { readJournal } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { intakeEvent, noticeContextResponse, shareNotifications } from './harness.ts';

/** Entries for the journal. */

let harness: Awaited<ReturnType<typeof shareNotifications>>;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  harness = await shareNotifications();
  const { kafkaBrokers: brokers, prefix } = harness.config;
  journal = await readJournal({ brokers, prefix }, 'notifications');
});
afterAll(async () => {
  await journal.stop();
  await harness.stop();
});

const entriesOf = (application: string, count: number) => journal.until(({ key }) => key === application, count);

test('an email has entries when it is composed and sent, with the hash of its text', async () => {
  const id = harness.application(noticeContextResponse('ana@example.org'));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted', { submission: `applications/${id}/submissions/1` }));
  const entries = await entriesOf(id, 2);
  const { journalSalt, notices } = (await harness.threads.get(id, { scope: 'service' }))!;
  const { channel, emailAddress, subject, text } = notices[0]!;
  const contentHash = hashContent(journalSalt!, { channel, emailAddress, subject, text });
  const common = {
    subject: `threads/${id}`,
    resource: `notices/${id}-1`,
    actor: 'services/notifications',
    contentHash,
  };
  expect(entries).toMatchObject([
    { ...common, action: 'compose-notice', result: 'pending', sequence: 1 },
    { ...common, action: 'send-notice', result: 'sent', sequence: 2 },
  ]);
  expect(entries.map(({ data }) => data.toString('latin1')).join()).not.toMatch(/ana@|Exemplu/);
});

test('a slip has an entry of the operator who prints it, once', async () => {
  const id = harness.application(noticeContextResponse(''));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted', { submission: `applications/${id}/submissions/1` }));
  await entriesOf(id, 1);
  const desk = harness.deskClient();
  await desk.getSlip({ name: `notices/${id}-1` });
  await desk.getSlip({ name: `notices/${id}-1` });
  const entries = await entriesOf(id, 2);
  expect(entries).toHaveLength(2);
  expect(entries[1]).toMatchObject({
    action: 'print-notice',
    ground: 'session',
    centre: 'centres/CU-001',
    result: 'sent',
  });
  expect(entries[1]?.actor).toMatch(/^operators\//);
});
