import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Result } from '@cups/agency-contract';
import { eventually } from '@cups/testing';
import { ResultDocuments } from '../src/inbound/result-documents.ts';
import { Problem } from '@cups/problem';
import { decodeEvent, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { documentOf, replyOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(async () => {
  bridge.world.documents.setUnavailable(false);
  await bridge.stop();
});

const idOf = (name: string) => name.slice('documents/'.length);

/** Creates a document that the fake service has. */
function uploaded(application: string, more: Parameters<typeof documentOf>[1] = {}) {
  const document = documentOf(application, { kind: 'result', ...more });
  bridge.world.documents.known.set(document.name, document);
  return document;
}

const approval = (application: string, result: Partial<Result>, id: string) =>
  replyOf(
    'md.cups.reply.decided.v1',
    application,
    { outcome: 'approved', result: { kind: 'electronic', ...result }, decideTime: new Date().toISOString() },
    { id },
  );

const refusalsSent = (delivery: string) =>
  bridge
    .requestsOf(delivery)
    .filter(({ type }) => type === 'md.cups.reply.refused.v1')
    .map(({ data }) => JSON.parse(data.toString()) as { cause: string; violations: object[] });

test('passes the checked documents and the address of a decision and of a correction to intake', async () => {
  const application = await bridge.sent();
  const [first, second] = [uploaded(application.name), uploaded(application.name)];
  const verificationUrl = 'https://verify.example.md/R-1';
  const correction = replyOf('md.cups.reply.result-corrected.v1', application.name, {
    result: { kind: 'electronic', documents: [idOf(second.name)] },
    reason: { ro: 'Greșeală.' },
  });
  const decision = approval(application.name, { documents: [idOf(first.name)], verificationUrl }, 'asp-with-document');
  await bridge.world.reply('asp', decision, decision, correction);
  expect(await bridge.deliveryEventTypes(application.delivery, 2)).toEqual([
    'DeliveryDecided',
    'DeliveryResultCorrected',
  ]);
  const fact = { mediaType: 'application/pdf', size: '1234', sha256: 'b'.repeat(64), pages: 2 };
  expect(bridge.eventsOf(application.delivery).map((event) => decodeEvent(event).data)).toMatchObject([
    { resultDocuments: [{ document: first.name, ...fact }], verificationUrl },
    { resultDocuments: [{ document: second.name, ...fact }], verificationUrl: '' },
  ]);
});

test('refuses a decision with a document that was not uploaded for the delivery, and accepts a corrected one', async () => {
  const application = await bridge.sent();
  const refused = uploaded(application.name, { state: 'STATE_REFUSED' });
  await bridge.world.reply('asp', approval(application.name, { documents: [idOf(refused.name)] }, 'asp-bad-document'));
  const types = await bridge.deliveryEventTypes(application.delivery, 1);
  expect(types).toEqual(['DeliveryMessageRefused']);
  expect(bridge.refusalsOf(application.delivery)).toMatchObject([
    { cause: 'RESULT_DOCUMENT_INVALID', fields: ['result.documents'] },
  ]);
  await eventually(async () => refusalsSent(application.delivery).length === 1);
  expect(refusalsSent(application.delivery)).toMatchObject([
    {
      cause: 'RESULT_DOCUMENT_INVALID',
      violations: [{ field: 'result.documents', rule: 'RESULT_DOCUMENT_INVALID' }],
    },
  ]);
  const good = uploaded(application.name);
  await bridge.world.reply('asp', approval(application.name, { documents: [idOf(good.name)] }, 'asp-good-document'));
  expect(await bridge.deliveryEventTypes(application.delivery, 2)).toEqual([
    'DeliveryMessageRefused',
    'DeliveryDecided',
  ]);
});

test('waits for the check of a document, and while documents is unavailable, without blocking other deliveries', async () => {
  const [waiting, other] = [await bridge.sent(), await bridge.sent()];
  const document = uploaded(waiting.name, { state: 'STATE_CHECKING' });
  bridge.world.documents.setUnavailable(true);
  await bridge.world.reply('asp', approval(waiting.name, { documents: [idOf(document.name)] }, 'asp-early'));
  await bridge.world.reply('asp', approval(other.name, { number: 'R-2' }, 'asp-other'));
  expect(await bridge.deliveryEventTypes(other.delivery, 1)).toEqual(['DeliveryDecided']);
  bridge.world.documents.setUnavailable(false);
  await eventually(async () => bridge.world.documents.asked.includes(document.name));
  expect(bridge.eventsOf(waiting.delivery)).toEqual([]);
  bridge.world.documents.known.set(document.name, { ...document, state: 'STATE_READY' });
  expect(await bridge.deliveryEventTypes(waiting.delivery, 1)).toEqual(['DeliveryDecided']);
});

test('refuses a decision whose document is not checked within five minutes', async () => {
  let minutes = 0;
  const accept = () => Promise.reject(new Problem({ reason: 'DOCUMENT_NOT_READY', message: 'Not checked.' }));
  const documents = new ResultDocuments(accept, () => new Date(minutes * 60_000));
  const ask = () => documents.accept({ delivery: 'deliveries/x-asp', reply: 'a', ids: ['x'] }, '');
  await expect(ask()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  minutes = 4;
  await expect(ask()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  minutes = 5;
  expect(await ask()).toMatchObject({ refusal: { cause: 'RESULT_DOCUMENT_INVALID' } });
});
