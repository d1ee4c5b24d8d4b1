import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { intakeEvent, noticeContextResponse, startNotifications } from './harness.ts';

/** The person learns which agency has the application after another one passed it on. */

let harness: Awaited<ReturnType<typeof startNotifications>>;
beforeAll(async () => void (harness = await startNotifications()));
afterAll(() => harness.stop());

const agencyName = { ro: 'Casa Națională de Asigurări Sociale', ru: 'НКСС', en: 'Social insurance' };
const passedOn = (id: string, agency: string) =>
  intakeEvent(id, 1, 'ApplicationPassedOn', {
    formerAgency: 'agencies/asp',
    submission: `applications/${id}/submissions/1`,
    ref: { agency: `agencies/${agency}`, state: 'STATE_SUBMITTED' },
  });

test('names the agency and the unchanged term', async () => {
  const facts = { agencyName, dueDate: '2026-12-24', state: 'STATE_SUBMITTED' as const };
  const id = harness.application(noticeContextResponse('ana@example.md', facts));
  await harness.publish(passedOn(id, 'cnas'));
  const { notices } = await harness.thread(id, ({ notices: [notice] }) => notice?.state === 'sent');
  expect(notices).toMatchObject([{ kind: 'application-passed-on' }]);
  const { text } = harness.readMail(notices[0]!.id);
  expect(text).toContain('Cererea este acum la: Casa Națională de Asigurări Sociale.');
  expect(text).toContain('Termenul legal de răspuns rămâne 24.12.2026.');
});

test('leaves the name out without a file of the agency', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md', { state: 'STATE_SUBMITTED' }));
  await harness.publish(passedOn(id, 'mai'));
  const { notices } = await harness.thread(id, ({ notices: [notice] }) => notice?.state === 'sent');
  expect(harness.readMail(notices[0]!.id).text).not.toContain('acum la');
});

test('says nothing when the application returns to the agency that passed it on', async () => {
  const id = harness.application(noticeContextResponse('ana@example.md'));
  await harness.publish(passedOn(id, 'asp'));
  const { notices } = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 1);
  expect(notices).toEqual([]);
});
