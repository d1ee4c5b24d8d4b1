import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { testWith } from '@cups/testing/programs';

testWith('python')('a program that is asked for runs', () => {
  expect(execFileSync('python3', ['-c', 'print(6 * 7)'], { encoding: 'utf8' })).toBe('42\n');
});
