import { describe, expect, test } from '@jest/globals';
import type { IntakeEvents } from '../gen/events/cups.intake.v1.ts';
import { EVENT_TYPES } from '../src/former-names.ts';
import { toFormerRequest } from '../src/index.ts';
import { eventCodec } from '../src/proto.ts';

describe('toFormerRequest', () => {
  test('renames members of nested messages', () => {
    const request = { requestId: 'r', payment: { receiptNumber: '1', recordedBy: '', recordTime: null } };
    expect(toFormerRequest('IntakeService.RecordPayment', request)).toEqual({
      method: 'IntakeService.RecordPayment',
      content: { requestId: 'r', payment: { receiptNumber: '1', by: '', noteTime: null } },
    });
  });

  test('renames the method alone if its members are the same', () => {
    expect(toFormerRequest('IntakeService.MarkDeskAlertsSeen', { name: 'x' })).toEqual({
      method: 'IntakeService.MarkDeskNotesSeen',
      content: { name: 'x' },
    });
  });

  test('renames enum values', () => {
    const former = toFormerRequest('IntakeService.RecordAccess', { kind: 'ACCESS_KIND_SEARCH' });
    expect(former?.content).toEqual({ kind: 'LOOK_KIND_SEARCH' });
  });

  test('returns undefined for a request whose names are the same', () => {
    expect(toFormerRequest('IntakeService.SubmitApplication', { name: 'x' })).toBeUndefined();
  });
});

describe('eventCodec', () => {
  const codec = eventCodec<IntakeEvents>('cups.intake.v1');
  const ref = { application: 'applications/x', centre: 'centres/CU-001', state: 'STATE_READY' } as const;

  test('decodes an event that was written under its former type', () => {
    const type = 'cups.intake.v1.DeskAlertRaised';
    const data = codec.encode({ type, data: { ref, kind: 'x' } });
    expect(codec.decode({ type: 'cups.intake.v1.DeskNoted', data })).toMatchObject({ type, data: { ref, kind: 'x' } });
  });

  test.each(Object.entries(EVENT_TYPES))('knows %s as %s', (former, current) => {
    const read = eventCodec<{ package: string; written: never; read: { type: string; data: object } }>(
      current.split('.').slice(0, -1).join('.'),
    ).decode({ type: former, data: new Uint8Array() });
    expect(read?.type).toBe(current);
  });
});
