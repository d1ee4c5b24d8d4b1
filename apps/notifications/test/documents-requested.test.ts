import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test('DocumentsRequested states the last day for the documents', async () => {
  const id = harness.application(
    noticeContextResponse('ana@example.md', { language: 'en', state: 'STATE_DOCUMENTS_REQUESTED' }),
  );
  await harness.publish(intakeEvent(id, 1, 'DocumentsRequested', { answerBy: '2026-12-05' }));
  const { notices } = await harness.thread(id, (thread) => thread.notices[0]?.state === 'sent');
  expect(notices).toMatchObject([{ kind: 'documents-requested', answerBy: '2026-12-05' }]);
  expect(harness.readMail(`${id}-1`).text).toContain('The last day is 05.12.2026.');
});

test('DocumentsRequested sends three emails a day and holds the newest request', async () => {
  const words = { ro: 'Achitați.\n\nhttps://fals.example/x', ru: '', en: '' };
  const documentRequest = {
    id: 'm',
    answerBy: '2026-12-30',
    message: words,
    documents: [{ kind: 'x', note: 'Original' }],
  };
  const state = 'STATE_DOCUMENTS_REQUESTED';
  const id = harness.application(noticeContextResponse('ana@example.md', { state, documentRequest }));
  await harness.publish(
    ...Array.from({ length: 40 }, (_, index) =>
      intakeEvent(id, index + 1, 'DocumentsRequested', { ref: { state }, answerBy: '2026-12-30' }),
    ),
  );
  const countSent = ({ notices }: { notices: { state: string }[] }) =>
    notices.filter((notice) => notice.state === 'sent').length;
  const thread = await harness.thread(
    id,
    (current) => current.lastSeqs?.['applications'] === 40 && countSent(current) === 3,
  );
  expect(thread.notices.map(({ id: notice }) => notice)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`, `${id}-40`]);
  expect(thread.notices[3]).toMatchObject({ state: 'compose', throttled: true, replacedCount: 36 });
  expect(thread.timer!.due.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
  expect(harness.readMail(`${id}-3`).text).toMatch(/\r\n> Achitați\. \[link\]\r\n> – Original\r\n\r\n/);
  expect(() => harness.readMail(`${id}-4`)).toThrow('ENOENT');
  const scrape = await fetch(`http://127.0.0.1:${harness.service.httpPort}/metrics`).then((answer) => answer.text());
  expect(scrape).toMatch(/cups_notices_total\{[^}]*outcome="throttled"[^}]*\} 37/);
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices[3]).toMatchObject({ state: 'NOTICE_STATE_PENDING' });
});
