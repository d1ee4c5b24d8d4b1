import { execFileSync } from 'node:child_process';
import { test } from '@jest/globals';

/** Commands that succeed if the program is installed. `CLAMD_PROGRAM` and `VAULT_PROGRAM` name one outside the path. */
const VERSION_COMMANDS = {
  go: ['go', 'version'],
  java: ['javac', '-version'],
  maven: ['mvn', '--version'],
  python: ['python3', '--version'],
  pip: ['python3', '-m', 'pip', '--version'],
  'Python package cryptography': ['python3', '-c', 'import cryptography'],
  clamd: [process.env['CLAMD_PROGRAM'] ?? 'clamd', '--version'],
  vault: [process.env['VAULT_PROGRAM'] ?? 'vault', 'version'],
} as const;

type Program = keyof typeof VERSION_COMMANDS;

/** Prefix of tests skipped for a missing program; `npm test -- --all` prints these names. */
const SKIPPED_PREFIX = 'not run:';

const found = new Map<Program, boolean>();

/** Returns the path or name of an installed program. */
export const commandOf = (program: Program): string => VERSION_COMMANDS[program][0];

function isInstalled(program: Program): boolean {
  const [command, ...commandArguments] = VERSION_COMMANDS[program];
  let installed = found.get(program);
  if (installed === undefined) {
    try {
      execFileSync(command, commandArguments, { stdio: 'ignore' });
      installed = true;
    } catch {
      installed = false;
    }
    found.set(program, installed);
  }
  return installed;
}

/**
 * Returns Jest's `test` if all programs are installed. Otherwise the test is skipped, and its name starts with `not
 * run: <program> missing`. For tests in `*.long.test.ts`, which `npm test -- --all` runs.
 */
export function testRequiring(
  ...programs: Program[]
): (name: string, run: () => Promise<void> | void, ms?: number) => void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return test;
  return (name, run, ms) => test.skip(`${SKIPPED_PREFIX} ${missing.join(', ')} missing: ${name}`, run, ms);
}
