import { describe, expect, test } from '@jest/globals';
import {
  isClientUlid,
  isUlid,
  isUuid,
  MAX_ID_LEAD_DAYS,
  resourceName,
  parseResourceName,
  parseSubmissionName,
  submissionName,
} from '../src/index.ts';
import { newUlid } from '../src/node/index.ts';

describe('resource names', () => {
  const ulid = '01JD7ZQ5M0X3V8K2N4P6R8T0WA';

  test.each([
    ['applications', ulid],
    ['documents', ulid],
    ['mandates', ulid],
    ['centres', 'CU-001'],
    ['centres', 'MISSION-09'],
    ['publicServices', 'civil-status-extract'],
    ['operators', 'cu-001.specialist-1'],
    ['deliveries', `${ulid}-cadastru`],
    ['notices', ulid],
    ['agencies', 'asp'],
  ] as const)('parse and format %s/%s', (collection, id) => {
    expect(parseResourceName(collection, resourceName(collection, id))).toBe(id);
  });

  test.each([
    ['applications', `centres/${ulid}`],
    ['applications', ulid],
    ['applications', `applications/${ulid.toLowerCase()}`],
    ['applications', `applications/${ulid}/submissions/1`],
    ['applications', `applications/8${ulid.slice(1)}`],
    ['centres', 'centres/'],
    ['centres', 'centres/../CU-001'],
    ['centres', 'centres/CU-001\n'],
    ['publicServices', 'publicServices/Civil-Status'],
    ['publicServices', `publicServices/${'a'.repeat(81)}`],
    ['deliveries', `deliveries/${ulid}`],
    ['agencies', 'agencies/a--b'],
    ['operators', 'operators/$ne'],
  ] as const)('reject in %s the name %j without echoing it', (collection, name) => {
    let refused: unknown;
    try {
      parseResourceName(collection, name, '/application');
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/application', rule: 'RESOURCE_NAME' }],
    });
    if (name.length > 15) expect(JSON.stringify(refused) + (refused as Error).message).not.toContain(name);
  });

  test('name a frozen submission by application and number', () => {
    expect(parseSubmissionName(submissionName(ulid, 12))).toEqual({ application: ulid, submission: 12 });
    for (const invalid of [
      `applications/${ulid}/submissions/0`,
      `applications/${ulid}/submissions/01`,
      `applications/${ulid}`,
    ]) {
      expect(() => parseSubmissionName(invalid)).toThrow('must have the form');
    }
  });
});

describe('formats', () => {
  test('match UUIDs of five hex groups and ULIDs of 26 Crockford characters', () => {
    expect(isUuid('0190b3d2-7c1e-7b3a-8f00-0123456789AB')).toBe(true);
    expect(isUuid('0190b3d27c1e7b3a8f000123456789ab')).toBe(false);
    expect(isUlid('01JD7ZQ5M0X3V8K2N4P6R8T0WA')).toBe(true);
    expect(isUlid('01JD7ZQ5M0X3V8K2N4P6R8T0WU')).toBe(false);
    const now = new Date('2026-12-02T12:00:00Z');
    const ahead = (ms: number) => newUlid(new Date(now.getTime() + ms));
    const lead = MAX_ID_LEAD_DAYS * 24 * 60 * 60_000;
    expect(isClientUlid(ahead(lead), now)).toBe(true);
    expect(isClientUlid(ahead(lead + 1), now)).toBe(false);
    expect(isClientUlid('01JD7ZQ5M0X3V8K2N4P6R8T0WA', now)).toBe(true);
    expect(isClientUlid('7ZZZZZZZZZ0000000000000000', now)).toBe(false);
  });
});
