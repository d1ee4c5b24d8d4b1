import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

test('ApplicationSubmitted sends one email in two writes', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md'));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  const thread = await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  expect(thread.revision).toBe(2);
  expect(thread.timer).toBeNull();
  const mail = harness.readMail(`${id}-1`);
  expect(mail.head).toContain(`Message-ID: <${id}-1@cups.example>`);
  expect(mail.head).toContain('To: ana@example.md');
  expect(mail.head).toContain('Auto-Submitted: auto-generated');
  expect(mail.head).not.toMatch(/ABCD|Exemplu/);
  expect(mail.text).toContain('ABCD-EFGH-JKMN-PX');
  expect(mail.text).toContain('20.12.2026');
  expect(statSync(join(harness.config.mailDir, `${id}-1.eml`)).mode & 0o077).toBe(0);
});

test('ApplicationSubmitted creates a slip in one write for an applicant without email', async () => {
  const id = harness.application(noticeContextResponse('', { language: 'ru' }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  const thread = await harness.thread(id);
  expect(thread).toMatchObject({ revision: 1, notices: [{ channel: 'slip', state: 'printable', language: 'ru' }] });
  const { html } = await harness.deskClient().getSlip({ name: `notices/${id}-1` });
  expect(html).toContain('<html lang="ru">');
  expect(html).toContain('<p class="number">ABCD-EFGH-JKMN-PX</p>');
  expect(() => harness.readMail(`${id}-1`)).toThrow('ENOENT');
});

test('ApplicationSubmitted without a contact promises no message', async () => {
  const phone = harness.application(noticeContextResponse('', { contact: { phone: '+37360000001' }, dueDate: '' }));
  const none = harness.application(noticeContextResponse('', { dueDate: '', noDueDateReason: 'awaiting-payment' }));
  await harness.publish(intakeEvent(phone, 1, 'ApplicationSubmitted'), intakeEvent(none, 1, 'ApplicationSubmitted'));
  const slip = async (id: string) => {
    await harness.thread(id);
    return (await harness.deskClient().getSlip({ name: `notices/${id}-1` })).html;
  };
  expect(await slip(phone)).toMatch(/nu este cunoscut un termen de răspuns[^]*Centrul vă sună/);
  expect(await slip(none)).toMatch(/începe după achitarea[^]*Răspunsul îl aflați la centru/);
});

test('ApplicationSubmitted of a training creates a labelled slip and sends no email', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md', { training: true }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  const thread = await harness.thread(id);
  expect(thread).toMatchObject({ revision: 1, notices: [{ channel: 'slip', state: 'printable', training: true }] });
  expect(JSON.stringify(thread)).not.toContain('ana@example.md');
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices).toMatchObject([{ training: true }]);
  expect((await harness.deskClient().getSlip({ name: `notices/${id}-1` })).html).toContain(
    '<p>INSTRUIRE. Aceasta nu este',
  );
  expect(() => harness.readMail(`${id}-1`)).toThrow('ENOENT');
});

test('ApplicationSubmitted of more than a week ago creates no notice', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md'));
  const time = new Date(Date.now() - 8 * 86_400_000);
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted', {}, { time }));
  expect(await harness.thread(id)).toMatchObject({ notices: [], lastSeqs: { applications: 1 } });
});

test('a hostile name stays text in the slip, the email and its headers', async () => {
  const personName = '<script>alert(1)</script>\r\nBcc: evil@example.md';
  const paper = harness.application(noticeContextResponse('', { personName, centreName: '<img src=x>' }));
  const mail = harness.application(noticeContextResponse('ana@example.md', { personName }));
  await harness.publish(intakeEvent(paper, 1, 'ApplicationSubmitted'), intakeEvent(mail, 1, 'ApplicationSubmitted'));
  await harness.thread(paper);
  await harness.thread(mail, ({ notices }) => notices[0]?.state === 'sent');
  const { html } = await harness.deskClient().getSlip({ name: `notices/${paper}-1` });
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain('&#60;script&#62;');
  expect(harness.readMail(`${mail}-1`).head).not.toMatch(/^Bcc|evil/im);
});

test('the log contains no address, name, tracking number or notice text', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md'));
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(harness.log.text()).toContain('"event":"notice-processed"');
  expect(harness.log.text()).toContain('personal-data-read');
  expect(harness.log.text()).not.toMatch(/example\.md|Exemplu|ABCD|naștere|Bună/);
});
