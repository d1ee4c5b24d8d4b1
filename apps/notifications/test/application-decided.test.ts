import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

const ready = { ref: { state: 'STATE_READY' } } as const;

test.each([
  ['STATE_READY', 'result-ready'],
  ['STATE_REJECTED', 'application-rejected'],
] as const)('ApplicationDecided with state %s creates the notice %s', async (state, kind) => {
  const id = harness.application(noticeContextResponse('', { state }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationDecided', { ref: { state } }));
  expect((await harness.thread(id)).notices).toMatchObject([{ kind, state: 'printable', channel: 'slip' }]);
});

test('a paper result is announced on its way, and again when it can be collected', async () => {
  const resultLocation = 'RESULT_LOCATION_ON_ITS_WAY';
  const id = harness.application(noticeContextResponse('ana@example.md', { state: 'STATE_READY', resultLocation }));
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationDecided', { ...ready, resultLocation }),
    intakeEvent(id, 2, 'ResultArrived', ready),
  );
  const { notices } = await harness.thread(
    id,
    (thread) => thread.notices.length === 2 && thread.notices.every(({ state }) => state === 'sent'),
  );
  expect(notices).toMatchObject([{ kind: 'result-on-the-way' }, { kind: 'result-ready' }]);
  expect(harness.readMail(`${id}-1`).text).toContain('Nu trebuie să veniți încă după el.');
  expect(harness.readMail(`${id}-2`).text).toContain('Îl primiți la centrul Lozova');
});

test('CollectionCentreChosen after the decision creates another notice, with the new centre', async () => {
  const resultLocation = 'RESULT_LOCATION_AT_CENTRE';
  const context = noticeContextResponse('ana@example.md', { state: 'STATE_READY', resultLocation });
  const id = harness.application(context);
  await harness.publish(intakeEvent(id, 1, 'ApplicationDecided', { ...ready, resultLocation }));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  harness.answers.set(id, { ...context, centreName: 'Colibași' });
  await harness.publish(intakeEvent(id, 2, 'CollectionCentreChosen', { ...ready, resultLocation }));
  await harness.thread(id, ({ notices }) => notices[1]?.state === 'sent');
  expect(harness.readMail(`${id}-1`).text).toContain('Îl primiți la centrul Lozova');
  expect(harness.readMail(`${id}-2`).text).toContain('Îl primiți la centrul Colibași');
});

test.each([
  ['RESULT_DELIVERY_COLLECT', 'Îl primiți la centrul Lozova'],
  ['RESULT_DELIVERY_ELECTRONIC', 'nu trebuie să veniți'],
  ['RESULT_DELIVERY_POST', 'prin poștă'],
  ['RESULT_DELIVERY_PAYMENT', 'plătește suma'],
  ['RESULT_DELIVERY_UNSPECIFIED', 'Îl primiți la centrul Lozova'],
] as const)('ApplicationDecided states how the result is delivered: %s', async (resultDelivery, words) => {
  const id = harness.application(noticeContextResponse('ana@example.md', { resultDelivery }));
  await harness.publish(intakeEvent(id, 1, 'ApplicationDecided', ready));
  await harness.thread(id, ({ notices }) => notices[0]?.state === 'sent');
  expect(harness.readMail(`${id}-1`).text).toContain(words);
});

test('ApplicationDecided and ResultChanged show result, code, validity and reasons', async () => {
  const decision = {
    approved: true,
    resultNumber: 'R-1',
    verificationCode: 'K7Q2',
    validUntil: '2027-02-24',
    correctReason: { ro: 'Greșeală de scriere.', ru: '', en: '' },
    revokeReason: { ro: 'Eliberat din eroare.', ru: '', en: '' },
  };
  const course = (id: string) => [
    intakeEvent(id, 1, 'ApplicationDecided', ready),
    intakeEvent(id, 2, 'ResultChanged', { ...ready, revoked: false }),
    intakeEvent(id, 3, 'ResultChanged', { ...ready, revoked: true }),
  ];
  const mail = harness.application(noticeContextResponse('ana@example.md', { decision }));
  const paper = harness.application(noticeContextResponse('', { decision }));
  await harness.publish(...course(mail), ...course(paper));
  for (const id of [mail, paper])
    await harness.thread(
      id,
      ({ notices }) => notices.length === 3 && notices.every(({ state }) => ['sent', 'printable'].includes(state)),
    );
  const slip = async (notice: number) =>
    (await harness.deskClient().getSlip({ name: `notices/${paper}-${notice}` })).html;
  for (const text of [
    harness.readMail(`${mail}-1`).text,
    await slip(1),
    harness.readMail(`${mail}-2`).text,
    await slip(2),
  ]) {
    expect(text).toContain('Codul de verificare: K7Q2.');
    expect(text).toContain('Numărul rezultatului: R-1.');
    expect(text).toContain('Rezultatul este valabil până la 24.02.2027.');
  }
  expect(harness.readMail(`${mail}-2`).text).toContain('> Greșeală de scriere.');
  expect(await slip(2)).toContain('<blockquote>Greșeală de scriere.</blockquote>');
  expect(harness.readMail(`${mail}-3`).text).toContain('> Eliberat din eroare.');
  expect(await slip(3)).toContain('<blockquote>Eliberat din eroare.</blockquote>');
});

test('ApplicationDecided quotes how and until when a rejection can be appealed', async () => {
  const decision = {
    approved: false,
    reason: { ro: 'Lipsește actul.', ru: '', en: '' },
    appeal: { instructions: { ro: 'Cerere prealabilă la instituție.', ru: '', en: '' }, deadline: '2026-12-24' },
  };
  const rejected = { ref: { state: 'STATE_REJECTED' } } as const;
  const id = harness.application(noticeContextResponse('', { decision, state: 'STATE_REJECTED' }));
  const silent = harness.application(
    noticeContextResponse('', { decision: { ...decision, appeal: null }, state: 'STATE_REJECTED' }),
  );
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationDecided', rejected),
    intakeEvent(silent, 1, 'ApplicationDecided', rejected),
  );
  for (const application of [id, silent]) await harness.thread(application);
  const { html } = await harness.deskClient().getSlip({ name: `notices/${id}-1` });
  expect(html).toContain('<blockquote>Cerere prealabilă la instituție.</blockquote>');
  expect(html).toContain('Contestația se depune cel târziu la 24.12.2026.');
  const other = await harness.deskClient().getSlip({ name: `notices/${silent}-1` });
  expect(other.html).not.toMatch(/contesta/i);
});
