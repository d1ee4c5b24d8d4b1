import { describe, expect, test } from '@jest/globals';
import { settleUpdates, type ConditionalUpdate, type WriteTraces } from '../src/documents/settle-updates.ts';

const [time, otherTime] = [new Date(1_000), new Date(2_000)];
const record = (id: string, at = time) => ({ id, key: 'Save', fingerprint: 'f', time: at });

/** An update of revision 4 by request `own`, and the document that it wrote. */
const update = (id: string, cause: ConditionalUpdate['cause'] = { request: record('own') }): ConditionalUpdate => ({
  id,
  revision: 4,
  time,
  cause,
});
const written = (id: string, more: Partial<WriteTraces> = {}): WriteTraces => ({
  _id: id,
  revision: 5,
  updateTime: time,
  requests: [record('earlier', otherTime), record('own')],
  ...more,
});
const settle = (updates: ConditionalUpdate[], matched: number, stored: WriteTraces[]) =>
  settleUpdates(updates, matched, new Map(stored.map((one) => [one._id, one])));

const sequence = { sequence: { subject: 'applications', value: 7 } };

describe('settleUpdates, for an update beside one that was applied', () => {
  test.each<[string, boolean, ConditionalUpdate['cause'] | undefined, Partial<WriteTraces>]>([
    ['another writer wrote the revision', false, undefined, { updateTime: otherTime, requests: [record('other')] }],
    ['another writer wrote it at the same time', false, undefined, { requests: [record('other')] }],
    [
      'another writer applied the same request',
      false,
      undefined,
      { updateTime: otherTime, requests: [record('own', otherTime)] },
    ],
    [
      'others wrote more revisions',
      false,
      undefined,
      { revision: 7, requests: [record('a'), record('b'), record('c')] },
    ],
    [
      'others wrote more revisions after it',
      true,
      undefined,
      { revision: 7, requests: [record('own'), record('b'), record('c')] },
    ],
    ['the event was not counted', false, sequence, { lastSeqs: { applications: 6 }, requests: [] }],
    ['no event was counted', false, sequence, { requests: [] }],
    ['another writer counted the event', false, sequence, { updateTime: otherTime, lastSeqs: { applications: 7 } }],
    ['the event was counted', true, sequence, { lastSeqs: { applications: 7 }, requests: [] }],
  ])('%s', (_name, applied, cause, more) => {
    const matched = applied ? 2 : 1;
    expect(settle([update('a'), update('b', cause)], matched, [written('a'), written('b', more)])).toEqual([
      true,
      applied,
    ]);
  });
});

describe('settleUpdates, when the documents prove too little', () => {
  test.each<[string, WriteTraces | undefined]>([
    ['a document was removed', undefined],
    ['a read was outdated', written('b', { revision: 4, updateTime: otherTime, requests: [] })],
    ['the record may have been dropped', written('b', { revision: 7, requests: [record('x'), record('y')] })],
    ['another writer applied the same request at the same time', written('b')],
  ])('%s', (_name, found) => {
    const stored = [written('a'), ...(found ? [found] : [])];
    expect(settle([update('a'), update('b')], 1, stored)).toEqual([false, false]);
    expect(settle([update('a'), update('b')], 2, stored)).toEqual([true, true]);
  });

  test('nothing was read', () => {
    expect(settle([update('a'), update('b'), update('c')], 2, [])).toEqual([false, false, false]);
  });

  test('the number contradicts the documents', () => {
    const refused = written('b', { updateTime: otherTime });
    expect(settle([update('a'), update('b')], 2, [written('a'), refused])).toEqual([false, false]);
  });
});
