import { describe, expect, test } from '@jest/globals';
import sample from '../samples/centre.changed.json' with { type: 'json' };
import { fromCentreMessage, MAX_CENTRE_BYTES, toCentrePayload } from '../src/index.ts';
import type { CentreChanged, IncomingMessage } from '../src/index.ts';
import { referenceMessage } from './reference-message.ts';

const centre = sample as CentreChanged;

/**
 * Creates a message of the platform.
 * @param headers overrides; undefined removes a header
 */
const message = (content: object, headers: Record<string, string | undefined> = {}): IncomingMessage =>
  referenceMessage(toCentrePayload(content as CentreChanged), '/cups/identity', headers);

describe('fromCentreMessage', () => {
  test('reads a centre as written', () => {
    expect(fromCentreMessage(message(centre))).toEqual({ ok: true, centre });
  });

  test('ignores unknown headers and properties, and accepts any kind', () => {
    const later = { ...centre, kind: 'mobile-team', phone: '022', names: { ...centre.names, gag: 'Lozova' } };
    expect(fromCentreMessage(message(later, { ce_sequence: '3', traceparent: '00-1' }))).toEqual({
      ok: true,
      centre: later,
    });
  });

  test.each<[string, IncomingMessage, string, ...string[]]>([
    ['without headers', { key: 'CU-001', value: Buffer.from('{}') }, 'NOT_CLOUDEVENTS', 'ce_id'],
    ['of another service', message(centre, { ce_source: '/cups/intake' }), 'NOT_CLOUDEVENTS', 'ce_source'],
    ['about something else', message(centre, { ce_subject: 'agencies/asp' }), 'NOT_CLOUDEVENTS', 'ce_subject'],
    [
      'that is not JSON',
      message(centre, { 'content-type': 'application/protobuf' }),
      'NOT_CLOUDEVENTS',
      'content-type',
    ],
    [
      'by another schema',
      message(centre, { ce_dataschema: 'urn:cups:agency:v1:x' }),
      'NOT_CLOUDEVENTS',
      'ce_dataschema',
    ],
    ['of an unknown type', message(centre, { ce_type: 'md.cups.centre.moved.v1' }), 'UNKNOWN_TYPE'],
    ['under another key', { ...message(centre), key: 'CU-002' }, 'KEY_MISMATCH'],
    ['without a key', { ...message(centre), key: null }, 'KEY_MISMATCH'],
    [
      'whose content is about another centre',
      message({ ...centre, code: 'CU-002' }, { ce_subject: 'centres/CU-001' }),
      'KEY_MISMATCH',
    ],
    ['that is empty', { ...message(centre), value: null }, 'NOT_JSON'],
    ['that is cut short', { ...message(centre), value: Buffer.from('{"code":') }, 'NOT_JSON'],
    ['that is too long', { ...message(centre), value: Buffer.alloc(MAX_CENTRE_BYTES + 1, 32) }, 'TOO_LARGE'],
    ['without a name', message({ ...centre, names: {} }), 'CONTENT_INVALID', 'names.ro'],
    ['without a time zone', message({ ...centre, timeZone: undefined }), 'CONTENT_INVALID', 'timeZone'],
    ['with an unknown status', message({ ...centre, status: 'moved' }), 'CONTENT_INVALID', 'status'],
  ])('%s is not understood', (_name, given, cause, ...fields) => {
    const read = fromCentreMessage(given);
    expect(read).toMatchObject({ ok: false, cause });
    if (!read.ok) expect(read.violations.map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
  });
});
