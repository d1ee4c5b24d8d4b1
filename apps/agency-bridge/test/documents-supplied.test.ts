import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeEvent, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { replyOf, submissionOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test("sends supplied documents with the ID of the agency's request", async () => {
  const application = await bridge.sent();
  await bridge.world.reply(
    'asp',
    replyOf(
      'md.cups.reply.documents-requested.v1',
      application.name,
      { documents: [{ kind: 'birth-certificate' }], message: { ro: 'Lipsește.' }, answerBy: '2026-04-01' },
      { id: 'asp-asks-1' },
    ),
  );
  await bridge.deliveryEventTypes(application.delivery, 1);
  const event = bridge.eventsOf(application.delivery)[0]!;
  expect(decodeEvent(event)).toMatchObject({
    type: 'cups.agencybridge.v1.DeliveryDocumentsRequested',
    data: {
      ref: { application: application.name, agency: 'agencies/asp', messageId: 'asp-asks-1' },
      evidenceKinds: ['birth-certificate'],
      answerBy: '2026-04-01',
    },
  });
  expect(event).toMatchObject({ key: application.id, sequence: 1, causationId: 'asp-asks-1' });

  // Intake may name the agency's message or the bridge's event; the agency receives its own ID.
  for (const [number, named] of [
    [2, 'asp-asks-1'],
    [3, event.id],
  ] as const) {
    const unavailable = number === 3 ? [{ kind: 'diploma', reason: 'Pierdută.' }, { kind: 'work-book' }] : [];
    const submission = submissionOf(application.name, number, { answersRequest: named, unavailable });
    bridge.world.submissions.set(`${application.name}/submissions/${number}`, submission);
    await bridge.produceEvents(application.supplied(number, named));
    await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === number);
    const sent = JSON.parse(bridge.requestsOf(application.delivery)[number - 1]!.data.toString()) as object;
    expect(sent).toMatchObject({ submission: number, answersRequest: 'asp-asks-1' });
    // An unobtainable document has a reason only if one was given.
    if (number === 3) expect(sent).toMatchObject({ unavailable: [unavailable[0], { kind: 'work-book' }] });
    else expect(sent).not.toHaveProperty('unavailable');
  }

  // Decided from a view that was opened before documents were supplied.
  const decision = {
    submission: 1,
    outcome: 'rejected',
    reason: { ro: 'Lipsește.' },
    decideTime: new Date().toISOString(),
  };
  await bridge.world.reply('asp', replyOf('md.cups.reply.decided.v1', application.name, decision as never));
  await bridge.deliveryEventTypes(application.delivery, 2);
  expect(decodeEvent(bridge.eventsOf(application.delivery)[1]!)).toMatchObject({
    data: { ref: { seenSubmission: 1 } },
  });
});

test('reports a moved answer date to the agency, about the message that set it', async () => {
  const application = await bridge.sent();
  const documents = [{ kind: 'birth-certificate' }];
  await bridge.world.reply(
    'asp',
    replyOf(
      'md.cups.reply.documents-requested.v1',
      application.name,
      { documents, answerBy: '2026-03-03' },
      { id: 'soon' },
    ),
  );
  await bridge.deliveryEventTypes(application.delivery, 1);
  const days = { answerBy: '2026-03-10', requestedAnswerBy: '2026-03-03' };
  await bridge.produceEvents(application.documentsRequested({ request: 'soon', ...days }));
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 2);
  const report = bridge.requestsOf(application.delivery)[1]!;
  expect(report).toMatchObject({ type: 'md.cups.reply.refused.v1', key: `${application.id}-asp`, causationId: 'soon' });
  expect(JSON.parse(report.data.toString())).toMatchObject({
    handling: 'changed',
    cause: 'ANSWER_BY_LENGTHENED',
    changes: ['ANSWER_BY_LENGTHENED'],
    message: { id: 'soon', type: 'md.cups.reply.documents-requested.v1', topic: 'agency.asp.replies' },
    application: application.name,
  });
});
