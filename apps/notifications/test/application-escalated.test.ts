import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addCivilDays, formatCivilDate, toCivilDate } from '@cups/application';
import { eventually } from '@cups/testing';
import { intakeEvent, noticeContextResponse, startNotifications } from './harness.ts';

/** Steps of the clock of an agency: the notice to the person, and the letters to the office. */

const clock = { now: new Date() };
let harness: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (harness = await startNotifications({}, { now: () => clock.now })));
afterAll(() => harness.stop());

const step = (id: string, sequence: number, agency: string, more = {}) =>
  intakeEvent(id, sequence, 'ApplicationEscalated', {
    step: 'term-100',
    dueDate: '2026-03-24',
    actions: ['mail-agency', 'notify-person'],
    ref: { agency: `agencies/${agency}`, state: 'STATE_SUBMITTED' },
    ...more,
  });
const letterExists = (name: string) => existsSync(join(harness.config.mailDir, `agency-letter-${name}.eml`));
const pass = (ms: number) => (clock.now = new Date(clock.now.getTime() + ms));
const entriesOf = async (agency: string) => {
  const [letter] = await harness.store
    .collection<{ _id: string; recent: string[] }>('agencyLetters')
    .find({ _id: agency })
    .toArray();
  return letter?.recent.length ?? 0;
};

describe('an agency that says nothing', () => {
  test('the person learns that the term has passed', async () => {
    const id = harness.application(noticeContextResponse('ana@example.md', { dueDate: '2026-03-24' }));
    await harness.publish(step(id, 1, 'mai'));
    const { notices } = await harness.thread(id, ({ notices: [notice] }) => notice?.state === 'sent');
    expect(notices).toMatchObject([{ kind: 'term-passed' }]);
    const { text } = harness.readMail(notices[0]!.id);
    expect(text).toContain('Termenul legal de răspuns a fost 24.03.2026.');
  });

  test('the person learns the day on which the agency expects to decide', async () => {
    const expectedDecisionDate = addCivilDays(toCivilDate(new Date()), 30);
    const context = { dueDate: '2026-03-24', expectedDecisionDate };
    const id = harness.application(noticeContextResponse('ana@example.md', context));
    await harness.publish(step(id, 1, 'mai'));
    const { notices } = await harness.thread(id, ({ notices: [notice] }) => notice?.state === 'sent');
    const { text } = harness.readMail(notices[0]!.id);
    expect(text).toContain(`va decide până la ${formatCivilDate(expectedDecisionDate)}.`);
  });

  test('its office gets one letter a day, without personal data', async () => {
    harness.contacts.set('asp', { email: 'registratura@asp.example', languages: ['ro', 'ru'] });
    const ids = Array.from({ length: 3 }, () => harness.application(noticeContextResponse('ana@example.md')));
    for (const id of ids) await harness.publish(step(id, 1, 'asp'));
    await eventually(async () => (await entriesOf('asp')) === 3, { timeoutMs: 30_000 });
    expect(letterExists('asp-1')).toBe(false);
    pass(16 * 60_000);
    await eventually(() => letterExists('asp-1'), { timeoutMs: 30_000 });
    const { head, text } = harness.readMail('agency-letter-asp-1');
    expect(head).toContain('registratura@asp.example');
    for (const id of ids) expect(text).toContain(`deliveries/${id}-asp`);
    expect(text).toContain('Cu termenul legal depășit: 3.');
    for (const personal of ['Ana', 'ABCD-EFGH', 'Extras']) expect(text).not.toContain(personal);

    await harness.publish(step(ids[0]!, 2, 'asp', { step: 'term-150', actions: ['mail-agency'] }));
    await eventually(async () => (await entriesOf('asp')) === 4, { timeoutMs: 30_000 });
    pass(16 * 60_000);
    await harness.thread(ids[0]!, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
    expect(letterExists('asp-2')).toBe(false);
    pass(24 * 3_600_000);
    await eventually(() => letterExists('asp-2'), { timeoutMs: 30_000 });
  });

  test('an agency without a contact gets none, which is counted', async () => {
    const id = harness.application(noticeContextResponse(''));
    await harness.publish(step(id, 1, 'cadastru'));
    await eventually(async () => (await entriesOf('cadastru')) === 1, { timeoutMs: 30_000 });
    pass(16 * 60_000);
    const line = { event: 'agency-letter-processed', agency: 'cadastru', outcome: 'no-contact' };
    await eventually(() => harness.log.lines.some((one) => Object.entries(line).every(([k, v]) => one[k] === v)), {
      timeoutMs: 30_000,
    });
  });
});
