import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { IntakeEvent__Output, IntakeEvents } from '../gen/events/cups.intake.v1.ts';
import { eventCodec, messageType } from '../src/proto.ts';

const codec = eventCodec<IntakeEvents>('cups.intake.v1');
const ref = { application: 'applications/x', centre: 'centres/CU-001', state: 'STATE_READY' } as const;

describe('events of a package', () => {
  test('come back as they were, told apart by their type', () => {
    const type = 'cups.intake.v1.ResultChanged';
    const read = codec.decode({ type, data: codec.encode({ type, data: { ref, revoked: true } }) });
    expect(read).toMatchObject({ type, data: { ref, revoked: true } });
  });

  test('one of a newer release is unknown, and says what it is about', () => {
    const data = codec.encode({ type: 'cups.intake.v1.DeskNoted', data: { ref, kind: 'x' } });
    const read = codec.decode({ type: 'cups.intake.v1.ApplicationPraised', data });
    expect(read).toMatchObject({ type: 'unknown', data: { ref } });
    expect(read?.data).not.toHaveProperty('kind');
  });

  test('a message of the package that is no event is not read as one', () => {
    const data = messageType('cups.intake.v1.GetApplicationRequest').encode({});
    expect(codec.decode({ type: 'cups.intake.v1.GetApplicationRequest', data })?.type).toBe('unknown');
    expect(codec.decode({ type: 'cups.intake.v1.AnyEvent', data })?.type).toBe('unknown');
  });

  test('what is of another package, or no message at all, is nothing', () => {
    expect(codec.decode({ type: 'cups.intake.v2.DeskNoted', data: new Uint8Array() })).toBeUndefined();
    expect(codec.decode({ type: 'md.cups.reply.decided.v1', data: new Uint8Array() })).toBeUndefined();
    expect(codec.decode({ type: 'cups.intake.v1.DeskNoted', data: new Uint8Array([0xff]) })).toBeUndefined();
  });

  test('a package without events has no codec', () => {
    const none = eventCodec<{ package: string; written: never; read: never }>('cups.catalog.v1');
    expect(() => none.decode({ type: 'cups.catalog.v1.X', data: new Uint8Array() })).toThrow('no events');
  });

  test('those that the union names are those that are read', () => {
    const gen = new URL('../gen/events/', import.meta.url);
    const files = readdirSync(gen);
    expect(files).toEqual(['cups.agencybridge.v1.ts', 'cups.intake.v1.ts']);
    for (const file of files) {
      const name = file.slice(0, -3);
      const types = [...readFileSync(new URL(file, gen), 'utf8').matchAll(/type: '([\w.]+)'; data: \w+__Output/g)];
      expect(types.length).toBeGreaterThan(5);
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

test('a reader that forgets an event does not compile, and neither does an event with the payload of another', () => {
  // @ts-expect-error -- all types but one are missing
  const forgetful: Record<IntakeEvent__Output['type'], string> = { unknown: 'counted' };
  // @ts-expect-error -- this event has no need that is met
  const mixed: IntakeEvents['written'] = { type: 'cups.intake.v1.DeskNoted', data: { ref, needMet: true } };
  expect([forgetful, mixed]).toHaveLength(2);
});
