import { expect, test } from '@jest/globals';
import type { Message } from '@cups/application';
import { fromDeliveryEvent } from '../src/deliveries.ts';
import * as filing from '../src/domain/acts/filing.ts';
import { receive } from '../src/domain/agency.ts';
import { ACTOR, WORKING, newDraft, NOW, PARTS } from './people.ts';
import { delivered } from './world.ts';
import type { Fields, Told } from './world.ts';

/** How an event on cups.deliveries is read: in words of the domain, fit to be shown. */

const APPLICATION = 'applications/01J00000000000000000000001';

const read = <Name extends Told>(name: Name, fields?: Fields<Name>) =>
  fromDeliveryEvent(delivered(APPLICATION, name, 1, fields), NOW)?.word;

/** A table of all: an event that is new to the bridge does not compile without a row. */
const MEANINGS: Record<Told, Message> = {
  DeliveryAcknowledged: 'acknowledged',
  DeliveryProgressed: 'progressed',
  DeliveryDocumentsRequested: 'documents-requested',
  DeliveryDecided: 'rejected',
  DeliveryResultCorrected: 'result-corrected',
  DeliveryResultRevoked: 'result-revoked',
  DeliveryCancelled: 'delivery-cancelled',
  DeliveryFailed: 'delivery-failed',
  DeliveryWaits: 'delivery-waits',
  DeliveryMessageRefused: 'message-refused',
};

test.each(Object.entries(MEANINGS) as [Told, Message][])('The event %s says "%s".', (name, message) => {
  const event = delivered(APPLICATION, name, 1);
  const { application, word } = fromDeliveryEvent(event, NOW)!;
  expect([application, word.agency, word.eventId, word.message]).toEqual([
    APPLICATION,
    'agencies/asp',
    event.id,
    message,
  ]);
});

test('A decision that approves says "approved".', () => {
  expect(read('DeliveryDecided', { approved: true })?.message).toBe('approved');
});

test('The words of an agency are shown in one line without control, direction and links.', () => {
  const nasty = 'Plătiți\n\n\nla \u202ehttps://fals.example/x';
  const text = { ro: nasty, ru: '', en: '' };
  const shown = { ro: 'Plătiți la [link]' };
  expect(read('DeliveryDecided', { approved: false, reason: text })).toMatchObject({
    words: shown,
    decision: { reason: shown },
  });
  expect(read('DeliveryResultRevoked', { reason: text })?.words).toEqual(shown);
  expect(read('DeliveryProgressed', { note: nasty })?.words).toEqual(shown);
  const documents = [{ kind: 'x', note: nasty }];
  expect(
    read('DeliveryDocumentsRequested', { message: text, documents, answerBy: '2026-04-01' })?.request,
  ).toMatchObject({ message: shown, documents: [{ kind: 'x', note: shown.ro }] });
  const codes = { resultKind: 'paper', resultNumber: 'R\n\n1\u202e', verificationCode: '\0K\u200b7' };
  expect(read('DeliveryDecided', { approved: true, ...codes })?.decision).toMatchObject({
    resultNumber: 'R 1',
    verificationCode: 'K 7',
  });
});

test('An event of a type that this release does not know is recorded and counted, so that what follows is not held up.', () => {
  const event = { ...delivered(APPLICATION, 'DeliveryAcknowledged', 1), type: 'cups.agencybridge.v1.DeliveryNew' };
  const { word } = fromDeliveryEvent(event, NOW)!;
  expect(word.message).toBe('message-unknown');
  const submitted = filing.submit(newDraft(), ACTOR, PARTS).document;
  expect(receive(submitted, word, WORKING).document.deskNotes[0]).toMatchObject({ kind: 'message-unknown' });
});

test.each([
  ['bytes that are no message', { data: Buffer.from([0xff, 0xff]) }],
  ['a message that names no delivery', { data: Buffer.alloc(0) }],
  ['an event of another service', { type: 'cups.intake.v1.ApplicationSubmitted' }],
])('Of %s nothing is read.', (_what, forged) => {
  expect(fromDeliveryEvent({ ...delivered(APPLICATION, 'DeliveryDecided', 1), ...forged }, NOW)).toBeUndefined();
});
