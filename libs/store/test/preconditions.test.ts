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

describe('checkPreconditions', () => {
  test.each([
    ['a new request', requestCause('r-2'), undefined, undefined],
    ['a known request', requestCause('r-1'), undefined, 'replayed'],
    ['a known request whose own write made its etag stale', requestCause('r-1'), '"6"', 'replayed'],
    ['the same ID of another method or caller', requestCause('r-1', 'Save|ion'), undefined, undefined],
    ['the next event', eventCause(4), undefined, undefined],
    ['a repeat of the last event', eventCause(3), undefined, 'ignored'],
    ['a repeat of an old event', eventCause(1), undefined, 'ignored'],
    ['an event after the next', eventCause(5), undefined, 'gap'],
    ['the first event of another subject', eventCause(1, 'deliveries/other'), undefined, undefined],
    ['the second event of another subject', eventCause(2, 'deliveries/other'), undefined, 'gap'],
    ['a repeated event with a stale etag', eventCause(2), '"1"', 'ignored'],
    ['the current etag', {}, '"7"', undefined],
    ['no etag', {}, undefined, undefined],
  ])('evaluates %s', (_name, cause, etag, answer) => {
    expect(checkPreconditions(document, { cause, etag })).toBe(answer);
  });

  test('rejects a known request ID with other content', () => {
    const reused = () => checkPreconditions(document, { cause: requestCause('r-1', 'Save|ana', 'other') });
    expect(reused).toThrow(expect.objectContaining({ reason: 'REQUEST_ID_REUSED' }));
  });

  test('replays a request that was recorded under its former names', () => {
    const former = { key: 'Save|ana', fingerprint: 'f' };
    const cause = { request: { id: 'r-1', key: 'Store|ana', fingerprint: 'g', former } };
    expect(checkPreconditions(document, { cause })).toBe('replayed');
    const other = { request: { ...cause.request, former: { ...former, fingerprint: 'h' } } };
    expect(() => checkPreconditions(document, { cause: other })).toThrow(
      expect.objectContaining({ reason: 'REQUEST_ID_REUSED' }),
    );
  });

  test.each(['"6"', '"8"', '7', ''])('rejects the stale etag %s', (etag) => {
    expect(() => checkPreconditions(document, { cause: {}, etag })).toThrow(
      expect.objectContaining({ reason: 'ETAG_STALE' }),
    );
  });

  test('starts at 1 for a document without counted events', () => {
    const fresh = { revision: 1, requests: [] };
    expect(checkPreconditions(fresh, { cause: eventCause(1) })).toBeUndefined();
    expect(checkPreconditions(fresh, { cause: eventCause(2) })).toBe('gap');
  });
});
