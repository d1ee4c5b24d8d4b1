import { describe, expect, test } from '@jest/globals';
import { isProblem, isReason, Problem, REASONS } from '../src/index.ts';

describe('REASONS', () => {
  test.each(Object.entries(REASONS))('%s is in UPPER_SNAKE and has an action of one sentence', (reason, row) => {
    expect(reason).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(row.action).toMatch(/^[A-Z][^]{10,}[.]$/);
  });

  test('isReason rejects names of the prototype', () => {
    expect(isReason('toString')).toBe(false);
    expect(isReason('ETAG_STALE')).toBe(true);
  });
});

describe('Problem', () => {
  test('takes its kind from the reason', () => {
    expect(new Problem({ reason: 'ETAG_STALE', message: 'm' }).kind).toBe('ABORTED');
  });

  test('is an Error with a stack, and without metadata and violations by default', () => {
    const problem = new Problem({ reason: 'NOT_FOUND', message: 'Centre not found.' });
    expect(problem).toBeInstanceOf(Error);
    expect(problem.stack).toContain('problem.test.ts');
    expect(problem).toMatchObject({ message: 'Centre not found.', metadata: {}, violations: [] });
    expect(problem.retryAfterMs).toBeUndefined();
  });

  test('is recognised by its brand, which other errors and look-alikes lack', () => {
    expect(isProblem(new Problem({ reason: 'INTERNAL', message: 'm' }))).toBe(true);
    for (const other of [new Error('m'), { kind: 'INTERNAL', reason: 'INTERNAL' }, null, undefined, 'INTERNAL']) {
      expect(isProblem(other)).toBe(false);
    }
  });
});
