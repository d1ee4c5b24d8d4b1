import { describe, expect, test } from '@jest/globals';
import { isProblem, isReason, Problem, REASONS } from '../src/index.ts';

describe('the list of reasons', () => {
  test.each(Object.entries(REASONS))(
    '%s is an UPPER_SNAKE word with a sentence that tells the caller what to do',
    (reason, row) => {
      expect(reason).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(row.action).toMatch(/^[A-Z][^]{10,}[.]$/);
    },
  );

  test('a word of the prototype is no reason', () => {
    expect(isReason('toString')).toBe(false);
    expect(isReason('ETAG_STALE')).toBe(true);
  });
});

describe('a Problem', () => {
  test('has the kind that the list gives its reason', () => {
    expect(new Problem({ reason: 'ETAG_STALE', message: 'm' }).kind).toBe('ABORTED');
  });

  test('is an Error with a stack, empty metadata and no violations unless given', () => {
    const problem = new Problem({ reason: 'NOT_FOUND', message: 'There is no such centre.' });
    expect(problem).toBeInstanceOf(Error);
    expect(problem.stack).toContain('problem.test.ts');
    expect(problem).toMatchObject({ message: 'There is no such centre.', metadata: {}, violations: [] });
    expect(problem.retryAfterMs).toBeUndefined();
  });

  test('is known by its mark, which other errors and look-alikes do not have', () => {
    expect(isProblem(new Problem({ reason: 'INTERNAL', message: 'm' }))).toBe(true);
    for (const other of [new Error('m'), { kind: 'INTERNAL', reason: 'INTERNAL' }, null, undefined, 'INTERNAL']) {
      expect(isProblem(other)).toBe(false);
    }
  });
});
