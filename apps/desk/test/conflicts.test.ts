import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conflictKind } from '../src/unsent/conflict.ts';
import { toNoteTexts } from '../src/unsent/describe-act.ts';
import { keepUndecided } from '../src/visit/model/draft-merge.ts';

describe('conflictKind', () => {
  test.each([
    ['ETAG_STALE', 'edit', 'draft', 'draft-changed'],
    ['ETAG_STALE', 'edit', 'submitted', 'draft-ended'],
    ['ACTION_NOT_ALLOWED', 'submit', 'withdrawn', 'draft-ended'],
    ['ACTION_NOT_ALLOWED', 'withdraw', 'ready', 'decided'],
    ['ACTION_NOT_ALLOWED', 'supply-documents', 'rejected', 'decided'],
    ['ACTION_NOT_ALLOWED', 'withdraw', 'withdrawn', 'moved-on'],
    ['ACTION_NOT_ALLOWED', 'hand-over', undefined, 'moved-on'],
    ['ANSWER_DATE_PASSED', 'supply-documents', 'documents-requested', 'answer-late'],
    ['DESK_TIME_UNBOUNDED', 'supply-documents', 'documents-requested', 'time-unproven'],
    ['INVALID_ARGUMENT', 'create', undefined, 'form-changed'],
    ['APPLICATION_INCOMPLETE', 'submit', 'draft', 'form-changed'],
    ['SERVICE_VERSION_EXPIRED', 'submit', 'draft', 'form-changed'],
    ['SERVICE_PAUSED', 'create', undefined, 'service-closed'],
    ['SERVICE_NOT_FILEABLE', 'create', undefined, 'service-closed'],
    ['CENTRE_CLOSED', 'create', undefined, 'service-closed'],
    ['MANDATE_EXPIRED', 'submit', 'draft', 'mandate-ended'],
    ['MANDATE_REVOKED', 'supply-documents', 'documents-requested', 'mandate-ended'],
    // Only their own texts explain these.
    ['INVALID_ARGUMENT', 'notes', 'submitted', undefined],
    ['PERSONAL_DATA_ERASED', 'notes', undefined, undefined],
  ] as const)('of %s for %s of an application in the state %s is %s', (reason, kind, state, expected) => {
    expect(conflictKind({ reason }, { kind }, state && { state })).toBe(expected);
  });
});

describe('keepUndecided', () => {
  const before = [{ at: '/contact/phone', mine: '1', theirs: '2' }];

  test('keeps a conflict that a later merge does not find again', () => {
    const kept = keepUndecided(before, [], { '/contact/phone': '1' }, { '/contact/phone': '3' });
    expect(kept).toEqual([{ at: '/contact/phone', mine: '1', theirs: '3' }]);
  });

  test('drops a conflict that the merge found again, and one whose values are equal now', () => {
    expect(keepUndecided(before, before, { '/contact/phone': '1' }, { '/contact/phone': '2' })).toEqual([]);
    expect(keepUndecided(before, [], { '/contact/phone': '1' }, { '/contact/phone': '1' })).toEqual([]);
  });
});

test('toNoteTexts splits a text into notes of at most 500 characters and loses no word', () => {
  const words = fc.array(fc.stringMatching(/^[a-zăîșț]{1,600}$/), { maxLength: 60 });
  fc.assert(
    fc.property(words, (all) => {
      const notes = toNoteTexts(all.join(' '));
      expect(notes.every((note) => note.length > 0 && note.length <= 500)).toBe(true);
      expect(notes.join('').replaceAll(' ', '')).toBe(all.join(''));
    }),
  );
});
