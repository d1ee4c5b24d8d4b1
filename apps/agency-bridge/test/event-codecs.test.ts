import { eventCodec, messageType } from '@cups/contracts/proto';
import type { AnyEvent } from '@cups/contracts/gen/cups/intake/v1/AnyEvent.ts';
import type { ApplicationRef } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { IntakeEvent, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import { describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { newDelivery } from '../src/domain/delivery.ts';
import type { OutboundEvent, DeliveryEvent } from '../src/domain/delivery.ts';
import { decodeIntakeEvent } from '../src/event-decoder.ts';
import type { EventMeaning } from '../src/event-decoder.ts';
import { toDeliveryEvent } from '../src/event-encoder.ts';
import type { EventName, Fields } from './world.ts';

/** Tests the intake boundary. */

const ID = '01JD0000000000000000000001';
const NAME = `applications/${ID}`;
const T0 = new Date('2026-03-02T08:00:00Z');
const T1 = new Date('2026-03-02T09:30:00Z');
const wire = { seconds: String(T1.getTime() / 1_000), nanos: 0 };
const ref: ApplicationRef = {
  application: NAME,
  agency: 'agencies/asp',
  centre: 'centres/CU-001',
  state: 'STATE_SUBMITTED',
};

const received = (type: string, data: Buffer, more: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  id: 'e1',
  source: '/cups/intake',
  type: `cups.intake.v1.${type}`,
  subject: NAME,
  key: ID,
  time: T0,
  sequence: 3,
  topic: 'cups.applications',
  partition: 0,
  offset: '0',
  correlationId: '',
  causationId: '',
  contentType: 'application/protobuf',
  extra: {},
  data,
  ...more,
});

function event<Name extends EventName>(name: Name, fields: Fields<Name> = {}, more: Partial<ReceivedEvent> = {}) {
  const message = { type: `cups.intake.v1.${name}`, data: { ref, ...fields } } as IntakeEvent;
  return received(name, eventCodec<IntakeEvents>('cups.intake.v1').encode(message), more);
}

/** An event of a later release. */
const newer = (about: ApplicationRef = ref) =>
  received('ApplicationPraised', messageType<AnyEvent>('cups.intake.v1.AnyEvent').encode({ ref: about }));

describe('decodeIntakeEvent', () => {
  test.each<[string, ReceivedEvent, EventMeaning]>([
    [
      'a first submission',
      event('ApplicationSubmitted', { submission: `${NAME}/submissions/1` }),
      { kind: 'submission', submission: 1 },
    ],
    [
      'a later submission',
      event('DocumentsSupplied', { submission: `${NAME}/submissions/12` }),
      { kind: 'submission', submission: 12 },
    ],
    [
      'a withdrawal with its time',
      event('ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED', withdrawTime: wire }),
      { kind: 'withdrawn', time: T1 },
    ],
    [
      'a withdrawal without a time',
      event('ApplicationWithdrawn', { fromState: 'STATE_READY' }),
      { kind: 'withdrawn', time: T0 },
    ],
    ['a discarded draft', event('ApplicationWithdrawn', { fromState: 'STATE_DRAFT' }), { kind: 'draft-ended' }],
    [
      'an expiry',
      event('ApplicationExpired', { fromState: 'STATE_DOCUMENTS_REQUESTED', expireTime: wire }),
      { kind: 'expired', time: T1 },
    ],
    ['an expired draft', event('ApplicationExpired', { fromState: 'STATE_DRAFT' }), { kind: 'draft-ended' }],
    ['work at the agency', event('ApplicationInProgress'), { kind: 'nothing' }],
    ['a request for documents', event('DocumentsRequested', { answerBy: '2026-04-01' }), { kind: 'nothing' }],
    [
      'a request for documents whose last day was moved',
      event('DocumentsRequested', { request: 'asks', answerBy: '2026-04-01', requestedAnswerBy: '2026-03-03' }),
      { kind: 'date-moved', request: 'asks', answerBy: '2026-04-01', requestedAnswerBy: '2026-03-03' },
    ],
    ['a decision', event('ApplicationDecided'), { kind: 'nothing' }],
    ['a changed result', event('ResultChanged'), { kind: 'nothing' }],
    ['handing over', event('ResultHandedOver'), { kind: 'nothing' }],
    ['closing', event('ApplicationClosed'), { kind: 'nothing' }],
    ['an alert for the desk', event('DeskAlertRaised', { kind: 'delivery-deferred' }), { kind: 'nothing' }],
    ['an event of a later release', newer(), { kind: 'nothing' }],
  ])('The bridge understands %s', (_name, given, meaning) => {
    expect(decodeIntakeEvent(given)).toEqual({
      event: {
        application: NAME,
        agency: 'asp',
        centre: 'centres/CU-001',
        deliveryId: `${ID}-asp`,
        training: false,
        sequence: 3,
        meaning,
      },
    });
  });

  test.each<[string, ReceivedEvent, string[]]>([
    ['invalid bytes', event('DeskAlertRaised', {}, { data: Buffer.from([255, 255]) }), []],
    ['no names', event('DeskAlertRaised', { ref: null }), []],
    ['no sequence', event('DeskAlertRaised', {}, { sequence: null }), []],
    ['no application', event('DeskAlertRaised', { ref: { ...ref, application: 'x' } }), ['ref.application']],
    ['no agency', event('DeskAlertRaised', { ref: { ...ref, agency: 'No Agency' } }), ['ref.agency']],
    ['no centre', newer({ ...ref, centre: '' }), ['ref.centre']],
    ['another subject', event('DeskAlertRaised', {}, { subject: `${NAME.slice(0, -1)}2` }), ['ref.application']],
    ['no submission', event('ApplicationSubmitted', {}), ['submission']],
    [
      'a submission of another application',
      event('ApplicationSubmitted', { submission: `${NAME.slice(0, -1)}2/submissions/1` }),
      ['submission'],
    ],
  ])('refuses an event with %s', (_name, given, fields) => {
    expect(decodeIntakeEvent(given)).toEqual({ refusal: { cause: 'CONTENT_INVALID', fields } });
  });
});

