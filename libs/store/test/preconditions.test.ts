import { describe, expect, test } from '@jest/globals';
import { checkPreconditions } from '../src/documents/preconditions.ts';
import { escapeSubject } from '../src/documents/document.ts';

const time = new Date('2026-03-01T10:00:00.000Z');
const subject = 'deliveries/01ABC-asp';
const document = {
  revision: 7,
  requests: [{ id: 'r-1', key: 'Save|ana', fingerprint: 'f', time }],
  lastSeqs: { [escapeSubject(subject)]: 3 },
};
const requestCause = (id: string, key = 'Save|ana', fingerprint = 'f') => ({ request: { id, key, fingerprint } });
const eventCause = (value: number, about = subject) => ({ sequence: { subject: about, value } });

describe('what a document answers without a decision', () => {
  test.each([
    ['to a new request, nothing', requestCause('r-2'), undefined, undefined],
    ['to a known request, that it was done', requestCause('r-1'), undefined, 'replayed'],
    [
      'to a known request with an etag that its own write made stale, that it was done',
      requestCause('r-1'),
      '"6"',
      'replayed',
    ],
    ['to the same id of another method or caller, nothing', requestCause('r-1', 'Save|ion'), undefined, undefined],
    ['to the next event, nothing', eventCause(4), undefined, undefined],
    ['to the last event again, that it is a repeat', eventCause(3), undefined, 'ignored'],
    ['to an old event again, that it is a repeat', eventCause(1), undefined, 'ignored'],
    ['to an event after the next, that there is a gap', eventCause(5), undefined, 'gap'],
    ['to the first event of another subject, nothing', eventCause(1, 'deliveries/other'), undefined, undefined],
    [
      'to the second event of another subject, that there is a gap',
      eventCause(2, 'deliveries/other'),
      undefined,
      'gap',
    ],
    ['to a repeat with a stale etag, that it is a repeat', eventCause(2), '"1"', 'ignored'],
    ['to the etag as it is, nothing', {}, '"7"', undefined],
    ['to no etag, nothing', {}, undefined, undefined],
  ])('%s', (_name, cause, etag, answer) => {
    expect(checkPreconditions(document, { cause, etag })).toBe(answer);
  });

  test('a known request id with other content is refused', () => {
    const reused = () => checkPreconditions(document, { cause: requestCause('r-1', 'Save|ana', 'other') });
    expect(reused).toThrow(expect.objectContaining({ reason: 'REQUEST_ID_REUSED' }));
  });

  test.each(['"6"', '"8"', '7', ''])('the etag %s is refused as stale', (etag) => {
    expect(() => checkPreconditions(document, { cause: {}, etag })).toThrow(
      expect.objectContaining({ reason: 'ETAG_STALE' }),
    );
  });

  test('a document that has counted nothing begins at 1', () => {
    const fresh = { revision: 1, requests: [] };
    expect(checkPreconditions(fresh, { cause: eventCause(1) })).toBeUndefined();
    expect(checkPreconditions(fresh, { cause: eventCause(2) })).toBe('gap');
  });
});
