import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fromMessage } from '@cups/agency-contract';
import { eventually, syntheticMandate } from '@cups/testing';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, submissionOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('sends a submission to the topic of its agency once, as the contract requires', async () => {
  const application = await bridge.sent();
  const [request, ...more] = bridge.requestsOf(application.delivery);
  expect(more).toEqual([]);
  const { id, source, type, subject, time, dataschema, contentType, correlationId } = request!;
  const read = fromMessage({
    key: request!.key,
    value: request!.data,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: source,
      ce_type: type,
      ce_subject: subject,
      ce_time: time.toISOString(),
      ce_dataschema: dataschema,
      'content-type': contentType,
    },
  });
  expect(read).toMatchObject({ ok: true, event: { type: 'md.cups.application.submitted.v1' } });
  expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(request!.data.toString())).toMatchObject({
    application: application.name,
    submission: 1,
    centre: { code: 'CU-001', name: 'Primăria Exemplu', kind: 'town-hall' },
    mandate: {
      kind: 'own-presence',
      id: syntheticMandate({ person: 1 }),
      granted: '2026-03-02T07:55:00.000Z',
      expires: '2027-03-02T07:55:00.000Z',
      textVersion: '1',
      textSha256: 'a'.repeat(64),
    },
    answers: { copies: 1 },
    evidence: [
      { kind: 'identity-document', originalSeen: true },
      { kind: 'birth-certificate', originalSeen: false, verificationCode: 'K7Q2-XM4P' },
    ],
    costOption: { code: 'standard', fee: { amountMinor: 4500, currency: 'MDL' } },
    delivery: { kind: 'at-centre' },
  });
  const delivery = await eventually(async () => {
    const found = await bridge.delivery(application.delivery);
    return found.state === 'DELIVERY_STATE_SENT' && found;
  });
  expect(delivery).toMatchObject({ submission: 1, agency: 'agencies/asp', centre: 'centres/CU-001' });
  expect(delivery.queueTime).not.toBeNull();
  expect(delivery.sendTime).not.toBeNull();
});

test('sends a submission of an earlier release without facts of a mandate', async () => {
  const application = newApplication();
  const content = submissionOf(application.name).content!;
  const submission = submissionOf(application.name, 1, {
    content: { ...content, mandate: { kind: 'MANDATE_KIND_OWN_PRESENCE' } },
    frozenMandate: null,
  });
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  await bridge.produceEvents(application.submitted());
  const request = await eventually(async () => bridge.requestsOf(application.delivery)[0]);
  expect(JSON.parse(request.data.toString())).toMatchObject({ mandate: { kind: 'own-presence' } });
});

test('fails a submission that intake does not have, and informs intake', async () => {
  const application = newApplication();
  await bridge.produceEvents(application.submitted());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryFailed']);
  expect(await bridge.delivery(application.delivery)).toMatchObject({
    state: 'DELIVERY_STATE_FAILED',
    failCause: 'SUBMISSION_NOT_FOUND',
  });
});

test('fails a submission that violates the contract, with the fields', async () => {
  const application = newApplication();
  const submission = submissionOf(application.name);
  submission.content!.applicant = { ...submission.content!.applicant, birthDate: 'yesterday' };
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  await bridge.produceEvents(application.submitted());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryFailed']);
  const delivery = await bridge.delivery(application.delivery);
  expect(delivery).toMatchObject({ failCause: 'CONTENT_INVALID', failFields: ['applicant.birthDate'] });
  expect(bridge.requestsOf(application.delivery)).toEqual([]);
});

test('fails a submission over the size limit of the contract', async () => {
  const application = newApplication();
  const submission = submissionOf(application.name);
  submission.content!.answers = Buffer.from(JSON.stringify({ text: 'x'.repeat(70_000) }));
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  await bridge.produceEvents(application.submitted());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryFailed']);
  expect(await bridge.delivery(application.delivery)).toMatchObject({ failFields: ['answers'] });
});

test('does not send a submission withdrawn before', async () => {
  const application = newApplication();
  bridge.world.submissions.set(
    `${application.name}/submissions/1`,
    submissionOf(application.name, 1, { withdrawn: true }),
  );
  await bridge.produceEvents(application.submitted(), application.withdrawn());
  expect(await bridge.deliveryEventTypes(application.delivery, 1)).toEqual(['DeliveryCancelled']);
  expect(await bridge.stateOf(application.delivery)).toBe('DELIVERY_STATE_CANCELLED');
  expect(bridge.requestsOf(application.delivery)).toEqual([]);
});

test('sends a submission of a person without IDNP as V2', async () => {
  const application = newApplication();
  const { content } = submissionOf(application.name);
  const foreignDocument = { country: 'IT', kind: 'birth-certificate', number: 'IT-2019-1' };
  const represented = { ...content!.applicant, idnp: '', foreignDocument };
  const submission = submissionOf(application.name, 1, { content: { ...content, represented } });
  bridge.world.submissions.set(`${application.name}/submissions/1`, submission);
  await bridge.produceEvents(application.submitted());
  await bridge.requests.until(() => bridge.requestsOf(application.delivery).length === 1);
  const [request] = bridge.requestsOf(application.delivery);
  expect(request).toMatchObject({
    type: 'md.cups.application.submitted.v2',
    dataschema: 'urn:cups:agency:v1:application.submitted.v2',
  });
  const sent = JSON.parse(request!.data.toString()) as { represented: object };
  expect(sent.represented).toMatchObject({ foreignDocument });
  expect(sent.represented).not.toHaveProperty('idnp');
});
