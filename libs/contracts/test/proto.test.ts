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
  test('each package loads, with its services and messages', () => {
    for (const name of readdirSync(`${protoDir()}/cups`).filter((folder) => folder !== 'type')) {
      expect(() => loadService(`cups.${name}.v1.Nothing`)).toThrow(`There is no service cups.${name}.v1.Nothing`);
    }
  });

  test('a service is found by its full name and loaded once', () => {
    const definition = loadService<IntakeServiceDefinition>('cups.intake.v1.IntakeService');
    expect(definition.SubmitApplication.path).toBe('/cups.intake.v1.IntakeService/SubmitApplication');
    expect(loadService('cups.intake.v1.IntakeService')).toBe(definition);
  });

  test('a message is no service and a service no message', () => {
    expect(() => loadService('cups.intake.v1.Application')).toThrow('no service');
    expect(() => messageType('cups.intake.v1.IntakeService')).toThrow('no message');
  });
});

describe('messages', () => {
  const application = messageType('cups.intake.v1.GetApplicationRequest');

  test('come back as they were, with defaults filled in', () => {
    expect(application.decode(application.encode({ name: 'applications/x' }))).toEqual({ name: 'applications/x' });
    expect(application.decode(application.encode({}))).toEqual({ name: '' });
  });

  test('decode takes any bytes, also a part of a larger buffer', () => {
    const bytes = application.encode({ name: 'n' });
    const larger = new Uint8Array([9, ...bytes, 9]);
    expect(application.decode(larger.subarray(1, 1 + bytes.length))).toEqual({ name: 'n' });
  });

  test('bytes that are no message throw', () => {
    expect(() => application.decode(Buffer.from('ff', 'hex'))).toThrow();
  });
});

describe('timestamps', () => {
  test('a date goes there and back, also before 1970', () => {
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

  test('no date is null on the wire and undefined with us', () => {
    expect(toTimestamp(undefined)).toBeNull();
    expect(fromTimestamp(null)).toBeUndefined();
  });
});

describe('words of enums', () => {
  test('our value and the proto word go there and back', () => {
    const word: State__Output = toProtoEnum('STATE_', 'in-progress');
    expect(word).toBe('STATE_IN_PROGRESS');
    const value: 'in-progress' = fromProtoEnum('STATE_', 'STATE_IN_PROGRESS');
    expect(value).toBe('in-progress');
  });

  test('the zero value is the empty word, and so is a word of another enum', () => {
    expect(toProtoEnum('STATE_', '')).toBe('STATE_UNSPECIFIED');
    expect(toProtoEnum('STATE_', undefined)).toBe('STATE_UNSPECIFIED');
    expect(fromProtoEnum('STATE_', 'STATE_UNSPECIFIED')).toBe('');
    expect(fromProtoEnum('STATE_', 'ROLE_SUPPORT')).toBe('');
  });
});
