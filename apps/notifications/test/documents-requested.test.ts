import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contactOf, happened, startNotifications } from './harness.ts';

let n: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (n = await startNotifications()));
afterAll(() => n.stop());

test('DocumentsRequested tells the person until which day the documents are awaited', async () => {
  const id = n.application(contactOf('ana@example.md', { language: 'en', state: 'STATE_DOCUMENTS_REQUESTED' }));
  await n.say(happened(id, 1, 'DocumentsRequested', { answerBy: '2026-12-05' }));
  const { notices } = await n.thread(id, (thread) => thread.notices[0]?.state === 'sent');
  expect(notices).toMatchObject([{ kind: 'documents-requested', answerBy: '2026-12-05' }]);
  expect(n.readMail(`${id}-1`).text).toContain('The last day is 05.12.2026.');
});

test('DocumentsRequested 40 times in a minute makes three mails, and the newest request waits for the next day', async () => {
  const words = { ro: 'Achitați.\n\nhttps://fals.example/x', ru: '', en: '' };
  const documentRequest = {
    id: 'm',
    answerBy: '2026-12-30',
    message: words,
    documents: [{ kind: 'x', note: 'Original' }],
  };
  const state = 'STATE_DOCUMENTS_REQUESTED';
  const id = n.application(contactOf('ana@example.md', { state, documentRequest }));
  await n.say(
    ...Array.from({ length: 40 }, (_, index) =>
      happened(id, index + 1, 'DocumentsRequested', { ref: { state }, answerBy: '2026-12-30' }),
    ),
  );
  const told = ({ notices }: { notices: { state: string }[] }) => notices.filter((one) => one.state === 'sent').length;
  const thread = await n.thread(id, (one) => one.lastSeqs?.['applications'] === 40 && told(one) === 3);
  expect(thread.notices.map(({ id: notice }) => notice)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`, `${id}-40`]);
  expect(thread.notices[3]).toMatchObject({ state: 'compose', held: true, replaces: 36 });
  expect(thread.timer!.due.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
  expect(n.readMail(`${id}-3`).text).toMatch(/\r\n> Achitați\. \[link\]\r\n> – Original\r\n\r\n/);
  expect(() => n.readMail(`${id}-4`)).toThrow('ENOENT');
  const scrape = await fetch(`http://127.0.0.1:${n.service.httpPort}/metrics`).then((answer) => answer.text());
  expect(scrape).toMatch(/cups_notices_total\{[^}]*outcome="held"[^}]*\} 37/);
  const { notices } = await n.desk().listNotices({ application: `applications/${id}` });
  expect(notices[3]).toMatchObject({ state: 'NOTICE_STATE_PENDING' });
});
