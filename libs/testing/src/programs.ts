import { execFileSync } from 'node:child_process';
import { test } from '@jest/globals';

/** How each program says that it is there. */
const ASK = {
  go: ['go', 'version'],
  java: ['javac', '-version'],
  maven: ['mvn', '--version'],
  python: ['python3', '--version'],
  pip: ['python3', '-m', 'pip', '--version'],
} as const;

type Program = keyof typeof ASK;

/** Start of the name of a test that was skipped for want of a program; `npm test -- --all` prints these names. */
const NOT_RUN = 'not run:';

const found = new Map<Program, boolean>();

function isThere(program: Program): boolean {
  const [command, ...words] = ASK[program];
  let known = found.get(program);
  if (known === undefined) {
    try {
      execFileSync(command, words, { stdio: 'ignore' });
      known = true;
    } catch {
      known = false;
    }
    found.set(program, known);
  }
  return known;
}

/**
 * Returns Jest's `test` where all these programs can be run. Elsewhere the test is skipped, and its name begins with
 * `not run: <program> missing`. For tests in `*.long.test.ts`, which `npm test -- --all` runs.
 */
export function testWith(...programs: Program[]): (name: string, run: () => Promise<void> | void, ms?: number) => void {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return test;
  return (name, run, ms) => test.skip(`${NOT_RUN} ${missing.join(', ')} missing: ${name}`, run, ms);
}
