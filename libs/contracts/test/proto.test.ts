import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IntakeServiceDefinition } from '../gen/cups/intake/v1/IntakeService.ts';
import type { State__Output } from '../gen/cups/intake/v1/State.ts';
import {
  fromProtoEnum,
  toProtoEnum,
  fromTimestamp,
  loadService,
  messageType,
  protoDir,
  toTimestamp,
} from '../src/proto.ts';

describe('the proto files', () => {
  test('load by package, with services and messages', () => {
    for (const name of readdirSync(`${protoDir()}/cups`).filter((folder) => folder !== 'type')) {
      expect(() => loadService(`cups.${name}.v1.Nothing`)).toThrow(`Service cups.${name}.v1.Nothing not found`);
    }
  });

  test('are loaded once, with services found by full name', () => {
    const definition = loadService<IntakeServiceDefinition>('cups.intake.v1.IntakeService');
    expect(definition.SubmitApplication.path).toBe('/cups.intake.v1.IntakeService/SubmitApplication');
    expect(loadService('cups.intake.v1.IntakeService')).toBe(definition);
  });

  test('do not confuse messages and services', () => {
    expect(() => loadService('cups.intake.v1.Application')).toThrow('not found');
    expect(() => messageType('cups.intake.v1.IntakeService')).toThrow('not found');
  });
});

describe('messageType', () => {
  const application = messageType('cups.intake.v1.GetApplicationRequest');

  test('preserves a message and fills in defaults', () => {
    expect(application.decode(application.encode({ name: 'applications/x' }))).toEqual({ name: 'applications/x' });
    expect(application.decode(application.encode({}))).toEqual({ name: '' });
  });

  test('decodes a part of a larger buffer', () => {
    const bytes = application.encode({ name: 'n' });
    const larger = new Uint8Array([9, ...bytes, 9]);
    expect(application.decode(larger.subarray(1, 1 + bytes.length))).toEqual({ name: 'n' });
  });

  test('throws on invalid bytes', () => {
    expect(() => application.decode(Buffer.from('ff', 'hex'))).toThrow();
  });
});

describe('timestamps', () => {
  test('preserve dates, also before 1970', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
        (date) => {
          const timestamp = toTimestamp(date);
          expect(timestamp?.nanos).toBeGreaterThanOrEqual(0);
          expect(fromTimestamp(timestamp)).toEqual(date);
        },
      ),
    );
  });

  test('map an absent date to null and back to undefined', () => {
    expect(toTimestamp(undefined)).toBeNull();
    expect(fromTimestamp(null)).toBeUndefined();
  });
});

describe('proto enums', () => {
  test('convert between domain values and proto names', () => {
    const name: State__Output = toProtoEnum('STATE_', 'in-progress');
    expect(name).toBe('STATE_IN_PROGRESS');
    const value: 'in-progress' = fromProtoEnum('STATE_', 'STATE_IN_PROGRESS');
    expect(value).toBe('in-progress');
  });

  test('map the zero value and a name of another enum to an empty value', () => {
    expect(toProtoEnum('STATE_', '')).toBe('STATE_UNSPECIFIED');
    expect(toProtoEnum('STATE_', undefined)).toBe('STATE_UNSPECIFIED');
    expect(fromProtoEnum('STATE_', 'STATE_UNSPECIFIED')).toBe('');
    expect(fromProtoEnum('STATE_', 'ROLE_SUPPORT')).toBe('');
  });
});