describe('toDeliveryEvent', () => {
  const codec = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');
  const text = { ro: 'Motiv.', ru: 'Причина.', en: 'Reason.' };
  const document = { document: `documents/${ID}`, mediaType: 'application/pdf', size: 9, sha256: 'ab', pages: 1 };
  const result = {
    resultKind: 'paper',
    resultNumber: 'R-1',
    verificationCode: 'K7',
    validUntil: '2027-02-24',
    resultDocuments: [document],
    verificationUrl: 'https://example.md/R-1',
  };
  const wireResult = { ...result, resultDocuments: [{ ...document, size: '9' }] };
  const ABOUT = { application: NAME, agency: 'asp', centre: 'centres/CU-001', training: false };
  const delivery = { ...newDelivery(ABOUT, T0), agencyReference: 'ASP-1' };

  test.each<[DeliveryEvent, object]>([
    [{ type: 'DeliveryAcknowledged' }, {}],
    [
      { type: 'DeliveryProgressed', note: 'La arhivă.', expectedDecisionDate: '2027-01-15' },
      { note: 'La arhivă.', expectedDecisionDate: '2027-01-15' },
    ],
    [
      {
        type: 'DeliveryDocumentsRequested',
        evidenceKinds: ['birth-certificate'],
        documents: [{ kind: 'birth-certificate', note: 'În original' }],
        message: text,
        answerBy: '2026-04-01',
      },
      {
        evidenceKinds: ['birth-certificate'],
        documents: [{ kind: 'birth-certificate', note: 'În original' }],
        message: text,
        answerBy: '2026-04-01',
      },
    ],
    [
      { type: 'DeliveryDecided', approved: true, reason: text, decideTime: T1, appeal: null, ...result },
      { approved: true, reason: text, decideTime: wire, appeal: null, ...wireResult },
    ],
    [
      {
        type: 'DeliveryDecided',
        approved: false,
        reason: text,
        decideTime: T1,
        appeal: { instructions: text, deadline: '2026-04-09' },
        ...result,
      },
      {
        approved: false,
        reason: text,
        decideTime: wire,
        appeal: { instructions: text, deadline: '2026-04-09' },
        ...wireResult,
      },
    ],
    [
      { type: 'DeliveryResultCorrected', reason: text, ...result },
      { reason: text, ...wireResult },
    ],
    [{ type: 'DeliveryResultRevoked', reason: text }, { reason: text }],
    [
      { type: 'DeliveryMessageReceived', text: 'Este destulă.', language: 'ro', answers: 2 },
      { text: 'Este destulă.', language: 'ro', answers: 2 },
    ],
    [
      { type: 'DeliveryMessageFailed', number: 3, cause: 'MESSAGE_NOT_SENT' },
      { number: 3, cause: 'MESSAGE_NOT_SENT' },
    ],
    [{ type: 'DeliveryCancelled' }, {}],
    [{ type: 'DeliveryFailed', cause: 'CONTENT_INVALID' }, { cause: 'CONTENT_INVALID' }],
    [{ type: 'DeliveryDeferred', cause: 'AGENCY_UNKNOWN' }, { cause: 'AGENCY_UNKNOWN' }],
    [
      { type: 'DeliveryMessageRefused', cause: 'NOT_JSON', fields: ['ce_time'] },
      { cause: 'NOT_JSON', fields: ['ce_time'] },
    ],
  ])('encodes %j with the names of every event', (event, fields) => {
    const more = { messageId: 'm1', occurTime: T1, changes: ['TEXT_CUT'], seenSubmission: 2 };
    const outbound: OutboundEvent = { to: 'intake', ...event, ...more };
    const { type, data, ...sent } = toDeliveryEvent(delivery, outbound);
    const names = {
      delivery: `deliveries/${ID}-asp`,
      application: NAME,
      agency: 'agencies/asp',
      messageId: 'm1',
      occurTime: wire,
      agencyReference: 'ASP-1',
      changes: ['TEXT_CUT'],
      training: false,
      seenSubmission: 2,
    };
    expect(sent).toEqual({ topic: 'cups.deliveries', key: ID, subject: names.delivery, sequenced: true });
    expect(codec.decode({ type, data })).toEqual({
      type: `cups.agencybridge.v1.${event.type}`,
      data: { ref: names, ...fields },
    });
  });
});
