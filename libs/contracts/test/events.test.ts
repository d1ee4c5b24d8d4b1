import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { IntakeEvent__Output, IntakeEvents } from '../gen/events/cups.intake.v1.ts';
import { eventCodec, messageType } from '../src/proto.ts';

const codec = eventCodec<IntakeEvents>('cups.intake.v1');
const ref = { application: 'applications/x', centre: 'centres/CU-001', state: 'STATE_READY' } as const;

describe('eventCodec', () => {
  test('preserves events and their types', () => {
    const type = 'cups.intake.v1.ResultChanged';
    const read = codec.decode({ type, data: codec.encode({ type, data: { ref, revoked: true } }) });
    expect(read).toMatchObject({ type, data: { ref, revoked: true } });
  });

  test('reads an event of a newer release as unknown with its common fields', () => {
    const data = codec.encode({ type: 'cups.intake.v1.DeskAlertRaised', data: { ref, kind: 'x' } });
    const read = codec.decode({ type: 'cups.intake.v1.ApplicationPraised', data });
    expect(read).toMatchObject({ type: 'unknown', data: { ref } });
    expect(read?.data).not.toHaveProperty('kind');
  });

  test('rejects a message of the package that is not an event', () => {
    const data = messageType('cups.intake.v1.GetApplicationRequest').encode({});
    expect(codec.decode({ type: 'cups.intake.v1.GetApplicationRequest', data })?.type).toBe('unknown');
    expect(codec.decode({ type: 'cups.intake.v1.AnyEvent', data })?.type).toBe('unknown');
  });

  test('rejects other packages and invalid bytes', () => {
    expect(codec.decode({ type: 'cups.intake.v2.DeskAlertRaised', data: new Uint8Array() })).toBeUndefined();
    expect(codec.decode({ type: 'md.cups.reply.decided.v1', data: new Uint8Array() })).toBeUndefined();
    expect(codec.decode({ type: 'cups.intake.v1.DeskAlertRaised', data: new Uint8Array([0xff]) })).toBeUndefined();
  });

  test('rejects a package without events', () => {
    const none = eventCodec<{ package: string; written: never; read: never }>('cups.catalog.v1');
    expect(() => none.decode({ type: 'cups.catalog.v1.X', data: new Uint8Array() })).toThrow('has no events');
  });

  test('reads exactly the types of the union', () => {
    const gen = new URL('../gen/events/', import.meta.url);
    const files = readdirSync(gen);
    expect(files).toEqual(
      ['agencybridge', 'documents', 'identity', 'intake', 'journal'].map((name) => `cups.${name}.v1.ts`),
    );
    for (const file of files) {
      const name = file.slice(0, -3);
      const types = [...readFileSync(new URL(file, gen), 'utf8').matchAll(/type: '([\w.]+)'; data: \w+__Output/g)];
      // The smallest package, that of journal, has one event and the unknown one.
      expect(types.length).toBeGreaterThanOrEqual(2);
      const reader = eventCodec<{
        package: string;
        written: { type: string; data: object };
        read: IntakeEvent__Output;
      }>(name);
      for (const [, type] of types.filter(([, one]) => one !== 'unknown')) {
        expect(reader.decode({ type: type as string, data: new Uint8Array() })?.type).toBe(type);
      }
    }
  });
});

test('the types reject an incomplete switch and a mismatched payload', () => {
  // @ts-expect-error -- all types but one are missing
  const forgetful: Record<IntakeEvent__Output['type'], string> = { unknown: 'counted' };
  // @ts-expect-error -- this event lacks the needed payload
  const mixed: IntakeEvents['written'] = { type: 'cups.intake.v1.DeskAlertRaised', data: { ref, needMet: true } };
  expect([forgetful, mixed]).toHaveLength(2);
});
