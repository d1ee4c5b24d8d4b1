import { describe, expect, test } from '@jest/globals';
import type { Message } from '@cups/application';
import { decodeDeliveryEvent } from '../src/event-decoder.ts';
import * as filing from '../src/domain/commands/filing.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { ACTOR, WORKING_TIME, newDraft, NOW, SUBMIT_CONTEXT } from './fixtures.ts';
import { bridgeEvent } from './world.ts';
import type { BridgeEventFields, BridgeEventName } from './world.ts';

const APPLICATION = 'applications/01J00000000000000000000001';

const read = <Name extends BridgeEventName>(name: Name, fields?: BridgeEventFields<Name>) =>
  decodeDeliveryEvent(bridgeEvent(APPLICATION, name, 1, fields), NOW)?.update;

/** Complete by type: a new event of the bridge does not compile without a row. */
const MESSAGE_BY_EVENT: Record<BridgeEventName, Message> = {
  DeliveryAcknowledged: 'acknowledged',
  DeliveryProgressed: 'progressed',
  DeliveryDocumentsRequested: 'documents-requested',
  DeliveryDecided: 'rejected',
  DeliveryResultCorrected: 'result-corrected',
  DeliveryResultRevoked: 'result-revoked',
  DeliveryPassedOn: 'passed-on',
  DeliveryMessageReceived: 'message-sent',
  DeliveryMessageFailed: 'message-failed',
  DeliveryCancelled: 'delivery-cancelled',
  DeliveryFailed: 'delivery-failed',
  DeliveryDeferred: 'delivery-deferred',
  DeliveryMessageRefused: 'message-refused',
};

describe('decodeDeliveryEvent', () => {
  test.each(Object.entries(MESSAGE_BY_EVENT) as [BridgeEventName, Message][])('decodes %s as "%s"', (name, message) => {
    const event = bridgeEvent(APPLICATION, name, 1);
    const { application, update } = decodeDeliveryEvent(event, NOW)!;
    expect([application, update.agency, update.eventId, update.message]).toEqual([
      APPLICATION,
      'agencies/asp',
      event.id,
      message,
    ]);
  });

  test('decodes an approval as "approved"', () => {
    expect(read('DeliveryDecided', { approved: true })?.message).toBe('approved');
  });

  test("sanitizes the agency's texts to one line without links", () => {
    const nasty = 'Plătiți\n\n\nla \u202ehttps://fals.example/x';
    const text = { ro: nasty, ru: '', en: '' };
    const shown = { ro: 'Plătiți la [link]' };
    expect(read('DeliveryDecided', { approved: false, reason: text })).toMatchObject({
      agencyText: shown,
      decision: { reason: shown },
    });
    expect(read('DeliveryResultRevoked', { reason: text })?.agencyText).toEqual(shown);
    expect(read('DeliveryProgressed', { note: nasty })?.agencyText).toEqual(shown);
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

  test('decodes the day of the expected decision, and drops what is no date', () => {
    expect(read('DeliveryProgressed', { expectedDecisionDate: '2026-12-18' })).toMatchObject({
      message: 'progressed',
      expectedDecisionDate: '2026-12-18',
    });
    for (const expectedDecisionDate of ['', '2026-02-30', 'curând'])
      expect(read('DeliveryProgressed', { expectedDecisionDate })).not.toHaveProperty('expectedDecisionDate');
  });

  test('decodes result documents and the address for verification', () => {
    const resultDocuments = [
      { document: 'documents/1', mediaType: 'application/pdf', size: '900', sha256: 'a', pages: 2 },
    ];
    const decided = (verificationUrl: string) =>
      read('DeliveryDecided', { approved: true, resultDocuments, verificationUrl })?.decision;
    expect(decided('https://verify.example.md/x?n=1')).toMatchObject({
      documents: [{ document: 'documents/1', mediaType: 'application/pdf', size: 900, sha256: 'a', pages: 2 }],
      verificationUrl: 'https://verify.example.md/x?n=1',
    });
    for (const unsafe of [
      'http://x.example',
      'javascript:alert(1)',
      'https://a:b@x.example',
      'x',
      `https://x/${'y'.repeat(500)}`,
    ])
      expect(decided(unsafe)).not.toHaveProperty('verificationUrl');
  });

  test('decodes an unknown type as a message, so that its sequence number counts', () => {
    const event = { ...bridgeEvent(APPLICATION, 'DeliveryAcknowledged', 1), type: 'cups.agencybridge.v1.DeliveryNew' };
    const { update } = decodeDeliveryEvent(event, NOW)!;
    expect(update.message).toBe('message-unknown');
    const submitted = filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document;
    expect(applyAgencyUpdate(submitted, update, WORKING_TIME).document.deskAlerts[0]).toMatchObject({
      kind: 'message-unknown',
    });
  });

  test.each([
    ['bytes that are not a message', { data: Buffer.from([0xff, 0xff]) }],
    ['a message without a delivery', { data: Buffer.alloc(0) }],
    ['an event of another service', { type: 'cups.intake.v1.ApplicationSubmitted' }],
  ])('ignores %s', (_what, forged) => {
    expect(decodeDeliveryEvent({ ...bridgeEvent(APPLICATION, 'DeliveryDecided', 1), ...forged }, NOW)).toBeUndefined();
  });
});
