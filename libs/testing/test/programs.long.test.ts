import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { testRequiring } from '@cups/testing/programs';

testRequiring('python')('runs a required program', () => {
  expect(execFileSync('python3', ['-c', 'print(6 * 7)'], { encoding: 'utf8' })).toBe('42\n');
});
