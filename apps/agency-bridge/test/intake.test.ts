import { eventCodec, messageType } from '@cups/contracts/proto';
import type { AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import { describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { newDelivery } from '../src/domain/delivery.ts';
import type { SaidToIntake, Told } from '../src/domain/delivery.ts';
import { fromIntake, toIntake } from '../src/intake.ts';

/** What the bridge understands of intake, and how it tells intake. */

const ID = '01JD0000000000000000000001';
const NAME = `applications/${ID}`;
const T0 = new Date('2026-03-02T08:00:00Z');
const T1 = new Date('2026-03-02T09:30:00Z');
const wire = { seconds: String(T1.getTime() / 1_000), nanos: 0 };
const ref = { application: NAME, agency: 'agencies/asp', centre: 'centres/CU-001', state: 'STATE_SUBMITTED' };

function event(type: string, fields: object, more: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const known = type === 'ApplicationPraised' ? 'AnyEvent' : type;
  return {
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
    data: messageType(`cups.intake.v1.${known}`).encode({ ref, ...fields }),
    ...more,
  };
}

describe('an event of intake', () => {
  test.each<[string, object, object]>([
    ['ApplicationSubmitted', { submission: `${NAME}/submissions/1` }, { kind: 'submission', submission: 1 }],
    ['DocumentsSupplied', { submission: `${NAME}/submissions/12` }, { kind: 'submission', submission: 12 }],
    ['ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED', withdrawTime: wire }, { kind: 'withdrawn', time: T1 }],
    ['ApplicationWithdrawn', { fromState: 'STATE_READY' }, { kind: 'withdrawn', time: T0 }],
    ['ApplicationWithdrawn', { fromState: 'STATE_DRAFT' }, { kind: 'draft-ended' }],
    ['ApplicationExpired', { fromState: 'STATE_DOCUMENTS_REQUESTED', expireTime: wire }, { kind: 'expired', time: T1 }],
    ['ApplicationExpired', { fromState: 'STATE_DRAFT' }, { kind: 'draft-ended' }],
    ['ApplicationInProgress', {}, { kind: 'nothing' }],
    ['ApplicationDecided', {}, { kind: 'nothing' }],
    ['DeskNoted', { kind: 'delivery-waits' }, { kind: 'nothing' }],
    ['ApplicationPraised', {}, { kind: 'nothing' }],
  ])('%s with %j means %j', (type, fields, meaning) => {
    expect(fromIntake(event(type, fields))).toEqual({
      said: {
        application: NAME,
        agency: 'asp',
        centre: 'centres/CU-001',
        deliveryId: `${ID}-asp`,
        sequence: 3,
        meaning,
      },
    });
  });

  test.each<[string, ReceivedEvent, string[]]>([
    ['bytes that are no message', event('DeskNoted', {}, { data: Buffer.from([255, 255]) }), []],
    ['no names', event('DeskNoted', { ref: null }), []],
    ['no sequence', event('DeskNoted', {}, { sequence: null }), []],
    ['no application', event('DeskNoted', { ref: { ...ref, application: 'x' } }), ['ref.application']],
    ['no agency', event('DeskNoted', { ref: { ...ref, agency: 'No Agency' } }), ['ref.agency']],
    ['no centre', event('ApplicationPraised', { ref: { ...ref, centre: '' } }), ['ref.centre']],
    ['another subject', event('DeskNoted', {}, { subject: `${NAME.slice(0, -1)}2` }), ['ref.application']],
    ['no submission', event('ApplicationSubmitted', {}), ['submission']],
    [
      'a submission of another application',
      event('ApplicationSubmitted', { submission: `${NAME.slice(0, -1)}2/submissions/1` }),
      ['submission'],
    ],
  ])('with %s is refused', (_name, given, fields) => {
    expect(fromIntake(given)).toEqual({ refusal: { cause: 'CONTENT_INVALID', fields } });
  });
});

describe('what intake is told', () => {
  const codec = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');
  const words = { ro: 'Motiv.', ru: 'Причина.', en: 'Reason.' };
  const result = { resultKind: 'paper', resultNumber: 'R-1', verificationCode: 'K7', validUntil: '2027-02-24' };
  const delivery = { ...newDelivery(NAME, 'asp', 'centres/CU-001', T0), agencyReference: 'ASP-1' };

  test.each<[Told, object]>([
    [{ type: 'DeliveryAcknowledged' }, {}],
    [{ type: 'DeliveryProgressed', note: 'La arhivă.' }, { note: 'La arhivă.' }],
    [
      {
        type: 'DeliveryDocumentsRequested',
        evidenceKinds: ['birth-certificate'],
        documents: [{ kind: 'birth-certificate', note: 'În original' }],
        message: words,
        answerBy: '2026-04-01',
      },
      {
        evidenceKinds: ['birth-certificate'],
        documents: [{ kind: 'birth-certificate', note: 'În original' }],
        message: words,
        answerBy: '2026-04-01',
      },
    ],
    [
      { type: 'DeliveryDecided', approved: true, reason: words, decideTime: T1, ...result },
      { approved: true, reason: words, decideTime: wire, ...result },
    ],
    [
      { type: 'DeliveryResultCorrected', reason: words, ...result },
      { reason: words, ...result },
    ],
    [{ type: 'DeliveryResultRevoked', reason: words }, { reason: words }],
    [{ type: 'DeliveryCancelled' }, {}],
    [{ type: 'DeliveryFailed', cause: 'CONTENT_INVALID' }, { cause: 'CONTENT_INVALID' }],
    [{ type: 'DeliveryWaits', cause: 'AGENCY_UNKNOWN' }, { cause: 'AGENCY_UNKNOWN' }],
    [
      { type: 'DeliveryMessageRefused', cause: 'NOT_JSON', fields: ['ce_time'] },
      { cause: 'NOT_JSON', fields: ['ce_time'] },
    ],
  ])('of %j is all of it, with the names that every event carries', (told, fields) => {
    const said: SaidToIntake = { to: 'intake', ...told, messageId: 'm1', occurTime: T1, changes: ['TEXT_CUT'] };
    const { type, data, ...sent } = toIntake(delivery, said);
    const names = {
      delivery: `deliveries/${ID}-asp`,
      application: NAME,
      agency: 'agencies/asp',
      messageId: 'm1',
      occurTime: wire,
      agencyReference: 'ASP-1',
      changes: ['TEXT_CUT'],
    };
    expect(sent).toEqual({ topic: 'cups.deliveries', key: ID, subject: names.delivery, sequenced: true });
    expect(codec.decode({ type, data })).toEqual({
      type: `cups.agencybridge.v1.${told.type}`,
      data: { ref: names, ...fields },
    });
  });
});
