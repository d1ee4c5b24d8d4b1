import { describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { decodeApplicationEvent } from '../src/event-decoder.ts';
import type { NoticeTrigger } from '../src/event-decoder.ts';
import { intakeEvent, newerEvent } from './harness.ts';

const ID = '01JD0000000000000000000001';
type IntakeMessage = ReturnType<typeof intakeEvent>;

/** Returns the event as the consumer passes it on. */
const received = (event: IntakeMessage, more: Partial<ReceivedEvent> = {}): ReceivedEvent =>
  Object.assign({ partition: 0, offset: '0' }, event, more) as ReceivedEvent;

const ready = { state: 'STATE_READY' } as const;
const rejected = { state: 'STATE_REJECTED' } as const;

const escalated = (fields: Parameters<typeof intakeEvent<'ApplicationEscalated'>>[3]) =>
  intakeEvent(ID, 1, 'ApplicationEscalated', { step: 'term-100', dueDate: '2026-03-24', ...fields });

describe('decodeApplicationEvent: letter', () => {
  const ref = { agency: 'agencies/asp' };
  const letterOf = (fields: Parameters<typeof escalated>[0]) =>
    decodeApplicationEvent(received(escalated({ ref, actions: ['mail-agency'], ...fields })))?.letter;

  test('names the delivery, the step and the due date', () => {
    const delivery = `deliveries/${ID}-asp`;
    expect(letterOf({})).toEqual({ agency: 'asp', entry: { delivery, step: 'term-100', dueDate: '2026-03-24' } });
  });

  test.each([
    ['without the action', { actions: ['notify-person'] }],
    ['of a training', { ref: { ...ref, training: true } }],
    ['of a later release', { step: 'term-200' }],
  ])('has no entry of a step %s', (_name, fields) => {
    expect(letterOf(fields)).toBeUndefined();
  });
});

describe('decodeApplicationEvent: trigger', () => {
  const table: [string, IntakeMessage, NoticeTrigger][] = [
    ['filing', intakeEvent(ID, 1, 'ApplicationSubmitted'), { kind: 'application-submitted' }],
    ['a request', intakeEvent(ID, 1, 'DocumentsRequested'), { kind: 'documents-requested' }],
    [
      'a request with a last day',
      intakeEvent(ID, 1, 'DocumentsRequested', { answerBy: '2026-12-05' }),
      { kind: 'documents-requested', answerBy: '2026-12-05' },
    ],
    ['a result', intakeEvent(ID, 1, 'ApplicationDecided', { ref: ready }), { kind: 'result-ready' }],
    ['a rejection', intakeEvent(ID, 1, 'ApplicationDecided', { ref: rejected }), { kind: 'application-rejected' }],
    [
      'a withdrawal',
      intakeEvent(ID, 1, 'ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED' }),
      { kind: 'application-withdrawn' },
    ],
    [
      'a discarded draft',
      intakeEvent(ID, 1, 'ApplicationWithdrawn', { fromState: 'STATE_DRAFT' }),
      { kind: 'nothing' },
    ],
    [
      'an expiry',
      intakeEvent(ID, 1, 'ApplicationExpired', { fromState: 'STATE_DOCUMENTS_REQUESTED' }),
      { kind: 'application-expired' },
    ],
    ['an expired draft', intakeEvent(ID, 1, 'ApplicationExpired', { fromState: 'STATE_DRAFT' }), { kind: 'nothing' }],
    [
      'passing on',
      intakeEvent(ID, 1, 'ApplicationPassedOn', { formerAgency: 'agencies/asp', ref: { agency: 'agencies/cnas' } }),
      { kind: 'application-passed-on' },
    ],
    [
      'a return to the agency that passed it on',
      intakeEvent(ID, 1, 'ApplicationPassedOn', { formerAgency: 'agencies/asp', ref: { agency: 'agencies/asp' } }),
      { kind: 'nothing' },
    ],
    ['a corrected result', intakeEvent(ID, 1, 'ResultChanged', { revoked: false }), { kind: 'result-corrected' }],
    ['a revoked result', intakeEvent(ID, 1, 'ResultChanged', { revoked: true }), { kind: 'result-revoked' }],
    ['a collection centre before the decision', intakeEvent(ID, 1, 'CollectionCentreChosen'), { kind: 'nothing' }],
    [
      'a collection centre of a result',
      intakeEvent(ID, 1, 'CollectionCentreChosen', { ref: ready, resultLocation: 'RESULT_LOCATION_AT_CENTRE' }),
      { kind: 'result-ready' },
    ],
    [
      'a collection centre of a result on its way',
      intakeEvent(ID, 1, 'CollectionCentreChosen', { ref: ready, resultLocation: 'RESULT_LOCATION_ON_ITS_WAY' }),
      { kind: 'result-on-the-way' },
    ],
    [
      'a collection centre of a rejection',
      intakeEvent(ID, 1, 'CollectionCentreChosen', { ref: rejected }),
      { kind: 'application-rejected' },
    ],
    ['a changed contact', intakeEvent(ID, 1, 'ContactChanged'), { kind: 'contact-changed' }],
    ['handing over', intakeEvent(ID, 1, 'ResultHandedOver'), { kind: 'nothing' }],
    ['supplied documents', intakeEvent(ID, 1, 'DocumentsSupplied'), { kind: 'nothing' }],
    ['work at the agency', intakeEvent(ID, 1, 'ApplicationInProgress'), { kind: 'nothing' }],
    ['closing', intakeEvent(ID, 1, 'ApplicationClosed'), { kind: 'nothing' }],
    ['an alert for the desk', intakeEvent(ID, 1, 'DeskAlertRaised'), { kind: 'nothing' }],
    ['a step that notifies the person', escalated({ actions: ['notify-person'] }), { kind: 'term-passed' }],
    ['a step of another party', escalated({ actions: ['remind-agency'] }), { kind: 'nothing' }],
    ['an event of a later release', newerEvent(ID, 1), { kind: 'nothing' }],
  ];
  test.each(table)('returns the trigger, or none, of %s', (_name, event, trigger) => {
    expect(decodeApplicationEvent(received(event))).toEqual({
      application: ID,
      centre: 'centres/CU-001',
      sequence: 1,
      trigger,
    });
  });
});

describe('decodeApplicationEvent: invalid events', () => {
  const event = intakeEvent(ID, 1, 'ApplicationSubmitted');
  test.each<[string, ReceivedEvent]>([
    ['whose bytes are no message', received(event, { data: Buffer.from([255, 255]) })],
    ['that is of another package', received(event, { type: 'cups.agencybridge.v1.DeliveryCancelled' })],
    ['without a sequence', received(event, { sequence: null })],
    [
      'about another application than it names',
      received(event, { subject: 'applications/01JD0000000000000000000002' }),
    ],
    ['that names no centre', received(intakeEvent(ID, 1, 'ApplicationSubmitted', { ref: { centre: '' } }))],
  ])('rejects an event %s', (_name, invalid) => expect(decodeApplicationEvent(invalid)).toBeUndefined());
});
